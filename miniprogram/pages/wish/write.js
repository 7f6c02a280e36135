// 许愿：先同意隐私说明，再填。写到一半自动存在手机里；错在哪一项就标在哪一项；重复按只交一份。
const { newKey } = require('../../utils/dianliang/index')
const { chosenCommunity } = require('../../lib/community')
const { dayFromToday, fullDayOf } = require('../../lib/dates')
const { form } = require('../../lib/form')
const { options, CATEGORIES, GROUPS, SALUTATIONS } = require('../../lib/labels')
const { screen } = require('../../lib/screen')

const DRAFT = 'dianliang.draft.wish'
const EMPTY = {
  title: '', description: '', category: '', beneficiaryGroup: '', estimatedCost: '', wantedBy: '', disclosure: 'title',
  salutation: '', address: '', contactPhone: '', files: []
}
const LATEST_DAYS = 180
const COST_HINT = '元；不花钱就不填'
const DISCLOSURES = [{ value: 'title', text: '公开姓和称呼' }, { value: 'anonymous', text: '不公开姓名' }]
const NEEDED = { title: '请写一句想要什么', description: '请写清楚一点，方便帮您的人准备', category: '请选一个', beneficiaryGroup: '请选一个' }

// 住址和电话不留在手机里；改已经交过的不留草稿。
Page(screen(form({ draft: DRAFT, secret: ['address', 'contactPhone'], kept: page => !page.query.id }), {
  data: {
    form: EMPTY,
    community: null,
    categories: options(CATEGORIES),
    groups: options(GROUPS),
    disclosures: DISCLOSURES,
    salutations: SALUTATIONS,
    firstDay: dayFromToday(1),
    lastDay: dayFromToday(LATEST_DAYS),
    wantedDay: '',
    costHint: COST_HINT,
    restored: false,
    editing: false
  },

  readAgain: false,

  onLoad () {
    this.key = newKey()
  },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    const me = await api.get('/me')
    const community = me.residency && me.residency.communityId
      ? { id: me.residency.communityId, name: me.residency.communityName }
      : chosenCommunity() || await homeCommunity()
    this.setData({ community, costHint: await this.costHint(community.id) })
    if (this.query.id) this.fill(await api.get(`/wishes/${this.query.id}`))
    else this.restore()
  },

  // 每个社区的上限可以不同。读不到就不写，交上去时服务器会说。
  async costHint (communityId) {
    try {
      const { wishCostCap } = await getApp().api.get(`/organisations/${communityId}`)
      return wishCostCap ? `${COST_HINT}，最多 ${wishCostCap} 元` : COST_HINT
    } catch (fault) {
      return COST_HINT
    }
  },

  // 改草稿、补充材料：地址和电话加密保存，读不回来，不填就照旧。
  fill (wish) {
    const form = Object.assign({}, EMPTY)
    for (const name of Object.keys(EMPTY)) if (wish[name] !== undefined && wish[name] !== null) form[name] = wish[name]
    form.estimatedCost = String(wish.estimatedCost)
    this.setData({ form, wantedDay: fullDayOf(form.wantedBy), editing: true })
  },

  restore () {
    const kept = this.restored()
    if (kept) this.setData({ wantedDay: fullDayOf(kept.wantedBy) })
  },

  forWhom ({ detail: { onBehalfOf } }) {
    this.onBehalfOf = onBehalfOf
  },

  pickDay (event) {
    this.set('wantedBy', event.detail.value)
    this.setData({ wantedDay: fullDayOf(event.detail.value) })
  },

  pickSalutation (event) {
    this.set('salutation', SALUTATIONS[event.detail.value])
  },

  photos (event) {
    this.set('files', event.detail.files)
  },

  forget () {
    this.dropDraft()
    this.setData({ form: Object.assign({}, EMPTY), wantedDay: '', restored: false, faults: {} })
  },

  send () {
    if (!this.complete()) return undefined
    return this.work('send', () => this.save(true))
  },

  keep () {
    return this.work('keep', () => this.save(false))
  },

  async save (submit) {
    const { api } = getApp()
    const wish = this.query.id ? await this.change(api, submit) : await api.post('/wishes', this.body(submit), { key: this.key })
    this.key = newKey()
    this.dropDraft()
    wx.showToast({ title: submit ? '已提交，等社区审核' : '草稿已存好', icon: 'none' })
    wx.redirectTo({ url: `/pages/wish/detail?id=${wish.id}` })
  },

  async change (api, submit) {
    const path = `/wishes/${this.query.id}`
    const changed = await api.put(path, this.changes())
    return submit ? api.act(path, 'submit', {}, { key: this.key }) : changed
  },

  complete () {
    const { form } = this.data
    const unnamed = form.disclosure === 'title' && !form.salutation
    const needed = Object.assign({}, NEEDED, unnamed && { salutation: '请选一个称呼，或改成不公开姓名' })
    return this.filled(needed)
  },

  body (submit) {
    return Object.assign({ communityId: this.data.community.id, submit }, this.changes(), this.onBehalfOf && { onBehalfOf: this.onBehalfOf })
  },

  changes () {
    const { form } = this.data
    const body = {
      title: form.title.trim(),
      description: form.description.trim(),
      category: form.category,
      beneficiaryGroup: form.beneficiaryGroup,
      estimatedCost: Number(form.estimatedCost) || 0,
      disclosure: form.disclosure,
      fileIds: form.files.map(file => file.id)
    }
    const salutation = form.disclosure === 'title' && form.salutation
    const more = { wantedBy: form.wantedBy, salutation, address: form.address.trim(), contactPhone: form.contactPhone.trim() }
    for (const name of Object.keys(more)) if (more[name]) body[name] = more[name]
    return body
  },

  placeOf: name => (name === 'fileIds' ? 'files' : name)
}))

async function homeCommunity () {
  const { community } = await getApp().api.get('/home')
  return { id: community.id, name: community.name }
}
