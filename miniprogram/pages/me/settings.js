// 设置：长辈模式、看哪个社区、昵称、隐私、退出登录。
const settings = require('../../settings')
const { chosenCommunity } = require('../../lib/community')
const { isElder, setElder } = require('../../lib/look')
const { forgetRolls } = require('../../lib/roll')
const { screen } = require('../../lib/screen')

Page(screen({
  data: { elder: false, community: '', signedIn: false, nickname: '', consents: [], settings },

  async read () {
    const { api } = getApp()
    const chosen = chosenCommunity()
    this.setData({ elder: isElder(), community: chosen ? chosen.name : '居住的社区', signedIn: api.signedIn() })
    if (!api.signedIn()) return
    const [me, consents] = await Promise.all([api.get('/me'), api.get('/me/consents')])
    this.setData({ nickname: me.nickname || '', consents: consents.list.filter(one => one.givenAt) })
  },

  setElder (event) {
    setElder(event.detail.value)
    wx.reLaunch({ url: '/pages/me/index' })
  },

  type (event) {
    this.setData({ nickname: event.detail.value })
  },

  saveName () {
    return this.work('name', async () => {
      await getApp().api.put('/me', { nickname: this.data.nickname.trim() })
      wx.showToast({ title: '已保存', icon: 'none' })
    })
  },

  withdraw (event) {
    const { document, title } = event.currentTarget.dataset
    return this.work(document, async () => {
      if (!(await wx.showModal({ title: `撤回《${title}》？`, content: '撤回以后，靠它保存的内容会删除，有的功能不能再用。', confirmText: '撤回' })).confirm) return
      await getApp().api.remove(`/me/consents/${document}`)
      await this.loadAnew()
    })
  },

  signOut () {
    return this.work('out', async () => {
      await getApp().api.signOut()
      forgetRolls()
      wx.reLaunch({ url: '/pages/home/index' })
    })
  }
}))
