// 带走我的全部信息，注销账号。
const { screen } = require('../../lib/screen')
const { forgetRolls } = require('../../lib/roll')

const SURE = '注销'

Page(screen({
  data: { signedIn: false },

  async read () {
    await getApp().api.beforePersonal()
    this.setData({ signedIn: true })
  },

  take () {
    return this.work('take', async () => {
      const filePath = await getApp().api.download('/me/export')
      wx.shareFileMessage({ filePath, fileName: '我的信息.zip', fail: () => {} })
    })
  },

  leave () {
    return this.work('leave', async () => {
      const { confirm, content } = await wx.showModal({ title: '注销账号', editable: true, placeholderText: `写“${SURE}”两个字。积分作废，姓名、电话、住址删除，不能恢复`, confirmText: '注销' })
      if (!confirm) return
      if (content.trim() !== SURE) {
        wx.showToast({ title: `没有写“${SURE}”，没有注销`, icon: 'none' })
        return
      }
      const { api } = getApp()
      if (!await gone(api)) return
      forgetRolls()
      await api.signOut()
      wx.reLaunch({ url: '/pages/home/index' })
    })
  }
}))

// 还有没办完的，服务器先说会失去什么，确认了才注销。
async function gone (api) {
  try {
    await api.remove('/me', {})
    return true
  } catch (fault) {
    if (fault.error !== 'THINGS_STILL_OPEN') throw fault
    const { confirm } = await wx.showModal({ title: '还有没办完的', content: fault.message, confirmText: '仍然注销', cancelText: '先不注销' })
    if (confirm) await api.remove('/me', { confirm: true })
    return confirm
  }
}
