// A phone that loses its network: what was handed in waits on it, and is done once, in its order.
'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { answering, gone, home, lamp, paths, phone, refusedWith, unheard } = require('./phone')

const HOUR = 3600 * 1000
const busy = { code: 50300, error: 'DATABASE_UNAVAILABLE', message: '暂时不可用', data: null, requestId: 'r' }

// Somebody who has signed in before, since nobody can without a network; and how many wishes they have.
async function known (name, more, storage) {
  const found = phone(name, more, storage)
  await found.api.signIn()
  const communityId = await home(found.api)
  const titles = async () => (await found.api.get('/me/wishes', { limit: 50 })).list.map(one => one.title)
  return { ...found, communityId, titles, before: (await titles()).length }
}

const titled = (communityId, title) => ({ ...lamp(communityId), title })
const posts = wx => paths(wx).filter(one => one === 'POST /wishes')

test('offline is told apart from no answer, and from a server that says no', async () => {
  const { api, wx, waits } = await known('ning')
  wx.network = 'none'
  await assert.rejects(api.get('/me'), fault => {
    assert.deepEqual([fault.offline, fault.answered], [true, false])
    assert.equal(fault.message, '手机没有联网，请连上网络再试')
    return refusedWith(0, 'OFFLINE')(fault)
  })
  // Nobody is kept waiting for what cannot come.
  assert.deepEqual(waits, [])
  wx.network = 'wifi'
  wx.next.push(gone, gone, gone)
  await assert.rejects(api.get('/me'), fault => {
    assert.deepEqual([fault.offline, fault.answered], [false, false])
    return refusedWith(0, 'TIMEOUT')(fault)
  })
  await assert.rejects(api.get('/wishes/999999'), fault => {
    assert.deepEqual([fault.offline, fault.answered], [false, true])
    return refusedWith(404, 'NOT_FOUND')(fault)
  })
})

test('what is handed in with a network is done at once', async () => {
  const { api, communityId, titles, before } = await known('ning')
  const done = await api.queue.post('/wishes', titled(communityId, '一把扫雪的铲子'), { title: '报心愿' })
  assert.deepEqual([done.state, done.data.state, done.fault], ['done', 'draft', null])
  assert.deepEqual(api.queue.items(), [])
  assert.equal((await titles()).length, before + 1)
})

test('what is handed in without a network goes out in its order when there is one', async () => {
  const { api, wx, communityId, titles, before } = await known('ning')
  await api.queue.start()
  const seen = []
  const stop = api.queue.onChange(items => seen.push(items.length))
  wx.network = 'none'
  for (const title of ['第一件', '第二件', '第三件']) {
    const kept = await api.queue.post('/wishes', titled(communityId, title), { title })
    assert.equal(kept.state, 'waiting')
  }
  assert.deepEqual(posts(wx), [])
  assert.deepEqual(api.queue.items().map(one => [one.title, one.state]), [
    ['第一件', 'waiting'], ['第二件', 'waiting'], ['第三件', 'waiting']
  ])
  wx.connect('4g')
  await api.queue.flush()
  assert.deepEqual((await titles()).slice(0, 3), ['第三件', '第二件', '第一件'])
  assert.equal((await titles()).length, before + 3)
  assert.deepEqual([api.queue.items(), seen.at(-1)], [[], 0])
  stop()
})

test('what waits outlives the mini-program, and an answer that was lost doubles nothing', async () => {
  const first = await known('ning')
  first.wx.next.push(unheard, unheard, unheard)
  const kept = await first.api.queue.post('/wishes', titled(first.communityId, '一副棉手套'))
  assert.equal(kept.state, 'waiting')
  first.wx.network = 'none'
  await first.api.queue.post('/wishes', titled(first.communityId, '一顶棉帽子'))
  // The mini-program is closed, and opened again on the same phone.
  const again = phone('ning', {}, first.wx.storage)
  assert.equal(again.api.queue.items().length, 2)
  await again.api.queue.start()
  assert.deepEqual(again.api.queue.items(), [])
  assert.equal(again.wx.asked[0].header['Idempotency-Key'], kept.key)
  const mine = (await again.api.get('/me/wishes', { limit: 50 })).list.map(one => one.title)
  assert.deepEqual(mine.slice(0, 2), ['一顶棉帽子', '一副棉手套'])
  assert.equal(mine.length, first.before + 2)
})

test('a press repeated on the same page is the same one', async () => {
  const { api, wx, communityId, titles, before } = await known('ning')
  wx.network = 'none'
  for (let times = 0; times < 3; times++) {
    await api.queue.post('/wishes', titled(communityId, '一张小板凳'), { key: 'one-page-one-key' })
  }
  assert.equal(api.queue.items().length, 1)
  wx.network = 'wifi'
  await Promise.all([api.queue.flush(), api.queue.flush(), api.queue.flush()])
  assert.deepEqual([posts(wx).length, (await titles()).length], [1, before + 1])
})

test('a server that is away is asked again later, before what came after it', async () => {
  const { api, wx, communityId, titles } = await known('ning')
  wx.next.push(answering(503, busy), answering(503, busy), answering(503, busy))
  const kept = await api.queue.post('/wishes', titled(communityId, '一个暖水袋'))
  assert.deepEqual([kept.state, kept.fault], ['waiting', null])
  const next = await api.queue.post('/wishes', titled(communityId, '一双厚袜子'))
  assert.equal(next.state, 'done')
  assert.deepEqual((await titles()).slice(0, 2), ['一双厚袜子', '一个暖水袋'])
})

test('a refusal holds up what belongs to it and nothing else, until its owner decides', async () => {
  const { api, wx, communityId, titles, before } = await known('ning')
  const { id } = await api.post('/wishes', titled(communityId, '一盆花'))
  wx.network = 'none'
  await api.queue.put(`/wishes/${id}`, { estimatedCost: -1 }, { title: '改心愿' })
  await api.queue.act(`/wishes/${id}`, 'withdraw', {}, { title: '撤回心愿' })
  await api.queue.post('/wishes', titled(communityId, '一盆吊兰'), { title: '报心愿' })
  wx.network = 'wifi'
  await api.queue.flush()
  const [refused, held] = api.queue.items()
  assert.deepEqual([refused.title, refused.state, refused.fault.error], ['改心愿', 'refused', 'INVALID_INPUT'])
  assert.ok(Array.isArray(refused.fault.data.estimatedCost))
  assert.deepEqual([held.title, held.state], ['撤回心愿', 'waiting'])
  assert.equal((await titles()).length, before + 2)
  await api.queue.drop(refused.key)
  assert.deepEqual(api.queue.items(), [])
  assert.equal((await api.get(`/wishes/${id}`)).state, 'withdrawn')
})

test('a refusal can be tried again under a new key', async () => {
  const { api, wx, communityId } = await known('ning')
  const { id } = await api.post('/wishes', titled(communityId, '一个书架'))
  const early = await api.queue.act(`/wishes/${id}`, 'claim', { as: 'personal' })
  assert.deepEqual([early.state, early.fault.status >= 403], ['refused', true])
  await api.queue.retry(early.key)
  const [still] = api.queue.items()
  const keys = wx.asked.filter(one => one.path.endsWith('/claim')).map(one => one.header['Idempotency-Key'])
  assert.deepEqual([keys.length, new Set(keys).size, still.key], [2, 2, keys[1]])
})

test('what may have been done long ago is not sent again without its owner', async () => {
  let clock = Date.now()
  const { api, wx, communityId, titles, before } = await known('ning', { now: () => clock })
  wx.next.push(unheard, unheard, unheard)
  await api.queue.post('/wishes', titled(communityId, '一把雨伞'))
  clock += 21 * HOUR
  const sent = posts(wx).length
  await api.queue.flush()
  const [one] = api.queue.items()
  assert.deepEqual([one.state, one.fault.error, posts(wx).length], ['doubtful', 'DOUBTFUL', sent])
  assert.equal((await titles()).length, before + 1)
  await api.queue.drop(one.key)
  assert.deepEqual(api.queue.items(), [])
})

test('what never left may wait as long as it likes', async () => {
  let clock = Date.now()
  const { api, wx, communityId, titles, before } = await known('ning', { now: () => clock })
  wx.network = 'none'
  await api.queue.post('/wishes', titled(communityId, '一口小锅'))
  clock += 72 * HOUR
  wx.network = 'wifi'
  wx.show()
  await api.queue.flush()
  assert.deepEqual([api.queue.items(), (await titles()).length], [[], before + 1])
})

test('what one person kept is not sent in the name of another', async () => {
  const { api, wx, communityId } = await known('ning')
  wx.network = 'none'
  await api.queue.post('/wishes', titled(communityId, '宁小舟的心愿'))
  const other = phone('song', {}, wx.storage)
  await other.api.signIn()
  await other.api.queue.flush()
  assert.deepEqual([posts(other.wx), other.api.queue.items()], [[], []])
  const back = phone('ning', {}, wx.storage)
  await back.api.signIn()
  await back.api.queue.flush()
  assert.deepEqual([posts(back.wx).length, back.api.queue.items()], [1, []])
})

test('who was never here cannot hand in anything without a network, and no more than fits is kept', async () => {
  const stranger = phone('ning')
  stranger.wx.network = 'none'
  await assert.rejects(stranger.api.queue.post('/wishes', {}), refusedWith(0, 'OFFLINE'))
  const { api, wx } = await known('ning')
  wx.network = 'none'
  for (let number = 0; number < 50; number++) await api.queue.post('/complaints', { kind: 'suggestion', text: '路灯' })
  await assert.rejects(api.queue.post('/complaints', {}), refusedWith(0, 'QUEUE_FULL'))
  await api.queue.drop(api.queue.items()[0].key)
  wx.setStorageSync = () => { throw new Error('exceed storage max size') }
  await assert.rejects(api.queue.post('/complaints', {}), refusedWith(0, 'NOT_KEPT'))
  assert.equal(api.queue.items().length, 49)
})
