// 图片：选、上传（有进度，可以取消）、看大图、去掉。变了触发 change，detail.files 是已经传好的。
const { ApiError } = require('../../utils/dianliang/index')
const { pictureOf } = require('../../lib/cards')
const { slipped } = require('../../lib/touch')
const MOST = 3

Component({
  properties: {
    // [{ id, thumbnailUrl }]
    files: Array,
    purpose: String
  },
  data: { shown: [], percent: -1, fault: '', most: MOST },
  observers: {
    files (files) {
      this.setData({ shown: (files || []).map(one => ({ id: one.id, src: pictureOf(one.thumbnailUrl || one.url) })) })
    }
  },
  lifetimes: {
    detached () {
      this.cancel()
    }
  },
  methods: {
    async choose () {
      if (this.data.percent >= 0) return
      const found = await chosen(MOST - this.data.files.length)
      for (const path of found) if (!await this.send(path)) return
    },
    async send (path) {
      const self = /** @type {any} */ (this)
      this.setData({ percent: 0, fault: '' })
      try {
        self.uploading = getApp().api.upload(path, this.data.purpose, { onProgress: percent => this.setData({ percent }) })
        const file = await self.uploading
        this.triggerEvent('change', { files: this.data.files.concat(file) })
        return true
      } catch (fault) {
        if (!(fault instanceof ApiError)) throw fault
        this.setData({ fault: fault.error === 'CANCELLED' ? '' : `没有传上去：${fault.message}` })
        return false
      } finally {
        self.uploading = null
        this.setData({ percent: -1 })
      }
    },
    cancel () {
      const { uploading } = /** @type {any} */ (this)
      if (uploading) uploading.cancel()
    },
    look (event) {
      const urls = this.data.shown.map(one => one.src)
      wx.previewImage({ urls, current: urls[event.currentTarget.dataset.index] })
    },
    drop (event) {
      const { index } = event.currentTarget.dataset
      // 去掉一张，下一张就到了手指底下。
      if (slipped(event, this.data.files[index])) return
      this.triggerEvent('change', { files: this.data.files.filter((_, at) => at !== index) })
    }
  }
})

function chosen (count) {
  return new Promise(resolve => wx.chooseMedia({
    count,
    mediaType: ['image'],
    sizeType: ['compressed'],
    success: ({ tempFiles }) => resolve(tempFiles.map(one => one.tempFilePath)),
    fail: () => resolve([])
  }))
}
