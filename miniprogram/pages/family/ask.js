// 用对方的卡号或手机号申请；有没有这个人，回答都一样。
const { newKey } = require('../../utils/dianliang/index')
const { RELATIONS } = require('../../lib/family')
const { form } = require('../../lib/form')
const { options } = require('../../lib/labels')
const { back } = require('../../lib/go')
const { screen } = require('../../lib/screen')

Page(screen(form(), {
  data: {
    form: { by: 'phone', number: '', relation: '' },
    ways: [{ value: 'phone', text: '手机号' }, { value: 'cardNumber', text: '纸质卡的卡号' }],
    relations: options(RELATIONS)
  },

  readAgain: false,

  onLoad () {
    this.key = newKey()
  },

  async read () {
    await getApp().api.beforePersonal()
  },

  placeOf: name => (name === 'phone' || name === 'cardNumber' ? 'number' : name),

  send () {
    if (!this.filled({ number: '请填对方的号码', relation: '请选一个' })) return undefined
    return this.work('send', async () => {
      const { by, number, relation } = this.data.form
      await getApp().api.post('/me/proxies', { [by]: number.trim(), relation }, { key: this.key })
      this.key = newKey()
      wx.showToast({ title: '已发出，等对方同意', icon: 'none' })
      back()
    })
  }
}))
