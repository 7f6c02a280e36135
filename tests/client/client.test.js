// The client against the live server: BASE_URL is gunicorn with the demo city, PICTURE a file to upload.
'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { ApiError, newKey } = require('../../miniprogram_api_docs/client')
const { TOKEN, answering, home, lamp, paths, phone, refusedWith, unheard } = require('./phone')

const busy = { code: 42900, error: 'TOO_MANY_REQUESTS', message: '操作太频繁，请稍后再试', data: null, requestId: 'r' }

test('the first request signs in by itself, and later ones use the token', async () => {
  const { api, wx } = phone('ning')
  assert.equal((await api.get('/me')).realName, '宁**')
  await api.get('/me/points')
  assert.deepEqual(paths(wx), ['POST /sessions', 'GET /me', 'GET /me/points'])
  assert.equal(wx.logins, 1)
})

test('several requests at once share one login', async () => {
  const { api, wx } = phone('ning')
  await Promise.all([api.get('/me'), api.get('/me/points'), api.get('/me/notices'), api.get('/shops')])
  assert.equal(wx.logins, 1)
})

test('requests whose session has ended share one silent login, and are asked again once', async () => {
  const { api, wx } = phone('ning')
  wx.setStorageSync(TOKEN, 'a-token-of-long-ago')
  const [me, points] = await Promise.all([api.get('/me'), api.get('/me/points'), api.get('/shops')])
  assert.deepEqual([me.realName, points.available], ['宁**', 40])
  assert.equal(wx.logins, 1)
  assert.equal(wx.asked.length, 3 + 1 + 3)
})

test('a session that ends again and again is told, not asked for ever', async () => {
  const { api, wx } = phone('ning')
  const ended = answering(401, { code: 40101, error: 'SESSION_ENDED', message: '登录已失效', data: null, requestId: 'r' })
  await api.signIn()
  wx.next.push(ended, send => send(), ended)
  await assert.rejects(api.get('/me'), refusedWith(401, 'SESSION_ENDED'))
  assert.equal(wx.logins, 2)
})

test('who has signed out stays out until the next request', async () => {
  const { api, wx } = phone('ning')
  await api.signIn()
  await api.signOut()
  assert.equal(api.signedIn(), false)
  assert.equal(wx.logins, 1)
  wx.setStorageSync(TOKEN, 'a-token-of-long-ago')
  await api.signOut()
  assert.deepEqual([api.signedIn(), wx.logins], [false, 1])
})

test('the privacy notice can be read before anyone is signed in', async () => {
  const { api, wx } = phone('ning')
  assert.ok((await api.get('/privacy')).list.length > 0)
  assert.equal(wx.logins, 0)
})

test('a refusal is an error with its name, its sentence and its facts', async () => {
  const { api } = phone('ning')
  const communityId = await home(api)
  const dear = { ...lamp(communityId), estimatedCost: 5000, submit: true }
  await assert.rejects(api.post('/wishes', dear), fault => {
    assert.equal(fault.message, '微心愿的预估金额不能超过 300 元')
    assert.deepEqual([fault.code, fault.data], [42230, { cap: 300 }])
    return refusedWith(422, 'COST_ABOVE_CAP')(fault)
  })
  await assert.rejects(api.post('/wishes', { title: '' }), fault => {
    assert.ok(Array.isArray(fault.data.title))
    return refusedWith(422, 'INVALID_INPUT')(fault)
  })
  await assert.rejects(api.get('/wishes/999999'), refusedWith(404, 'NOT_FOUND'))
})

test('an answer that is no JSON is an error as well', async () => {
  const { api, wx } = phone('ning')
  await api.signIn()
  wx.next.push(answering(502, '<html>Bad Gateway</html>'))
  await assert.rejects(api.get('/me'), refusedWith(502, 'NOT_JSON'))
})

test('an answer lost on the way is asked for again under the same key, and nothing is done twice', async () => {
  const { api, wx } = phone('ning')
  const communityId = await home(api)
  const before = (await api.get('/me/wishes', { limit: 50 })).list.length
  wx.next.push(unheard)
  const wish = await api.post('/wishes', lamp(communityId))
  const sent = wx.asked.filter(one => one.method === 'POST' && one.path === '/wishes')
  assert.equal(sent.length, 2)
  assert.equal(sent[0].header['Idempotency-Key'], sent[1].header['Idempotency-Key'])
  const mine = (await api.get('/me/wishes', { limit: 50 })).list
  assert.deepEqual([mine.length, mine[0].id], [before + 1, wish.id])
})

test('a key of one\'s own stands for one act over several calls', async () => {
  const { api } = phone('ning')
  const communityId = await home(api)
  const key = newKey()
  const first = await api.post('/wishes', lamp(communityId), { key })
  assert.equal((await api.post('/wishes', lamp(communityId), { key })).id, first.id)
  const other = { ...lamp(communityId), title: '另一个心愿' }
  await assert.rejects(api.post('/wishes', other, { key }), refusedWith(422, 'IDEMPOTENCY_KEY_REUSED'))
  assert.match(key, /^[\x21-\x7e]{8,64}$/)
  assert.notEqual(newKey(), newKey())
})

test('a network that stays away is told after three tries, each wait longer', async () => {
  const { api, wx, waits } = phone('ning')
  await api.signIn()
  const gone = async () => { throw new Error('url not in domain list') }
  wx.next.push(gone, gone, gone)
  await assert.rejects(api.get('/me'), fault => {
    assert.match(fault.detail, /domain list/)
    return refusedWith(0, 'NETWORK')(fault)
  })
  assert.equal(waits.length, 2)
  assert.ok(waits[0] <= 1000 && waits[1] >= 1000, String(waits))
})

test('a removal whose answer was lost is not repeated', async () => {
  const { api, wx } = phone('ning')
  await api.signIn()
  wx.next.push(async () => { throw new Error('timeout') })
  await assert.rejects(api.remove('/me/consents/pictures'), refusedWith(0, 'TIMEOUT'))
  assert.deepEqual(paths(wx), ['POST /sessions', 'DELETE /me/consents/pictures'])
})

test('a server that asks for patience gets it', async () => {
  const { api, wx, waits } = phone('ning')
  await api.signIn()
  const away = { ...busy, code: 50300, error: 'DATABASE_UNAVAILABLE' }
  wx.next.push(answering(429, busy, { 'Retry-After': '7' }), answering(503, away, { 'retry-after': '3' }))
  assert.equal((await api.get('/me')).realName, '宁**')
  assert.deepEqual(waits, [7000, 3000])
})

test('a wait that is too long for a person is told instead', async () => {
  const { api, wx, waits } = phone('ning')
  await api.signIn()
  wx.next.push(answering(429, busy, { 'Retry-After': '3600' }))
  await assert.rejects(api.get('/me'), fault => {
    assert.equal(fault.retryAfter, 3600)
    return refusedWith(429, 'TOO_MANY_REQUESTS')(fault)
  })
  assert.deepEqual(waits, [])
})

test('a login that WeChat could not answer is tried again with a new code', async () => {
  const { api, wx } = phone('ning')
  const away = { ...busy, code: 50301, error: 'WE_CHAT_UNAVAILABLE' }
  wx.next.push(answering(503, away, { 'Retry-After': '5' }))
  await api.signIn()
  assert.equal(wx.logins, 2)
  const codes = wx.asked.map(one => JSON.parse(one.body).code)
  assert.notEqual(codes[0], codes[1])
})

test('an old code is refused once and not tried again', async () => {
  const { api, wx } = phone('ning')
  const { api: other } = phone('tong', { loginCode: () => 'sim:tong:used-twice' })
  await other.signIn()
  const { api: again, wx: itsWx } = phone('tong', { loginCode: () => 'sim:tong:used-twice' })
  await assert.rejects(again.get('/me'), refusedWith(401, 'LOGIN_CODE_INVALID'))
  assert.equal(itsWx.asked.length, 1)
  await api.get('/me')
  assert.equal(wx.logins, 1)
})

test('a list is read page by page, or one after the other', async () => {
  const { api, wx } = phone('ning')
  const whole = (await api.get('/activities', { limit: 50 })).list.map(one => one.id)
  assert.ok(whole.length > 6)
  const list = api.list('/activities', { limit: 3, category: undefined })
  const [first, same] = await Promise.all([list.loadMore(), list.loadMore()])
  assert.deepEqual([first.length, list.items.length, first], [3, 3, same])
  await list.loadMore()
  assert.deepEqual(list.items.map(one => one.id), whole.slice(0, 6))
  await list.reload()
  assert.deepEqual(list.items.map(one => one.id), whole.slice(0, 3))
  const seen = []
  for await (const one of api.list('/activities', { limit: 20 })) if (seen.push(one.id) === whole.length) break
  assert.deepEqual(seen, whole)
  assert.ok(paths(wx).every(path => !path.includes('undefined')))
})

test('a list ends, and more of it is nothing', async () => {
  const { api } = phone('ning')
  const list = api.list('/organisations', { kind: 'street' })
  const read = []
  for await (const street of list) read.push(street.name)
  assert.deepEqual([read.length, list.finished, await list.loadMore()], [3, true, []])
})

test('a list that cannot be read again keeps what it has', async () => {
  const { api, wx } = phone('ning')
  const list = api.list('/shops')
  await list.loadMore()
  wx.next.push(answering(500, { ...busy, code: 50000, error: 'SERVER_FAULT' }))
  await assert.rejects(list.reload(), refusedWith(500, 'SERVER_FAULT'))
  assert.equal(list.items.length, 2)
})

test('a list that could not be read again goes on where it was, and shows no row twice', async () => {
  const { api, wx } = phone('ning')
  const whole = (await api.get('/activities', { limit: 50 })).list.map(one => one.id)
  const list = api.list('/activities', { limit: 3 })
  await list.loadMore()
  wx.next.push(answering(500, { ...busy, code: 50000, error: 'SERVER_FAULT' }))
  const again = list.reload()
  assert.equal(list.items.length, 3)
  await assert.rejects(again, refusedWith(500, 'SERVER_FAULT'))
  await list.loadMore()
  assert.deepEqual(list.items.map(one => one.id), whole.slice(0, 6))
})

test('a picture is uploaded, once, even when the first answer was lost', async () => {
  const { api, wx } = phone('ning')
  await api.signIn()
  wx.next.push(unheard)
  const picture = await api.upload(process.env.PICTURE, 'wish')
  assert.ok(picture.id && picture.url)
  const sent = wx.asked.filter(one => one.path === '/files')
  assert.equal(sent.length, 2)
  assert.equal(sent[0].header['Idempotency-Key'], sent[1].header['Idempotency-Key'])
  assert.equal(sent[0].header['Content-Type'], undefined)
})

test('a refused upload is an error with its sentence', async () => {
  const { api } = phone('ning')
  await assert.rejects(api.upload(__filename, 'wish'), refusedWith(415, 'NOT_A_PICTURE'))
})

test('an act of `actions` is made by its name', async () => {
  const { api } = phone('ning')
  const draft = await api.post('/wishes', lamp(await home(api)))
  assert.deepEqual(draft.actions, ['submit', 'withdraw'])
  const gone = await api.act(`/wishes/${draft.id}`, 'withdraw')
  assert.deepEqual([gone.state, gone.actions], ['withdrawn', []])
  const order = phone('ning')
  await assert.rejects(order.api.act(`/wishes/${draft.id}`, 'send_back', { reason: '请补充' }), fault => fault.status >= 403)
  assert.equal(order.wx.asked.at(-1).path, `/wishes/${draft.id}/send-back`)
})

test('the first screen is one small request, the wall one, and a wish with its course one', async () => {
  const { api, wx } = phone('ning')
  await api.signIn()
  const asked = wx.asked.length
  const home = await api.get('/home')
  assert.ok(Buffer.byteLength(JSON.stringify(home)) < 12 * 1024)
  assert.ok(home.me.nickname && home.wishes.length > 0 && home.shop.items.length > 0)
  const wall = await api.list('/wishes', { communityId: home.community.id, state: 'published,claimed,fulfilled' }).loadMore()
  const wish = await api.get(`/wishes/${wall[0].id}`)
  assert.ok(wish.timeline.length > 0)
  assert.deepEqual(paths(wx).slice(asked), ['GET /home', 'GET /wishes', `GET /wishes/${wish.id}`])
})
