// 打开一页：一下按成两下，只开一层。
const { GAP } = require('./touch')
let last = { url: '', at: 0 }

/** @param {string} url @param {() => void} [fail] */
function go (url, fail) {
  const now = Date.now()
  if (last.url === url && now - last.at < GAP) return
  last = { url, at: now }
  wx.navigateTo({ url, fail })
}

/** 办好了回到来的那一页；是从消息、码直接打开的，就到“我的”。 */
function back () {
  if (getCurrentPages().length > 1) wx.navigateBack()
  else wx.switchTab({ url: '/pages/me/index' })
}

module.exports = { go, back }
