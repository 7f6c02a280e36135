// 登记、换、删除手机号：号码由微信给，用户自己按；谁看到的都是脱敏的。
const { screen } = require('../../lib/screen')

Page(screen({
  data: { phone: '' },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    this.setData({ phone: (await api.get('/me')).phone || '' })
  },

  // 凭证只能用一次；没有允许就没有凭证。
  given (event) {
    const { code } = event.detail
    if (!code) return wx.showToast({ title: '没有登记', icon: 'none' })
    return this.work('phone', async () => {
      const { phone } = await getApp().api.post('/me/phone', { code })
      this.setData({ phone })
      wx.showToast({ title: '已登记', icon: 'none' })
    })
  },

  remove () {
    return this.work('remove', async () => {
      if (!(await wx.showModal({ title: '删除手机号？', content: '以后不能用它找回档案，家人也不能用它申请代办。', confirmText: '删除' })).confirm) return
      await getApp().api.remove('/me/phone')
      this.setData({ phone: '' })
    })
  }
}))
