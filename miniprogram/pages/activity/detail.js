// 一个活动：时间、地点、名额，报名、取消、签到、签退。按钮照着 actions 显示。
const words = require('../../utils/dianliang/words')
const { momentOf, spanOf } = require('../../lib/dates')
const { screen } = require('../../lib/screen')

const KINDS = { volunteer_service: '志愿服务，计时长', meeting: '会议，不计时长', study: '学习，不计时长' }
const OURS = ['sign_up', 'cancel_sign_up', 'check_in', 'check_out']
// 组织者的：有自己的页面的，和先问一句的。认定时长是社区的事，不在这里。
const PAGES = { roll_call: '/pages/activity/roll-call', show_code: '/pages/team/code', edit: '/pages/team/plan', propose_hours: '/pages/team/hours' }
const LEADING = ['roll_call', 'show_code', 'publish', 'edit', 'message', 'propose_hours', 'end', 'cancel']
const ASKED = { message: '要说什么？报名和候补的人都会收到', cancel: '为什么取消？报了名的人会看到' }
const SURE = { publish: '发布以后大家都看得到，可以报名。', end: '结束以后不能再签到，接着申报时长。' }
const BY_CODE = ['check_in', 'check_out']
const DONE = { sign_up: '已报名', cancel_sign_up: '已取消', check_in: '已签到', check_out: '已签退', publish: '已发布', message: '已发出', end: '已结束', cancel: '已取消' }

Page(screen({
  data: { activity: null, forName: '' },

  async read () {
    this.show(await getApp().api.get(`/activities/${this.query.id}`))
  },

  show (activity) {
    this.setData({ activity: detail(activity) })
  },

  press (event) {
    const { action } = event.currentTarget.dataset
    if (PAGES[action]) return wx.navigateTo({ url: `${PAGES[action]}?id=${this.query.id}` })
    return this.work(action, () => this.act(action))
  },

  // 没有登录的人也看得到“报名”，按了再登录。
  join () {
    return this.work('join', async () => {
      await getApp().api.beforePersonal()
      await this.loadAnew()
      if (this.data.activity.buttons.some(one => one.action === 'sign_up')) await this.act('sign_up')
    })
  },

  async act (action) {
    const { api } = getApp()
    const path = `/activities/${this.query.id}`
    if (action === 'cancel_sign_up' && !(await wx.showModal({ title: '取消报名？', content: '名额会让给候补的人。' })).confirm) return
    const body = BY_CODE.indexOf(action) >= 0 ? await scanned() : await asked(action)
    if (!body) return
    const { onBehalfOf } = this
    if (onBehalfOf && action === 'sign_up') Object.assign(body, { onBehalfOf })
    const told = await api.act(path, action, body)
    const waiting = told && told.state === 'waitlisted'
    const done = onBehalfOf && action === 'sign_up' ? `已替${this.data.forName}报名` : DONE[action]
    wx.showToast({ title: waiting ? `候补第 ${told.waitlistPosition} 位` : done, icon: 'none' })
    this.show(await api.get(path))
  },

  forWhom ({ detail: { onBehalfOf, name } }) {
    this.onBehalfOf = onBehalfOf
    this.setData({ forName: name })
  },

  // 替家人报的名，由替的人取消。
  cancelFor () {
    return this.work('cancelFor', async () => {
      if (!(await wx.showModal({ title: `取消${this.data.forName}的报名？`, content: '名额会让给候补的人。' })).confirm) return
      await getApp().api.act(`/activities/${this.query.id}`, 'cancel_sign_up', { onBehalfOf: this.onBehalfOf })
      wx.showToast({ title: '已取消', icon: 'none' })
      await this.loadAnew()
    })
  },

  map () {
    const { latitude, longitude, title, place } = this.data.activity
    wx.openLocation({ latitude, longitude, name: title, address: place, fail: () => {} })
  },

  poster () {
    wx.navigateTo({ url: `/pages/more/share?kind=activity&id=${this.query.id}` })
  },

  complain () {
    wx.navigateTo({ url: `/pages/complaint/write?subjectKind=activity&subjectId=${this.query.id}` })
  },

  onShareAppMessage () {
    const { title } = this.data.activity || { title: '' }
    return { title: `一起来：${title}`, path: `/pages/activity/detail?id=${this.query.id}` }
  }
}))

function detail (activity) {
  const mine = activity.mySignUp
  const actions = activity.actions.concat(mine ? mine.actions : [])
  return {
    id: activity.id,
    title: activity.title,
    description: activity.description,
    state: activity.state,
    stateWord: words.states.activity[activity.state] || activity.state,
    mine: mine && mineLine(mine),
    facts: factsOf(activity),
    sessions: activity.sessions.map(one => spanOf(one.startsAt, one.endsAt)),
    risk: activity.risk || '',
    guest: !getApp().api.signedIn() && activity.state === 'published',
    // 不能替人报名的时候不问替谁。
    open: getApp().api.signedIn() && activity.state === 'published',
    team: activity.teamId,
    mapped: activity.latitude !== null && activity.latitude !== undefined,
    latitude: activity.latitude,
    longitude: activity.longitude,
    place: activity.place,
    leading: LEADING.filter(action => activity.actions.indexOf(action) >= 0).map(action => ({ action, text: words.actions.activity[action], kind: action === 'cancel' ? 'danger' : action === 'publish' ? 'main' : 'plain' })),
    buttons: OURS.filter(action => actions.indexOf(action) >= 0).map(action => ({
      action,
      text: action === 'sign_up' && activity.confirmed >= activity.capacity ? '排候补' : words.actions.activity[action],
      kind: action === 'cancel_sign_up' ? 'plain' : 'main'
    }))
  }
}

function mineLine ({ state, waitlistPosition, minutes }) {
  if (state === 'waitlisted') return `候补第 ${waitlistPosition} 位，有人取消就转正并通知您`
  return minutes ? `${words.states.sign_up[state]}，服务 ${minutes} 分钟` : words.states.sign_up[state]
}

function factsOf (activity) {
  const waiting = activity.waiting ? `，${activity.waiting} 人候补` : ''
  return [
    ['时间', spanOf(activity.startsAt, activity.endsAt)],
    ['地点', activity.place],
    ['名额', `${activity.confirmed}/${activity.capacity}${waiting}`],
    ['报名截止', activity.signUpUntil && momentOf(activity.signUpUntil)],
    ['取消截止', activity.cancelUntil && momentOf(activity.cancelUntil)],
    ['类别', [KINDS[activity.kind], activity.category].filter(Boolean).join('，')],
    ['志愿队', activity.teamName],
    ['负责人', activity.inCharge],
    ['年龄', activity.minAge && `满 ${activity.minAge} 岁`],
    ['社区', activity.communityName]
  ].filter(([, value]) => value).map(([name, value]) => ({ name, value }))
}

// 要先写一句的，不能回头的。
async function asked (action) {
  if (SURE[action]) return (await wx.showModal({ title: `${words.actions.activity[action]}？`, content: SURE[action] })).confirm ? {} : null
  if (!ASKED[action]) return {}
  const { confirm, content } = await wx.showModal({ title: words.actions.activity[action], editable: true, placeholderText: ASKED[action], confirmText: '提交' })
  if (!confirm) return null
  return action === 'message' ? { text: content } : { reason: content }
}

function scanned () {
  return new Promise(resolve => wx.scanCode({ success: ({ result }) => resolve({ code: result }), fail: () => resolve(null) }))
}
