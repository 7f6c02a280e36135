// 一张兑换单：走到哪一步，取货码，取消。
const words = require('../../utils/dianliang/words')
const { orderCard } = require('../../lib/cards')
const { fullDayOf, momentOf, spanOf } = require('../../lib/dates')
const { screen } = require('../../lib/screen')

Page(screen({
  data: { order: null },

  async read () {
    this.show(await getApp().api.get(`/redemptions/${this.query.id}`))
  },

  show (order) {
    this.setData({ order: detail(order) })
  },

  cancel () {
    return this.work('cancel', async () => {
      if (!(await wx.showModal({ title: '取消这张兑换单？', content: '积分退还，货留给别人。', confirmText: '取消兑换', cancelText: '再想想' })).confirm) return
      this.show(await getApp().api.act(`/redemptions/${this.query.id}`, 'cancel', {}))
    })
  }
}))

function detail (order) {
  const code = order.pickUpCode ? `${order.pickUpCode.slice(0, 4)} ${order.pickUpCode.slice(4)}` : ''
  return Object.assign(orderCard(order), {
    code,
    // 读屏时一个数字一个数字地念。
    spoken: (order.pickUpCode || '').split('').join(' '),
    qr: order.pickUpQr ? `data:image/svg+xml,${encodeURIComponent(order.pickUpQr)}` : '',
    lines: order.lines.map(line => ({ id: line.itemId, name: line.name, count: `${line.quantity} ${line.unit}`, points: line.points })),
    slots: order.slots.map(slot => spanOf(slot.startsAt, slot.endsAt)),
    reason: order.reason || '',
    open: order.state === 'requested' || order.state === 'approved',
    cancellable: order.actions.indexOf('cancel') >= 0,
    facts: [
      ['单号', order.number],
      ['超市', order.shopName],
      ['合计', `${order.points} 积分`],
      ['申请', momentOf(order.requestedAt)],
      ['审批', order.state === 'requested' ? `最晚 ${fullDayOf(order.approveUntil)}` : momentOf(order.approvedAt)],
      ['领取', order.handedOverAt ? momentOf(order.handedOverAt) : order.pickUpUntil && `${fullDayOf(order.pickUpUntil)} 前`],
      ['用途', order.purpose]
    ].filter(([, value]) => value).map(([name, value]) => ({ name, value })),
    stateWord: words.states.redemption[order.state] || order.state
  })
}
