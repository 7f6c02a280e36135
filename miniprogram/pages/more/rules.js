// 怎样得到积分：社区自己的规则，没有另定的用全市的。没有登录也可以看。
const { presentCommunity } = require('../../lib/community')
const { fullDayOf } = require('../../lib/dates')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const EVENTS = { service_hour: '志愿服务，每小时', wish_confirmed: '点亮心愿，每个' }

Page(screen({
  data: { rows: [], finished: false, ending: '' }
}, listing(async () => ({ path: '/points/rules', query: { communityId: (await presentCommunity()).id } }), rule => ({
  key: `${rule.event}${rule.version}${rule.communityId || ''}`,
  title: EVENTS[rule.event] || rule.event,
  points: `${rule.points} 积分`,
  about: [rule.communityName || '全市', rule.capPerActivity && `每次最多 ${rule.capPerActivity}`, rule.capPerDay && `每天最多 ${rule.capPerDay}`, `${fullDayOf(rule.effectiveFrom)} 起`].filter(Boolean).join(' · '),
  inForce: rule.inForce
}))))
