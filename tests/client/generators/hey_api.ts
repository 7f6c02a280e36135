// The three loops with the functions and types that @hey-api/openapi-ts makes: strict TypeScript without a cast.
// tsc reads it, and Node plays it against BASE_URL.
import { createClient } from './made/hey-api/client/index.ts'
import * as api from './made/hey-api/sdk.gen.ts'
import type { ResidencyOut } from './made/hey-api/types.gen.ts'

declare const process: { env: Record<string, string | undefined>, pid: number }

const baseUrl = process.env.BASE_URL ?? ''
let codes = 0

async function signedIn (name: string) {
  const guest = createClient({ baseUrl, throwOnError: true })
  const answer = await api.signIn({ client: guest, throwOnError: true, body: { code: `sim:${name}:hey-${process.pid}-${codes++}` } })
  return { client: createClient({ baseUrl, throwOnError: true, auth: answer.data.data.token }), throwOnError: true as const }
}

function same<Value> (found: Value, wanted: Value) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`)
}

const at = (minutes: number) => new Date(Date.now() + minutes * 60000).toISOString()
const on = (days: number) => at(days * 1440).slice(0, 10)

async function wishes () {
  const [ning, tong, lan, pei] = await Promise.all([signedIn('ning'), signedIn('tong'), signedIn('lan'), signedIn('pei')])
  const residency: ResidencyOut | null = (await api.getMe({ ...ning })).data.data.residency
  if (residency === null) throw new Error('ning lives somewhere')
  const { communityId } = residency
  const round = (await api.openRound({ ...tong, body: { communityId, title: '腊月', collectUntil: on(7), publishUntil: on(37) } })).data.data
  const wish = (await api.writeWish({
    ...ning,
    headers: { 'Idempotency-Key': `hey-${process.pid}-wish` },
    body: {
      communityId,
      title: '想要一盏台灯',
      description: '晚上看书看不清。',
      category: 'goods',
      beneficiaryGroup: 'family',
      estimatedCost: 80,
      disclosure: 'anonymous',
      submit: true
    }
  })).data.data
  const path = { wish_id: wish.id }
  const ofRound = { path: { round_id: round.id }, body: {} }
  await api.acceptWish({ ...lan, path, body: {} })
  await api.reviewRound({ ...tong, ...ofRound })
  await api.publishRound({ ...tong, ...ofRound })
  const claimed = (await api.claimWish({ ...pei, path, body: { as: 'personal' } })).data.data
  same(claimed.claim?.byName, '裴**')
  same(claimed.actions.includes('fulfil'), true)
  await api.fulfilWish({ ...pei, path, body: { note: '已送到' } })
  const done = (await api.confirmWish({ ...ning, path, body: { solved: true, satisfaction: 5, method: 'app' } })).data.data
  same([done.state, done.claim?.outcome], ['confirmed', 'confirmed'])
  await api.closeRound({ ...tong, ...ofRound })
}

async function volunteering () {
  const [wulan, ji, tong] = await Promise.all([signedIn('wulan'), signedIn('ji'), signedIn('tong')])
  const riders = (await api.listMyTeams({ ...wulan })).data.data.list.find(one => one.part === 'leader')
  const { residency } = (await api.getMe({ ...wulan })).data.data
  if (residency === null || riders === undefined) throw new Error('wulan leads a team')
  const me = (await api.putMe({ ...ji, body: { realName: '季明朗', birthYear: 1990 } })).data.data
  const activity = (await api.planActivity({
    ...wulan,
    body: {
      communityId: residency.communityId,
      teamId: riders.id,
      title: '给雪松浇冻水',
      kind: 'volunteer_service',
      category: '便民服务',
      place: '东门',
      startsAt: at(-125),
      endsAt: at(10),
      capacity: 3
    }
  })).data.data
  same(activity.mySignUp, null)
  const path = { activity_id: activity.id }
  await api.publishActivity({ ...wulan, path, body: {} })
  await api.signUp({ ...ji, path, body: {} })
  const { code } = (await api.checkInCode({ ...wulan, path })).data.data
  await api.checkIn({ ...ji, path, body: { code } })
  await api.checkOut({ ...ji, path, body: { code } })
  await api.callRoll({ ...wulan, path, body: [{ personId: me.id, checkedInAt: at(-125), checkedOutAt: at(0) }] })
  await api.endActivity({ ...wulan, path, body: {} })
  await api.proposeHours({ ...wulan, path, body: [] })
  same((await api.certifyHours({ ...tong, path, body: [] })).data.data.state, 'certified')
  same((await api.myServiceRecords({ ...ji })).data.data.totals.minutes, 125)
}

async function supermarket () {
  const [wulan, tong, bu] = await Promise.all([signedIn('wulan'), signedIn('tong'), signedIn('bu')])
  const communityId = (await api.getMe({ ...wulan })).data.data.residency?.communityId
  const [shop] = (await api.listShops({ ...wulan, query: { communityId } })).data.data.list
  if (shop === undefined) throw new Error('a community has a shop')
  const items = (await api.listItems({ ...wulan, path: { shop_id: shop.id }, query: { kind: 'goods', limit: 50 } })).data.data.list
  const soap = items.find(one => one.name === '香皂')
  if (soap === undefined) throw new Error('no soap')
  const order = (await api.requestRedemption({ ...wulan, body: { shopId: shop.id, lines: [{ itemId: soap.id, quantity: 1 }] } })).data.data
  const path = { redemption_id: order.id }
  await api.approveRedemption({ ...tong, path, body: {} })
  const { pickUpCode } = (await api.getRedemption({ ...wulan, path })).data.data
  if (pickUpCode === null) throw new Error('the owner is told the code')
  await api.previewRedemption({ ...bu, body: { pickUpCode } })
  const handed = (await api.handOverRedemption({ ...bu, path, body: { pickUpCode, collectedBy: 'self' } })).data.data
  same(handed.state, 'handed_over')
  const refused = await api.handOverRedemption({ ...bu, throwOnError: false, path, body: { pickUpCode, collectedBy: 'self' } })
  same(refused.error?.error, 'REDEMPTION_MOVED_ON')
}

await wishes()
await volunteering()
await supermarket()
console.log('3 loops')
