// 入库：扫条码或按名称找到物品，填数量和来源；扫一次是一箱的，按箱里的件数算。
const { dayFromToday, fullDayOf } = require('../../lib/dates')
const { choicesOf, shopsOf, staffScreen } = require('./lib/staff')

const SOURCES = [{ value: 'purchase', text: '采购' }, { value: 'donation', text: '捐赠' }]
const EMPTY = { quantity: '', source: 'purchase', bestBefore: '', donor: '', document: '' }
const SHORTEST = 2

Page(staffScreen({
  data: { shops: [], shop: '', typed: '', found: [], searched: false, item: null, form: EMPTY, sources: SOURCES, firstDay: dayFromToday(0), bestBeforeDay: '', last: '' },

  readAgain: false,

  async read () {
    const shops = choicesOf(await shopsOf(['shop_keeper']))
    this.setData({ shops, shop: this.data.shop || (shops[0] && shops[0].value) || '' })
  },

  pickShop (event) {
    this.setData({ shop: event.detail.value, item: null, found: [], searched: false })
  },

  typeName (event) {
    this.setData({ typed: event.detail.value })
  },

  search () {
    const q = this.data.typed.trim()
    if (q.length < SHORTEST) return wx.showToast({ title: `请至少写 ${SHORTEST} 个字`, icon: 'none' })
    return this.work('search', async () => {
      const { list } = await getApp().api.get(`/shops/${this.data.shop}/items`, { kind: 'goods', q })
      this.setData({ found: list.map(shown), searched: true })
    })
  },

  scan () {
    wx.scanCode({ success: ({ result }) => this.findScanned(result), fail: () => {} })
  },

  findScanned (code) {
    return this.work('scan', async () => {
      const { api } = getApp()
      const { itemId, factor } = await api.get(`/shops/${this.data.shop}/barcodes/${encodeURIComponent(code.trim())}`)
      this.take(shown(await api.get(`/items/${itemId}`)), factor)
    })
  },

  choose (event) {
    this.take(this.data.found[event.currentTarget.dataset.index], 1)
  },

  take (item, factor) {
    this.setData({ item, form: Object.assign({}, EMPTY, { quantity: factor > 1 ? String(factor) : '' }), bestBeforeDay: '', faults: {}, last: '' })
  },

  type (event) {
    this.set(event.currentTarget.dataset.name, event.detail.value)
  },

  set (name, value) {
    this.setData({ [`form.${name}`]: value, [`faults.${name}`]: '' })
  },

  pickDay (event) {
    this.set('bestBefore', event.detail.value)
    this.setData({ bestBeforeDay: fullDayOf(event.detail.value) })
  },

  leave () {
    this.setData({ item: null })
  },

  send () {
    const { form, item } = this.data
    if (!(Number(form.quantity) > 0)) return this.setData({ faults: { quantity: '请填入库的数量' } })
    const body = { quantity: Number(form.quantity), source: form.source }
    for (const name of ['bestBefore', 'donor', 'document']) if (form[name].trim()) body[name] = form[name].trim()
    if (form.source !== 'donation') delete body.donor
    return this.work('send', async () => {
      const told = await this.once([item.id, body], more => getApp().api.post(`/items/${item.id}/receipts`, body, more))
      this.setData({ item: null, found: [], searched: false, typed: '', last: `已入库：${item.name} ${told.quantity} ${item.unit}，现在有 ${told.onHandAfter} ${item.unit}` })
    })
  },

  faultsAtFields (told) {
    const faults = {}
    for (const name of Object.keys(told)) faults[name] = told[name][0]
    this.setData({ faults })
  }
}))

function shown (item) {
  return { id: item.id, name: item.name, unit: item.unit, has: item.onHand === null ? '' : `现在有 ${item.onHand} ${item.unit}` }
}
