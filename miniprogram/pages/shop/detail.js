// 码和链接打开的一个超市：pages/shop/detail?id=1
const { shelf } = require('../../lib/shelf')
const { screen } = require('../../lib/screen')

Page(screen(shelf(page => getApp().api.get(`/shops/${page.query.id}`))))
