// The part of WeChat's `wx` that the client uses, for Node: real requests to a real server, and the same quirks.
// Every answer enters `success`, whatever its status; an upload answers in text; nothing is sent by PATCH.
'use strict'

const fs = require('node:fs')
const path = require('node:path')

const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']
let codes = 0

// `name` is who holds the phone, as the WeChat simulator knows them.
function createWx (name) {
  const storage = new Map()
  const wx = {
    // What was asked, in order: { method, path, header, body }.
    asked: [],
    logins: 0,
    // What happens to the next requests instead of an ordinary answer: functions of (request, send).
    next: [],
    getStorageSync: key => (storage.has(key) ? storage.get(key) : ''),
    setStorageSync: (key, value) => storage.set(key, value),
    removeStorageSync: key => storage.delete(key),
    login ({ success }) {
      wx.logins += 1
      setImmediate(() => success({ code: `sim:${name}:${process.pid}-${codes++}`, errMsg: 'login:ok' }))
    },
    request (options) {
      if (!METHODS.includes(options.method)) throw new Error(`wx.request cannot send ${options.method}`)
      exchange(wx, options, { method: options.method, headers: options.header, body: options.data }, json)
    },
    uploadFile (options) {
      const form = new FormData()
      const content = new Blob([fs.readFileSync(options.filePath)], { type: 'image/png' })
      form.set(options.name, content, path.basename(options.filePath))
      for (const [key, value] of Object.entries(options.formData)) form.set(key, value)
      exchange(wx, options, { method: 'POST', headers: options.header, body: form }, text => text)
    }
  }
  return wx
}

async function exchange (wx, options, request, read) {
  wx.asked.push({
    method: request.method,
    path: new URL(options.url).pathname.replace('/api/v1', ''),
    header: request.headers,
    body: request.body
  })
  const send = async () => {
    const answer = await fetch(options.url, request)
    const header = Object.fromEntries(answer.headers)
    return { statusCode: answer.status, header, data: read(await answer.text()) }
  }
  const special = wx.next.shift()
  let answer
  try {
    answer = special ? await special(send) : await send()
  } catch (fault) {
    options.fail({ errMsg: `request:fail ${fault.message}` })
    return
  }
  options.success(answer)
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
