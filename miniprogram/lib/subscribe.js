// 在用户刚刚办完一件会有下文的事时，问一次要不要微信通知；没有配置模板就不问，拒绝了也不再劝。
let templates = null

/** 页面打开时先读好：问必须在点按的回调里马上开始。 */
async function prepareSubscriptions () {
  if (!templates) templates = (await getApp().api.get('/subscription-templates')).list.filter(one => one.templateId)
}

/** @param {string[]} wanted 模板的名称，如 wish_progress */
async function askToSubscribe (wanted) {
  const asked = (templates || []).filter(one => wanted.indexOf(one.template) >= 0)
  if (!asked.length) return
  const answers = await answered(asked.map(one => one.templateId))
  const named = word => asked.filter(one => answers[one.templateId] === word).map(one => one.template)
  await getApp().api.post('/me/subscriptions', { accepted: named('accept'), rejected: named('reject') })
}

function answered (tmplIds) {
  return new Promise(resolve => wx.requestSubscribeMessage({ tmplIds, success: resolve, fail: () => resolve({}) }))
}

module.exports = { prepareSubscriptions, askToSubscribe }
