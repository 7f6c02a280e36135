// 盘点：提交过的盘点和结果；监督员在这里审核，管理员从这里开始新的一次。
const words = require('../../utils/dianliang/words')
const { momentOf } = require('../../lib/dates')
const { listing } = require('../../lib/listing')
const { choicesOf, placesOf, shopsOf, staffScreen } = require('./lib/staff')
const { READY } = require('./lib/words')

const list = listing(page => ({ path: `/shops/${page.data.shop}/stocktakes` }), card)
const readList = list.read

Page(staffScreen(list, {
  data: { rows: [], finished: true, ending: '', shops: [], shop: '', keeper: false, rejecting: 0, ready: READY.rejectCount },

  async read () {
    const shops = choicesOf(await shopsOf(['shop_keeper', 'supervisor', 'community_staff']))
    const keeper = (await placesOf(['shop_keeper'])).length > 0
    this.setData({ shops, keeper, shop: this.data.shop || (shops[0] && shops[0].value) || '' })
    if (this.data.shop) await readList.call(this)
  },

  async pickShop (event) {
    this.setData({ shop: event.detail.value, rejecting: 0 })
    await this.loadAnew()
  },

  begin () {
    wx.navigateTo({ url: `/pages/staff/count?shop=${this.data.shop}` })
  },

  approve (event) {
    return this.decide(event.currentTarget.dataset.id, 'approve', {}, '已通过，账面已调整')
  },

  beginReject (event) {
    this.setData({ rejecting: event.currentTarget.dataset.id })
  },

  fold () {
    this.setData({ rejecting: 0 })
  },

  reject (event) {
    return this.decide(this.data.rejecting, 'reject', event.detail, '已退回')
  },

  decide (id, action, body, said) {
    return this.work(`${action}${id}`, async () => {
      await this.once([id, action, body], more => getApp().api.act(`/stocktakes/${id}`, action, body, more))
      wx.showToast({ title: said, icon: 'none' })
      this.setData({ rejecting: 0 })
      await this.loadAnew()
    })
  }
}))

function card (one) {
  const can = action => one.actions.indexOf(action) >= 0
  return {
    id: one.id,
    number: one.number,
    state: one.state,
    stateWord: words.states.stocktake[one.state],
    by: `${one.proposedBy}，${momentOf(one.proposedAt)}`,
    decided: one.decidedBy ? `${one.decidedBy} 审核${one.reviewReason ? `：${one.reviewReason}` : ''}` : '',
    lines: one.lines.map(line => ({
      id: line.itemId,
      name: line.name,
      counted: `账面 ${line.book}，实盘 ${line.counted} ${line.unit}`,
      difference: line.difference ? `差 ${line.difference}${line.reason ? `：${line.reason}` : ''}` : ''
    })),
    approvable: can('approve'),
    rejectable: can('reject')
  }
}
