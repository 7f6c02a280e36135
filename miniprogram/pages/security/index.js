// 账号安全：有过什么变动，在几个地方登录着；不是本人操作的马上停掉。
const { momentOf } = require('../../lib/dates')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const list = listing(() => ({ path: '/me/security-events' }), event => ({
  id: event.id,
  title: event.title,
  at: [momentOf(event.at), event.device].filter(Boolean).join(' · '),
  denied: event.deniedAt ? `${momentOf(event.deniedAt)} 您说过不是您操作的` : '',
  deniable: event.actions.indexOf('deny') >= 0
}))

Page(screen(list, {
  data: { rows: [], finished: false, ending: '', phone: '', sessions: [], others: 0, card: '', code: '' },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    await list.read.call(this)
    const [me, sessions] = await Promise.all([api.get('/me'), api.get('/me/sessions')])
    this.setData({
      phone: me.phone || '还没有登记',
      card: me.cardNumber || '',
      sessions: sessions.list.map(({ id, createdAt, current }) => ({ id, at: `${momentOf(createdAt)} 登录`, current })),
      others: sessions.list.filter(one => !one.current).length
    })
  },

  deny (event) {
    const { id } = event.currentTarget.dataset
    return this.work(`deny${id}`, async () => {
      if (!(await wx.showModal({ title: '不是您操作的？', content: '其他地方的登录全部退出，工作后台的口令停用，并告诉管理员。', confirmText: '不是我' })).confirm) return
      const { sessions } = await getApp().api.act(`/me/security-events/${id}`, 'deny', {})
      wx.showToast({ title: `已处理，退出了 ${sessions} 处登录`, icon: 'none' })
      await this.loadAnew()
    })
  },

  endOthers () {
    return this.work('others', async () => {
      if (!(await wx.showModal({ title: '退出其他登录？', content: '只留这一台手机。', confirmText: '退出' })).confirm) return
      await getApp().api.post('/me/sessions/end-others')
      await this.loadAnew()
    })
  },

  // 自助终端上用的：卡号和这个验证码。
  kioskCode () {
    return this.work('code', async () => {
      const { code, expiresAt } = await getApp().api.post('/me/one-time-code')
      this.setData({ code: `${code}，${momentOf(expiresAt)} 前有效，只能用一次` })
    })
  }
}))
