// 审批兑换：一张一张看，通过或不予通过；发放在“柜台发放”。
const { fullDayOf, momentOf, spanOf } = require('../../lib/dates')
const { ITEM_KINDS } = require('../../lib/labels')
const { oneByOne } = require('./lib/one-by-one')
const { staffScreen } = require('./lib/staff')
const { facts } = require('../../lib/facts')
const { READY } = require('./lib/words')

const queue = oneByOne({ asked: () => ({ path: '/redemptions/to-approve' }), show })

Page(staffScreen(queue, {
  data: Object.assign({ ready: READY.rejectOrder }, queue.data),

  approve () {
    return this.send('approve', {}, '已通过，通知了本人')
  },

  reject (event) {
    return this.send('reject', event.detail, '不予通过，积分已退还')
  },

  send (action, body, said) {
    const { personName, number } = this.row
    return this.decide(action, row => this.once([row.id, action, body], more => getApp().api.act(`/redemptions/${row.id}`, action, body, more)), `${personName} ${number}：${said}`)
  }
}))

function show (order) {
  return {
    id: order.id,
    who: order.personName,
    number: order.number,
    kind: ITEM_KINDS[order.kind],
    lines: order.lines.map(line => ({ id: line.itemId, name: line.name, count: `${line.quantity} ${line.unit}`, points: line.points })),
    slots: order.slots.map(slot => spanOf(slot.startsAt, slot.endsAt)),
    facts: facts([
      ['合计', `${order.points} 积分`],
      ['用途', order.purpose],
      ['志愿队', order.teamName],
      ['谁办的', order.byFamily ? '家人代办' : order.onBehalf ? '工作人员代办' : ''],
      ['哪天来取', order.collectOn && fullDayOf(order.collectOn)],
      ['申请', momentOf(order.requestedAt)],
      ['最晚审批', fullDayOf(order.approveUntil)],
      ['超市', order.shopName]
    ]),
    approvable: order.actions.indexOf('approve') >= 0,
    rejectable: order.actions.indexOf('reject') >= 0
  }
}
