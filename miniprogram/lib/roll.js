// 点名的名单和还没有送出的点名：存在手机里，没有网络也能点。有姓名，所以三天以后、退出登录时删掉。
const KEPT = 'dianliang.roll'
const LONGEST = 3 * 86400 * 1000

function all () {
  const found = wx.getStorageSync(KEPT) || {}
  const fresh = {}
  for (const id of Object.keys(found)) if (Date.now() - found[id].keptAt < LONGEST) fresh[id] = found[id]
  return fresh
}

/** @param {string} id 活动 */
function keptRoll (id) {
  return all()[id]
}

/** @param {string} id @param {any} roll */
function keepRoll (id, roll) {
  wx.setStorageSync(KEPT, Object.assign(all(), { [id]: Object.assign({}, roll, { keptAt: Date.now() }) }))
}

/** @param {string} id */
function dropRoll (id) {
  const kept = all()
  delete kept[id]
  wx.setStorageSync(KEPT, kept)
}

function forgetRolls () {
  wx.removeStorageSync(KEPT)
}

module.exports = { keptRoll, keepRoll, dropRoll, forgetRolls }
