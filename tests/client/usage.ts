// Never run: tsc reads it, so that the declarations say what the client does, and refuse what it does not.
import { ApiError, CursorList, WishOut, createClient, newKey } from '../../miniprogram_api_docs/client'

const api = createClient({ baseUrl: 'https://example.com' })
const id: number = 17

export async function story (): Promise<void> {
  const me = await api.get('/me')
  const unread: number = me.unreadNotices
  const wish = await api.post('/wishes', {
    communityId: me.residency!.communityId,
    title: '想要一盏亮一点的台灯',
    description: '晚上看书看不清。',
    category: 'goods',
    beneficiaryGroup: 'elder',
    estimatedCost: 80,
    disclosure: 'anonymous',
    submit: true
  }, { key: newKey() })
  const claimed: WishOut = await api.post(`/wishes/${wish.id}/claim`, { as: 'personal' })
  const state: 'claimed' | string = claimed.state
  await api.post(`/wishes/${id}/withdraw`)
  await api.put(`/wishes/${id}`, { title: '换一盏台灯' })
  await api.remove(`/me/consents/${'privacy'}`)
  const order = await api.act<WishOut>(`/wishes/${id}`, 'send_back', { reason: '请写明' })
  const wall: CursorList<WishOut> = api.list('/wishes', { communityId: 3, state: 'published' })
  for await (const one of wall) console.log(one.title, unread, state, order.number)
  const picture = await api.upload('wxfile://tmp/1.jpg', 'wish')
  console.log(picture.id)
  const uploading = api.upload('wxfile://tmp/2.jpg', 'wish', { onProgress: percent => console.log(percent) })
  uploading.cancel()
  const done = await api.queue.post(`/activities/${id}/check-in`, { code: 'K7QM2HXD' }, { title: '签到' })
  if (done.state === 'done') console.log(done.data.state)
  else console.log(done.fault?.message)
  api.queue.onChange(items => console.log(items.map(one => one.title)))()
  createClient({ container: { env: 'prod-01', service: 'dianliang' }, askConsent: one => one.text.length > 0 })
  try {
    await api.get(`/wishes/${id}`)
  } catch (fault) {
    if (fault instanceof ApiError && fault.offline) console.log(fault.answered)
    if (fault instanceof ApiError && fault.error === 'NOT_FOUND') wx.showToast({ title: fault.message })
  }
}

export async function mistakes (): Promise<void> {
  // @ts-expect-error: no such path
  await api.get('/wish')
  // @ts-expect-error: what is read cannot be posted to
  await api.post('/me/points')
  // @ts-expect-error: a claim says in whose name
  await api.post(`/wishes/${id}/claim`)
  // @ts-expect-error: no such way to claim
  await api.post(`/wishes/${id}/claim`, { as: 'friend' })
  // @ts-expect-error: unknown fields are refused by the server too
  await api.put('/me', { nickname: '小舟', points: 100 })
  // @ts-expect-error: what is no list cannot be read page by page
  api.list('/me')
  // @ts-expect-error: a picture is for something
  await api.upload('wxfile://tmp/1.jpg', 'fun')
  // @ts-expect-error: a check-in has a code, also when it waits
  await api.queue.post(`/activities/${id}/check-in`, {})
  // @ts-expect-error: nobody can do this with a wish
  console.log((await api.get(`/wishes/${id}`)).actions.includes('celebrate'))
  // @ts-expect-error: the mini-program has no PATCH, nor has the client
  api.patch('/me', {})
}
