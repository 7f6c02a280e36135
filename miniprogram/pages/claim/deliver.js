// 认领人说明怎么办好的，可以附图片。没有网络时先存在手机里，连上网自动送出。
const { newKey } = require('../../utils/dianliang/index')
const { form } = require('../../lib/form')
const { done } = require('../../lib/later')
const { back } = require('../../lib/go')
const { screen } = require('../../lib/screen')

Page(screen(form({ draft: 'dianliang.draft.deliver', kept: page => Boolean(page.data.title) }), {
  data: { form: { wishId: '', note: '', files: [] }, title: '', restored: false },

  readAgain: false,

  onLoad () {
    this.key = newKey()
  },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    this.setData({ title: await titleOf(this.query.id), 'form.wishId': this.query.id })
    // 草稿是别的心愿的，就不用。
    const kept = wx.getStorageSync('dianliang.draft.deliver')
    if (kept && kept.wishId === this.query.id) this.restored()
  },

  photos (event) {
    this.set('files', event.detail.files)
  },

  placeOf: name => (name === 'fileIds' ? 'files' : name),

  send () {
    if (!this.filled({ note: '写一句怎么办好的' })) return undefined
    return this.work('send', async () => {
      const { note, files } = this.data.form
      const body = { note: note.trim(), fileIds: files.map(file => file.id) }
      const more = { key: this.key, title: `送达：${this.data.title}`, group: `/wishes/${this.query.id}` }
      const sent = await done(await getApp().api.queue.act(`/wishes/${this.query.id}`, 'fulfil', body, more))
      this.key = newKey()
      this.dropDraft()
      if (sent) wx.showToast({ title: '已送达，等许愿人确认', icon: 'none' })
      back()
    })
  }
}))

// 没有网络也能写：只是看不到心愿的名称。
async function titleOf (id) {
  try {
    return (await getApp().api.get(`/wishes/${id}`)).title
  } catch (fault) {
    if (!fault.offline) throw fault
    return '认领的心愿'
  }
}
