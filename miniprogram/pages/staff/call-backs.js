// 回访确认：送到了的心愿，打电话或当面问许愿人：解决没有、满意不满意，分开记。
const { fullDayOf, momentOf } = require('../../lib/dates')
const { CATEGORIES } = require('../../lib/labels')
const { contacting } = require('./lib/contact')
const { oneByOne } = require('./lib/one-by-one')
const { staffScreen } = require('./lib/staff')
const { facts } = require('../../lib/facts')
const { READY } = require('./lib/words')

const SOLVED = [{ value: 'yes', text: '解决了' }, { value: 'no', text: '没有解决' }]
const STARS = ['很满意', '满意', '一般', '不太满意', '很不满意'].map((text, index) => ({ value: String(5 - index), text }))
const METHODS = [{ value: 'call', text: '电话回访' }, { value: 'signature', text: '当面签字' }]

const queue = oneByOne({
  roles: ['community_staff', 'grid_worker'],
  asked: page => ({ path: '/wishes', query: Object.assign({ state: 'fulfilled' }, page.data.community ? { communityId: page.data.community } : {}) }),
  mine: row => row.actions.indexOf('confirm') >= 0,
  show
})
const contact = contacting((row, reason) => getApp().api.get(`/wishes/${row.id}/contact`, { reason }))

Page(staffScreen(queue, contact, {
  data: Object.assign({
    solvedChoices: SOLVED, stars: STARS, methods: METHODS, solved: '', satisfaction: '', method: 'call', comment: '',
    readyCall: READY.contact, readyDispute: READY.dispute
  }, queue.data, contact.data),

  begin () {
    this.setData({ mode: 'confirm', solved: '', satisfaction: '', comment: '' })
  },

  pick (event) {
    this.setData({ [event.currentTarget.dataset.name]: event.detail.value, faults: {} })
  },

  type (event) {
    this.setData({ comment: event.detail.value })
  },

  confirm () {
    const { solved, satisfaction, method, comment } = this.data
    const faults = {}
    if (!solved) faults.solved = '请选一个'
    if (!satisfaction) faults.satisfaction = '请选一个'
    if (Object.keys(faults).length) return this.setData({ faults })
    return this.send('confirm', { solved: solved === 'yes', satisfaction: Number(satisfaction), method, comment: comment.trim() || null }, '已记下回访')
  },

  dispute (event) {
    return this.send('dispute', event.detail, '认领继续，原因告诉了认领人')
  },

  send (action, body, said) {
    return this.decide(action, row => this.once([row.id, action, body], more => getApp().api.act(`/wishes/${row.id}`, action, body, more)), `“${this.data.one.title}”：${said}`)
  }
}))

function show (wish) {
  const { claim } = wish
  return {
    id: wish.id,
    title: wish.title,
    number: wish.number || '',
    facts: facts([
      ['许愿人', wish.wisherName || wish.wisher],
      ['类别', CATEGORIES[wish.category]],
      ['认领人', claim && (claim.byName || '一位党员')],
      ['怎样办的', claim && claim.note],
      ['送达', momentOf(wish.fulfilledAt)],
      ['期望时间', wish.wantedBy && fullDayOf(wish.wantedBy)]
    ]),
    disputable: wish.actions.indexOf('dispute') >= 0
  }
}
