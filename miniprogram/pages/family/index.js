// 家人代办：我替谁办，谁替我办，我监护的孩子。对方没有同意以前，不说有没有这个人。
const words = require('../../utils/dianliang/words')
const { dayOf } = require('../../lib/dates')
const { GUARDIANS, RELATIONS } = require('../../lib/family')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const list = listing(() => ({ path: '/me/proxies' }), card)

function card (proxy) {
  const acting = proxy.direction === 'acts_for'
  const asked = proxy.state === 'asked'
  return {
    id: proxy.id,
    acting,
    title: acting ? `我替${proxy.name || '一位家人'}办` : proxy.name ? `${proxy.name}替我办` : '有人申请替我办',
    about: acting ? `我是对方的${RELATIONS[proxy.relation]}` : `对方说是我的${RELATIONS[proxy.relation]}${asked ? '；“我的消息”里写着是谁' : ''}`,
    state: proxy.state,
    stateWord: acting && asked ? '已发出，等对方同意' : words.states.proxy[proxy.state],
    at: asked ? `${dayOf(proxy.askedAt)} 申请` : proxy.agreedAt ? `${dayOf(proxy.agreedAt)} 起` : '',
    answer: proxy.actions.indexOf('agree') >= 0,
    end: proxy.actions.indexOf('end') >= 0 ? (asked ? '撤回申请' : '结束代办') : ''
  }
}

function childCard ({ id, name, relation, status, reason }) {
  return { id, name, about: `您是孩子的${GUARDIANS[relation]}`, state: status, stateWord: words.states.guardianship[status], reason: reason || '', standing: status === 'declared' || status === 'verified' }
}

Page(screen(list, {
  data: { rows: [], finished: false, ending: '', children: [] },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    await list.read.call(this)
    const children = await api.get('/me/children')
    this.setData({ children: children.list.map(childCard) })
  },

  agree (event) {
    return this.answer(event, 'agree', { title: '同意家人代办？', content: '以后对方可以替您填心愿、报名、兑换，用的是您的积分；每一件都有消息告诉您。您随时可以结束。', confirmText: '同意' })
  },

  decline (event) {
    return this.answer(event, 'decline', { title: '不同意？', content: '对方会知道您没有同意。', confirmText: '不同意' })
  },

  answer (event, action, question) {
    const { id } = event.currentTarget.dataset
    return this.work(`${action}${id}`, async () => {
      if (!await sure(question)) return
      await getApp().api.act(`/me/proxies/${id}`, action, {})
      await this.loadAnew()
    })
  },

  end (event) {
    const { id } = event.currentTarget.dataset
    return this.remove(`end${id}`, `/me/proxies/${id}`, { title: '结束代办？', content: '马上生效；已经办的照常进行。', confirmText: '结束' })
  },

  endChild (event) {
    const { id } = event.currentTarget.dataset
    return this.remove(`child${id}`, `/me/children/${id}`, { title: '结束监护登记？', content: '以后不能替孩子填心愿。', confirmText: '结束' })
  },

  remove (name, path, question) {
    return this.work(name, async () => {
      if (!await sure(question)) return
      await getApp().api.remove(path)
      await this.loadAnew()
    })
  },

  ask () {
    wx.navigateTo({ url: '/pages/family/ask' })
  },

  addChild () {
    wx.navigateTo({ url: '/pages/family/child' })
  }
}))

/** @param {{ title: string, content: string, confirmText: string }} question */
async function sure ({ title, content, confirmText }) {
  return (await wx.showModal({ title, content, confirmText })).confirm
}
