// wx.request, uploads and downloads over the browser's own: every answer enters `success`, whatever its status; only what
// was not answered enters `fail`.
import { look, pickFiles } from './dialogs.js'
import { keep, shownAt } from './elements.js'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']
const chosen = new Map()
// Whether a temporary file lies on this phone.
export const isHere = path => chosen.has(path)
let files = 0

// The mini-program speaks to one server; in this window that is the one that served the page.
const here = url => location.origin + url.replace(/^https?:\/\/[^/]+/, '')

function done (options, told) {
  if (options.success) options.success(told)
  if (options.complete) options.complete(told)
}

function failed (options, errMsg) {
  if (options.fail) options.fail({ errMsg })
  if (options.complete) options.complete({ errMsg })
}

function json (text) {
  try {
    return JSON.parse(text)
  } catch (_) {
    return text
  }
}

function request (options) {
  if (!METHODS.includes(options.method || 'GET')) throw new Error(`wx.request cannot send ${options.method}`)
  const stop = new AbortController()
  const late = options.timeout && setTimeout(() => stop.abort(), options.timeout)
  fetch(here(options.url), { method: options.method || 'GET', headers: options.header, body: options.data, signal: stop.signal })
    .then(async answer => {
      const text = await answer.text()
      clearTimeout(late)
      done(options, { statusCode: answer.status, header: Object.fromEntries(answer.headers), data: json(text), errMsg: 'request:ok' })
    }, fault => failed(options, `request:fail ${stop.signal.aborted ? 'timeout' : fault.message}`))
  return { abort: () => stop.abort() }
}

function uploadFile (options) {
  const asked = new XMLHttpRequest()
  const form = new FormData()
  let tell = () => {}
  for (const [name, value] of Object.entries(options.formData || {})) form.append(name, value)
  form.append(options.name, chosen.get(options.filePath))
  asked.open('POST', here(options.url))
  for (const [name, value] of Object.entries(options.header || {})) asked.setRequestHeader(name, value)
  if (options.timeout) asked.timeout = options.timeout
  asked.upload.onprogress = ({ loaded, total }) => tell({ progress: Math.floor(loaded / total * 100), totalBytesSent: loaded, totalBytesExpectedToSend: total })
  asked.onload = () => done(options, { statusCode: asked.status, data: asked.responseText, header: headersOf(asked), errMsg: 'uploadFile:ok' })
  asked.onerror = () => failed(options, 'uploadFile:fail')
  asked.ontimeout = () => failed(options, 'uploadFile:fail timeout')
  asked.onabort = () => failed(options, 'uploadFile:fail abort')
  asked.send(form)
  return { onProgressUpdate: listener => { tell = listener }, abort: () => asked.abort() }
}

function headersOf (asked) {
  return Object.fromEntries(asked.getAllResponseHeaders().trim().split(/[\r\n]+/).map(line => line.split(': ')))
}

function asText (file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result)
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
}

async function chooseMedia (options) {
  const found = await pickFiles(options.count || 9)
  if (!found.length) return failed(options, 'chooseMedia:fail cancel')
  const tempFiles = []
  for (const file of found) {
    const tempFilePath = `wxfile://tmp_${files++}`
    chosen.set(tempFilePath, file)
    keep(tempFilePath, await asText(file))
    tempFiles.push({ tempFilePath, size: file.size, fileType: 'image' })
  }
  return done(options, { tempFiles, type: 'image', errMsg: 'chooseMedia:ok' })
}

// Both ways of being called: with callbacks, or waited for.
const either = work => options => (options.success || options.fail || options.complete
  ? work(options)
  : new Promise((resolve, reject) => { work({ ...options, success: resolve, fail: reject }) }))

export function createNetwork () {
  return {
    request,
    uploadFile,
    chooseMedia: either(chooseMedia),
    previewImage: ({ current, urls }) => { look(shownAt(current || urls[0])) },
    downloadFile: either(async options => {
      try {
        const answer = await fetch(here(options.url), { headers: options.header })
        const file = await answer.blob()
        const tempFilePath = `wxfile://tmp_${files++}`
        chosen.set(tempFilePath, file)
        keep(tempFilePath, await asText(file))
        done(options, { statusCode: answer.status, tempFilePath, errMsg: 'downloadFile:ok' })
      } catch (fault) {
        failed(options, `downloadFile:fail ${fault.message}`)
      }
    })
  }
}
