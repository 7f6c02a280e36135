// 组织者申报时长：按签到到签退算好的不用改；没有签退的要写，可以写 0。
const { newKey } = require('../../utils/dianliang/index')
const { timeOf } = require('../../lib/dates')
const { form } = require('../../lib/form')
const { back } = require('../../lib/go')
const { screen } = require('../../lib/screen')

const CAME = ['checked_in', 'checked_out', 'unverified', 'certified']

Page(screen(form(), {
  data: { title: '', rows: [], form: {}, none: false },

  readAgain: false,

  onLoad () {
    this.key = newKey()
  },

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    const path = `/activities/${this.query.id}`
    const [{ title }, { list }] = await Promise.all([api.get(path), api.get(`${path}/attendance`)])
    const rows = list.filter(one => CAME.indexOf(one.state) >= 0).map(row)
    const written = {}
    for (const { id, minutes } of rows) written[`p${id}`] = minutes
    this.written = written
    this.setData({ title, rows, form: Object.assign({}, written) })
  },

  // 只把改过的和没有签退的列出来，其余由服务器按签到签退算。
  changed () {
    return this.data.rows
      .filter(({ id, undecided }) => undecided || this.data.form[`p${id}`] !== this.written[`p${id}`])
      .map(({ id }) => ({ personId: id, minutes: Number(this.data.form[`p${id}`]) }))
  },

  send () {
    const needed = {}
    for (const { id } of this.data.rows) needed[`p${id}`] = '请写分钟数，没有服务写 0'
    if (!this.filled(needed)) return undefined
    return this.work('send', async () => {
      if (!(await wx.showModal({ title: '申报时长？', content: '申报以后由社区工作人员认定。' })).confirm) return
      await getApp().api.post(`/activities/${this.query.id}/propose-hours`, this.changed(), { key: this.key })
      this.key = newKey()
      wx.showToast({ title: '已申报，等社区认定', icon: 'none' })
      back()
    })
  }
}))

function row (one) {
  const minutes = one.proposedMinutes !== null ? one.proposedMinutes : one.attendedMinutes
  return {
    id: one.personId,
    name: one.name,
    about: [one.toldApart, one.checkedInAt && `${timeOf(one.checkedInAt)} 到`, one.checkedOutAt ? `${timeOf(one.checkedOutAt)} 走` : '没有签退'].filter(Boolean).join('，'),
    undecided: !one.checkedOutAt,
    minutes: minutes === null || minutes === undefined ? '' : String(minutes)
  }
}
