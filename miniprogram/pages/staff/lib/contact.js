// 写明原因打开电话和住址：每次都有记录，本人看得到；只在这一件上显示，不留在手机里。
/**
 * @param {(row: any, reason: string) => Promise<any>} open
 * @returns {Record<string, any> & ThisType<any>}
 */
function contacting (open) {
  return {
    data: { contact: null },

    openContact (event) {
      const row = this.row
      return this.work('contact', async () => {
        const { name, phone, address } = await open(row, event.detail.reason)
        this.setData({ mode: '', contact: { name: name || '', phone: phone || '', address: address || '', none: !phone && !address } })
      })
    },

    call () {
      const { phone } = this.data.contact
      wx.makePhoneCall({ phoneNumber: phone, fail: () => {} })
    }
  }
}

/** 一位居民的，按编号 */
const contactOf = idOf => (row, reason) => getApp().api.get(`/people/${idOf(row)}/contact`, { reason })

module.exports = { contacting, contactOf }
