// 找居民：按纸质卡号或完整手机号；都不写时列出本社区的。结果里号码是脱敏的。
const { choicesOf, communitiesOf } = require('./staff')

const CARD = /^[a-zA-Z]/
const STATES = { declared: '居住待核实', verified: '居住已核实', rejected: '居住登记没有通过' }

function personCard (one) {
  return {
    id: one.id,
    name: one.realName || '没有写姓名',
    about: [one.cardNumber, one.phone, one.birthYear && `${one.birthYear} 年出生`].filter(Boolean).join(' · '),
    state: [one.hasWeChat ? '有微信' : '没有微信', STATES[one.residencyStatus]].filter(Boolean).join('，'),
    birthYear: one.birthYear,
    cardNumber: one.cardNumber || ''
  }
}

/** @type {Record<string, any> & ThisType<any>} */
const finding = {
  data: { communities: [], community: null, typed: '', found: null },

  async findCommunity () {
    if (this.data.community) return
    const communities = await communitiesOf(['community_staff', 'grid_worker'])
    this.setData({ communities: choicesOf(communities), community: communities[0] || null })
  },

  pickCommunity (event) {
    const found = this.data.communities.find(one => one.value === event.detail.value)
    this.setData({ community: { id: Number(found.value), name: found.text }, found: null })
  },

  typeWanted (event) {
    this.setData({ typed: event.detail.value, faults: {} })
  },

  search () {
    const typed = this.data.typed.trim()
    if (!typed) return this.setData({ faults: { wanted: '请写卡号或完整手机号' } })
    const asked = CARD.test(typed) ? { cardNumber: typed } : { phone: typed }
    return this.work('search', async () => {
      const { list } = await getApp().api.get('/people', Object.assign({ communityId: this.data.community.id }, asked))
      this.setData({ found: list.map(personCard) })
    })
  },

  // 扫纸质卡：卡上的码就是卡号。
  scanCard () {
    wx.scanCode({
      success: ({ result }) => {
        this.setData({ typed: result.trim() })
        this.search()
      },
      fail: () => {}
    })
  }
}

module.exports = { finding, personCard }
