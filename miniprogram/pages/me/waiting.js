// 没有网络时存下的：等着送出的，和没有送成、要本人决定的。
const { momentOf } = require('../../lib/dates')
const { screen } = require('../../lib/screen')

const STATES = { waiting: '等着送出', refused: '没有送成', doubtful: '不知道办好没有' }

function row ({ key, title, path, at, state, fault }) {
  return {
    key,
    title: title || path,
    at: momentOf(new Date(at + 8 * 3600 * 1000).toISOString()),
    state,
    stateWord: STATES[state],
    reason: fault ? fault.message : '',
    stopped: state !== 'waiting'
  }
}

Page(screen({
  data: { rows: [] },

  onLoad () {
    this.quiet = getApp().api.queue.onChange(() => this.show())
    this.show()
  },

  onUnload () {
    this.quiet()
  },

  show () {
    this.setData({ rows: getApp().api.queue.items().map(row) })
  },

  flush () {
    return this.work('flush', async () => {
      await getApp().api.queue.flush()
      if (this.data.rows.some(one => !one.stopped)) wx.showToast({ title: '还没有联网', icon: 'none' })
    })
  },

  again (event) {
    const { key } = event.currentTarget.dataset
    return this.work(key, () => getApp().api.queue.retry(key))
  },

  drop (event) {
    const { key } = event.currentTarget.dataset
    return this.work(key, async () => {
      if (!(await wx.showModal({ title: '不送了？', content: '这一份从手机里删掉，服务器不会知道。', confirmText: '不送了' })).confirm) return
      await getApp().api.queue.drop(key)
    })
  }
}))
