// 显示一份要同意的文件：打开全文的页面，等用户按下“同意”或“不同意”；直接返回算不同意。
function askConsent (document) {
  return new Promise(resolve => wx.navigateTo({
    url: '/pages/consent/index',
    events: { answer: resolve },
    fail: () => resolve(false),
    success: ({ eventChannel }) => eventChannel.emit('document', document)
  }))
}

module.exports = { askConsent }
