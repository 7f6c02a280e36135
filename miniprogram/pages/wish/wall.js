// 心愿墙：按状态、类别、受益人群筛选，按标题和编号搜索，一页一页往下看。没有登录也可以看。
const { wishCard } = require('../../lib/cards')
const { communityQuery } = require('../../lib/community')
const { options, CATEGORIES, GROUPS } = require('../../lib/labels')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const ALL = { value: '', text: '全部' }
const STATES = [ALL, { value: 'published', text: '等待认领' }, { value: 'claimed,fulfilled', text: '正在点亮' }, { value: 'confirmed', text: '已点亮' }]
const SHORTEST = 2

const list = listing(page => ({ path: '/wishes', query: page.asked() }), wishCard)

Page(screen({
  data: {
    rows: [],
    finished: false,
    ending: '',
    states: STATES,
    categories: [{ value: '', text: '各种类别' }].concat(options(CATEGORIES)),
    groups: [{ value: '', text: '各种人群' }].concat(options(GROUPS)),
    picked: { state: '', category: '', beneficiaryGroup: '' },
    typed: '',
    q: ''
  },

  asked () {
    const { picked, q } = this.data
    const query = communityQuery()
    for (const name of Object.keys(picked)) if (picked[name]) query[name] = picked[name]
    return q ? Object.assign(query, { q }) : query
  },

  pick (event) {
    this.setData({ [`picked.${event.currentTarget.dataset.name}`]: event.detail.value })
    this.again()
  },

  type (event) {
    this.setData({ typed: event.detail.value })
    if (!event.detail.value && this.data.q) this.search()
  },

  search () {
    const q = this.data.typed.trim()
    if (q && q.length < SHORTEST) return wx.showToast({ title: `请至少写 ${SHORTEST} 个字`, icon: 'none' })
    this.setData({ q })
    return this.again()
  },

  // 换了条件：正在读的那一次读完，再按新的读。
  async again () {
    wx.showLoading({ title: '正在读取' })
    await this.loadAnew()
    wx.hideLoading()
  },

  write () {
    wx.navigateTo({ url: '/pages/wish/write' })
  }
}, list))
