// “有进展时微信通知我”：微信只许在点按的当时问，所以是一个按钮，不在提交以后弹出来。没有配置模板就不显示。
const { ApiError } = require('../../utils/dianliang/index')

Component({
  properties: {
    // 模板的名称，如 ['wish_progress']；一次最多五个
    wanted: Array,
    text: { type: String, value: '有进展时微信通知我' }
  },
  data: { asked: [], done: '' },
  lifetimes: {
    attached () {
      this.prepare()
    }
  },
  methods: {
    // 问的时候不能再等网络：先读好。读不到就不显示，不打扰别的。
    async prepare () {
      const { api } = getApp()
      if (!api.signedIn()) return
      try {
        const { list } = await api.get('/subscription-templates')
        this.setData({ asked: list.filter(one => one.templateId && this.data.wanted.indexOf(one.template) >= 0) })
      } catch (fault) {
        if (!(fault instanceof ApiError)) throw fault
      }
    },
    ask () {
      const { asked } = this.data
      wx.requestSubscribeMessage({
        tmplIds: asked.map(one => one.templateId),
        success: answers => this.report(asked, answers),
        fail: () => this.setData({ done: '没有打开通知，消息仍在“我的消息”里' })
      })
    },
    async report (asked, answers) {
      const named = word => asked.filter(one => answers[one.templateId] === word).map(one => one.template)
      const accepted = named('accept')
      try {
        await getApp().api.post('/me/subscriptions', { accepted, rejected: named('reject') })
        this.setData({ done: accepted.length ? '好的，有进展时微信通知您' : '好的，消息仍在“我的消息”里' })
      } catch (fault) {
        if (!(fault instanceof ApiError)) throw fault
        this.setData({ done: `没有记下：${fault.message}` })
      }
    }
  }
})
