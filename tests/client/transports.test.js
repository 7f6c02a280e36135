// Ways to the server: pictures with their progress, and WeChat's own cloud hosting.
'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { test } = require('node:test')
const { TOKEN, home, lamp, paths, phone, refusedWith } = require('./phone')

const container = { env: 'prod-01', service: 'dianliang' }

test('an upload tells how far it is', async () => {
  const { api } = phone('ning')
  await api.signIn()
  const told = []
  const picture = await api.upload(process.env.PICTURE, 'wish', { onProgress: percent => told.push(percent) })
  assert.ok(picture.id)
  assert.equal(told.at(-1), 100)
  assert.deepEqual(told, [...told].sort((one, other) => one - other))
})

test('an upload can be cancelled, and is not tried again', async () => {
  const { api, wx, waits } = phone('ning')
  await api.signIn()
  const large = path.join(os.tmpdir(), `large-${process.pid}.png`)
  fs.writeFileSync(large, Buffer.alloc(8 * 1024 * 1024))
  const sending = api.upload(large, 'wish', { onProgress: () => sending.cancel() })
  await assert.rejects(sending, fault => {
    assert.equal(fault.message, '已取消')
    return refusedWith(0, 'CANCELLED')(fault)
  })
  fs.rmSync(large)
  assert.deepEqual([paths(wx).filter(one => one === 'POST /files').length, waits], [1, []])
})

test('a file that only its owner may read is downloaded, also after the session ended', async () => {
  const { api, wx } = phone('ning')
  await api.signIn()
  wx.setStorageSync(TOKEN, 'ended')
  const file = await api.download('/me/export')
  assert.equal(fs.readFileSync(file).subarray(0, 2).toString(), 'PK')
  fs.rmSync(file)
  assert.equal(wx.logins, 2)
  await assert.rejects(api.download('/wishes/999999/qr'), refusedWith(404, 'NOT_DOWNLOADED'))
  wx.connect('none')
  await assert.rejects(api.download('/me/export'), refusedWith(0, 'OFFLINE'))
})

test('an upload that waits for its next try is not begun again once it is cancelled', async () => {
  let sending = null
  const { api, wx } = phone('ning', { wait: async () => { sending.cancel() } })
  await api.signIn()
  wx.next.push(async () => { throw new Error('timeout') })
  sending = api.upload(process.env.PICTURE, 'wish')
  await assert.rejects(sending, refusedWith(0, 'CANCELLED'))
  assert.equal(paths(wx).filter(one => one === 'POST /files').length, 1)
})

test('behind cloud hosting every request goes through the container, with its service and environment', async () => {
  const { api, wx } = phone('ning', { container })
  wx.request = () => { throw new Error('nothing leaves by wx.request') }
  const calls = []
  const call = wx.cloud.callContainer
  wx.cloud.callContainer = options => { calls.push(options); call(options) }
  const wish = await api.post('/wishes', lamp(await home(api)))
  assert.equal((await api.act(`/wishes/${wish.id}`, 'withdraw')).state, 'withdrawn')
  await assert.rejects(api.get('/wishes/999999'), refusedWith(404, 'NOT_FOUND'))
  assert.equal((await api.list('/me/wishes', { limit: 1 }).loadMore()).length, 1)
  assert.ok(calls.every(one => one.config.env === 'prod-01' && one.header['X-WX-SERVICE'] === 'dianliang'))
  assert.ok(calls.every(one => one.path.startsWith('/api/v1/') && one.url === undefined))
  assert.equal(calls.at(-1).path, '/api/v1/me/wishes?limit=1')
})

test('the container carries no file: pictures go to the public address, or say that there is none', async () => {
  const { api, wx } = phone('ning', { container })
  assert.ok((await api.upload(process.env.PICTURE, 'wish')).id)
  assert.equal(paths(wx).at(-1), 'POST /files')
  const without = phone('ning', { container, baseUrl: undefined })
  await assert.rejects(without.api.upload(process.env.PICTURE, 'wish'), refusedWith(0, 'NO_UPLOAD_ADDRESS'))
})

test('without a network the container fails like any other way', async () => {
  const { api, wx } = phone('ning', { container })
  await api.signIn()
  wx.network = 'none'
  await assert.rejects(api.get('/me'), refusedWith(0, 'OFFLINE'))
})
