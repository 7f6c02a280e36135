// 每个页面都一样的那些：读取、没有联网、失败重试、下拉刷新、同一件事不办两次。
const { ApiError } = require('../utils/dianliang/index')
const { withoutSlips } = require('./touch')

/** @typedef {Record<string, any> & ThisType<any>} Part 页面的一部分；this 是页面自己 */

/**
 * 用法：Page(screen({ data, read () { … } }))。`read` 读取并 setData，失败就抛出；此外像平常的页面一样写。
 * 可以给几部分（如 listing），后面的盖过前面的。
 * @param {...Part} parts
 * @returns {any}
 */
function screen (...parts) {
  const definition = Object.assign({}, ...parts)
  return Object.assign(withoutSlips(definition), common(definition))
}

/** @param {Part} definition @returns {Part} */
function common (definition) {
  /** @type {Part} */
  const shared = {
    data: Object.assign({ state: definition.read ? 'loading' : 'ready', message: '', stale: '', busy: '', faults: {} }, definition.data),

    onLoad (query) {
      this.query = opened(query)
      if (definition.onLoad) definition.onLoad.call(this, this.query)
      if (definition.read) this.load()
    },

    // 从别的页面回来：内容可能变了，悄悄再读一次。
    onShow () {
      if (definition.onShow) definition.onShow.call(this)
      if (this.shownBefore && definition.read && definition.readAgain !== false) this.load()
      this.shownBefore = true
    },

    onPullDownRefresh () {
      this.load().then(() => wx.stopPullDownRefresh())
    },

    retry () {
      if (this.data.state !== 'ready') this.setData({ state: 'loading' })
      return this.load()
    },

    load () {
      if (!this.loading) {
        const done = () => { this.loading = null }
        this.loading = read(this, definition.read)
        this.loading.then(done, done)
      }
      return this.loading
    },

    // 刚登录、刚办过事：正在读的那一次可能还是原来的样子，等它读完再读一次。
    async loadAnew () {
      while (this.loading) await this.loading
      return this.load()
    },

    // 办一件事：还没有办完时再按没有用；失败时说清楚，填写有误的标在各项旁边，状态变了就重新读取。
    async work (name, doIt) {
      if (this.data.busy) return undefined
      this.setData({ busy: name, faults: {} })
      try {
        return await doIt()
      } catch (fault) {
        return failed(this, fault)
      } finally {
        this.setData({ busy: '' })
      }
    }
  }
  return shared
}

// 扫小程序码打开时，参数在 scene 里。
function opened (query) {
  const found = Object.assign({}, query)
  if (!found.scene) return found
  for (const pair of decodeURIComponent(found.scene).split('&')) {
    const [name, value] = pair.split('=')
    found[name] = value
  }
  return found
}

async function read (page, reading) {
  if (!reading) return
  try {
    await reading.call(page)
    page.setData({ state: 'ready', message: '', stale: '' })
  } catch (fault) {
    if (!(fault instanceof ApiError)) throw fault
    if (page.data.state === 'ready') return page.setData({ stale: `${fault.message}。下面是上一次读到的内容` })
    page.setData({ state: stateOf(fault), message: fault.message })
  }
}

function stateOf (fault) {
  if (fault.offline) return 'offline'
  if (fault.error === 'CONSENT_DECLINED') return 'guest'
  return fault.status === 404 ? 'gone' : 'error'
}

function failed (page, fault) {
  if (!(fault instanceof ApiError)) throw fault
  if (fault.error === 'CANCELLED') return undefined
  if (fault.error === 'INVALID_INPUT' && page.faultsAtFields) {
    page.faultsAtFields(fault.data)
    return undefined
  }
  const said = fault.error === 'INVALID_INPUT' ? Object.values(fault.data)[0][0] : fault.message
  wx.showModal({ title: '没有办成', content: said, showCancel: false, confirmText: '知道了' })
  if (fault.status === 409 || fault.status === 404) page.loadAnew()
  return undefined
}

module.exports = { screen }
