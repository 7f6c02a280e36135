// 心愿、活动、超市的小程序码：要带着登录才能读，所以先下载；可以发给朋友、打印出来贴。
const { screen } = require('../../lib/screen')

const KINDS = {
  wish: { path: id => `/wishes/${id}`, code: id => [`/wishes/${id}/qr`], title: one => one.title, page: 'pages/wish/detail' },
  activity: { path: id => `/activities/${id}`, code: id => ['/qr', { kind: 'activity', id }], title: one => one.title, page: 'pages/activity/detail' },
  shop: { path: id => `/shops/${id}`, code: id => ['/qr', { kind: 'shop', id }], title: one => one.name, page: 'pages/shop/detail' }
}

Page(screen({
  data: { title: '', picture: '' },

  readAgain: false,

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    const { kind, id } = this.query
    const { path, code, title } = KINDS[kind] || KINDS.wish
    const [thing, picture] = await Promise.all([api.get(path(id)), api.download(...code(id))])
    this.setData({ title: title(thing), picture })
  },

  send () {
    wx.showShareImageMenu({ path: this.data.picture, fail: () => {} })
  },

  onShareAppMessage () {
    const { kind, id } = this.query
    return { title: this.data.title, path: `/${(KINDS[kind] || KINDS.wish).page}?id=${id}` }
  }
}))
