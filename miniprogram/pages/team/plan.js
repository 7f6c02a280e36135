// 队长计划一个活动：先是草稿，发布以后别人才看得到；没写完的存在手机里。
const { newKey } = require('../../utils/dianliang/index')
const { dayFromToday, fullDayOf, timeOf } = require('../../lib/dates')
const { form } = require('../../lib/form')
const { back } = require('../../lib/go')
const { screen } = require('../../lib/screen')

const EMPTY = {
  title: '', kind: 'volunteer_service', category: '便民服务', day: dayFromToday(3), from: '09:00', to: '11:00', place: '', capacity: '10', description: '', risk: '', insuranceNumber: '', minAge: ''
}
const KINDS = [{ value: 'volunteer_service', text: '志愿服务，计时长' }, { value: 'study', text: '学习' }, { value: 'meeting', text: '会议' }]
const CATEGORIES = ['便民服务', '帮扶济困', '文明倡导', '应急', '矛盾调解', '政策宣传'].map(value => ({ value, text: value }))
const FARTHEST_DAYS = 180
const PLACES = { startsAt: 'from', endsAt: 'to' }

Page(screen(form({ draft: 'dianliang.draft.activity', kept: page => !page.query.id }), {
  data: { form: EMPTY, kinds: KINDS, categories: CATEGORIES, dayWord: '', firstDay: dayFromToday(0), lastDay: dayFromToday(FARTHEST_DAYS), restored: false, team: '' },

  readAgain: false,

  onLoad () {
    this.key = newKey()
  },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    if (this.query.id) this.fill(await api.get(`/activities/${this.query.id}`))
    else {
      const { name, communityId } = await api.get(`/teams/${this.query.team}`)
      this.communityId = communityId
      this.setData({ team: name })
      this.restored()
    }
    this.setData({ dayWord: fullDayOf(this.data.form.day) })
  },

  fill (activity) {
    const found = Object.assign({}, EMPTY)
    for (const name of Object.keys(EMPTY)) if (activity[name]) found[name] = String(activity[name])
    Object.assign(found, { day: activity.startsAt.slice(0, 10), from: timeOf(activity.startsAt), to: timeOf(activity.endsAt) })
    this.started = activity
    this.setData({ form: found, team: activity.teamName || activity.communityName })
  },

  pickDay (event) {
    this.set('day', event.detail.value)
    this.setData({ dayWord: fullDayOf(event.detail.value) })
  },

  forget () {
    this.dropDraft()
    this.setData({ form: Object.assign({}, EMPTY), dayWord: fullDayOf(EMPTY.day), restored: false, faults: {} })
  },

  placeOf: name => PLACES[name] || name,

  send () {
    if (!this.filled({ title: '请写活动的名称', place: '请写在哪里集合', capacity: '请写要多少人' })) return undefined
    const { from, to } = this.data.form
    if (to <= from) return this.mark({ to: '结束要晚于开始' })
    return this.work('send', async () => {
      const { api } = getApp()
      const made = this.query.id
        ? await api.put(`/activities/${this.query.id}`, this.changes())
        : await api.post('/activities', Object.assign({ communityId: this.communityId, teamId: Number(this.query.team) }, this.body()), { key: this.key })
      this.key = newKey()
      if (!this.query.id) this.dropDraft()
      wx.showToast({ title: this.query.id ? '已改好' : '草稿已存好，发布以后才能报名', icon: 'none' })
      if (this.query.id) back()
      else wx.redirectTo({ url: `/pages/activity/detail?id=${made.id}` })
    })
  },

  body () {
    const { title, kind, category, day, from, to, place, capacity, description, risk, insuranceNumber, minAge } = this.data.form
    const body = {
      title: title.trim(),
      kind,
      category,
      place: place.trim(),
      startsAt: `${day}T${from}:00+08:00`,
      endsAt: `${day}T${to}:00+08:00`,
      capacity: Number(capacity) || 0,
      description: description.trim()
    }
    const more = { risk: risk.trim(), insuranceNumber: insuranceNumber.trim(), minAge: Number(minAge) }
    for (const name of Object.keys(more)) if (more[name]) body[name] = more[name]
    return body
  },

  // 只送改过的：开始以后有的内容不能再改。
  changes () {
    const body = this.body()
    const before = this.started
    for (const name of Object.keys(body)) if (body[name] === before[name]) delete body[name]
    return body
  }
}))
