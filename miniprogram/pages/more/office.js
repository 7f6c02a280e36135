// 一个社区的办公室：电话、办公时间、地址，地图上在哪里。没有登录也可以看。
const { presentCommunity } = require('../../lib/community')
const { hoursOf } = require('../../lib/shelf')
const { screen } = require('../../lib/screen')

Page(screen({
  data: { office: null },

  async read () {
    const { id } = this.query.id ? this.query : await presentCommunity()
    const office = await getApp().api.get(`/organisations/${id}`)
    this.setData({
      office: {
        id: office.id,
        name: office.name,
        telephone: office.telephone || '',
        address: office.address || '',
        hours: hoursOf(office.openingHours),
        mapped: office.latitude !== null,
        latitude: office.latitude,
        longitude: office.longitude
      }
    })
  },

  call () {
    wx.makePhoneCall({ phoneNumber: this.data.office.telephone, fail: () => {} })
  },

  map () {
    const { latitude, longitude, name, address } = this.data.office
    wx.openLocation({ latitude, longitude, name, address, fail: () => {} })
  },

  complain () {
    wx.navigateTo({ url: '/pages/complaint/write' })
  },

  onShareAppMessage () {
    const { office } = this.data
    return { title: office ? `联系${office.name}` : '联系社区', path: `/pages/more/office${office ? `?id=${office.id}` : ''}` }
  }
}))
