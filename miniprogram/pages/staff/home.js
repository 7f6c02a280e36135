// 工作台：等我办的有几件，能在手机上办的事；按任职显示。
const { momentOf } = require('../../lib/dates')
const { staffScreen } = require('./lib/staff')

const QUEUES = {
  wishes_to_review: ['审核心愿', 'star'],
  redemptions_to_approve: ['审批兑换', 'gift'],
  hours_to_certify: ['认定时长', 'clock'],
  residencies_to_verify: ['核实居住登记', 'home'],
  party_registrations_to_verify: ['核实双报到', 'person'],
  complaints_to_answer: ['答复投诉和建议', 'bell'],
  merges_to_decide: ['合并档案', 'person']
}
const TOOLS = [
  { text: '替居民许愿', icon: 'star', url: '/pages/staff/report', roles: ['community_staff', 'grid_worker'] },
  { text: '找居民、发卡、验证码', icon: 'search', url: '/pages/staff/people', roles: ['community_staff', 'grid_worker'] },
  { text: '回访确认', icon: 'phone', url: '/pages/staff/call-backs', roles: ['community_staff', 'grid_worker'] },
  { text: '活动签到', icon: 'check', url: '/pages/staff/check-in', roles: ['community_staff'] },
  { text: '柜台发放', icon: 'gift', url: '/pages/staff/counter', roles: ['shop_keeper'] },
  { text: '入库', icon: 'plus', url: '/pages/staff/stock', roles: ['shop_keeper'] },
  { text: '盘点', icon: 'pencil', url: '/pages/staff/stocktakes', roles: ['shop_keeper', 'supervisor'] }
]
const ROLES = {
  grid_worker: '网格员', community_staff: '社区工作者', shop_keeper: '超市管理员', supervisor: '监督员', street_staff: '街道工作人员',
  unit_officer: '单位联络人', city_admin: '市级管理员', auditor: '审计员'
}

Page(staffScreen({
  data: { posts: [], toDo: [], tools: [], staff: true },

  async read () {
    const { api } = getApp()
    const [me, toDo] = await Promise.all([api.get('/me'), api.get('/me/to-do')])
    const roles = me.roles.map(one => one.role)
    this.setData({
      staff: roles.length > 0,
      posts: me.roles.map(one => `${one.organisationName} ${ROLES[one.role]}`),
      toDo: toDo.list.filter(one => QUEUES[one.kind]).map(queue),
      tools: TOOLS.filter(tool => tool.roles.some(role => roles.indexOf(role) >= 0))
    })
  },

  scan () {
    wx.navigateTo({ url: '/pages/staff/sign-in' })
  }
}))

function queue ({ kind, count, oldestAt, page }) {
  const [text, icon] = QUEUES[kind]
  return { kind, text, icon, count, since: `最早的 ${momentOf(oldestAt)}`, url: `/${page}` }
}
