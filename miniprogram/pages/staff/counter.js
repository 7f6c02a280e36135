// 柜台发放：扫居民手机上的取货码（或输入八位数字），看清楚是谁的什么，再发放；可以只发一部分。
const { fullDayOf, spanOf } = require('../../lib/dates')
const { shopsOf, staffScreen } = require('./lib/staff')
const { facts } = require('../../lib/facts')

const ROLES = ['shop_keeper', 'community_staff']
const WHO = [{ value: 'self', text: '本人来取' }, { value: 'proxy', text: '别人代取' }]

Page(staffScreen({
  data: { today: [], typed: '', order: null, spends: 0, who: WHO, collectedBy: 'self', proxyName: '', last: '', lines: [] },

  async read () {
    const shops = await shopsOf(ROLES)
    const today = await Promise.all(shops.map(async shop => summary(shop, await getApp().api.get(`/shops/${shop.id}/today`))))
    this.setData({ today })
  },

  type (event) {
    this.setData({ typed: event.detail.value, faults: {} })
  },

  scan () {
    wx.scanCode({ success: ({ result }) => this.preview(result), fail: () => {} })
  },

  find () {
    return this.preview(this.data.typed)
  },

  preview (found) {
    const code = found.replace(/\s/g, '')
    if (!code) return this.setData({ faults: { pickUpCode: ['请输入取货码'] } })
    return this.work('preview', async () => {
      const order = await getApp().api.post('/redemptions/preview', { pickUpCode: code })
      this.code = code
      this.setData({ order: shown(order), lines: linesOf(order), spends: order.points, collectedBy: 'self', proxyName: '', last: '', typed: '' })
      wx.pageScrollTo({ scrollTop: 0 })
    })
  },

  fewer (event) {
    this.change(event.currentTarget.dataset.index, -1)
  },

  more (event) {
    this.change(event.currentTarget.dataset.index, 1)
  },

  change (index, by) {
    const { quantity, most } = this.data.lines[index]
    this.setData({ [`lines[${index}].quantity`]: Math.max(0, Math.min(most, quantity + by)) })
    this.setData({ spends: pointsOf(this.data.lines) })
  },

  pickWho (event) {
    this.setData({ collectedBy: event.detail.value, faults: {} })
  },

  typeProxy (event) {
    this.setData({ proxyName: event.detail.value, faults: {} })
  },

  handOver () {
    const { order, lines, collectedBy, proxyName } = this.data
    if (collectedBy === 'proxy' && !proxyName.trim()) return this.setData({ faults: { proxyName: ['请写代取的人的姓名'] } })
    if (lines.length && lines.every(line => !line.quantity)) return wx.showToast({ title: '一件也没有选', icon: 'none' })
    const body = Object.assign({ pickUpCode: this.code, collectedBy }, collectedBy === 'proxy' ? { proxyName: proxyName.trim() } : {}, partOf(lines))
    return this.work('handOver', async () => {
      const done = await this.once([order.id, body], more => getApp().api.act(`/redemptions/${order.id}`, 'hand_over', body, more))
      this.code = ''
      this.setData({ order: null, last: `已发给 ${order.who}：${order.what}，扣 ${done.pointsSpent} 积分` })
      await this.loadAnew()
      wx.pageScrollTo({ scrollTop: 0 })
    })
  },

  leave () {
    this.code = ''
    this.setData({ order: null })
  },

  // 服务器说哪一项有误：取货码不对的标在输入框旁边。
  faultsAtFields (faults) {
    this.setData({ faults })
  }
}))

function summary ({ id, name }, today) {
  return {
    id,
    name,
    facts: facts([
      ['等领取', `${today.toPickUp} 张`],
      ['今天到期', today.lastDay ? `${today.lastDay} 张` : ''],
      ['过了期限', today.late ? `${today.late} 张` : ''],
      ['等审批', `${today.toApprove} 张`],
      ['今天发了', `${today.handedOverToday} 张`],
      ['货不多了', today.lowStock.map(one => `${one.name} ${one.onHand} ${one.unit}`).join('，')],
      ['快到期', today.endingBatches.map(one => `${one.name}（${fullDayOf(one.bestBefore)}）`).join('，')]
    ])
  }
}

function shown (order) {
  const what = order.lines.map(line => `${line.name} × ${line.quantity}`).join('，') || '场地'
  return {
    id: order.id,
    who: order.personName,
    what,
    slots: order.slots.map(slot => spanOf(slot.startsAt, slot.endsAt)),
    facts: facts([
      ['单号', order.number],
      ['用途', order.purpose],
      ['最晚领取', order.pickUpUntil && fullDayOf(order.pickUpUntil)]
    ])
  }
}

function linesOf (order) {
  return order.lines.map(({ itemId, name, quantity, unit, unitPoints }) => ({ id: itemId, name, unit, unitPoints, quantity, most: quantity }))
}

function pointsOf (lines) {
  return lines.reduce((sum, line) => sum + line.quantity * line.unitPoints, 0)
}

// 全部发的不用写；只发一部分的写发多少，其余的退还。
function partOf (lines) {
  if (lines.every(line => line.quantity === line.most)) return {}
  return { lines: lines.filter(line => line.quantity).map(({ id, quantity }) => ({ itemId: id, quantity })) }
}
