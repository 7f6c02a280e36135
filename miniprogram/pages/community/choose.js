// 选一个社区来看；居住登记是另一回事。
const { chooseCommunity } = require('../../lib/community')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const SHORTEST = 2

Page(screen({
  data: { rows: [], finished: false, ending: '', typed: '', q: '' },

  type (event) {
    this.setData({ typed: event.detail.value })
  },

  async search () {
    const q = this.data.typed.trim()
    if (q && q.length < SHORTEST) return wx.showToast({ title: `请至少写 ${SHORTEST} 个字`, icon: 'none' })
    this.setData({ q })
    await this.loadAnew()
  },

  choose (event) {
    const { id, name } = event.currentTarget.dataset
    chooseCommunity({ id, name })
    wx.navigateBack()
  }
}, listing(page => ({ path: '/organisations', query: Object.assign({ kind: 'community' }, page.data.q ? { q: page.data.q } : {}) }), ({ id, name }) => ({ id, name }))))
