// 新的盘点：一种一种填实际有多少，没点的不填；有差异的写原因。点到一半自动存在手机里。
const { listing } = require('../../lib/listing')
const { placesOf, reasonFault, staffScreen } = require('./lib/staff')

const draftOf = shop => `dianliang.draft.count.${shop}`
const list = listing(page => ({ path: `/shops/${page.query.shop}/items`, query: { kind: 'goods', limit: 50 } }),
  ({ id, name, unit, onHand }) => ({ id, name, unit, book: onHand || 0 }))
const readList = list.read

Page(staffScreen(list, {
  data: { keeper: false, rows: [], finished: false, ending: '', counted: {}, reasons: {}, restored: false },

  async read () {
    const keeper = (await placesOf(['shop_keeper'])).length > 0
    if (keeper) await readList.call(this)
    this.setData({ keeper })
  },

  readAgain: false,

  onLoad (query) {
    const kept = wx.getStorageSync(draftOf(query.shop))
    if (kept) this.setData({ counted: kept.counted, reasons: kept.reasons, restored: true })
  },

  type (event) {
    const { id } = event.currentTarget.dataset
    this.setData({ [`counted.${id}`]: event.detail.value, [`faults.i${id}`]: '' })
    this.keep()
  },

  typeReason (event) {
    const { id } = event.currentTarget.dataset
    this.setData({ [`reasons.${id}`]: event.detail.value, [`faults.i${id}`]: '' })
    this.keep()
  },

  keep () {
    const { counted, reasons } = this.data
    wx.setStorageSync(draftOf(this.query.shop), { counted, reasons })
  },

  forget () {
    wx.removeStorageSync(draftOf(this.query.shop))
    this.setData({ counted: {}, reasons: {}, restored: false, faults: {} })
  },

  send () {
    const { rows, counted, reasons } = this.data
    const done = rows.filter(row => (counted[row.id] || '').trim() !== '')
    const faults = {}
    for (const row of done) {
      if (!/^\d+$/.test(counted[row.id].trim())) faults[`i${row.id}`] = '请填一个数'
      else if (Number(counted[row.id]) !== row.book && reasonFault(reasons[row.id] || '')) faults[`i${row.id}`] = '和账面不一样，请写原因'
    }
    this.setData({ faults })
    if (Object.keys(faults).length) return wx.pageScrollTo({ selector: `#item-${Object.keys(faults)[0].slice(1)}` })
    if (!done.length) return wx.showToast({ title: '还没有填', icon: 'none' })
    const lines = done.map(row => Object.assign({ itemId: row.id, counted: Number(counted[row.id]) }, reasons[row.id] ? { reason: reasons[row.id].trim() } : {}))
    return this.work('send', async () => {
      await this.once(lines, more => getApp().api.post(`/shops/${this.query.shop}/stocktakes`, { lines }, more))
      wx.removeStorageSync(draftOf(this.query.shop))
      wx.showToast({ title: '已提交，等监督员审核', icon: 'none' })
      wx.navigateBack({ fail: () => wx.redirectTo({ url: '/pages/staff/stocktakes' }) })
    })
  }
}))
