// 一个活动：时间、地点、名额，报名、取消、签到、签退。按钮照着 actions 显示。
const words = require('../../utils/dianliang/words')
const { momentOf, spanOf } = require('../../lib/dates')
const { screen } = require('../../lib/screen')

const KINDS = { volunteer_service: '志愿服务，计时长', meeting: '会议，不计时长', study: '学习，不计时长' }
// 组织者的操作在另外的页面（还没有做的在工作后台办）。
const OURS = ['sign_up', 'cancel_sign_up', 'check_in', 'check_out']
const BY_CODE = ['check_in', 'check_out']
const DONE = { sign_up: '已报名', cancel_sign_up: '已取消', check_in: '已签到', check_out: '已签退' }

Page(screen({
  data: { activity: null },

  async read () {
    this.show(await getApp().api.get(`/activities/${this.query.id}`))
  },

  show (activity) {
    this.setData({ activity: detail(activity) })
  },

  press (event) {
    const { action } = event.currentTarget.dataset
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
    const body = BY_CODE.indexOf(action) >= 0 ? await scanned() : {}
    if (!body) return
    const told = await api.act(path, action, body)
    const waiting = told && told.state === 'waitlisted'
    wx.showToast({ title: waiting ? `候补第 ${told.waitlistPosition} 位` : DONE[action], icon: 'none' })
    this.show(await api.get(path))
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

function scanned () {
  return new Promise(resolve => wx.scanCode({ success: ({ result }) => resolve({ code: result }), fail: () => resolve(null) }))
}
