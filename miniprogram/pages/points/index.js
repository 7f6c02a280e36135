// 我的积分：可用、冻结、哪天到期，每一笔流水。
const { fullDayOf, momentOf } = require('../../lib/dates')
const { listing } = require('../../lib/listing')
const { screen } = require('../../lib/screen')

const list = listing(() => ({ path: '/me/points/statement' }), row => ({
  id: row.id,
  title: row.title,
  at: momentOf(row.at),
  points: row.points > 0 ? `+${row.points}` : `−${-row.points}`,
  gain: row.points > 0,
  balance: row.balance
}))

Page(screen(list, {
  data: { rows: [], finished: false, ending: '', points: null },

  async read () {
    const { available, held, lots } = await getApp().api.get('/me/points')
    await list.read.call(this)
    this.setData({ points: { available, held, lots: lots.map(lotLine) } })
  }
}))

function lotLine ({ points, expiresOn }) {
  return expiresOn ? `${points} 积分，${fullDayOf(expiresOn)} 到期` : `${points} 积分，长期有效`
}
