// 在职党员的一年：报到、服务、认领的心愿；要不要反馈给单位，由本人另外同意。
const { askConsent } = require('../../lib/consent')
const { dayFromToday, dayOf, fullDayOf } = require('../../lib/dates')
const { facts, hoursOf } = require('../../lib/facts')
const { OUTCOMES, SERVICE_ROLES } = require('../../lib/labels')
const { screen } = require('../../lib/screen')

const FEEDBACK = 'unit_feedback'

Page(screen({
  data: { year: Number(dayFromToday(0).slice(0, 4)), last: Number(dayFromToday(0).slice(0, 4)), facts: [], services: [], wishes: [], agreed: false, feedback: null, registered: false },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    const me = await api.get('/me')
    if (!me.partyRegistration) return this.setData({ registered: false })
    const { year, last } = this.data
    const to = year === last ? dayFromToday(0) : `${year}-12-31`
    const [told, consents] = await Promise.all([api.get('/me/party-service', { from: `${year}-01-01`, to }), api.get('/me/consents')])
    const feedback = consents.list.find(one => one.document === FEEDBACK)
    this.setData(Object.assign({ registered: true, feedback: feedback || null, agreed: Boolean(feedback && feedback.givenAt) }, detail(told)))
  },

  earlier () {
    return this.go(-1)
  },

  later () {
    return this.go(1)
  },

  go (by) {
    this.setData({ year: Math.min(this.data.year + by, this.data.last) })
    return this.loadAnew()
  },

  setFeedback (event) {
    return this.work('feedback', async () => {
      const { api } = getApp()
      if (event.detail.value) await this.agree(api)
      else await api.remove(`/me/consents/${FEEDBACK}`)
      await this.loadAnew()
    })
  },

  // 全文看过、同意了才算。
  async agree (api) {
    const { list } = await api.get('/privacy')
    const found = list.find(one => one.document === FEEDBACK)
    if (await askConsent(found)) await api.post('/me/consents', { document: FEEDBACK, version: found.version })
  },

  register () {
    wx.navigateTo({ url: '/pages/residency/member' })
  },

  openClaims () {
    wx.navigateTo({ url: '/pages/claim/mine' })
  }
}))

function detail (told) {
  return {
    facts: facts([
      ['单位', told.unitName],
      ['报到', `${told.communityName}，${fullDayOf(told.reportedOn)}`],
      ['岗位', told.serviceRoles.map(one => SERVICE_ROLES[one]).join('、')],
      ['服务', `${told.times} 次，${hoursOf(told.minutes)}`],
      ['认领', `${told.wishesClaimed} 个心愿，点亮 ${told.wishesLit} 个`]
    ]),
    services: told.services.map(one => ({ id: one.id, title: one.activityName, about: `${dayOf(one.servedOn)} · ${one.category} · ${hoursOf(one.minutes)}` })),
    wishes: told.wishes.map(one => ({ id: one.wishId, title: one.title, about: [one.number, `${dayOf(one.claimedAt)} 认领`, one.outcome ? OUTCOMES[one.outcome] : '正在办'].join(' · ') }))
  }
}
