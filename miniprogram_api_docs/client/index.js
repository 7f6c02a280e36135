// 点亮：小程序接口的客户端。CommonJS，不需要编译；把 client 文件夹放进小程序即可使用，用法见 README.md。

const { createConsents } = require('./consents')
const guests = require('./guests')
const { createQueue } = require('./queue')
const { ApiError, createTransport } = require('./transport')

/** @typedef {import('./transport').Call} Call */

const TOKEN = 'dianliang.token'
const PERSON = 'dianliang.person'
// 这两种 401 表示登录失效；其余的 401（如绑卡时的凭证失效）重新登录也没有用。
const SIGNED_OUT = ['NOT_SIGNED_IN', 'SESSION_ENDED']
// 再试也一样，或者不该再试的。
const FINAL = ['OFFLINE', 'CANCELLED', 'NO_UPLOAD_ADDRESS', 'CONSENT_DECLINED']
const LONGEST_WAIT = 30000
const USUAL_WAIT = 1000
const MOST_TRIES = 3

function createClient (options) {
  const given = options || {}
  const platform = given.wx || wx
  const wait = given.wait || (ms => new Promise(resolve => setTimeout(resolve, ms)))
  const tries = given.tries || MOST_TRIES
  const { send, lost, isOffline } = createTransport(platform, given)
  const consents = createConsents({ platform, read: readOpenly, askConsent: given.askConsent })
  const queue = createQueue({
    platform,
    // 后台送的时候不弹出要同意的文件：算没有同意，由用户再送一次。
    ask: askSignedIn,
    isOffline,
    newKey,
    person: () => platform.getStorageSync(PERSON) || 0,
    now: given.now || Date.now
  })
  let signingIn = null

  function token () {
    return platform.getStorageSync(TOKEN) || ''
  }

  // 登录凭证五分钟内有效，只能用一次：每次登录都向微信取新的。
  function loginCode () {
    if (given.loginCode) return Promise.resolve(given.loginCode())
    return new Promise((resolve, reject) => platform.login({
      success: told => resolve(told.code),
      fail: fault => lost(fault).then(reject)
    }))
  }

  // 几个请求同时需要登录时，只登录一次，大家等同一个结果。
  function signIn () {
    if (!signingIn) {
      const done = () => { signingIn = null }
      signingIn = enter()
      signingIn.then(done, done)
    }
    return signingIn
  }

  // 先看过、同意了隐私说明，才登录；同意的是哪一版，登录以后记在服务器上。
  async function enter () {
    const agreed = await consents.beforeSignIn()
    const data = await patiently(openSession, true)
    for (const { document, version } of agreed) {
      const known = data.person.consents.some(one => one.document === document && one.version === version)
      const call = consentCall(document, version)
      if (!known) await patiently(() => send(call, data.token), true)
    }
    platform.setStorageSync(TOKEN, data.token)
    platform.setStorageSync(PERSON, data.person.id)
    return data
  }

  async function openSession () {
    return send({ method: 'POST', path: '/sessions', body: { code: await loginCode() } }, '')
  }

  function consentCall (document, version) {
    return /** @type {Call} */ ({ method: 'POST', path: '/me/consents', body: { document, version }, key: newKey() })
  }

  // 退出以后不能又悄悄登录；令牌已经失效也算退出了。
  async function signOut () {
    const mine = token()
    try {
      if (mine) await send({ method: 'DELETE', path: '/sessions/current' }, mine)
    } catch (fault) {
      if (SIGNED_OUT.indexOf(fault.error) < 0) throw fault
    } finally {
      for (const kept of [TOKEN, PERSON]) platform.removeStorageSync(kept)
      consents.forget()
    }
  }

  function readOpenly (path) {
    return patiently(() => send({ method: 'GET', path }, ''), true)
  }

  // 一次操作；服务器要先单独同意一份文件时，显示给用户看，同意以后再办。
  async function ask (call) {
    try {
      return await askSignedIn(call)
    } catch (fault) {
      if (fault.error !== 'CONSENT_REQUIRED' || !(await consentTo(fault.data))) throw fault
    }
    // 拒绝也会按幂等编号记住，什么都没有办：换一个编号。
    return askSignedIn(call.key ? Object.assign({}, call, { key: newKey() }) : call)
  }

  async function consentTo (wanted) {
    const found = await consents.ask(wanted)
    if (found) await askSignedIn(consentCall(found.document, found.version))
    return Boolean(found)
  }

  // 没有登录先登录（不登录也能看的就不登录）；登录失效就重新登录一次，再试一次；还不行就告诉调用的人。
  async function askSignedIn (call) {
    if (!token() && !isOpen(call)) await signIn()
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
    upload,
    // 要带着登录才能下载的文件（导出、小程序码）：得到临时文件的路径。
    download: (path, query) => ask({ method: 'GET', path, query, file: true }),
    list: (path, query) => cursorList(page => ask({ method: 'GET', path, query: page }), query || {}),
    // 第一次填写个人信息以前：微信的隐私授权，和我们的隐私说明（同意了才登录）。
    beforePersonal: async () => {
      await consents.platformAgreed()
      if (!token()) await signIn()
    },
    queue
  }

  // 得到的 Promise 多一个 cancel()：不传了。已经在重试之间等着的也不再传。
  function upload (filePath, purpose, more) {
    const job = { cancelled: false, task: null, onProgress: more && more.onProgress }
    const sending = ask({ method: 'POST', path: '/files', filePath, body: { purpose }, key: keyOf('POST', more), job })
    return Object.assign(sending, {
      cancel: () => {
        job.cancelled = true
        if (job.task) job.task.abort()
      }
    })
  }
}

// 不登录也能看的：由 openapi.json 生成的 guests.js 列出。
function isOpen (call) {
  return call.method === 'GET' && guests.some(path => path.test(call.path))
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

// 再办一次也不会多办的：读取、覆盖，和带着幂等编号的提交。删除第二次会得到“没有找到”，所以不重试。
function isSafe (call) {
  return call.method === 'GET' || call.method === 'PUT' || Boolean(call.key)
}

// 该等多少毫秒再试；null 表示不再试。
function pauseAfter (fault, tried, safe) {
  const running = fault.status === 409 && fault.error === 'STILL_RUNNING'
  const busy = fault.status === 429 || fault.status === 503 || running
  if (!busy && !(fault.status === 0 && safe && FINAL.indexOf(fault.error) < 0)) return null
  const pause = fault.retryAfter === null
    ? USUAL_WAIT * Math.pow(2, tried - 1) * (0.5 + Math.random() / 2)
    : fault.retryAfter * 1000
  // 要等很久的（如“明天再试”）不让用户干等。
  return pause > LONGEST_WAIT ? null : pause
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

module.exports = { createClient, newKey, ApiError }
