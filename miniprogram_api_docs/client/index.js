// 点亮：小程序接口的客户端。CommonJS，不需要编译；把 client 文件夹放进小程序即可使用，用法见 README.md。

const BASE = '/api/v1'
const TOKEN = 'dianliang.token'
// 这两种 401 表示登录失效；其余的 401（如绑卡时的凭证失效）重新登录也没有用。
const SIGNED_OUT = ['NOT_SIGNED_IN', 'SESSION_ENDED']
// 登录之前就要能读的：隐私说明。
const BEFORE_SIGN_IN = /^\/privacy(\/|$)/
const LONGEST_WAIT = 30000
const USUAL_WAIT = 1000
const MOST_TRIES = 3
const SENTENCES = {
  NETWORK: '网络不通，请稍后再试',
  NOT_JSON: '服务器的回答无法识别，请稍后再试'
}

// 一切失败都是它：status 为 0 表示没有收到回答；error 用来判断，message 可以直接给用户看。
class ApiError extends Error {
  constructor (status, told, retryAfter) {
    super(told.message)
    this.name = 'ApiError'
    this.status = status
    this.code = told.code || 0
    this.error = told.error
    this.data = told.data === undefined ? null : told.data
    this.requestId = told.requestId || null
    this.retryAfter = retryAfter
    this.detail = told.detail || null
  }
}

function createClient (options) {
  const given = options || {}
  const platform = given.wx || wx
  const baseUrl = String(given.baseUrl).replace(/\/+$/, '')
  const wait = given.wait || (ms => new Promise(resolve => setTimeout(resolve, ms)))
  const tries = given.tries || MOST_TRIES
  let signingIn = null

  function token () {
    return platform.getStorageSync(TOKEN) || ''
  }

  // 登录凭证五分钟内有效，只能用一次：每次登录都向微信取新的。
  function loginCode () {
    if (given.loginCode) return Promise.resolve(given.loginCode())
    return new Promise((resolve, reject) => platform.login({
      success: told => resolve(told.code),
      fail: fault => reject(lost(fault))
    }))
  }

  // 几个请求同时需要登录时，只登录一次，大家等同一个结果。
  function signIn () {
    if (!signingIn) {
      const done = () => { signingIn = null }
      signingIn = patiently(openSession, true)
      signingIn.then(done, done)
    }
    return signingIn
  }

  async function openSession () {
    const data = await send({ method: 'POST', path: '/sessions', body: { code: await loginCode() } }, '')
    platform.setStorageSync(TOKEN, data.token)
    return data
  }

  // 退出以后不能又悄悄登录；令牌已经失效也算退出了。
  async function signOut () {
    const mine = token()
    try {
      if (mine) await send({ method: 'DELETE', path: '/sessions/current' }, mine)
    } catch (fault) {
      if (SIGNED_OUT.indexOf(fault.error) < 0) throw fault
    } finally {
      platform.removeStorageSync(TOKEN)
    }
  }

  // 一次操作：没有登录先登录；登录失效就重新登录一次，再试一次；还不行就告诉调用的人。
  async function ask (call) {
    if (!token() && !BEFORE_SIGN_IN.test(call.path)) await signIn()
    const mine = token()
    try {
      return await patiently(() => send(call, mine), isSafe(call))
    } catch (fault) {
      if (SIGNED_OUT.indexOf(fault.error) < 0) throw fault
    }
    // 别的请求可能已经登录过了。
    if (token() === mine) await signIn()
    return patiently(() => send(call, token()), isSafe(call))
  }

  // 太频繁、暂时不可用、上一次还在处理：按 Retry-After 等，没有就一次比一次久；网络断了只在不会办两次时重试。
  async function patiently (attempt, safe) {
    for (let tried = 1; ; tried++) {
      try {
        return await attempt()
      } catch (fault) {
        const pause = pauseAfter(fault, tried, safe)
        if (tried >= tries || pause === null) throw fault
        await wait(pause)
      }
    }
  }

  function send (call, bearer) {
    return call.filePath === undefined ? request(call, bearer) : uploadOnce(call, bearer)
  }

  function request (call, bearer) {
    return new Promise((resolve, reject) => platform.request({
      url: address(baseUrl, call.path, call.query),
      method: call.method,
      header: headers(call, bearer, { 'Content-Type': 'application/json' }),
      // 自己写成文字：GET 和 DELETE 的内容不会被改成网址的一部分。
      data: call.body === undefined ? undefined : JSON.stringify(call.body),
      timeout: given.timeout,
      success: answer => settle(answer, resolve, reject),
      fail: fault => reject(lost(fault))
    }))
  }

  function uploadOnce (call, bearer) {
    return new Promise((resolve, reject) => platform.uploadFile({
      url: address(baseUrl, call.path),
      filePath: call.filePath,
      name: 'file',
      formData: call.body,
      header: headers(call, bearer, {}),
      timeout: given.timeout,
      success: answer => settle(answer, resolve, reject),
      fail: fault => reject(lost(fault))
    }))
  }

  function write (method, path, body, more) {
    return ask({ method, path, body: body === undefined ? {} : body, key: keyOf(method, more) })
  }

  return {
    signIn,
    signOut,
    signedIn: () => token() !== '',
    get: (path, query) => ask({ method: 'GET', path, query }),
    post: (path, body, more) => write('POST', path, body, more),
    put: (path, body) => write('PUT', path, body),
    remove: (path, body) => ask({ method: 'DELETE', path, body }),
    // 办一个 `actions` 里的操作：act('/wishes/17', 'send_back', { reason })。
    act: (path, action, body, more) => write('POST', `${path}/${action.replace(/_/g, '-')}`, body, more),
    upload: (filePath, purpose, more) =>
      ask({ method: 'POST', path: '/files', filePath, body: { purpose }, key: keyOf('POST', more) }),
    list: (path, query) => cursorList(page => ask({ method: 'GET', path, query: page }), query || {})
  }
}

// 一个列表：loadMore() 取下一页并接在 items 后面；也可以用 for await 逐个读。
function cursorList (read, query) {
  let loading = null
  const list = {
    items: [],
    cursor: null,
    finished: false,
    // 触底事件可能连着来几次：正在取的那一页只取一次。
    loadMore () {
      return list.finished ? Promise.resolve([]) : begin(false)
    },
    // 下拉刷新：从第一页重新开始；取到以后才换掉旧的，取不到就都照旧。
    async reload () {
      while (loading) await loading.catch(() => {})
      return begin(true)
    }
  }

  function begin (afresh) {
    if (!loading) {
      const done = () => { loading = null }
      loading = next(afresh)
      loading.then(done, done)
    }
    return loading
  }

  async function next (afresh) {
    const asked = list.cursor && !afresh ? Object.assign({}, query, { cursor: list.cursor }) : query
    const page = await read(asked)
    list.items = afresh ? page.list : list.items.concat(page.list)
    list.cursor = page.nextCursor
    list.finished = !page.nextCursor
    return page.list
  }

  if (typeof Symbol === 'function' && Symbol.asyncIterator) {
    list[Symbol.asyncIterator] = async function * () {
      for (let at = 0; ; at++) {
        while (at >= list.items.length && !list.finished) await list.loadMore()
        if (at >= list.items.length) return
        yield list.items[at]
      }
    }
  }
  return list
}

function settle (answer, resolve, reject) {
  const told = parsed(answer.data)
  const known = told && typeof told === 'object' && 'code' in told
  if (known && answer.statusCode < 400) return resolve(told.data)
  const refusal = known ? told : { error: 'NOT_JSON', message: SENTENCES.NOT_JSON }
  return reject(new ApiError(answer.statusCode, refusal, retryAfter(answer.header)))
}

// wx.uploadFile 的回答是文字，wx.request 的是对象。
function parsed (data) {
  if (typeof data !== 'string') return data
  try {
    return JSON.parse(data)
  } catch (_) {
    return null
  }
}

function lost (fault) {
  const detail = (fault && fault.errMsg) || ''
  return new ApiError(0, { error: 'NETWORK', message: SENTENCES.NETWORK, detail }, null)
}

// 再办一次也不会多办的：读取、覆盖，和带着幂等编号的提交。删除第二次会得到“没有找到”，所以不重试。
function isSafe (call) {
  return call.method === 'GET' || call.method === 'PUT' || Boolean(call.key)
}

// 该等多少毫秒再试；null 表示不再试。
function pauseAfter (fault, tried, safe) {
  const running = fault.status === 409 && fault.error === 'STILL_RUNNING'
  const busy = fault.status === 429 || fault.status === 503 || running
  if (!busy && !(fault.status === 0 && safe)) return null
  const pause = fault.retryAfter === null
    ? USUAL_WAIT * Math.pow(2, tried - 1) * (0.5 + Math.random() / 2)
    : fault.retryAfter * 1000
  // 要等很久的（如“明天再试”）不让用户干等。
  return pause > LONGEST_WAIT ? null : pause
}

// 响应头的大小写随平台而变。
function retryAfter (header) {
  for (const name of Object.keys(header || {})) {
    const seconds = Number(header[name])
    if (name.toLowerCase() === 'retry-after' && seconds >= 0) return seconds
  }
  return null
}

function headers (call, bearer, more) {
  const found = Object.assign({}, more)
  if (bearer) found.Authorization = `Bearer ${bearer}`
  if (call.key) found['Idempotency-Key'] = call.key
  return found
}

function keyOf (method, more) {
  if (method !== 'POST') return undefined
  return (more && more.key) || newKey()
}

// 打开确认页时取一个，提交成功之前一直用它。
function newKey () {
  const part = () => Math.random().toString(36).slice(2, 12)
  return `${Date.now().toString(36)}-${part()}${part()}`
}

function address (baseUrl, path, query) {
  const asked = Object.keys(query || {})
    .filter(name => query[name] !== undefined && query[name] !== null)
    .map(name => `${name}=${encodeURIComponent(query[name])}`)
  return baseUrl + BASE + path + (asked.length ? `?${asked.join('&')}` : '')
}

module.exports = { createClient, newKey, ApiError }
