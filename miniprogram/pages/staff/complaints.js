// 投诉和建议：答复、提级；回电号码写明原因才打开。写到一半的答复留在手机里，送出就删。
const words = require('../../utils/dianliang/words')
const { fullDayOf, momentOf } = require('../../lib/dates')
const { contacting } = require('./lib/contact')
const { oneByOne } = require('./lib/one-by-one')
const { staffScreen } = require('./lib/staff')
const { facts } = require('../../lib/facts')
const { COMPLAINTS, READY, SUBJECTS } = require('./lib/words')

const draftOf = id => `dianliang.draft.answer.${id}`
// 关于的事能点开的页面。
const PAGES = { wish: '/pages/wish/detail', activity: '/pages/activity/detail', redemption: '/pages/redemption/detail', item: '/pages/item/detail' }

const queue = oneByOne({
  asked: () => ({ path: '/complaints', query: { state: 'received,escalated' } }),
  mine: row => row.actions.indexOf('answer') >= 0,
  show
})
const contact = contacting(async (row, reason) => {
  const { phone } = await getApp().api.get(`/complaints/${row.id}/contact`, { reason })
  return { phone }
})

Page(staffScreen(queue, contact, {
  data: Object.assign({ readyAnswer: READY.answer, readyEscalate: READY.escalate, readyCall: READY.callBack, draft: '' }, queue.data, contact.data),

  beginAnswer () {
    this.setData({ mode: 'answer', draft: wx.getStorageSync(draftOf(this.row.id)) || '' })
  },

  keepDraft (event) {
    wx.setStorageSync(draftOf(this.row.id), event.detail.reason)
  },

  answer (event) {
    const { id } = this.row
    return this.send('answer', { answer: event.detail.reason }, '已答复', () => wx.removeStorageSync(draftOf(id)))
  },

  escalate (event) {
    return this.send('escalate', event.detail, '已转到上一级')
  },

  send (action, body, said, after) {
    return this.decide(action, async row => {
      await this.once([row.id, action, body], more => getApp().api.act(`/complaints/${row.id}`, action, body, more))
      if (after) after()
    }, `${this.data.one.kind}：${said}`)
  },

  openSubject () {
    wx.navigateTo({ url: this.data.one.url })
  }
}))

function show (one) {
  const page = one.subjectKind && PAGES[one.subjectKind]
  return {
    id: one.id,
    kind: COMPLAINTS[one.kind],
    text: one.text,
    state: words.states.complaint[one.state],
    facts: facts([
      ['谁提的', one.anonymous ? '匿名' : one.byName],
      ['提出', momentOf(one.filedAt)],
      ['最晚答复', fullDayOf(one.dueOn)],
      ['关于', one.subjectKind && SUBJECTS[one.subjectKind]],
      ['地方', one.placeName]
    ]),
    url: page ? `${page}?id=${one.subjectId}` : '',
    subject: one.subjectKind ? `看这个${SUBJECTS[one.subjectKind]}` : '',
    callable: Boolean(one.contactBack),
    escalatable: one.actions.indexOf('escalate') >= 0
  }
}
