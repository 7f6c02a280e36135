// 没有网络时也能提交：先存在手机里，连上网再按先后送出。每一份从存下起就有自己的幂等编号，重发不会办两次；
// 存在 storage 里，小程序关掉再打开还在。一份被拒绝了，同一件事（group）后面的等用户决定，别的照常。

const { ApiError, unanswered } = require('./transport')

const KEPT = 'dianliang.queue'
const MOST = 50
// 服务器记住幂等编号至少 24 小时：发出这么久还没有回答的，不再自动重发。
const LONGEST_DOUBT = 20 * 3600 * 1000
const SENTENCES = {
  QUEUE_FULL: '还没有送出的太多了，请连上网络以后再提交',
  NOT_KEPT: '手机存储空间不足，没有保存',
  DOUBTFUL: '发出以后没有收到回答，请先看看是不是已经办好'
}

/**
 * state：waiting 等着送出；refused 服务器不同意，原因在 fault；doubtful 不知道办没办，要用户看过再决定。
 * @typedef {{ key: string, method: 'POST' | 'PUT', path: string, body: any, title: string, group: string,
 *   person: number, at: number, sentAt: number | null, state: 'waiting' | 'refused' | 'doubtful',
 *   fault: { status: number, error: string, message: string, data: any } | null }} Entry
 */

function createQueue ({ platform, ask, isOffline, person, newKey, now }) {
  /** @type {Entry[]} */
  let entries = platform.getStorageSync(KEPT) || []
  /** @type {Promise<void> | null} */
  let flushing = null
  let again = false
  /** @type {Entry | null} */
  let sending = null
  let started = false
  const results = new Map()
  const listeners = new Set()

  function save () {
    platform.setStorageSync(KEPT, entries)
    for (const listener of listeners) listener(items())
  }

  // 别的账号存下的不是我的，等那个人登录了再送。
  function mine () {
    return entries.filter(one => one.person === person())
  }

  function items () {
    return mine().map(one => Object.assign({}, one))
  }

  function find (key) {
    return entries.find(one => one.key === key)
  }

  async function add (method, path, body, more) {
    const given = more || {}
    if (!person()) throw unanswered('OFFLINE')
    if (entries.length >= MOST) throw new ApiError(0, { error: 'QUEUE_FULL', message: SENTENCES.QUEUE_FULL })
    const key = given.key || newKey()
    // 用户在同一页上又点了一次：还是那一份。
    if (!find(key)) keep({ method, path, body, key, given })
    results.set(key, null)
    await flush()
    return outcome(key)
  }

  function keep ({ method, path, body, key, given }) {
    /** @type {Entry} */
    const entry = {
      key,
      method,
      path,
      body: body === undefined ? {} : body,
      title: given.title || '',
      group: given.group || path.split('/').slice(0, 3).join('/'),
      person: person(),
      at: now(),
      sentAt: null,
      state: 'waiting',
      fault: null
    }
    entries = entries.concat(entry)
    try {
      save()
    } catch (fault) {
      entries = entries.filter(one => one !== entry)
      throw new ApiError(0, { error: 'NOT_KEPT', message: SENTENCES.NOT_KEPT, detail: String(fault) })
    }
  }

  function outcome (key) {
    const entry = find(key)
    if (entry) {
      results.delete(key)
      return { key, state: entry.state, data: null, fault: entry.fault }
    }
    const data = results.get(key)
    results.delete(key)
    return { key, state: 'done', data, fault: null }
  }

  // 同时只有一趟在送；送的时候又有新的，送完再看一遍。
  function flush () {
    again = true
    if (!flushing) flushing = rounds()
    return flushing
  }

  async function rounds () {
    try {
      while (again) {
        again = false
        await round()
      }
    } finally {
      flushing = null
    }
  }

  async function round () {
    for (let entry = next(); entry; entry = next()) {
      if (await isOffline() || !(await deliver(entry))) return
    }
  }

  function next () {
    const stopped = new Set()
    return mine().find(one => {
      if (one.state !== 'waiting') stopped.add(one.group)
      return one.state === 'waiting' && !stopped.has(one.group)
    })
  }

  /** 送一份；false：现在送不出去，后面的也等着。 */
  async function deliver (entry) {
    if (entry.sentAt === null) entry.sentAt = now()
    else if (entry.method === 'POST' && now() - entry.sentAt > LONGEST_DOUBT) return stop(entry, 'doubtful', doubt())
    // 先记下“发出过”，再发：这时关掉小程序，下次用同一个编号重发。
    save()
    const { method, path, body, key } = entry
    sending = entry
    try {
      const data = await ask({ method, path, body, key: method === 'POST' ? key : undefined })
      entries = entries.filter(one => one !== entry)
      // 只有还有人等着的才要留下结果。
      if (results.has(key)) results.set(key, data)
      save()
      return true
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault
      return comesLater(fault) ? false : stop(entry, 'refused', fault)
    } finally {
      sending = null
    }
  }

  /** @param {Entry} entry @param {'refused' | 'doubtful'} state @param {any} fault */
  function stop (entry, state, { status, error, message, data }) {
    entry.state = state
    entry.fault = { status, error, message, data }
    save()
    return true
  }

  function doubt () {
    return { status: 0, error: 'DOUBTFUL', message: SENTENCES.DOUBTFUL, data: null }
  }

  /** 用户决定再送一次：被拒绝的没有办成，换一个编号。 */
  async function retry (key) {
    const entry = mine().find(one => one.key === key)
    if (entry) {
      Object.assign(entry, { key: newKey(), state: 'waiting', fault: null, sentAt: null })
      save()
    }
    return flush()
  }

  /** 用户决定不要了；正在送的那一份不能取消。 */
  async function drop (key) {
    entries = entries.filter(one => one.key !== key || one === sending)
    save()
    return flush()
  }

  /** 放在 app.js 的 onLaunch：连上网、回到小程序时自动送。 */
  function start () {
    if (!started) {
      started = true
      platform.onNetworkStatusChange(found => { if (found.isConnected) flush().catch(() => {}) })
      platform.onAppShow(() => { flush().catch(() => {}) })
    }
    return flush()
  }

  function onChange (listener) {
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }

  return {
    post: (path, body, more) => add('POST', path, body, more),
    put: (path, body, more) => add('PUT', path, body, more),
    act: (path, action, body, more) => add('POST', `${path}/${action.replace(/_/g, '-')}`, body, more),
    items,
    flush,
    retry,
    drop,
    start,
    onChange
  }
}

// 没有回答、太频繁、暂时不可用、上一次还在处理、要重新登录：不是不同意，以后再送。
function comesLater (fault) {
  const busy = [401, 429].indexOf(fault.status) >= 0 || fault.status >= 500 || fault.error === 'STILL_RUNNING'
  return !fault.answered || busy
}

module.exports = { createQueue }
