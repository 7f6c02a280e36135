// 兑换：我的社区的超市和货架。没有登录也可以看。
const { shelf } = require('../../lib/shelf')
const { presentCommunity } = require('../../lib/community')
const { screen } = require('../../lib/screen')

Page(screen(shelf(async () => {
  const community = await presentCommunity()
  const { list } = await getApp().api.get('/shops', { communityId: community.id, limit: 1 })
  return list[0] || null
})))
