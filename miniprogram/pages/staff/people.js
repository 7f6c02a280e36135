// 居民：找到人以后打电话、给自助终端的验证码、替他许愿；第一次来的登记并发卡。
const { finding } = require('./lib/finding')
const { contacting } = require('./lib/contact')
const { reasonFault, staffScreen } = require('./lib/staff')
const { momentOf } = require('../../lib/dates')
const { READY } = require('./lib/words')

const EMPTY = { realName: '', birthYear: '', phone: '', address: '', consent: 'paper' }
const CONSENTS = [{ value: 'paper', text: '纸上签了字' }, { value: 'spoken', text: '口头同意' }]
const contact = contacting((row, reason) => getApp().api.get(`/people/${row.id}/contact`, { reason }))

Page(staffScreen(finding, contact, {
  data: Object.assign({ person: null, code: null, mode: '', form: EMPTY, consents: CONSENTS, made: null, readyContact: READY.contact }, finding.data, contact.data),

  readAgain: false,

  async read () {
    await this.findCommunity()
  },

  choose (event) {
    const person = this.data.found.find(one => one.id === event.detail.id)
    this.row = person
    this.setData({ person, contact: null, code: null, mode: '', made: null })
  },

  leave () {
    this.setData({ person: null, contact: null, code: null, mode: '' })
  },

  unfold (event) {
    this.setData({ mode: event.currentTarget.dataset.mode, faults: {} })
  },

  fold () {
    this.setData({ mode: '', faults: {} })
  },

  async giveCode () {
    const { person } = this.data
    const { confirm } = await wx.showModal({ title: '给一个自助终端验证码？', content: `请确认 ${person.name} 就在面前。以前给的作废。`, confirmText: '给验证码' })
    if (!confirm) return undefined
    return this.work('code', async () => {
      const { code, expiresAt } = await this.once(['code', person.id], more => getApp().api.post(`/people/${person.id}/one-time-code`, {}, more))
      this.setData({ code: { text: code, spoken: code.split('').join(' '), until: `${momentOf(expiresAt)} 前有效，只能用一次` } })
    })
  },

  report () {
    wx.navigateTo({ url: `/pages/staff/report?cardNumber=${this.data.person.cardNumber}` })
  },

  type (event) {
    const { name } = event.currentTarget.dataset
    this.setData({ [`form.${name}`]: event.detail.value, [`faults.${name}`]: '' })
  },

  register () {
    const { form, community } = this.data
    if (reasonFault(form.realName)) return this.setData({ faults: { realName: '请写真实姓名' } })
    const body = { realName: form.realName.trim(), communityId: community.id, consent: form.consent }
    if (form.birthYear.trim()) Object.assign(body, { birthYear: Number(form.birthYear) })
    for (const name of ['phone', 'address']) if (form[name].trim()) body[name] = form[name].trim()
    return this.work('register', async () => {
      const { cardNumber, warnings } = await this.once(['register', body], more => getApp().api.post('/people', body, more))
      this.setData({ made: { cardNumber, name: body.realName, warnings }, mode: '', form: Object.assign({}, EMPTY), typed: cardNumber, found: null })
    })
  },


  faultsAtFields (told) {
    const faults = {}
    for (const name of Object.keys(told)) faults[name] = told[name][0]
    this.setData({ faults })
  }
}))
