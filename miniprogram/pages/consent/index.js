// 一份要同意的文件的全文；按“同意”“不同意”，直接返回算不同意。
const { screen } = require('../../lib/screen')
const { paragraphs } = require('../../lib/paragraphs')

Page(screen({
  data: { title: '', blocks: [] },

  onLoad () {
    const channel = this.getOpenerEventChannel()
    channel.once('document', document => {
      this.setData({ title: document.title, blocks: paragraphs(document.text, document.title) })
    })
    this.answer = yes => {
      this.answer = () => {}
      channel.emit('answer', yes)
    }
  },

  onUnload () {
    this.answer(false)
  },

  agree () {
    this.answer(true)
    wx.navigateBack()
  },

  decline () {
    this.answer(false)
    wx.navigateBack()
  }
}))
