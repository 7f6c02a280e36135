// 货架上的一种：看清楚，选数量或时段，确认，兑换。打开页面时取好编号，重复按只有一张单。
const { newKey } = require('../../utils/dianliang/index')
const { itemCard, pictureOf } = require('../../lib/cards')
const { dayFromToday, fullDayOf } = require('../../lib/dates')
const { PERIODS } = require('../../lib/labels')
const { screen } = require('../../lib/screen')

const MOST = 99
const FARTHEST_DAYS = 30

Page(screen({
  data: { item: null, quantity: 1, purpose: '', day: dayFromToday(1), dayWord: fullDayOf(dayFromToday(1)), firstDay: dayFromToday(0), lastDay: dayFromToday(FARTHEST_DAYS), slots: [], chosen: [], points: null, forName: '', signedIn: false },

  onLoad () {
    this.key = newKey()
  },

  async read () {
    const { api } = getApp()
    const item = await api.get(`/items/${this.query.id}`)
    this.raw = item
    this.setData({ item: detail(item) })
    if (item.kind === 'venue') await this.readSlots()
    this.setData({ signedIn: api.signedIn() })
    if (!api.signedIn()) return
    const { available } = await api.get('/me/points')
    this.setData({ points: available })
  },

  async readSlots () {
    const { list } = await getApp().api.get(`/items/${this.query.id}/slots`, { date: this.data.day })
    const slots = list.map(({ id, startsAt, endsAt, free }) => ({ id, free, text: `${startsAt.slice(11, 16)}–${endsAt.slice(11, 16)}` }))
    this.setData({ slots, chosen: [], marked: {} })
  },

  pickDay (event) {
    this.setData({ day: event.detail.value, dayWord: fullDayOf(event.detail.value) })
    return this.work('slots', () => this.readSlots())
  },

  pickSlot (event) {
    const { id } = event.currentTarget.dataset
    const { chosen } = this.data
    const next = chosen.indexOf(id) >= 0 ? chosen.filter(one => one !== id) : chosen.concat(id)
    this.setData({ chosen: next, marked: Object.fromEntries(next.map(one => [one, true])) })
  },

  more () {
    this.setData({ quantity: Math.min(this.data.quantity + 1, this.raw.available || MOST) })
  },

  fewer () {
    this.setData({ quantity: Math.max(this.data.quantity - 1, 1) })
  },

  type (event) {
    this.setData({ purpose: event.detail.value })
  },

  order () {
    if (this.raw.kind === 'venue' && !this.data.chosen.length) return wx.showToast({ title: '请先选时段', icon: 'none' })
    return this.work('order', async () => {
      const { api } = getApp()
      await api.beforePersonal()
      if (!(await wx.showModal({ title: '确认兑换？', content: this.sentence(), confirmText: '兑换' })).confirm) return
      const order = await api.post('/redemptions', this.body(), { key: this.key })
      this.key = newKey()
      wx.redirectTo({ url: `/pages/redemption/detail?id=${order.id}` })
    })
  },

  sentence () {
    const { name, unit, points, kind } = this.raw
    const count = kind === 'venue' ? this.data.chosen.length : this.data.quantity
    const whose = this.data.forName ? `用${this.data.forName}的积分，` : ''
    return `${name} ${count} ${kind === 'venue' ? '个时段' : unit}，${whose}一共 ${points * count} 积分。现在冻结，领取时扣除；取消就退还。`
  },

  forWhom ({ detail: { onBehalfOf, name } }) {
    this.onBehalfOf = onBehalfOf
    this.setData({ forName: name })
  },

  body () {
    const { shopId, id, kind } = this.raw
    const whose = this.onBehalfOf ? { onBehalfOf: this.onBehalfOf } : {}
    if (kind === 'venue') return Object.assign({ shopId, slotIds: this.data.chosen }, whose)
    const body = Object.assign({ shopId, lines: [{ itemId: id, quantity: this.data.quantity }] }, whose)
    return kind === 'activity_support' ? Object.assign(body, { purpose: this.data.purpose.trim() }) : body
  },

  watch () {
    return this.work('watch', async () => {
      const { api } = getApp()
      const path = `/items/${this.query.id}/watch`
      await (this.data.item.watching ? api.remove(path) : api.post(path))
      await this.loadAnew()
    })
  },

  onShareAppMessage () {
    return { title: `${this.raw ? this.raw.name : '兑换超市'}`, path: `/pages/item/detail?id=${this.query.id}` }
  }
}))

function detail (item) {
  const limit = item.limitPerPerson ? `每人${PERIODS[item.limitPeriod]} ${item.limitPerPerson} ${item.unit}` : ''
  return Object.assign(itemCard(item), {
    description: item.description,
    big: pictureOf(item.files[0] && item.files[0].url),
    goods: item.kind !== 'venue',
    venue: item.kind === 'venue',
    support: item.kind === 'activity_support',
    watching: item.watching,
    facts: [['限兑', limit], ['领取', item.pickUpDays && `批准后 ${item.pickUpDays} 个营业日内`], ['捐赠', item.donors.join('、')], ['时段', item.slotMinutes && `每个 ${item.slotMinutes} 分钟`]]
      .filter(([, value]) => value).map(([name, value]) => ({ name, value }))
  })
}
