// 没有网络也能办的（点名、送达、签到）：先存在手机里，连上网自动送出；被拒绝的当场说清楚，不留着。
const { ApiError } = require('../utils/dianliang/index')

/**
 * @param {{ key: string, state: string, data: any, fault: any }} outcome api.queue 的回答
 * @returns {Promise<boolean>} 已经办好；false：存着，连上网再送
 */
async function done (outcome) {
  if (outcome.state === 'done') return true
  if (outcome.state === 'waiting') {
    wx.showToast({ title: '没有联网，已存在手机里，连上网自动送出', icon: 'none' })
    return false
  }
  await getApp().api.queue.drop(outcome.key)
  throw new ApiError(outcome.fault.status, outcome.fault)
}

/** 还没有送出的里面，有没有这件事的。 @param {string} group */
function waitingFor (group) {
  return getApp().api.queue.items().filter(one => one.group === group)
}

module.exports = { done, waitingFor }
