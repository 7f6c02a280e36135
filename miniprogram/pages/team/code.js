// 现场签到码：给来的人扫。半分钟换一个，换不到时说清楚，可以点名。
const { screen } = require('../../lib/screen')

const SOONEST = 3000

Page(screen({
  data: { code: '', qr: '', spoken: '', title: '' },

  async read () {
    const { api } = getApp()
    const path = `/activities/${this.query.id}`
    if (!this.data.title) this.setData({ title: (await api.get(path)).title })
    const { code, qr, expiresAt } = await api.get(`${path}/check-in-code`)
    this.setData({ code, spoken: code.split('').join(' '), qr: `data:image/svg+xml,${encodeURIComponent(qr)}` })
    this.next(Date.parse(expiresAt) - Date.now())
  },

  next (wait) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.load().then(() => { if (this.data.stale) this.next(SOONEST) }), Math.max(wait, SOONEST))
  },

  onHide () {
    clearTimeout(this.timer)
  },

  onUnload () {
    clearTimeout(this.timer)
  },

  rollCall () {
    wx.navigateTo({ url: `/pages/activity/roll-call?id=${this.query.id}` })
  }
}))
