// 换了微信、以前在社区办过卡的人：有没有找到，回答都一样。
const { newKey } = require('../../utils/dianliang/index')
const { form } = require('../../lib/form')
const { screen } = require('../../lib/screen')

Page(screen(form(), {
  data: { form: { realName: '', cardNumber: '' }, phone: '', sent: false },

  onLoad () {
    this.key = newKey()
  },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    this.setData({ phone: (await api.get('/me')).phone || '' })
  },

  send () {
    if (!this.filled({ realName: '请写档案上的姓名' })) return undefined
    return this.work('send', async () => {
      const { realName, cardNumber } = this.data.form
      await getApp().api.post('/me/recovery', Object.assign({ realName: realName.trim() }, cardNumber.trim() && { cardNumber: cardNumber.trim() }), { key: this.key })
      this.key = newKey()
      this.setData({ sent: true })
    })
  }
}))
