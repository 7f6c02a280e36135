// 一支志愿队：加入、退出，它的活动；队长看队员和申请，计划活动。
const { activityCard } = require('../../lib/cards')
const { dayFromToday, dayOf } = require('../../lib/dates')
const { facts } = require('../../lib/facts')
const { TEAM_KINDS } = require('../../lib/labels')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const MEMBER = { applied: '申请加入', accepted: '队员', declined: '没有同意', left: '已退出' }
const MINE = { leader: '您是队长', applied: '已申请，等队长同意', accepted: '您是队员', declined: '队长没有同意', left: '您已退出' }
const WHEN = [{ value: 'coming', text: '将要开始' }, { value: 'draft', text: '草稿' }, { value: 'past', text: '以前的' }]

const list = listing(page => ({ path: '/activities', query: page.asked() }), activityCard)

Page(screen(list, {
  data: { team: null, rows: [], finished: false, ending: '', when: WHEN, picked: 'coming' },

  async read () {
    this.setTeam(await getApp().api.get(`/teams/${this.query.id}`))
    await list.read.call(this)
  },

  setTeam (team) {
    this.setData({ team: detail(team), when: team.myStatus === 'leader' ? WHEN : WHEN.filter(one => one.value !== 'draft') })
  },

  asked () {
    const query = { teamId: this.query.id }
    const { picked } = this.data
    if (picked === 'past') return Object.assign(query, { state: 'ended,certified' })
    return Object.assign(query, picked === 'draft' ? { state: 'draft' } : { state: 'published', from: dayFromToday(0) })
  },

  async pick (event) {
    this.setData({ picked: event.detail.value })
    await this.loadAnew()
  },

  join () {
    return this.work('join', async () => {
      const { api } = getApp()
      await api.beforePersonal()
      this.setTeam(await api.post(`/teams/${this.query.id}/join`))
      wx.showToast({ title: '已申请，等队长同意', icon: 'none' })
    })
  },

  leave () {
    return this.work('leave', async () => {
      if (!(await wx.showModal({ title: '退出这支志愿队？', content: '已经报名的活动不受影响。' })).confirm) return
      this.setTeam(await getApp().api.post(`/teams/${this.query.id}/leave`))
    })
  },

  decide (event) {
    const { person, action } = event.currentTarget.dataset
    return this.work(`${action}${person}`, async () => this.setTeam(await getApp().api.post(`/teams/${this.query.id}/members/${person}/${action}`)))
  },

  plan () {
    wx.navigateTo({ url: `/pages/team/plan?team=${this.query.id}` })
  },

  onShareAppMessage () {
    const { name } = this.data.team || { name: '志愿队' }
    return { title: `加入${name}`, path: `/pages/team/detail?id=${this.query.id}` }
  }
}))

function detail (team) {
  return {
    name: team.name,
    mine: MINE[team.myStatus] || '',
    leading: team.myStatus === 'leader',
    down: Boolean(team.takenDownAt),
    joinable: team.actions.indexOf('join') >= 0 || !getApp().api.signedIn(),
    leavable: team.actions.indexOf('leave') >= 0,
    waiting: team.myStatus === 'applied',
    facts: facts([['类型', TEAM_KINDS[team.kind]], ['社区', team.communityName], ['特长', team.speciality], ['队长', team.leaderName], ['队员', `${team.memberCount} 人`]]),
    members: (team.members || []).filter(one => one.status === 'applied' || one.status === 'accepted').map(one => ({
      id: one.personId,
      name: one.name,
      about: [MEMBER[one.status], one.toldApart, `${dayOf(one.since)}起`].filter(Boolean).join(' · '),
      decidable: one.actions.indexOf('accept') >= 0
    }))
  }
}
