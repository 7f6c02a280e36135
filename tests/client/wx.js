// The part of WeChat's `wx` that the client uses, for Node: real requests to a real server, and the same quirks.
// Every answer enters `success`, whatever its status; an upload answers in text, tells how far it is and can be
// aborted; nothing is sent by PATCH; what is kept is a copy, and outlives the mini-program; without a network nothing
// leaves, and `fail` says so in words alone.
'use strict'

const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')

const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']
const PIECE = 16 * 1024
let codes = 0

// `name` is who holds the phone, as the WeChat simulator knows them; `storage` what an earlier start left on it.
function createWx (name, storage = new Map()) {
  const listeners = { network: [], show: [] }
  const wx = {
    storage,
    // What was asked, in order: { method, path, header, body }; what a phone without network tried stands not here.
    asked: [],
    logins: 0,
    // What happens to the next requests instead of an ordinary answer: functions of (request, send).
    next: [],
    network: 'wifi',
    // Whether the owner of the phone agrees to WeChat's own window about privacy.
    agrees: true,
    getStorageSync: key => (storage.has(key) ? JSON.parse(storage.get(key)) : ''),
    setStorageSync: (key, value) => { storage.set(key, JSON.stringify(value)) },
    removeStorageSync: key => { storage.delete(key) },
    login ({ success, fail }) {
      if (wx.network === 'none') return setImmediate(() => fail({ errMsg: 'login:fail' }))
      wx.logins += 1
      setImmediate(() => success({ code: `sim:${name}:${process.pid}-${codes++}`, errMsg: 'login:ok' }))
    },
    getNetworkType: ({ success }) => setImmediate(() => success({ networkType: wx.network })),
    onNetworkStatusChange: listener => { listeners.network.push(listener) },
    onAppShow: listener => { listeners.show.push(listener) },
    // The phone loses its network, or finds one.
    connect (networkType) {
      wx.network = networkType
      for (const listener of listeners.network) listener({ isConnected: networkType !== 'none', networkType })
    },
    show () {
      for (const listener of listeners.show) listener({})
    },
    requirePrivacyAuthorize ({ success, fail }) {
      const refused = { errMsg: 'requirePrivacyAuthorize:fail privacy permission is not authorized' }
      setImmediate(() => (wx.agrees ? success({}) : fail(refused)))
    },
    request (options) {
      if (!METHODS.includes(options.method)) throw new Error(`wx.request cannot send ${options.method}`)
      const request = { method: options.method, headers: options.header, body: options.data }
      exchange(wx, options, options.url, request, sender(options.url, request))
    },
    uploadFile (options) {
      const task = { onProgress: () => {}, request: null, aborted: false }
      const form = Object.entries(options.formData)
      const request = { method: 'POST', headers: options.header, body: options.formData }
      exchange(wx, options, options.url, request, () => posted(options, form, task), task)
      return {
        onProgressUpdate: listener => { task.onProgress = listener },
        abort () {
          task.aborted = true
          if (task.request) task.request.destroy(new Error('abort'))
        }
      }
    },
    // What was answered lies in a file, whatever its status.
    downloadFile (options) {
      const request = { method: 'GET', headers: options.header }
      exchange(wx, options, options.url, request, async () => {
        const answer = await fetch(options.url, request)
        const tempFilePath = path.join(os.tmpdir(), `downloaded-${process.pid}-${codes++}`)
        fs.writeFileSync(tempFilePath, Buffer.from(await answer.arrayBuffer()))
        return { statusCode: answer.status, tempFilePath }
      })
    },
    cloud: {
      // Who calls the container is known to WeChat; here its service is the same server.
      service: process.env.BASE_URL,
      callContainer (options) {
        if (!METHODS.includes(options.method)) throw new Error(`callContainer cannot send ${options.method}`)
        const request = { method: options.method, headers: options.header, body: options.data }
        const url = wx.cloud.service + options.path
        exchange(wx, options, url, request, sender(url, request))
      }
    }
  }
  return wx
}

async function exchange (wx, options, url, request, send, task) {
  // Nobody answers before the call has returned.
  await new Promise(setImmediate)
  try {
    if (wx.network === 'none') throw new Error('')
    wx.asked.push({
      method: request.method,
      path: new URL(url).pathname.replace('/api/v1', ''),
      header: request.headers,
      body: request.body
    })
    const special = wx.next.shift()
    options.success(special ? await special(send) : await send())
  } catch (fault) {
    const aborted = task && task.aborted
    options.fail({ errMsg: aborted ? 'uploadFile:fail abort' : `request:fail ${fault.message}` })
  }
}

function sender (url, request) {
  return async () => {
    const answer = await fetch(url, request)
    return { statusCode: answer.status, header: Object.fromEntries(answer.headers), data: json(await answer.text()) }
  }
}

// A form with a file, piece by piece, so that there is something to tell of how far it is.
function posted (options, fields, task) {
  const edge = `----${process.pid}${codes++}`
  const named = (name, more) => `--${edge}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n`
  const whole = Buffer.concat([
    ...fields.map(([key, value]) => Buffer.from(`${named(key, '')}\r\n${value}\r\n`)),
    Buffer.from(`${named(options.name, `; filename="${path.basename(options.filePath)}"`)}Content-Type: image/png\r\n\r\n`),
    fs.readFileSync(options.filePath),
    Buffer.from(`\r\n--${edge}--\r\n`)
  ])
  return new Promise((resolve, reject) => {
    const header = { ...options.header, 'Content-Type': `multipart/form-data; boundary=${edge}`, 'Content-Length': whole.length }
    task.request = http.request(options.url, { method: 'POST', headers: header }, async answer => {
      const parts = []
      for await (const part of answer) parts.push(part)
      resolve({ statusCode: answer.statusCode, header: answer.headers, data: Buffer.concat(parts).toString() })
    })
    task.request.on('error', reject)
    if (task.aborted) return task.request.destroy(new Error('abort'))
    write(whole, 0, task)
  })
}

function write (whole, from, task) {
  if (from >= whole.length) return task.request.end()
  const to = Math.min(from + PIECE, whole.length)
  task.request.write(whole.subarray(from, to), fault => {
    if (fault) return
    const progress = Math.floor((to / whole.length) * 100)
    task.onProgress({ progress, totalBytesSent: to, totalBytesExpectedToSend: whole.length })
    write(whole, to, task)
  })
}

// As `dataType: 'json'` does: what is no JSON stays text.
function json (text) {
  try {
    return JSON.parse(text)
  } catch (_) {
    return text
  }
}

module.exports = { createWx }
