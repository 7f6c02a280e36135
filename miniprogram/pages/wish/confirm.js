// 许愿人确认：解决没有，满意不满意，分开问。
const { back } = require('../../lib/go')
const { screen } = require('../../lib/screen')
const { newKey } = require('../../utils/dianliang/index')

const SOLVED = [{ value: 'yes', text: '解决了' }, { value: 'no', text: '没有解决' }]
const STARS = [5, 4, 3, 2, 1].map(value => ({ value: String(value), text: ['', '很不满意', '不太满意', '一般', '满意', '很满意'][value] }))

Page(screen({
  data: { title: '', solvedChoices: SOLVED, stars: STARS, solved: '', satisfaction: '', comment: '' },

  onLoad () {
    this.key = newKey()
  },

  readAgain: false,

  async read () {
    const { title } = await getApp().api.get(`/wishes/${this.query.id}`)
    this.setData({ title })
  },

  pick (event) {
    this.setData({ [event.currentTarget.dataset.name]: event.detail.value })
  },

  type (event) {
    this.setData({ comment: event.detail.value })
  },

  send () {
    const { solved, satisfaction, comment } = this.data
    const faults = {}
    if (!solved) faults.solved = '请选一个'
    if (!satisfaction) faults.satisfaction = '请选一个'
    if (Object.keys(faults).length) return this.setData({ faults })
    return this.work('send', async () => {
      const told = { solved: solved === 'yes', satisfaction: Number(satisfaction), comment: comment.trim() || null, method: 'app' }
      await getApp().api.post(`/wishes/${this.query.id}/confirm`, told, { key: this.key })
      wx.showToast({ title: '谢谢，心愿已点亮', icon: 'none' })
      back()
    })
  }
}))
