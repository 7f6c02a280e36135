// 登记姓名和住在哪里：由社区核实。住址要先单独同意，服务器要了才显示全文。
const words = require('../../utils/dianliang/words')
const { form } = require('../../lib/form')
const { indexOf, placesOf } = require('../../lib/places')
const { back } = require('../../lib/go')
const { screen } = require('../../lib/screen')

const EMPTY = { realName: '', birthYear: '', communityId: '', gridId: '', address: '' }
const ANY_GRID = { id: 0, name: '不清楚' }

Page(screen(form(), {
  data: { form: EMPTY, communities: [], grids: [ANY_GRID], community: '', grid: '', at: 0, gridAt: 0, known: '', standing: '', reason: '', stateKind: '' },

  readAgain: false,

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    const [me, communities] = await Promise.all([api.get('/me'), placesOf('community')])
    const home = me.residency
    this.setData({
      communities,
      known: me.realName || '',
      stateKind: home ? home.status : '',
      standing: home ? words.states.residency[home.status] : '',
      reason: (home && home.reason) || '',
      form: Object.assign({}, EMPTY, home ? { communityId: home.communityId, gridId: home.gridId || '' } : {}),
      community: home ? home.communityName : ''
    })
    if (home) await this.readGrids()
  },

  async readGrids () {
    const grids = [ANY_GRID].concat(await placesOf('grid', this.data.form.communityId))
    const gridAt = indexOf(grids, this.data.form.gridId)
    this.setData({ grids, gridAt, grid: grids[gridAt].name, at: indexOf(this.data.communities, this.data.form.communityId) })
  },

  pickCommunity (event) {
    const { id, name } = this.data.communities[event.detail.value]
    this.set('communityId', id)
    this.set('gridId', '')
    this.setData({ community: name })
    return this.work('grids', () => this.readGrids())
  },

  pickGrid (event) {
    const { id, name } = this.data.grids[event.detail.value]
    this.set('gridId', id || '')
    this.setData({ grid: name, gridAt: Number(event.detail.value) })
  },

  send () {
    const needed = { communityId: '请选社区' }
    if (!this.data.known) needed.realName = '请写姓名'
    if (!this.filled(needed)) return undefined
    return this.work('send', async () => {
      const { realName, birthYear, communityId, gridId, address } = this.data.form
      const { api } = getApp()
      const profile = Object.assign({}, realName.trim() && { realName: realName.trim() }, birthYear && { birthYear: Number(birthYear) })
      if (Object.keys(profile).length) await api.put('/me', profile)
      await api.put('/me/residency', Object.assign({ communityId }, gridId && { gridId }, address.trim() && { address: address.trim() }))
      wx.showToast({ title: '已登记，等社区核实', icon: 'none' })
      back()
    })
  },

  openMember () {
    wx.navigateTo({ url: '/pages/residency/member' })
  }
}))
