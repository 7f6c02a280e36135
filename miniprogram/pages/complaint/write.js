// 写一条投诉或建议；从一件事的页面来的，说明关于哪一件。电话不留在手机里。
const { newKey } = require('../../utils/dianliang/index')
const { options } = require('../../lib/labels')
const { ABOUT, COMPLAINTS, SUBJECTS } = require('../../lib/complaints')
const { chosenCommunity } = require('../../lib/community')
const { form } = require('../../lib/form')
const { screen } = require('../../lib/screen')

const EMPTY = { kind: 'suggestion', about: 'service', anonymous: 'no', text: '', contactBack: '' }

Page(screen(form({ draft: 'dianliang.draft.complaint', secret: ['contactBack'] }), {
  data: {
    form: EMPTY,
    kinds: options(COMPLAINTS),
    abouts: options(ABOUT),
    names: [{ value: 'no', text: '写我的名字' }, { value: 'yes', text: '匿名' }],
    subject: '',
    restored: false
  },

  readAgain: false,

  onLoad ({ subjectKind }) {
    this.key = newKey()
    this.setData({ subject: SUBJECTS[subjectKind] || '' })
  },

  async read () {
    await getApp().api.beforePersonal()
    const { residency } = await getApp().api.get('/me')
    this.home = residency && residency.communityId
    this.restored()
  },

  forget () {
    this.dropDraft()
    this.setData({ form: Object.assign({}, EMPTY), restored: false, faults: {} })
  },

  placeOf: name => (name === 'communityId' ? 'text' : name),

  send () {
    if (!this.filled({ text: '请写清楚是什么事' })) return undefined
    return this.work('send', async () => {
      const { id } = await getApp().api.post('/complaints', this.body(), { key: this.key })
      this.key = newKey()
      this.dropDraft()
      wx.showToast({ title: '已收到', icon: 'none' })
      wx.redirectTo({ url: `/pages/complaint/detail?id=${id}` })
    })
  },

  body () {
    const { kind, about, anonymous, text, contactBack } = this.data.form
    const { subjectKind, subjectId } = this.query
    const chosen = chosenCommunity()
    const body = { kind, about, anonymous: anonymous === 'yes', text: text.trim() }
    if (contactBack.trim()) body.contactBack = contactBack.trim()
    if (subjectKind) Object.assign(body, { subjectKind, subjectId: Number(subjectId) })
    // 没有登记住处的，交给正在看的社区。
    return this.home || !chosen ? body : Object.assign(body, { communityId: chosen.id })
  }
}))
