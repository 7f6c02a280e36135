// 我的兑换单，按走到哪一步分开。
const { orderCard } = require('../../lib/cards')
const { listing, picking } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const STATES = [{ value: '', text: '全部' }, { value: 'requested', text: '待审批' }, { value: 'approved', text: '待领取' }, { value: 'handed_over,returned', text: '已领取' },
  { value: 'rejected,cancelled,expired,no_show', text: '没有领取' }]

Page(screen(picking, {
  data: { rows: [], finished: false, ending: '', states: STATES, picked: '' },

  onLoad (query) {
    if (query.state) this.setData({ picked: query.state })
  },

  openShop () {
    wx.switchTab({ url: '/pages/shop/index' })
  }
}, listing(page => ({ path: '/me/redemptions', query: page.data.picked ? { state: page.data.picked } : {} }), orderCard)))
