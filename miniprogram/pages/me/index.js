// 我的：没有登录时说清楚登录有什么用；登录以后是待办和各个入口。
const { TO_DO } = require('../../lib/labels')
const { screen } = require('../../lib/screen')

const LINKS = [
  { text: '我的心愿', icon: 'star', url: '/pages/wish/mine' },
  { text: '我的活动', icon: 'leaf', url: '/pages/activity/mine' },
  { text: '我的积分', icon: 'coin', url: '/pages/points/index' },
  { text: '我的兑换单', icon: 'gift', url: '/pages/redemption/mine' },
  { text: '我的消息', icon: 'bell', url: '/pages/notice/index' }
]

Page(screen({
  data: { me: null, signedIn: false, toDo: [], links: LINKS, staff: null },

  async read () {
    const { api } = getApp()
    if (!api.signedIn()) return this.setData({ me: null, signedIn: false, toDo: [], staff: null })
    const [me, toDo] = await Promise.all([api.get('/me'), api.get('/me/to-do')])
    // 任职的人等着办的在工作台里，这里只有一行和件数。
    this.setData({ signedIn: true, staff: staffOf(me, toDo.list), me: profile(me), toDo: toDo.list.filter(one => TO_DO[one.kind]).map(one => ({ kind: one.kind, text: TO_DO[one.kind], count: one.count, url: `/${one.page}` })) })
  },

  signIn () {
    return this.work('signIn', async () => {
      await getApp().api.beforePersonal()
      await this.loadAnew()
    })
  },

  notYet () {
    wx.showToast({ title: '这一页还没有做好，请到社区或稍后再看', icon: 'none' })
  },

  openToDo (event) {
    wx.navigateTo({ url: event.currentTarget.dataset.url, fail: () => this.notYet() })
  }
}))

function staffOf (me, toDo) {
  if (!me.roles.length) return null
  return { count: toDo.filter(one => one.page.split('/')[1] === 'staff').reduce((sum, one) => sum + one.count, 0) }
}

function profile (me) {
  const home = me.residency
  return {
    name: me.nickname || me.realName || '还没有昵称',
    initial: (me.nickname || me.realName || '我').slice(0, 1),
    home: home ? `${home.communityName}（${{ declared: '待核实', verified: '已核实', rejected: '未通过' }[home.status]}）` : '还没有登记居住的社区',
    unread: me.unreadNotices,
    suspended: me.suspension ? `账号已停用，${me.suspension.reason}` : ''
  }
}
