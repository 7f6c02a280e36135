// 我的投诉和建议。
const words = require('../../utils/dianliang/words')
const { dayOf, momentOf } = require('../../lib/dates')
const { COMPLAINTS } = require('../../lib/complaints')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

function card (one) {
  return {
    id: one.id,
    text: one.text,
    state: one.state,
    stateWord: words.states.complaint[one.state],
    about: [COMPLAINTS[one.kind], one.placeName].filter(Boolean).join(' · '),
    at: momentOf(one.filedAt),
    due: one.answer || one.state === 'withdrawn' ? '' : `${dayOf(one.dueOn)} 前答复`
  }
}

Page(screen({
  data: { rows: [], finished: false, ending: '' },

  write () {
    wx.navigateTo({ url: '/pages/complaint/write' })
  }
}, listing(() => ({ path: '/me/complaints' }), card)))
