// 一个可以一直往下翻的列表：第一页随页面读取，触底取下一页，取不到就留一个“再试一次”。
const { ApiError } = require('../utils/dianliang/index')

/**
 * @param {(page: any) => { path: any, query?: any } | Promise<{ path: any, query?: any }>} asked 要读哪个列表
 * @param {(row: any) => any} card 一行怎样显示
 * @returns {any} 页面的 read、onReachBottom、more
 */
function listing (asked, card) {
  /** @type {Record<string, any> & ThisType<any>} */
  const part = {
    async read () {
      const { path, query } = await asked(this)
      const list = getApp().api.list(path, query)
      await list.loadMore()
      this.list = list
      this.setData({ rows: list.items.map(card), finished: list.finished, ending: '' })
    },

    onReachBottom () {
      return this.more()
    },

    async more () {
      if (!this.list || this.list.finished || this.data.ending === 'loading') return
      this.setData({ ending: 'loading' })
      const list = this.list
      try {
        await list.loadMore()
        // 翻页的时候换了条件：这一页不要了。
        if (list === this.list) this.setData({ rows: list.items.map(card), finished: list.finished, ending: '' })
      } catch (fault) {
        if (!(fault instanceof ApiError)) throw fault
        this.setData({ ending: 'fault' })
      }
    }
  }
  return part
}

/** @type {Record<string, any> & ThisType<any>} 选一项，再按它读 */
const picking = {
  async pick (event) {
    this.setData({ picked: event.detail.value })
    await this.loadAnew()
  }
}

const SHORTEST = 2

/** @type {Record<string, any> & ThisType<any>} 搜索框：写好了再找，清空了就回到全部 */
const searching = {
  type (event) {
    this.setData({ typed: event.detail.value })
    if (!event.detail.value && this.data.q) this.search()
  },

  search () {
    const q = this.data.typed.trim()
    if (q && q.length < SHORTEST) return wx.showToast({ title: `请至少写 ${SHORTEST} 个字`, icon: 'none' })
    this.setData({ q })
    return this.again()
  },

  async again () {
    wx.showLoading({ title: '正在读取' })
    await this.loadAnew()
    wx.hideLoading()
  }
}

module.exports = { listing, picking, searching }
