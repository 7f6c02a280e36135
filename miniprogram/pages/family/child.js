// 监护人登记孩子：先显示《敏感信息单独同意》（服务器要了才显示），由社区核实。
const { newKey } = require('../../utils/dianliang/index')
const { GUARDIANS } = require('../../lib/family')
const { form } = require('../../lib/form')
const { options } = require('../../lib/labels')
const { back } = require('../../lib/go')
const { screen } = require('../../lib/screen')

Page(screen(form(), {
  data: { form: { realName: '', birthYear: '', relation: '' }, relations: options(GUARDIANS) },

  readAgain: false,

  onLoad () {
    this.key = newKey()
  },

  async read () {
    await getApp().api.beforePersonal()
  },

  send () {
    if (!this.filled({ realName: '请写孩子的姓名', birthYear: '请写出生年份', relation: '请选一个' })) return undefined
    return this.work('send', async () => {
      const { realName, birthYear, relation } = this.data.form
      await getApp().api.post('/me/children', { realName: realName.trim(), birthYear: Number(birthYear), relation }, { key: this.key })
      this.key = newKey()
      wx.showToast({ title: '已登记，等社区核实', icon: 'none' })
      back()
    })
  }
}))
