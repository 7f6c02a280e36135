// 怎样把一个请求送到服务器：wx.request，云托管的 callContainer，图片用 wx.uploadFile。
// 没有收到回答时说明是哪一种：没有网络、超时、已取消，还是别的（如域名没有登记）。

const BASE = '/api/v1'
const SENTENCES = {
  OFFLINE: '手机没有联网，请连上网络再试',
  TIMEOUT: '等了很久没有回答，请稍后再试',
  CANCELLED: '已取消',
  NETWORK: '网络不通，请稍后再试',
  NOT_JSON: '服务器的回答无法识别，请稍后再试',
  NOT_DOWNLOADED: '没有下载下来，请稍后再试',
  NO_UPLOAD_ADDRESS: '没有填上传图片用的服务器地址'
}

/**
 * 一个请求。`key` 是幂等编号；`filePath` 是要上传的文件，`job` 记着它的进度和是否取消；`file`
 * 为真时回答是一个文件。
 * @typedef {{ cancelled: boolean, task: WechatMiniprogram.UploadTask | null, onProgress?: (percent: number) => void }} Job
 * @typedef {{ method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, query?: Record<string, any>, body?: any,
 *   key?: string, filePath?: string, job?: Job, file?: boolean }} Call
 */

// 一切失败都是它。answered：服务器回答了，不同意；offline：手机没有联网，服务器什么都不知道。
class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{ error: string, message: string, code?: number, data?: any, requestId?: string, detail?: string }} told
   * @param {number | null} [retryAfter]
   */
  constructor (status, told, retryAfter) {
    super(told.message)
    this.name = 'ApiError'
    this.status = status
    this.code = told.code || 0
    this.error = told.error
    this.data = told.data === undefined ? null : told.data
    this.requestId = told.requestId || null
    this.retryAfter = retryAfter === undefined ? null : retryAfter
    this.detail = told.detail || null
  }

  get answered () {
    return this.status > 0
  }

  get offline () {
    return this.error === 'OFFLINE'
  }
}

/** @param {string} error @param {string} [detail] */
function unanswered (error, detail) {
  return new ApiError(0, { error, message: SENTENCES[error], detail: detail || '' })
}

function createTransport (platform, given) {
  const baseUrl = String(given.baseUrl || '').replace(/\/+$/, '')

  /** @param {Call} call @param {string} bearer @returns {Promise<any>} */
  function send (call, bearer) {
    if (call.filePath !== undefined) return upload(call, bearer)
    if (call.file) return download(call, bearer)
    return given.container ? callContainer(call, bearer) : request(call, bearer)
  }

  function request (call, bearer) {
    return new Promise((resolve, reject) => platform.request(
      Object.assign(asked(call, bearer, resolve, reject), { url: baseUrl + address(call.path, call.query) })))
  }

  // 云托管：由微信转给服务，不需要登记域名。先在 app.js 里调用 wx.cloud.init。
  function callContainer (call, bearer) {
    const { env, service } = given.container
    return new Promise((resolve, reject) => {
      const more = asked(call, bearer, resolve, reject)
      platform.cloud.callContainer(Object.assign(more, {
        config: { env },
        path: address(call.path, call.query),
        header: Object.assign(more.header, { 'X-WX-SERVICE': service })
      }))
    })
  }

  function asked (call, bearer, resolve, reject) {
    return {
      method: call.method,
      header: headers(call, bearer, { 'Content-Type': 'application/json' }),
      // 自己写成文字：GET 和 DELETE 的内容不会被改成网址的一部分。
      data: call.body === undefined ? undefined : JSON.stringify(call.body),
      timeout: given.timeout,
      success: answer => settle(answer, resolve, reject),
      fail: fault => lost(fault).then(reject)
    }
  }

  // callContainer 不能传文件，所以云托管时也要 baseUrl：公网上的那个服务。
  function upload (call, bearer) {
    const job = call.job || { cancelled: false, task: null }
    if (!baseUrl) return Promise.reject(unanswered('NO_UPLOAD_ADDRESS'))
    if (job.cancelled) return Promise.reject(unanswered('CANCELLED'))
    return new Promise((resolve, reject) => {
      job.task = platform.uploadFile({
        url: baseUrl + address(call.path),
        filePath: call.filePath,
        name: 'file',
        formData: call.body,
        header: headers(call, bearer, {}),
        timeout: given.timeout,
        success: answer => settle(answer, resolve, reject),
        fail: fault => lost(fault, job).then(reject)
      })
      if (job.onProgress) job.task.onProgressUpdate(({ progress }) => job.onProgress(progress))
    })
  }

  // 下载的回答是一个临时文件；不成功时里面是一句话，微信不给看，只有状态码。
  function download (call, bearer) {
    return new Promise((resolve, reject) => platform.downloadFile({
      url: baseUrl + address(call.path, call.query),
      header: headers(call, bearer, {}),
      timeout: given.timeout,
      success: ({ statusCode, tempFilePath }) => {
        if (statusCode < 400) return resolve(tempFilePath)
        const error = statusCode === 401 ? 'SESSION_ENDED' : 'NOT_DOWNLOADED'
        return reject(new ApiError(statusCode, { error, message: SENTENCES.NOT_DOWNLOADED }))
      },
      fail: fault => lost(fault).then(reject)
    }))
  }

  /** 为什么没有回答；手机有没有联网，问微信。 */
  async function lost (fault, job) {
    const detail = (fault && fault.errMsg) || ''
    if (job && job.cancelled) return unanswered('CANCELLED', detail)
    if (await isOffline()) return unanswered('OFFLINE', detail)
    return unanswered(/time ?out|timed out/i.test(detail) ? 'TIMEOUT' : 'NETWORK', detail)
  }

  /** @returns {Promise<boolean>} */
  function isOffline () {
    return new Promise(resolve => {
      if (!platform.getNetworkType) return resolve(false)
      platform.getNetworkType({ success: found => resolve(found.networkType === 'none'), fail: () => resolve(false) })
    })
  }

  return { send, lost, isOffline }
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

/** @param {string} path @param {Record<string, any>} [query] */
function address (path, query) {
  const given = query || {}
  const asked = Object.keys(given)
    .filter(name => given[name] !== undefined && given[name] !== null)
    .map(name => `${name}=${encodeURIComponent(given[name])}`)
  return BASE + path + (asked.length ? `?${asked.join('&')}` : '')
}

module.exports = { ApiError, createTransport, unanswered }
