// 我的服务记录、合计、星级；记错了申请更正。时长不会因为用积分变少。
const { newKey } = require('../../utils/dianliang/index')
const { fullDayOf } = require('../../lib/dates')
const { hoursOf } = require('../../lib/facts')
const { SOURCES } = require('../../lib/labels')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const list = listing(() => ({ path: '/me/service-records' }), record => ({
  id: record.id,
  title: record.activityName,
  hours: hoursOf(record.minutes),
  minutes: record.minutes,
  about: [fullDayOf(record.servedOn), record.place, record.category].filter(Boolean).join(' · '),
  how: [SOURCES[record.source], record.certifiedBy && `${record.certifiedBy}认定`].filter(Boolean).join('，'),
  corrected: record.correctedById ? '已更正，见新的一条' : record.correctsId ? '更正以后的' : '',
  correctable: record.actions.indexOf('correct') >= 0
}))

Page(screen(list, {
  data: { rows: [], finished: false, ending: '', total: '', parts: [], elsewhere: [], stars: '', next: 0, wanted: true },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    await list.read.call(this)
    const [stars, elsewhere, invitations] = await Promise.all([api.get('/me/stars'), api.get('/me/hours-elsewhere'), api.get('/me/invitations')])
    // 合计与翻页无关，第一页就有；列表只留各行，所以再问一条。
    const { totals } = await api.get('/me/service-records', { limit: 1 })
    const highest = Math.max(0, ...stars.list.map(one => one.stars))
    this.setData({
      total: hoursOf(totals.minutes),
      parts: totals.byYear.map(one => `${one.year} 年 ${hoursOf(one.minutes)}`),
      elsewhere: elsewhere.platforms.map(one => `${one.platform} ${hoursOf(one.minutes)}`),
      stars: highest ? '★'.repeat(highest) : '',
      next: highest < 5 ? highest + 1 : 0,
      wanted: invitations.wanted
    })
  },

  askStar () {
    return this.work('star', async () => {
      await getApp().api.post('/me/stars', { stars: this.data.next })
      wx.showToast({ title: '恭喜，星级已授予', icon: 'none' })
      await this.loadAnew()
    })
  },

  invite (event) {
    return this.work('invite', async () => {
      const { wanted } = await getApp().api.put('/me/invitations', { wanted: event.detail.value })
      this.setData({ wanted })
    })
  },

  correct (event) {
    const { id, minutes } = event.currentTarget.dataset
    return this.work(`correct${id}`, async () => {
      const asked = await wx.showModal({ title: `记了 ${minutes} 分钟，应该是多少分钟？`, editable: true, placeholderText: '只写数字', confirmText: '下一步' })
      if (!asked.confirm) return
      const right = Number(asked.content)
      if (!asked.content.trim() || !Number.isInteger(right)) {
        wx.showToast({ title: '请写分钟数', icon: 'none' })
        return
      }
      const { confirm, content } = await wx.showModal({ title: '为什么要更正？', editable: true, placeholderText: '例如：提前五分钟离开', confirmText: '提交' })
      if (!confirm) return
      await getApp().api.post(`/service-records/${id}/corrections`, { minutes: right, reason: content.trim() }, { key: newKey() })
      wx.showToast({ title: '已申请，等社区处理', icon: 'none' })
      await this.loadAnew()
    })
  },

  openActivities () {
    wx.switchTab({ url: '/pages/activity/list' })
  }
}))
