// Reading without signing in, and agreeing before anything personal is given.
'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { paths, phone, refusedWith } = require('./phone')

// Somebody whom the server has never seen, and what was shown to them; `answers` is what they say to it.
let strangers = 0
function stranger (answers = () => true, storage) {
  const shown = []
  const askConsent = async document => { shown.push(document); return answers(document) }
  return { ...phone(`stranger-${process.pid}-${strangers++}`, { askConsent }, storage), shown }
}

test('what guests may read signs nobody in', async () => {
  const { api, wx, shown } = stranger()
  const { community, me } = await api.get('/home')
  const [wish] = (await api.get('/wishes', { communityId: community.id })).list
  assert.deepEqual((await api.get(`/wishes/${wish.id}`)).actions, [])
  await api.list('/activities').loadMore()
  await api.get('/privacy')
  await api.get('/processing-purposes')
  assert.deepEqual([me, wx.logins, api.signedIn(), shown], [null, 0, false, []])
})

test('the privacy notice comes before the first sign-in, and the server learns what was agreed to', async () => {
  const { api, wx, shown } = stranger()
  const me = await api.get('/me')
  assert.deepEqual(shown.map(one => one.document), ['privacy'])
  assert.ok(shown[0].text.length > 100 && shown[0].title)
  assert.deepEqual(paths(wx), ['GET /privacy', 'POST /sessions', 'POST /me/consents', 'GET /me'])
  assert.deepEqual(me.consents.map(one => [one.document, one.version]), [['privacy', shown[0].version]])
})

test('several requests at once show it once', async () => {
  const { api, wx, shown } = stranger()
  await Promise.all([api.get('/me'), api.get('/me/points'), api.put('/me', { nickname: '小雪' })])
  assert.deepEqual([shown.length, wx.logins], [1, 1])
})

test('who does not agree is not signed in, and may go on reading', async () => {
  const { api, wx } = stranger(() => false)
  await assert.rejects(api.get('/me'), fault => {
    assert.equal(fault.answered, false)
    return refusedWith(0, 'CONSENT_DECLINED')(fault)
  })
  assert.deepEqual([wx.logins, api.signedIn()], [0, false])
  assert.ok((await api.get('/shops')).list.length > 0)
})

test('who agreed is not asked again on the next start, but is after signing out', async () => {
  const first = stranger()
  await first.api.signIn()
  const shown = []
  const askConsent = document => Boolean(shown.push(document.document))
  const again = phone(`stranger-${process.pid}-${strangers++}`, { askConsent }, first.wx.storage)
  await again.api.get('/me')
  assert.deepEqual(shown, [])
  await again.api.signOut()
  await again.api.signIn()
  assert.deepEqual(shown, ['privacy'])
})

test('what needs a consent of its own shows it, and is done after it', async () => {
  const { api, wx, shown } = stranger()
  const { community } = await api.get('/home')
  const me = await api.put('/me/residency', { communityId: community.id, address: '雪松家园 3 号楼' })
  assert.equal(me.residency.status, 'declared')
  assert.deepEqual(shown.map(one => one.document), ['privacy', 'sensitive_data'])
  assert.deepEqual(paths(wx).slice(-4), [
    'PUT /me/residency', 'GET /privacy', 'POST /me/consents', 'PUT /me/residency'
  ])
})

test('who does not agree to it keeps their address', async () => {
  const { api, wx } = stranger(document => document.document === 'privacy')
  const { community } = await api.get('/home')
  const residency = { communityId: community.id, address: '雪松家园 3 号楼' }
  await assert.rejects(api.put('/me/residency', residency), refusedWith(0, 'CONSENT_DECLINED'))
  assert.equal(paths(wx).filter(one => one === 'PUT /me/residency').length, 1)
  assert.equal((await api.get('/me')).residency, null)
})

test('without a way to ask the refusal says which document it is', async () => {
  const { api } = phone(`stranger-${process.pid}-${strangers++}`)
  const { community } = await api.get('/home')
  await assert.rejects(api.put('/me/residency', { communityId: community.id }), fault => {
    assert.equal(fault.data.document, 'sensitive_data')
    return refusedWith(403, 'CONSENT_REQUIRED')(fault)
  })
})

test('a page with personal fields asks WeChat and shows the notice before the first of them', async () => {
  const { api, wx, shown } = stranger()
  await api.beforePersonal()
  assert.deepEqual([shown.length, api.signedIn()], [1, true])
  await api.beforePersonal()
  assert.equal(shown.length, 1)
  const shy = stranger()
  shy.wx.agrees = false
  await assert.rejects(shy.api.beforePersonal(), refusedWith(0, 'CONSENT_DECLINED'))
  assert.deepEqual([shy.shown, shy.wx.asked, wx.logins], [[], [], 1])
  // An older WeChat has no window of its own.
  const old = stranger()
  delete old.wx.requirePrivacyAuthorize
  await old.api.beforePersonal()
  assert.equal(old.shown.length, 1)
})
