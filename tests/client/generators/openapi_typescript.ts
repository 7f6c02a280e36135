// The three loops with what openapi-typescript makes of the document, and openapi-fetch: strict TypeScript without a
// cast. tsc reads it, and Node plays it against BASE_URL.
import createClient from 'openapi-fetch'
import type { components, paths } from './made/openapi-typescript.ts'

type Wish = components['schemas']['WishOut']
type Activity = components['schemas']['ActivityOut']

declare const process: { env: Record<string, string | undefined>, pid: number }

const baseUrl = process.env.BASE_URL
let codes = 0

function whoever () {
  return createClient<paths>({ baseUrl })
}

async function signedIn (name: string) {
  const client = whoever()
  const { token } = read(await client.POST('/api/v1/sessions', { body: { code: `sim:${name}:ts-${process.pid}-${codes++}` } }))
  client.use({ onRequest: ({ request }) => { request.headers.set('Authorization', `Bearer ${token}`) } })
  return client
}

// What an answer holds, or its refusal thrown.
function read<Data> (answer: { data?: { data: Data }, error?: { error: string, message: string } }): Data {
  if (answer.data === undefined) throw new Error(`${answer.error?.error} ${answer.error?.message}`)
  return answer.data.data
}

function same<Value> (found: Value, wanted: Value) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`)
}

const at = (minutes: number) => new Date(Date.now() + minutes * 60000).toISOString()
const on = (days: number) => at(days * 1440).slice(0, 10)

async function wishes () {
  const [ning, tong, lan, pei] = await Promise.all([signedIn('ning'), signedIn('tong'), signedIn('lan'), signedIn('pei')])
  const me = read(await ning.GET('/api/v1/me'))
  // An object that may be missing is that object or null, and nothing else.
  const residency: components['schemas']['ResidencyOut'] | null = me.residency
  if (residency === null) throw new Error('ning lives somewhere')
  const { communityId } = residency
  const round = read(await tong.POST('/api/v1/rounds', { body: { communityId, title: '腊月', collectUntil: on(7), publishUntil: on(37) } }))
  const wish: Wish = read(await ning.POST('/api/v1/wishes', {
    params: { header: { 'Idempotency-Key': `ts-${process.pid}-wish` } },
    body: {
      communityId,
      title: '想要一盏台灯',
      description: '晚上看书看不清。',
      category: 'goods',
      beneficiaryGroup: 'family',
      estimatedCost: 80,
      disclosure: 'anonymous',
      address: '雪松家园 7 号楼',
      contactPhone: '11100000012',
      submit: true
    }
  }))
  const path = { wish_id: wish.id }
  read(await lan.POST('/api/v1/wishes/{wish_id}/accept', { params: { path }, body: {} }))
  read(await tong.POST('/api/v1/rounds/{round_id}/review', { params: { path: { round_id: round.id } }, body: {} }))
  read(await tong.POST('/api/v1/rounds/{round_id}/publish', { params: { path: { round_id: round.id } }, body: {} }))
  const wall = read(await whoever().GET('/api/v1/wishes', { params: { query: { communityId, state: ['published', 'claimed'] } } }))
  if (!wall.list.some(one => one.id === wish.id)) throw new Error('not on the wall')
  const claimed = read(await pei.POST('/api/v1/wishes/{wish_id}/claim', { params: { path }, body: { as: 'personal' } }))
  same(claimed.claim?.byName, '裴**')
  // `actions` is a closed list of words: a wrong one would not compile.
  same(claimed.actions.includes('fulfil'), true)
  const contact = read(await pei.GET('/api/v1/wishes/{wish_id}/contact', { params: { path } }))
  same(contact.address, '雪松家园 7 号楼')
  read(await pei.POST('/api/v1/wishes/{wish_id}/fulfil', { params: { path }, body: { note: '已送到' } }))
  const done = read(await ning.POST('/api/v1/wishes/{wish_id}/confirm', { params: { path }, body: { solved: true, satisfaction: 5, method: 'app' } }))
  same(done.state, 'confirmed')
  const outcome: 'released' | 'overdue' | 'confirmed' | 'closed_unconfirmed' | 'taken_down' | null | undefined = done.claim?.outcome
  same(outcome, 'confirmed')
  read(await tong.POST('/api/v1/rounds/{round_id}/close', { params: { path: { round_id: round.id } }, body: {} }))
  const notices = read(await ning.GET('/api/v1/me/notices', { params: { query: { unread: true } } }))
  const kinds: Array<components['schemas']['NoticeOut']['kind']> = notices.list.map(one => one.kind)
  if (!kinds.includes('wish_fulfilled')) throw new Error(kinds.join())
}

async function volunteering () {
  const [wulan, gu, tong] = await Promise.all([signedIn('wulan'), signedIn('gu'), signedIn('tong')])
  const [riders] = read(await wulan.GET('/api/v1/me/teams')).list.filter(one => one.part === 'leader')
  const { residency } = read(await wulan.GET('/api/v1/me'))
  if (residency === null || riders === undefined) throw new Error('wulan leads a team')
  read(await gu.PUT('/api/v1/me', { body: { realName: '顾晓晴', birthYear: 1996 } }))
  const activity: Activity = read(await wulan.POST('/api/v1/activities', {
    body: {
      communityId: residency.communityId,
      teamId: riders.id,
      title: '清扫门前的雪',
      kind: 'volunteer_service',
      category: '便民服务',
      place: '东门',
      startsAt: at(-125),
      endsAt: at(10),
      capacity: 3
    }
  }))
  same(activity.mySignUp, null)
  const path = { activity_id: activity.id }
  read(await wulan.POST('/api/v1/activities/{activity_id}/publish', { params: { path }, body: {} }))
  read(await gu.POST('/api/v1/activities/{activity_id}/sign-up', { params: { path }, body: {} }))
  const { code } = read(await wulan.GET('/api/v1/activities/{activity_id}/check-in-code', { params: { path } }))
  read(await gu.POST('/api/v1/activities/{activity_id}/check-in', { params: { path }, body: { code } }))
  read(await gu.POST('/api/v1/activities/{activity_id}/check-out', { params: { path }, body: { code } }))
  const { id: personId } = read(await gu.GET('/api/v1/me'))
  read(await wulan.POST('/api/v1/activities/{activity_id}/roll-call', {
    params: { path }, body: [{ personId, checkedInAt: at(-125), checkedOutAt: at(0) }]
  }))
  read(await wulan.POST('/api/v1/activities/{activity_id}/end', { params: { path }, body: {} }))
  read(await wulan.POST('/api/v1/activities/{activity_id}/propose-hours', { params: { path }, body: [] }))
  const certified = read(await tong.POST('/api/v1/activities/{activity_id}/certify', { params: { path }, body: [] }))
  same(certified.state, 'certified')
  same(read(await gu.GET('/api/v1/me/service-records')).totals.minutes, 125)
}

async function supermarket () {
  const [wulan, tong, bu] = await Promise.all([signedIn('wulan'), signedIn('tong'), signedIn('bu')])
  const { residency } = read(await wulan.GET('/api/v1/me'))
  const communityId = residency?.communityId
  const [shop] = read(await wulan.GET('/api/v1/shops', { params: { query: { communityId } } })).list
  if (shop === undefined) throw new Error('a community has a shop')
  const items = read(await wulan.GET('/api/v1/shops/{shop_id}/items', { params: { path: { shop_id: shop.id }, query: { kind: 'goods', limit: 50 } } })).list
  const soap = items.find(one => one.name === '香皂')
  if (soap === undefined) throw new Error('no soap')
  const order = read(await wulan.POST('/api/v1/redemptions', { body: { shopId: shop.id, lines: [{ itemId: soap.id, quantity: 1 }] } }))
  const path = { redemption_id: order.id }
  read(await tong.POST('/api/v1/redemptions/{redemption_id}/approve', { params: { path }, body: {} }))
  const { pickUpCode } = read(await wulan.GET('/api/v1/redemptions/{redemption_id}', { params: { path } }))
  if (pickUpCode === null) throw new Error('the owner is told the code')
  read(await bu.POST('/api/v1/redemptions/preview', { body: { pickUpCode } }))
  const handed = read(await bu.POST('/api/v1/redemptions/{redemption_id}/hand-over', { params: { path }, body: { pickUpCode, collectedBy: 'self' } }))
  same(handed.state, 'handed_over')
  const refused = await bu.POST('/api/v1/redemptions/{redemption_id}/hand-over', { params: { path }, body: { pickUpCode, collectedBy: 'self' } })
  same(refused.error?.error, 'REDEMPTION_MOVED_ON')
  const [row] = read(await wulan.GET('/api/v1/me/points/statement', { params: { query: { limit: 1 } } })).list
  same([row?.kind, row?.points], ['hold', -10])
}

await wishes()
await volunteering()
await supermarket()
console.log('3 loops')
