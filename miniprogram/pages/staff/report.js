// 替没有手机的居民许愿：先找到人，再填五项；写到一半存在手机里，不存是谁、住址和电话。
const { newKey } = require('../../utils/dianliang/index')
const { options, CATEGORIES, GROUPS, SALUTATIONS } = require('../../lib/labels')
const { finding, personCard } = require('./lib/finding')
const { reasonFault, staffScreen } = require('./lib/staff')
const { READY } = require('./lib/words')

const DRAFT = 'dianliang.draft.report'
const EMPTY = {
  title: '', description: '', category: '', estimatedCost: '', reason: '', beneficiaryGroup: 'elder', disclosure: 'anonymous',
  salutation: '', contactPhone: '', address: ''
}
const OLD = 60
const DISCLOSURES = [{ value: 'anonymous', text: '不公开姓名' }, { value: 'title', text: '公开姓和称呼' }]
const NEEDED = { title: '请写一句想要什么', description: '请写清楚一点，方便帮忙的人准备', category: '请选一个' }

Page(staffScreen(finding, {
  data: Object.assign({
    person: null, form: EMPTY, restored: false, unfolded: false, sent: null,
    categories: options(CATEGORIES), groups: options(GROUPS), disclosures: DISCLOSURES,
    salutations: SALUTATIONS.map(text => ({ value: text, text })), readyReasons: READY.onBehalf.map(text => ({ value: text, text }))
  }, finding.data),

  readAgain: false,

  onLoad () {
    this.key = newKey()
  },

  async read () {
    await this.findCommunity()
    const kept = wx.getStorageSync(DRAFT)
    if (kept) this.setData({ form: Object.assign({}, EMPTY, kept), restored: true })
    const { cardNumber } = this.query
    if (!cardNumber || !this.data.community) return
    const { list } = await getApp().api.get('/people', { communityId: this.data.community.id, cardNumber })
    if (list[0]) this.take(personCard(list[0]))
  },

  choose (event) {
    this.take(this.data.found.find(one => one.id === event.detail.id))
  },

  take (person) {
    const born = person.birthYear
    const old = born && new Date().getFullYear() - born >= OLD
    this.setData({ person, sent: null, 'form.beneficiaryGroup': old || !born ? 'elder' : this.data.form.beneficiaryGroup })
  },

  change () {
    this.setData({ person: null })
  },

  unfoldMore () {
    this.setData({ unfolded: true })
  },

  type (event) {
    this.set(event.currentTarget.dataset.name, event.detail.value)
  },

  set (name, value) {
    this.setData({ [`form.${name}`]: value, [`faults.${name}`]: '' })
    wx.setStorageSync(DRAFT, Object.assign({}, this.data.form, { contactPhone: '', address: '' }))
  },

  forget () {
    wx.removeStorageSync(DRAFT)
    this.setData({ form: Object.assign({}, EMPTY), restored: false, faults: {} })
  },

  send () {
    if (!this.complete()) return undefined
    const { person, community, form } = this.data
    return this.work('send', async () => {
      const wish = await getApp().api.post('/wishes', bodyOf(form, community.id, person.id), { key: this.key })
      this.key = newKey()
      wx.removeStorageSync(DRAFT)
      this.setData({ sent: { id: wish.id, text: `已替 ${person.name} 提交“${wish.title}”` }, form: Object.assign({}, EMPTY), restored: false, person: null, found: null, typed: '', unfolded: false })
      wx.pageScrollTo({ scrollTop: 0 })
    })
  },

  complete () {
    const { form } = this.data
    const faults = {}
    for (const name of Object.keys(NEEDED)) if (!form[name].trim()) faults[name] = NEEDED[name]
    if (reasonFault(form.reason)) faults.reason = '请选或写代办的原因，至少两个字'
    if (form.disclosure === 'title' && !form.salutation) faults.salutation = '请选一个称呼，或改成不公开姓名'
    this.faultsAt(faults)
    return Object.keys(faults).length === 0
  },

  faultsAtFields (told) {
    const faults = {}
    for (const name of Object.keys(told)) faults[name === 'onBehalfOf' ? 'reason' : name] = typeof told[name][0] === 'string' ? told[name][0] : '请核对这一项'
    this.faultsAt(faults)
  },

  faultsAt (faults) {
    const names = Object.keys(faults)
    const more = names.some(name => ['beneficiaryGroup', 'disclosure', 'salutation', 'contactPhone', 'address'].indexOf(name) >= 0)
    this.setData({ faults, unfolded: this.data.unfolded || more })
    if (names.length) wx.pageScrollTo({ selector: `#field-${names[0]}` })
  },

  openSent () {
    wx.navigateTo({ url: `/pages/wish/detail?id=${this.data.sent.id}` })
  }
}))

function bodyOf (form, communityId, personId) {
  const body = {
    communityId,
    submit: true,
    title: form.title.trim(),
    description: form.description.trim(),
    category: form.category,
    beneficiaryGroup: form.beneficiaryGroup,
    estimatedCost: Number(form.estimatedCost) || 0,
    disclosure: form.disclosure,
    onBehalfOf: { personId, reason: form.reason.trim() }
  }
  if (form.disclosure === 'title') Object.assign(body, { salutation: form.salutation })
  for (const name of ['contactPhone', 'address']) if (form[name].trim()) body[name] = form[name].trim()
  return body
}
