// 正在看哪个社区：自己选过的；没有选过时由服务器决定（居住的社区，否则第一个）。
const KEPT = 'dianliang.community'

function chosenCommunity () {
  return wx.getStorageSync(KEPT) || null
}

/** @param {{ id: number, name: string }} community */
function chooseCommunity ({ id, name }) {
  wx.setStorageSync(KEPT, { id, name })
}

/** 请求里的 communityId；没有选过时不带。 */
function communityQuery () {
  const chosen = chosenCommunity()
  return chosen ? { communityId: chosen.id } : {}
}

/** 一定要有社区时：选过的，否则问首页是哪一个。 */
async function presentCommunity () {
  const chosen = chosenCommunity()
  if (chosen) return chosen
  const { community } = await getApp().api.get('/home')
  return { id: community.id, name: community.name }
}

module.exports = { chosenCommunity, chooseCommunity, communityQuery, presentCommunity }
