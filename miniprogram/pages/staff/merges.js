// 合并档案：一位看过凭据后提出，另一位同意才合并；合并以后不能撤回。
const words = require('../../utils/dianliang/words')
const { momentOf } = require('../../lib/dates')
const { options } = require('../../lib/labels')
const { oneByOne } = require('./lib/one-by-one')
const { staffScreen } = require('./lib/staff')
const { facts } = require('../../lib/facts')
const { PROOFS, READY } = require('./lib/words')

const queue = oneByOne({
  asked: () => ({ path: '/person-merges', query: { state: 'asked,proposed' } }),
  mine: row => row.actions.length > 0,
  show
})

Page(staffScreen(queue, {
  data: Object.assign({ proofs: options(PROOFS), proof: '', readyReject: READY.rejectMerge, readyPropose: READY.merge }, queue.data),

  pickProof (event) {
    this.setData({ proof: event.detail.value, faults: {} })
  },

  propose (event) {
    if (!this.data.proof) return this.setData({ faults: { proof: '请选看过什么凭据' } })
    return this.send('propose', { proof: this.data.proof, reason: event.detail.reason }, '已提交，等另一位复核')
  },

  async approve () {
    const { one } = this.data
    const { confirm } = await wx.showModal({
      title: '合并这两份档案？', content: `${one.from.name} 并入 ${one.into.name}。积分、时长、心愿都归保留的一份，不能撤回。`, confirmText: '合并', cancelText: '再看看'
    })
    return confirm ? this.send('approve', {}, '已合并') : undefined
  },

  reject (event) {
    return this.send('reject', event.detail, '没有合并，两份都不变')
  },

  send (action, body, said) {
    const { from, into } = this.data.one
    return this.decide(action, row => this.once([row.id, action, body], more => getApp().api.act(`/person-merges/${row.id}`, action, body, more)), `${from.name}、${into.name}：${said}`)
  }
}))

function show (merge) {
  const can = action => merge.actions.indexOf(action) >= 0
  return {
    id: merge.id,
    state: words.states.person_merge[merge.state],
    from: record(merge.from, '并入另一份'),
    into: record(merge.into, '保留'),
    facts: facts([
      ['提出', [merge.proposedBy || '本人申请', momentOf(merge.begunAt)].join('，')],
      ['凭据', merge.proof && PROOFS[merge.proof]],
      ['说明', merge.reason],
      ['社区', merge.communityName]
    ]),
    proposable: can('propose'),
    approvable: can('approve'),
    rejectable: can('reject')
  }
}

function record (one, what) {
  return {
    what,
    name: one.name,
    facts: facts([
      ['出生', one.birthYear && `${one.birthYear} 年`],
      ['手机', one.phone || '没有登记'],
      ['纸质卡', one.cardNumber || '没有'],
      ['微信', one.hasWeChat ? '已绑定' : '没有'],
      ['积分', String(one.points)],
      ['时长', `${one.minutes} 分钟`],
      ['报名', `${one.signUps} 次`]
    ])
  }
}
