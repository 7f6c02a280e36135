// 我认领的心愿：还要送达的在前面，可以直接打电话、送达；放弃在心愿的页面里。
const words = require('../../utils/dianliang/words')
const { openContact } = require('../../lib/contact')
const { dayFromToday, dayOf } = require('../../lib/dates')
const { OUTCOMES } = require('../../lib/labels')
const { listing, picking } = require('../../lib/listing')
const { waitingFor } = require('../../lib/later')
const { screen } = require('../../lib/screen')

const STATES = [{ value: 'claimed', text: '等我送达' }, { value: 'fulfilled', text: '等许愿人确认' }, { value: 'confirmed,closed_unconfirmed', text: '已办结' }, { value: '', text: '全部' }]

function card (claim) {
  const { wish } = claim
  const open = !claim.outcome && !claim.fulfilledAt
  return {
    id: claim.id,
    wishId: wish.id,
    title: wish.title,
    state: wish.state,
    stateWord: claim.outcome ? OUTCOMES[claim.outcome] : words.states.wish[wish.state] || wish.state,
    who: [wish.wisher, wish.communityName].filter(Boolean).join(' · '),
    until: claim.fulfilledAt ? `${dayOf(claim.fulfilledAt)} 送达` : open ? `答应在 ${dayOf(claim.promisedOn)} 前送达` : '',
    late: open && claim.promisedOn < dayFromToday(0),
    as: claim.as === 'personal' ? '' : `以${claim.byName}的名义`,
    open: open && waitingFor(`/wishes/${wish.id}`).length === 0,
    waiting: waitingFor(`/wishes/${wish.id}`).length > 0
  }
}

Page(screen(picking, {
  data: { rows: [], finished: false, ending: '', states: STATES, picked: 'claimed' },

  onLoad (query) {
    if (query.state) this.setData({ picked: query.state })
    this.quiet = getApp().api.queue.onChange(() => this.queueChanged())
  },

  // 存下的、送出的：先照手机里知道的显示，再去读。
  queueChanged () {
    if (this.data.state !== 'ready') return undefined
    this.setData({ rows: this.list.items.map(card) })
    return this.loadAnew()
  },

  onUnload () {
    this.quiet()
  },

  contact (event) {
    const { wish } = event.currentTarget.dataset
    return this.work(`contact${wish}`, () => openContact(wish))
  },

  deliver (event) {
    wx.navigateTo({ url: `/pages/claim/deliver?id=${event.currentTarget.dataset.wish}` })
  },

  openWall () {
    wx.switchTab({ url: '/pages/wish/wall' })
  }
}, listing(page => ({ path: '/me/claims', query: page.data.picked ? { state: page.data.picked } : {} }), card)))
