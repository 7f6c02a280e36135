// 我报了名的活动：将要开始的，和以前的。
const words = require('../../utils/dianliang/words')
const { activityCard } = require('../../lib/cards')
const { listing, picking } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const WHEN = [{ value: 'upcoming', text: '将要开始' }, { value: 'past', text: '以前的' }]

function card (signUp) {
  return Object.assign(activityCard(signUp.activity), { id: signUp.activity.id, mine: words.states.sign_up[signUp.state] || signUp.state })
}

Page(screen(picking, {
  data: { rows: [], finished: false, ending: '', when: WHEN, picked: 'upcoming' },

  onLoad (query) {
    if (query.when) this.setData({ picked: query.when })
  },

  openActivities () {
    wx.switchTab({ url: '/pages/activity/list' })
  }
}, listing(page => ({ path: '/me/sign-ups', query: { when: page.data.picked } }), card)))
