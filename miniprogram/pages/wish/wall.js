// 心愿墙：按状态、类别、受益人群筛选，按标题和编号搜索，一页一页往下看。没有登录也可以看。
const { wishCard } = require('../../lib/cards')
const { communityQuery } = require('../../lib/community')
const { options, CATEGORIES, GROUPS } = require('../../lib/labels')
const { listing, searching } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const ALL = { value: '', text: '全部' }
const STATES = [ALL, { value: 'published', text: '等待认领' }, { value: 'claimed,fulfilled', text: '正在点亮' }, { value: 'confirmed', text: '已点亮' }]

const list = listing(page => ({ path: '/wishes', query: page.asked() }), wishCard)

Page(screen(searching, {
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

  write () {
    wx.navigateTo({ url: '/pages/wish/write' })
  }
}, list))
