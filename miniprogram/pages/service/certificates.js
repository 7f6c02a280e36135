// 服务证明：把一段时间固定下来，有编号、有查验页；看 PDF。
const settings = require('../../settings')
const { newKey, ApiError } = require('../../utils/dianliang/index')
const { dayFromToday, fullDayOf } = require('../../lib/dates')
const { hoursOf } = require('../../lib/facts')
const { form } = require('../../lib/form')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const A_YEAR = 365
const STATUS = { valid: '有效', corrected: '记录有更正', revoked: '已撤销', altered: '内容被改动' }
const BADGES = { valid: 'confirmed', revoked: 'sent_back', altered: 'sent_back', corrected: 'published' }

const list = listing(() => ({ path: '/me/certificates' }), one => ({
  number: one.number,
  about: `${fullDayOf(one.from)} 至 ${fullDayOf(one.to)}，${hoursOf(one.minutes)}`,
  issuer: `${one.issuer}，${fullDayOf(one.issuedAt)} 开具`,
  state: BADGES[one.status],
  stateWord: STATUS[one.status],
  reason: one.revokeReason || '',
  verify: one.verifyUrl,
  pdf: one.pdfUrl,
  readable: one.status !== 'revoked'
}))

Page(screen(form(), list, {
  data: { rows: [], finished: false, ending: '', form: { from: dayFromToday(-A_YEAR), to: dayFromToday(0) }, fromWord: fullDayOf(dayFromToday(-A_YEAR)), toWord: fullDayOf(dayFromToday(0)), today: dayFromToday(0), nameless: false },

  onLoad () {
    this.key = newKey()
  },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    await list.read.call(this)
  },

  pickDay (event) {
    const { name } = event.currentTarget.dataset
    this.set(name, event.detail.value)
    this.setData({ [`${name}Word`]: fullDayOf(event.detail.value) })
  },

  issue () {
    if (this.data.form.to < this.data.form.from) return this.mark({ to: '不能早于开始的那天' })
    return this.work('issue', async () => {
      try {
        await getApp().api.post('/me/certificates', this.data.form, { key: this.key })
      } catch (fault) {
        if (!(fault instanceof ApiError) || fault.error !== 'NAME_NEEDED') throw fault
        return this.setData({ nameless: true })
      } finally {
        this.key = newKey()
      }
      wx.showToast({ title: '已开好', icon: 'none' })
      await this.loadAnew()
    })
  },

  // 地址过一段时间失效，所以先重新读一遍。
  open (event) {
    const { number } = event.currentTarget.dataset
    return this.work(number, async () => {
      const { pdfUrl } = await getApp().api.get(`/me/certificates/${number}`)
      const { statusCode, tempFilePath } = await downloaded(pdfUrl[0] === '/' ? settings.baseUrl + pdfUrl : pdfUrl)
      if (statusCode >= 400) throw new ApiError(statusCode, { error: 'NOT_DOWNLOADED', message: '没有下载下来，请稍后再试' })
      wx.openDocument({ filePath: tempFilePath, fileType: 'pdf', showMenu: true, fail: () => wx.showToast({ title: '手机打不开 PDF', icon: 'none' }) })
    })
  }
}))

function downloaded (url) {
  return new Promise((resolve, reject) => wx.downloadFile({
    url,
    success: resolve,
    fail: () => reject(new ApiError(0, { error: 'NETWORK', message: '没有下载下来，请稍后再试' }))
  }))
}
