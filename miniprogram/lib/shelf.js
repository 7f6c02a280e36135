// 一个超市和它的货架：兑换（我的社区）和超市详情两个页面共用。
const { itemCard } = require('./cards')
const { options, ITEM_KINDS } = require('./labels')
const { listing, picking } = require('./listing')

const WEEKDAYS = ['一', '二', '三', '四', '五', '六', '日']

/** @param {(page: any) => Promise<any>} found 哪个超市；没有时为 null */
function shelf (found) {
  const list = listing(
    page => ({ path: `/shops/${page.shop.id}/items`, query: page.data.picked ? { kind: page.data.picked } : {} }), itemCard)
  /** @type {Record<string, any> & ThisType<any>} */
  const own = {
    data: { rows: [], finished: false, ending: '', shop: null, picked: '', kinds: [{ value: '', text: '全部' }].concat(options(ITEM_KINDS)) },

    async read () {
      this.shop = await found(this)
      if (!this.shop) return this.setData({ rows: [], finished: true, shop: null })
      await list.read.call(this)
      const { id, name, address, openingHours } = this.shop
      this.setData({ shop: { id, name, address, hours: hoursOf(openingHours) } })
    },

    onShareAppMessage () {
      return this.shop ? { title: this.shop.name, path: `/pages/shop/detail?id=${this.shop.id}` } : { title: '兑换超市', path: '/pages/shop/index' }
    }
  }
  return Object.assign({}, list, picking, own)
}

/** 时间一样的日子写在一行：周一至周六 08:30–11:30、13:30–17:00 */
function hoursOf (hours) {
  const lines = []
  for (let day = 1; day <= WEEKDAYS.length; day++) {
    const spans = hours.filter(one => one.weekday === day).map(one => `${one.opens}–${one.closes}`).join('、')
    const last = lines[lines.length - 1]
    if (spans && last && last.spans === spans && last.to === day - 1) last.to = day
    else if (spans) lines.push({ from: day, to: day, spans })
  }
  return lines.map(({ from, to, spans }) => `周${WEEKDAYS[from - 1]}${to > from ? `至周${WEEKDAYS[to - 1]}` : ''} ${spans}`)
}

module.exports = { shelf, hoursOf }
