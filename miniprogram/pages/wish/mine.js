// 我的心愿，按走到哪一步分开。
const { wishCard } = require('../../lib/cards')
const { listing, picking } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const STATES = [
  { value: '', text: '全部' },
  { value: 'draft,sent_back', text: '等我补充' },
  { value: 'submitted,accepted', text: '审核中' },
  { value: 'published,claimed,carried_over,escalated', text: '在墙上' },
  { value: 'fulfilled', text: '等我确认' },
  { value: 'confirmed,closed_unconfirmed', text: '已办结' }
]

Page(screen(picking, {
  data: { rows: [], finished: false, ending: '', states: STATES, picked: '' },

  onLoad (query) {
    if (query.state) this.setData({ picked: query.state })
  },

  write () {
    wx.navigateTo({ url: '/pages/wish/write' })
  }
}, listing(page => ({ path: '/me/wishes', query: page.data.picked ? { state: page.data.picked } : {} }), wishCard)))
