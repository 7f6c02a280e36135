// 一件一件地办：办好一件，下一件自己出来；拿不准的先放一放。读取、翻页、状态变了重新读，都在这里。
const { ApiError } = require('../../../utils/dianliang/index')
const { communitiesOf, choicesOf } = require('./staff')

// 下一件刚出来的时候按钮先不能按：给上一件多按的那一下，不会落在它身上。
const SETTLE = 600

/**
 * @param {{
 *   asked: (page: any) => { path: string, query?: any },
 *   roles?: string[],
 *   id?: (row: any) => number,
 *   mine?: (row: any) => boolean,
 *   beside?: (row: any, page: any) => Promise<any>,
 *   show: (row: any, beside: any, page: any) => any
 * }} given asked 读哪个列表；roles 按社区读的：以这些角色任职的社区；mine 哪些轮到我；beside 这一件旁边要看的；show 怎样显示
 * @returns {Record<string, any> & ThisType<any>}
 */
function oneByOne (given) {
  const idOf = given.id || (row => row.id)
  const mine = given.mine || (() => true)

  /** @type {Record<string, any> & ThisType<any>} */
  const part = {
    data: { one: null, left: '', last: '', mode: '', later: 0, settling: false, communities: [], community: '' },

    async read () {
      if (given.roles) await this.findCommunities(given.roles)
      const { path, query } = given.asked(this)
      const list = getApp().api.list(path, query)
      await list.loadMore()
      this.list = list
      // 重新读到的都是还没有办的：退回又补充好的，也在里面。
      const passed = this.passedBy()
      for (const id of Object.keys(passed)) if (passed[id] === 'done') delete passed[id]
      await this.showNext()
    },

    // 列表要说是哪个社区的：在几个社区任职的自己选。
    async findCommunities (roles) {
      if (this.data.communities.length) return
      const communities = choicesOf(await communitiesOf(roles))
      this.setData({ communities, community: communities.length ? communities[0].value : '' })
    },

    async pickCommunity (event) {
      this.setData({ community: event.detail.value, last: '', mode: '' })
      await this.loadAnew()
    },

    async showNext () {
      const row = await this.findNext()
      const beside = row && given.beside ? await given.beside(row, this) : null
      const same = row && this.row && idOf(row) === idOf(this.row)
      this.row = row
      const data = { one: row ? given.show(row, beside, this) : null, left: this.leftOf(), later: this.putOff().length }
      // 同一件重新读到的：正在写的原因留着。
      if (!same) Object.assign(data, { mode: '', contact: null, faults: {} })
      this.setData(data)
    },

    async findNext () {
      const { list } = this
      const open = row => mine(row) && !this.passedBy()[idOf(row)]
      while (!list.items.some(open) && !list.finished) await list.loadMore()
      return list.items.find(open) || null
    },

    passedBy () {
      if (!this.passed) this.passed = {}
      return this.passed
    },

    putOff () {
      const passed = this.passedBy()
      return Object.keys(passed).filter(id => passed[id] === 'later')
    },

    leftOf () {
      const { list } = this
      const open = list.items.filter(row => mine(row) && !this.passedBy()[idOf(row)]).length
      return `还有 ${open}${list.finished ? '' : ' 多'} 件`
    },

    // 办这一件：doIt 送出，said 是办好以后说的一句。
    decide (name, doIt, said) {
      const row = this.row
      return this.work(name, async () => {
        await doIt(row)
        await this.done(row, said)
      })
    },

    async done (row, said) {
      this.passedBy()[idOf(row)] = 'done'
      this.setData({ last: said })
      await this.forward()
    },

    later () {
      return this.work('later', async () => {
        this.passedBy()[idOf(this.row)] = 'later'
        this.setData({ last: '' })
        await this.forward()
      })
    },

    // 放一放的再看一遍。
    again () {
      for (const id of this.putOff()) delete this.passed[id]
      return this.work('again', () => this.loadAnew())
    },

    // 到下一件；下一件没有读到不算这一件没有办成。
    async forward () {
      try {
        await this.showNext()
      } catch (fault) {
        if (!(fault instanceof ApiError)) throw fault
        this.row = null
        this.setData({ one: null, state: fault.offline ? 'offline' : 'error', message: fault.message })
        return
      }
      wx.pageScrollTo({ scrollTop: 0 })
      this.settle()
    },

    settle () {
      this.setData({ settling: true })
      this.settled = setTimeout(() => this.setData({ settling: false }), SETTLE)
    },

    onUnload () {
      clearTimeout(this.settled)
    },

    // 要写原因的：打开、收起。
    unfold (event) {
      this.setData({ mode: event.currentTarget.dataset.mode, faults: {} })
    },

    fold () {
      this.setData({ mode: '' })
    }
  }
  return part
}

module.exports = { oneByOne }
