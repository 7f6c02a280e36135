// 打开一页：一下按成两下，只开一层。
const GAP = 500
let last = { url: '', at: 0 }

/** @param {string} url @param {() => void} [fail] */
function go (url, fail) {
  const now = Date.now()
  if (last.url === url && now - last.at < GAP) return
  last = { url, at: now }
  wx.navigateTo({ url, fail })
}

module.exports = { go }
