// 首页：一次请求就是全部。没有登录也可以看。
const settings = require('../../settings')
const words = require('../../utils/dianliang/words')
const { activityCard, itemCard, wishCard } = require('../../lib/cards')
const { communityQuery } = require('../../lib/community')
const { fullDayOf } = require('../../lib/dates')
const { go } = require('../../lib/go')
const { screen } = require('../../lib/screen')

Page(screen({
  data: { settings, community: null, round: null, me: null, wishes: [], activities: [], shop: null },

  async read () {
    const home = await getApp().api.get('/home', communityQuery())
    this.setData({
      community: home.community,
      round: home.round && roundLine(home.round),
      me: home.me,
      wishes: home.wishes.map(wishCard),
      activities: home.activities.map(activityCard),
      shop: home.shop && Object.assign({}, home.shop, { items: home.shop.items.map(itemCard) })
    })
    badge(home.me)
  },

  write () {
    go('/pages/wish/write')
  },

  openWall () {
    wx.switchTab({ url: '/pages/wish/wall' })
  },

  openActivities () {
    wx.switchTab({ url: '/pages/activity/list' })
  },

  openShop () {
    wx.switchTab({ url: '/pages/shop/index' })
  },

  openMe () {
    wx.switchTab({ url: '/pages/me/index' })
  },

  openOffice () {
    wx.navigateTo({ url: `/pages/more/office?id=${this.data.community.id}` })
  },

  call () {
    wx.makePhoneCall({ phoneNumber: this.data.community.telephone, fail: () => {} })
  },

  onShareAppMessage () {
    return { title: `${settings.name}：${settings.slogan}`, path: '/pages/home/index' }
  }
}))

function roundLine ({ state, title, collectUntil, publishUntil }) {
  const until = state === 'published' ? `认领到 ${fullDayOf(publishUntil)}` : `征集到 ${fullDayOf(collectUntil)}`
  return { title, word: words.states.round[state], until }
}

// “我的”上面的数字：未读的消息。
function badge (me) {
  const index = 4
  if (me && me.unreadNotices) wx.setTabBarBadge({ index, text: me.unreadNotices > 99 ? '99+' : String(me.unreadNotices) })
  else wx.removeTabBarBadge({ index })
}
