// 长辈模式：大字。自己选过就照选的；没有选过时，微信的字体调得大的人默认打开。
const KEPT = 'dianliang.elder'
// 微信的字体大小：标准是 16 或 17，往上两档起算大。
const LARGE = 20

function isElder () {
  const chosen = wx.getStorageSync(KEPT)
  if (chosen === 'yes' || chosen === 'no') return chosen === 'yes'
  return (wx.getAppBaseInfo().fontSizeSetting || 0) >= LARGE
}

function setElder (elder) {
  wx.setStorageSync(KEPT, elder ? 'yes' : 'no')
}

module.exports = { isElder, setElder }
