// 审核心愿：一件一件看，旁边是相近的心愿；办好一件，下一件自己出来。
const words = require('../../utils/dianliang/words')
const { pictureOf } = require('../../lib/cards')
const { fullDayOf, momentOf } = require('../../lib/dates')
const { CATEGORIES, GROUPS, PRIVATE, REFERRED, options } = require('../../lib/labels')
const { oneByOne } = require('./lib/one-by-one')
const { staffScreen } = require('./lib/staff')
const { facts } = require('../../lib/facts')
const { READY } = require('./lib/words')

const DONE = { accept: '审核通过', send_back: '已退回补充', decline: '已不予受理', refer: '已转介', merge: '已合并' }
// 要写原因的，和表单上的说法。
const REASONS = [
  { action: 'send_back', label: '要补充什么', kind: 'main' },
  { action: 'decline', label: '为什么不能受理', kind: 'danger' },
  { action: 'refer', label: '为什么转介', kind: 'main' },
  { action: 'merge', label: '为什么合并', kind: 'main' }
]

const queue = oneByOne({
  asked: () => ({ path: '/wishes/to-review' }),
  beside: row => getApp().api.get(`/wishes/${row.id}/review`),
  show
})

Page(staffScreen(queue, {
  data: Object.assign({ targets: options(REFERRED), to: '', into: null, opened: 0 }, queue.data),

  // 内容相近的总在；只是同一位居民、同一个住址的，按了再看。
  openOthers () {
    this.setData({ opened: this.row.id })
  },

  accept () {
    return this.send('accept', {})
  },

  press (event) {
    const { action } = event.currentTarget.dataset
    this.setData({ mode: action, to: '', into: null })
  },

  mergeInto (event) {
    const { id, title } = event.currentTarget.dataset
    this.setData({ mode: 'merge', into: { id, title } })
  },

  pickTarget (event) {
    this.setData({ to: event.detail.value, faults: {} })
  },

  sendReason (event) {
    const { mode, to, into } = this.data
    if (mode === 'refer' && !to) return this.setData({ faults: { to: '请选转到哪里' } })
    const body = { reason: event.detail.reason }
    if (mode === 'refer') Object.assign(body, { to })
    if (mode === 'merge') Object.assign(body, { intoId: into.id })
    return this.send(mode, body)
  },

  send (action, body) {
    const said = `“${this.row.title}”：${DONE[action]}`
    return this.decide(action, row => this.once([row.id, action, body], more => getApp().api.act(`/wishes/${row.id}`, action, body, more)), said)
  },

  look (event) {
    const { pictures } = this.data.one
    wx.previewImage({ urls: pictures, current: pictures[event.currentTarget.dataset.index] })
  },

  openAlike (event) {
    wx.navigateTo({ url: `/pages/wish/detail?id=${event.currentTarget.dataset.id}` })
  }
}))

function show (wish, { alike, answers }) {
  const ready = { merge: READY.mergeWish }
  for (const { action, sentences } of answers) ready[action] = sentences
  const can = action => wish.actions.indexOf(action) >= 0
  return {
    id: wish.id,
    title: wish.title,
    description: wish.description,
    number: wish.number || '还没有编号',
    at: momentOf(wish.submittedAt),
    pictures: wish.files.map(file => pictureOf(file.url)).filter(Boolean),
    warnings: warningsOf(wish),
    facts: facts([
      ['许愿人', [wish.wisherName || wish.wisher, wish.gridName].filter(Boolean).join('，')],
      ['代办', wish.onBehalf && (wish.onBehalfReason || '是')],
      ['类别', CATEGORIES[wish.category]],
      ['受益人群', GROUPS[wish.beneficiaryGroup]],
      ['预估金额', wish.estimatedCost ? `${wish.estimatedCost} 元` : '不花钱'],
      ['期望时间', wish.wantedBy && fullDayOf(wish.wantedBy)],
      ['墙上显示', wish.disclosure === 'anonymous' ? '不公开姓名' : wish.wisher],
      ['社区', wish.communityName]
    ]),
    alike: alike.map(one => ({
      id: one.id,
      title: one.title,
      about: [one.why, words.states.wish[one.state], one.number].filter(Boolean).join(' · '),
      close: one.sameWords,
      mergeable: one.sameWords && can('merge')
    })),
    others: alike.filter(one => !one.sameWords).length,
    acceptable: can('accept'),
    reasons: REASONS.filter(one => can(one.action)).map(one => Object.assign({ text: words.actions.wish[one.action], ready: ready[one.action] }, one)),
    buttons: REASONS.filter(one => can(one.action) && one.action !== 'merge').map(({ action }) => ({ action, text: words.actions.wish[action] }))
  }
}

function warningsOf (wish) {
  const found = []
  if (wish.privateData && wish.privateData.length) found.push(`文字里可能有${wish.privateData.map(one => PRIVATE[one]).join('、')}，发布以后大家都看得到`)
  if (wish.needsLook) found.push('微信对文字有疑问，或没能检查，请仔细读一遍')
  return found
}
