// 一个心愿：内容、走到哪一步、经过，和我现在可以做的。按钮照着 actions 显示。
const words = require('../../utils/dianliang/words')
const { pictureOf } = require('../../lib/cards')
const { openContact } = require('../../lib/contact')
const { dayOf, fullDayOf, momentOf } = require('../../lib/dates')
const { CATEGORIES, GROUPS, PRIVATE, REFERRED } = require('../../lib/labels')
const { screen } = require('../../lib/screen')

const STEPS = [['提交', ['submitted', 'sent_back']], ['审核', ['accepted', 'carried_over', 'escalated']], ['上墙', ['published']],
  ['认领', ['claimed']], ['送达', ['fulfilled']], ['点亮', ['confirmed']]]
// 要先写一句话的操作，和问什么。
const ASKED = {
  dispute: '哪里没有办好？',
  reopen: '为什么再次提出？',
  release: '为什么办不了？心愿会回到墙上，不扣分',
  send_back: '请写明要补充什么',
  decline: '为什么不能受理？'
}
// 不能回头的，先问一次。
const SURE = { withdraw: '撤回以后要重新填写。', claim: '认领以后请在十五天内送达，办不了可以放弃。', accept: '通过以后，这一期发布时上墙。' }
const MAIN = ['claim', 'confirm', 'submit', 'fulfil', 'accept']
// 有自己的页面的。
const PAGES = { confirm: '/pages/wish/confirm', fulfil: '/pages/claim/deliver' }
// 在别的地方办的：其余在工作后台。
const ELSEWHERE = ['refer', 'merge', 'take_down', 'redact', 'republish', 'explain', 'publish']

Page(screen({
  data: { wish: null },

  async read () {
    this.show(await getApp().api.get(`/wishes/${this.query.id}`))
  },

  show (wish) {
    this.actions = wish.actions
    this.setData({ wish: detail(wish) })
  },

  press (event) {
    const { action } = event.currentTarget.dataset
    if (PAGES[action]) return wx.navigateTo({ url: `${PAGES[action]}?id=${this.query.id}` })
    return this.work(action, () => this.act(action))
  },

  async act (action) {
    const body = await asked(action)
    if (!body) return
    const path = `/wishes/${this.query.id}`
    const changed = await getApp().api.act(path, action, body)
    if (action === 'reopen') return wx.navigateTo({ url: `/pages/wish/write?id=${changed.id}` })
    wx.showToast({ title: '已办好', icon: 'none' })
    this.show(await getApp().api.get(path))
  },

  edit () {
    wx.navigateTo({ url: `/pages/wish/write?id=${this.query.id}` })
  },

  contact () {
    return this.work('contact', () => openContact(this.query.id))
  },

  poster () {
    wx.navigateTo({ url: `/pages/more/share?kind=wish&id=${this.query.id}` })
  },

  complain () {
    wx.navigateTo({ url: `/pages/complaint/write?subjectKind=wish&subjectId=${this.query.id}` })
  },

  look (event) {
    wx.previewImage({ urls: this.data.wish.pictures, current: this.data.wish.pictures[event.currentTarget.dataset.index] })
  },

  onShareAppMessage () {
    const { title } = this.data.wish || { title: '' }
    return { title: `微心愿：${title}`, path: `/pages/wish/detail?id=${this.query.id}` }
  }
}))

function detail (wish) {
  const can = action => wish.actions.indexOf(action) >= 0
  return {
    id: wish.id,
    title: wish.title,
    description: wish.description,
    state: wish.state,
    stateWord: words.states.wish[wish.state] || wish.state,
    number: wish.number || '提交以后才有编号',
    steps: stepsOf(wish.state),
    facts: factsOf(wish),
    reason: wish.reviewReason || '',
    warning: warningOf(wish.warnings),
    pictures: wish.files.map(file => pictureOf(file.url)).filter(Boolean),
    claim: claimOf(wish),
    // 联系方式只给认领人看：他能放弃认领。
    contact: can('release'),
    // 自己的、自己认领的：还会有下文，可以要微信通知。
    mine: ['submit', 'withdraw', 'confirm', 'release'].some(can),
    timeline: (wish.timeline || []).map((move, id) => ({ id, at: momentOf(move.at), label: move.label, by: move.byName || '', reason: move.reason || '' })),
    editable: can('submit'),
    onWall: ['published', 'claimed', 'fulfilled', 'confirmed'].indexOf(wish.state) >= 0,
    buttons: wish.actions.filter(action => ELSEWHERE.indexOf(action) < 0).map(action => ({
      action,
      text: words.actions.wish[action] || action,
      kind: MAIN.indexOf(action) >= 0 ? 'main' : action === 'withdraw' ? 'danger' : 'plain'
    })),
    guest: !getApp().api.signedIn()
  }
}

function stepsOf (state) {
  const at = STEPS.findIndex(([, states]) => states.indexOf(state) >= 0)
  return at < 0 ? [] : STEPS.map(([text], index) => ({ text, done: index <= at, present: index === at }))
}

function factsOf (wish) {
  return [
    ['许愿人', wish.wisher],
    ['社区', wish.communityName],
    ['类别', CATEGORIES[wish.category]],
    ['受益人群', GROUPS[wish.beneficiaryGroup]],
    ['预估金额', wish.estimatedCost ? `${wish.estimatedCost} 元` : '不花钱'],
    ['期望时间', wish.wantedBy && fullDayOf(wish.wantedBy)],
    ['所属', wish.round && wish.round.title],
    ['转介到', wish.referredTo && REFERRED[wish.referredTo]],
    ['满意度', wish.satisfaction && `${wish.satisfaction} 分，${wish.solved ? '已解决' : '没有解决'}`]
  ].filter(([, value]) => value).map(([name, value]) => ({ name, value }))
}

function claimOf ({ claim }) {
  if (!claim) return null
  return { by: claim.byName || '一位党员', until: dayOf(claim.promisedOn), note: claim.note || '' }
}

function warningOf (kinds) {
  if (!kinds || !kinds.length) return ''
  return `文字里好像有${kinds.map(kind => PRIVATE[kind]).join('、')}，上墙以后大家都看得到，建议改一改。`
}

async function asked (action) {
  if (action === 'claim') return await sure(action) ? { as: 'personal' } : null
  if (SURE[action]) return await sure(action) ? {} : null
  if (!ASKED[action]) return {}
  const { confirm, content } = await wx.showModal({ title: words.actions.wish[action], editable: true, placeholderText: ASKED[action], confirmText: '提交' })
  if (!confirm) return null
  return { reason: content }
}

async function sure (action) {
  return (await wx.showModal({ title: `${words.actions.wish[action]}？`, content: SURE[action] })).confirm
}
