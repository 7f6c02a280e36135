// 活动签到：给到场的人看的签到码（半分钟一换），有多少人到了；没有手机的人按纸质卡号代签。
const { dayFromToday, momentOf, spanOf } = require('../../lib/dates')
const { communitiesOf, staffScreen } = require('./lib/staff')

const CAME = ['checked_in', 'checked_out', 'certified', 'unverified']
const REASON = '没有手机，现场签到'
const SOONEST = 2000

Page(staffScreen({
  data: { activities: [], activity: null, code: null, came: '', cardNumber: '', last: '' },

  async read () {
    if (this.query.id) return this.open(await getApp().api.get(`/activities/${this.query.id}`))
    const communities = await communitiesOf(['community_staff'])
    const today = dayFromToday(0)
    const pages = await Promise.all(communities.map(({ id }) => getApp().api.get('/activities', { communityId: id, state: 'published', from: today, to: today, limit: 50 })))
    const rows = [].concat(...pages.map(page => page.list)).filter(one => one.actions.indexOf('show_code') >= 0)
    this.setData({ activities: rows.map(({ id, title, startsAt, endsAt, place }) => ({ id, title, when: spanOf(startsAt, endsAt), place })), activity: null })
  },

  openOne (event) {
    wx.navigateTo({ url: `/pages/staff/check-in?id=${event.currentTarget.dataset.id}` })
  },

  async open ({ id, title, place, startsAt }) {
    const { api } = getApp()
    const [code, attendance] = await Promise.all([api.get(`/activities/${id}/check-in-code`), api.get(`/activities/${id}/attendance`)])
    const counted = attendance.list.filter(one => CAME.indexOf(one.state) >= 0).length
    this.setData({
      activity: { id, title, about: `${momentOf(startsAt)}，${place}` },
      code: { text: code.code, spoken: code.code.split('').join(' '), qr: `data:image/svg+xml,${encodeURIComponent(code.qr)}` },
      came: `到了 ${counted} 人，报名 ${attendance.list.filter(one => one.state !== 'waitlisted').length} 人`
    })
    this.again(new Date(code.expiresAt).getTime() - Date.now())
  },

  // 码换了就读新的；离开页面就停。
  again (after) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.load(), Math.max(after, SOONEST))
  },

  onHide () {
    clearTimeout(this.timer)
  },

  onUnload () {
    clearTimeout(this.timer)
  },

  type (event) {
    this.setData({ cardNumber: event.detail.value, faults: {} })
  },

  checkIn () {
    return this.assist('check_in', '已签到')
  },

  checkOut () {
    return this.assist('check_out', '已签退')
  },

  assist (action, said) {
    const cardNumber = this.data.cardNumber.trim()
    if (!cardNumber) return this.setData({ faults: { card: '请输入纸质卡号' } })
    const { id } = this.data.activity
    return this.work(action, async () => {
      const { api } = getApp()
      const { list: [person] } = await api.get('/people', { cardNumber })
      if (!person) return this.setData({ faults: { card: '本社区没有这个卡号' } })
      const { code } = await api.get(`/activities/${id}/check-in-code`)
      const body = { code, onBehalfOf: { personId: person.id, reason: REASON } }
      await this.once([id, action, person.id], more => api.act(`/activities/${id}`, action, body, more))
      this.setData({ cardNumber: '', last: `${person.realName || cardNumber}：${said}` })
      await this.loadAnew()
    })
  }
}))
