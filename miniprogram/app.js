// 小程序的起点：一个客户端，长辈模式，更新提示。
const { createClient } = require('./utils/dianliang/index')
const settings = require('./settings')
const { askConsent } = require('./lib/consent')

App({
  api: createClient({
    baseUrl: settings.baseUrl,
    container: settings.container || undefined,
    loginCode: settings.simulatedPerson ? () => `sim:${settings.simulatedPerson}:${Date.now()}` : undefined,
    askConsent
  }),

  onLaunch () {
    if (settings.container) wx.cloud.init()
    this.api.queue.start()
    promptUpdate()
  }
})

// 新版本下载好以后，请用户决定什么时候重启；没有决定时下次打开就是新的。
function promptUpdate () {
  const manager = wx.getUpdateManager()
  manager.onUpdateReady(() => wx.showModal({
    title: '有新版本',
    content: '重新打开小程序就可以使用。没有提交的内容已存为草稿。',
    confirmText: '现在打开',
    cancelText: '以后',
    success: ({ confirm }) => { if (confirm) manager.applyUpdate() }
  }))
}
