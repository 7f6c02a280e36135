// 扫码登录电脑：读出哪台电脑在请求，让用户自己选屏幕上的数字，选错了这个码就作废。
const { staffScreen } = require('./lib/staff')

const PREFIX = 'dianliang:console-sign-in:'

Page(staffScreen({
  data: { scan: null, done: '', problem: '' },

  scan () {
    this.setData({ done: '', problem: '' })
    wx.scanCode({ onlyFromCamera: true, scanType: ['qrCode'], success: ({ result }) => this.look(result.trim()), fail: () => {} })
  },

  look (result) {
    if (result.indexOf(PREFIX) !== 0) return this.setData({ problem: '这不是电脑登录的二维码。请在电脑上打开工作后台的登录页，选“扫码登录”。' })
    this.code = result.slice(PREFIX.length)
    return this.work('scan', async () => {
      const { purpose, browser, choices } = await getApp().api.get(this.path())
      this.setData({ scan: { bind: purpose === 'bind', browser, choices } })
    })
  },

  path () {
    return `/console-sign-ins/${encodeURIComponent(this.code)}`
  },

  choose (event) {
    const { choice } = event.currentTarget.dataset
    const { bind } = this.data.scan
    return this.work(`choose${choice}`, async () => {
      const { api } = getApp()
      try {
        await this.once([this.code, choice], more => api.post(`${this.path()}/approve`, { choice }, more))
      } catch (fault) {
        // 有了回答，这个码就用不了了；没有收到回答的还可以再选一次。
        if (fault.status) this.setData({ scan: null })
        throw fault
      }
      // 绑定以后，这台手机原来的登录已经失效。
      if (bind) await api.signIn()
      this.setData({ scan: null, done: bind ? '已绑定，以后用这个微信登录工作后台' : '电脑已登录，请看电脑屏幕' })
    })
  },

  leave () {
    this.setData({ scan: null })
  }
}))
