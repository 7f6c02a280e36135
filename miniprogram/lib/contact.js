// 看许愿人的联系方式，可以直接打电话；每看一次服务器都有记录。

/** @param {number | string} wishId */
async function openContact (wishId) {
  const { name, phone, address } = await getApp().api.get(`/wishes/${wishId}/contact`)
  const lines = [name, phone && `电话 ${phone}`, address && `地址 ${address}`].filter(Boolean)
  const { confirm } = await wx.showModal({
    title: '联系方式',
    content: `${lines.join('\n') || '没有留联系方式，请问社区'}\n每看一次都有记录`,
    confirmText: phone ? '打电话' : '知道了',
    cancelText: '关闭'
  })
  if (confirm && phone) wx.makePhoneCall({ phoneNumber: phone, fail: () => {} })
}

module.exports = { openContact }
