// 我的消息：点开就是它说的那件事，同时算读过。
const { momentOf } = require('../../lib/dates')
const { go } = require('../../lib/go')
const { listing, picking } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const WHICH = [{ value: '', text: '全部' }, { value: 'unread', text: '未读' }]
const HERE = 'pages/notice/index'
const TABS = ['pages/me/index']

function card (notice) {
  return { id: notice.id, title: notice.title, body: notice.body, at: momentOf(notice.createdAt), unread: !notice.readAt, page: notice.page }
}

Page(screen(picking, {
  data: { rows: [], finished: false, ending: '', which: WHICH, picked: '' },

  async open (event) {
    const { index } = event.currentTarget.dataset
    const { id, page, unread } = this.data.rows[index]
    if (unread) {
      this.setData({ [`rows[${index}].unread`]: false })
      // 没有记下也不要紧，下次还是未读。
      getApp().api.post(`/me/notices/${id}/read`).catch(() => {})
    }
    const [path] = page.split('?')
    if (path === HERE) return
    if (TABS.indexOf(path) >= 0) return wx.switchTab({ url: `/${path}` })
    go(`/${page}`, () => wx.showToast({ title: '这一页还没有做好，请到社区或稍后再看', icon: 'none' }))
  },

  readAll () {
    return this.work('readAll', async () => {
      await getApp().api.post('/me/notices/read-all')
      await this.loadAnew()
    })
  }
}, listing(page => ({ path: '/me/notices', query: page.data.picked ? { unread: true } : {} }), card)))
