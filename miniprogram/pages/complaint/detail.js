// 一条投诉或建议：内容、谁承办、答复；撤回，不满意请上一级复核一次。
const words = require('../../utils/dianliang/words')
const { dayOf, momentOf } = require('../../lib/dates')
const { facts } = require('../../lib/facts')
const { ABOUT, COMPLAINTS, SUBJECTS } = require('../../lib/complaints')
const { screen } = require('../../lib/screen')

// 承办人的操作（答复、提级）不在这里。
const OURS = ['withdraw', 'appeal']
const PAGES = { wish: 'pages/wish/detail', activity: 'pages/activity/detail', redemption: 'pages/redemption/detail', item: 'pages/item/detail', team: 'pages/team/detail' }

Page(screen({
  data: { complaint: null },

  async read () {
    this.show(await getApp().api.get(`/complaints/${this.query.id}`))
  },

  show (complaint) {
    this.setData({ complaint: detail(complaint) })
  },

  press (event) {
    const { action } = event.currentTarget.dataset
    return this.work(action, async () => {
      const body = await asked(action)
      if (body) this.show(await getApp().api.act(`/complaints/${this.query.id}`, action, body))
    })
  }
}))

function detail (one) {
  return {
    state: one.state,
    stateWord: words.states.complaint[one.state],
    kind: COMPLAINTS[one.kind],
    text: one.text,
    answer: one.answer || '',
    answeredAt: momentOf(one.answeredAt),
    page: one.subjectKind ? `/${PAGES[one.subjectKind]}?id=${one.subjectId}` : '',
    subject: one.subjectKind ? `看${SUBJECTS[one.subjectKind]}` : '',
    facts: facts([
      ['承办', one.placeName],
      ['关于', ABOUT[one.about]],
      ['提出', momentOf(one.filedAt)],
      ['答复', one.answer ? '' : `${dayOf(one.dueOn)} 前`],
      ['署名', one.anonymous ? '匿名，承办的人看不到您是谁' : ''],
      ['回电', one.contactBack]
    ]),
    buttons: OURS.filter(action => one.actions.indexOf(action) >= 0).map(action => ({ action, text: words.actions.complaint[action] }))
  }
}

async function asked (action) {
  if (action === 'withdraw') return (await wx.showModal({ title: '撤回？', content: '撤回以后不再办理。', confirmText: '撤回' })).confirm ? {} : null
  const { confirm, content } = await wx.showModal({ title: words.actions.complaint.appeal, editable: true, placeholderText: '哪里不满意？复核答复为最终答复', confirmText: '提交' })
  return confirm ? { reason: content } : null
}
