// What the tests of the client have in common: somebody's phone, and answers that no server gives on request.
'use strict'

const assert = require('node:assert/strict')
const { ApiError, createClient } = require('../../miniprogram_api_docs/client')
const { createWx } = require('./wx')

const TOKEN = 'dianliang.token'

// The client, its `wx`, and how long it was told to wait (nobody waits in a test).
function phone (name, more, storage) {
  const wx = createWx(name, storage)
  const waits = []
  const api = createClient({ baseUrl: process.env.BASE_URL, wx, wait: async ms => { waits.push(ms) }, ...more })
  return { api, wx, waits }
}

const paths = wx => wx.asked.map(one => `${one.method} ${one.path}`)
const refusedWith = (status, error) => fault => {
  assert.ok(fault instanceof ApiError, fault.stack)
  assert.deepEqual([fault.status, fault.error], [status, error])
  return true
}
const answering = (statusCode, told, header) => async () => ({ statusCode, header: header || {}, data: told })
// The server did it, and nobody heard of it.
const unheard = async send => { await send(); throw new Error('timeout') }
const gone = async () => { throw new Error('timeout') }
const lamp = communityId => ({
  communityId,
  title: '想要一盏亮一点的台灯',
  description: '晚上看书看不清。',
  category: 'goods',
  beneficiaryGroup: 'family',
  estimatedCost: 80,
  disclosure: 'anonymous'
})

async function home (api) {
  return (await api.get('/me')).residency.communityId
}

module.exports = { TOKEN, answering, gone, home, lamp, paths, phone, refusedWith, unheard }
