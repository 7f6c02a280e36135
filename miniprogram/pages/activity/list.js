// 活动：默认只列还没有结束的，可以只看有名额的、我报了名的。没有登录也可以看。
const { activityCard } = require('../../lib/cards')
const { communityQuery } = require('../../lib/community')
const { dayFromToday } = require('../../lib/dates')
const { listing, searching } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const WHICH = [{ value: 'coming', text: '将要开始' }, { value: 'joinable', text: '有名额的' }, { value: 'mine', text: '我报了名的' }, { value: 'past', text: '已结束' }]

Page(screen(searching, {
  data: { rows: [], finished: false, ending: '', which: WHICH, picked: 'coming', typed: '', q: '' },

  asked () {
    const { picked, q } = this.data
    const query = communityQuery()
    if (q) query.q = q
    if (picked === 'past') return Object.assign(query, { state: 'ended,certified' })
    Object.assign(query, { state: 'published', from: dayFromToday(0) })
    if (picked === 'joinable') query.joinable = true
    if (picked === 'mine') query.mine = 'signed_up'
    return query
  },

  async pick (event) {
    const picked = event.detail.value
    // “我报了名的”要先知道我是谁。
    if (picked === 'mine' && !getApp().api.signedIn() && !await this.work('signIn', async () => { await getApp().api.beforePersonal(); return true })) return
    this.setData({ picked })
    await this.again()
  }
}, listing(page => ({ path: '/activities', query: page.asked() }), activityCard)))
