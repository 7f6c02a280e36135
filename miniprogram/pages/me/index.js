// 我的：没有登录时说清楚登录有什么用；登录以后是待办和各个入口。
const { TO_DO } = require('../../lib/labels')
const { go } = require('../../lib/go')
const { screen } = require('../../lib/screen')

const LINKS = [
  { text: '我的心愿', icon: 'star', url: '/pages/wish/mine' },
  { text: '我的活动', icon: 'leaf', url: '/pages/activity/mine' },
  { text: '我的积分', icon: 'coin', url: '/pages/points/index' },
  { text: '我的兑换单', icon: 'gift', url: '/pages/redemption/mine' },
  { text: '我的消息', icon: 'bell', url: '/pages/notice/index' }
]
const VOLUNTEER = [
  { text: '服务记录和星级', icon: 'clock', url: '/pages/service/records' },
  { text: '服务证明', icon: 'check', url: '/pages/service/certificates' },
  { text: '志愿队', icon: 'heart', url: '/pages/team/list?which=mine' }
]
const MEMBER = [
  { text: '我的认领', icon: 'lantern', url: '/pages/claim/mine' },
  { text: '在职党员：我的一年', icon: 'star', url: '/pages/service/party' }
]
const ACCOUNT = [
  { text: '居住登记和双报到', icon: 'home', url: '/pages/residency/index' },
  { text: '家人代办和孩子', icon: 'person', url: '/pages/family/index' },
  { text: '投诉和建议', icon: 'pencil', url: '/pages/complaint/mine' },
  { text: '账号安全', icon: 'phone', url: '/pages/security/index' }
]

Page(screen({
  data: { me: null, signedIn: false, toDo: [], groups: [], waiting: 0, staff: null },

  async read () {
    const { api } = getApp()
    if (!api.signedIn()) return this.setData({ me: null, signedIn: false, toDo: [], staff: null })
    this.setData({ waiting: api.queue.items().length })
    const [me, toDo] = await Promise.all([api.get('/me'), api.get('/me/to-do')])
    // 任职的人等着办的在工作台里，这里只有一行和件数。
    this.setData({ signedIn: true, staff: staffOf(me, toDo.list), me: profile(me), groups: groupsOf(me), toDo: toDo.list.filter(one => TO_DO[one.kind]).map(one => ({ kind: one.kind, text: TO_DO[one.kind], count: one.count, url: `/${one.page}` })) })
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
    go(event.currentTarget.dataset.url, () => this.notYet())
  }
}))

// 认领和一年的服务只有报到过的党员有。
function groupsOf (me) {
  const member = me.partyRegistration ? [{ title: '在职党员', links: MEMBER }] : []
  return [{ title: '我的', links: LINKS }].concat(member, { title: '志愿服务', links: VOLUNTEER }, { title: '账号和家人', links: ACCOUNT })
}

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
