// 在职党员到社区报到：单位、社区、六大员岗位；社区核实以后可以认领心愿。
const words = require('../../utils/dianliang/words')
const { form } = require('../../lib/form')
const { options, SERVICE_ROLES } = require('../../lib/labels')
const { indexOf, placesOf } = require('../../lib/places')
const { back } = require('../../lib/go')
const { screen } = require('../../lib/screen')

Page(screen(form(), {
  data: { form: { unitId: '', communityId: '', serviceRoles: [] }, roles: options(SERVICE_ROLES), chosen: {}, communities: [], units: [], community: '', unit: '', at: 0, unitAt: 0, standing: '', reason: '', stateKind: '' },

  readAgain: false,

  async read () {
    const { api } = getApp()
    await api.beforePersonal()
    const [me, communities, units] = await Promise.all([api.get('/me'), placesOf('community'), placesOf('unit')])
    const mine = me.partyRegistration
    const home = mine || me.residency
    this.setData({
      communities,
      units,
      stateKind: mine ? mine.status : '',
      standing: mine ? words.states.party_registration[mine.status] : '',
      reason: (mine && mine.reason) || '',
      form: { unitId: mine ? mine.unitId : '', communityId: home ? home.communityId : '', serviceRoles: mine ? mine.serviceRoles : [] },
      unit: mine ? mine.unitName : '',
      community: home ? home.communityName : '',
      unitAt: mine ? indexOf(units, mine.unitId) : 0,
      at: home ? indexOf(communities, home.communityId) : 0
    })
    this.showRoles()
  },

  showRoles () {
    this.setData({ chosen: Object.fromEntries(this.data.form.serviceRoles.map(one => [one, true])) })
  },

  pickUnit (event) {
    const { id, name } = this.data.units[event.detail.value]
    this.set('unitId', id)
    this.setData({ unit: name })
  },

  pickCommunity (event) {
    const { id, name } = this.data.communities[event.detail.value]
    this.set('communityId', id)
    this.setData({ community: name })
  },

  pickRole (event) {
    const { value } = event.currentTarget.dataset
    const { serviceRoles } = this.data.form
    this.set('serviceRoles', serviceRoles.indexOf(value) >= 0 ? serviceRoles.filter(one => one !== value) : serviceRoles.concat(value))
    this.showRoles()
  },

  send () {
    if (!this.filled({ unitId: '请选单位', communityId: '请选社区' })) return undefined
    return this.work('send', async () => {
      await getApp().api.put('/me/party-registration', this.data.form)
      wx.showToast({ title: '已报到，等社区核实', icon: 'none' })
      back()
    })
  }
}))
