// 认定时长：一个活动一个活动看谁服务了多久；可以减少，不能增加。自己申报的、自己参加的由别人认定。
const { spanOf } = require('../../lib/dates')
const { oneByOne } = require('./lib/one-by-one')
const { staffScreen } = require('./lib/staff')
const { facts } = require('../../lib/facts')

const queue = oneByOne({
  roles: ['community_staff'],
  asked: page => ({ path: '/activities', query: Object.assign({ state: 'ended' }, page.data.community ? { communityId: page.data.community } : {}) }),
  mine: row => row.actions.indexOf('certify') >= 0,
  beside: row => getApp().api.get(`/activities/${row.id}/attendance`),
  show
})

Page(staffScreen(queue, {
  data: Object.assign({ typed: '', problem: '' }, queue.data),

  beginLower (event) {
    this.setData({ mode: String(event.currentTarget.dataset.person), typed: '', problem: '' })
  },

  type (event) {
    this.setData({ typed: event.detail.value, problem: '' })
  },

  lower () {
    const person = Number(this.data.mode)
    const index = this.data.one.people.findIndex(one => one.person === person)
    const { proposed } = this.data.one.people[index]
    const minutes = Number(this.data.typed)
    if (!/^\d+$/.test(this.data.typed.trim()) || minutes > proposed) return this.setData({ problem: `填 0 到 ${proposed}` })
    this.setData({ [`one.people[${index}].minutes`]: minutes, [`one.people[${index}].changed`]: minutes !== proposed, mode: '' })
  },

  async certify () {
    const { one } = this.data
    const body = one.people.filter(person => person.changed).map(({ person, minutes }) => ({ personId: person, minutes }))
    const total = one.people.reduce((sum, person) => sum + person.minutes, 0)
    const { confirm } = await wx.showModal({ title: `认定“${one.title}”？`, content: `${one.people.length} 人，共 ${total} 分钟。认定以后生成服务记录和积分。`, confirmText: '认定', cancelText: '再看看' })
    if (!confirm) return undefined
    return this.decide('certify', row => this.once([row.id, body], more => getApp().api.post(`/activities/${row.id}/certify`, body, more)), `“${one.title}”：已认定`)
  }
}))

function show (activity, attendance) {
  return {
    id: activity.id,
    title: activity.title,
    facts: facts([
      ['时间', spanOf(activity.startsAt, activity.endsAt)],
      ['地点', activity.place],
      ['志愿队', activity.teamName],
      ['负责人', activity.inCharge]
    ]),
    people: attendance.list.filter(one => one.proposedMinutes !== null).map(one => ({
      person: one.personId,
      name: one.toldApart ? `${one.name}（${one.toldApart}）` : one.name,
      proposed: one.proposedMinutes,
      minutes: one.proposedMinutes,
      changed: false,
      attended: one.attendedMinutes === null ? '没有签退' : `签到到签退 ${one.attendedMinutes} 分钟`,
      source: one.source === 'roll_call' ? '点名' : '扫码'
    }))
  }
}
