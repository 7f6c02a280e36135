// 核实在职党员的双报到登记：核实以后可以认领本社区的心愿。
const { momentOf } = require('../../lib/dates')
const { contacting, contactOf } = require('./lib/contact')
const { oneByOne } = require('./lib/one-by-one')
const { staffScreen } = require('./lib/staff')
const { facts } = require('../../lib/facts')
const { READY, SERVICE_ROLES } = require('./lib/words')

const queue = oneByOne({
  asked: () => ({ path: '/party-registrations/to-verify' }),
  id: row => row.personId,
  beside: row => getApp().api.get(`/organisations/${row.unitId}`),
  show
})
const contact = contacting(contactOf(row => row.personId))

Page(staffScreen(queue, contact, {
  data: Object.assign({ ready: READY.rejectMember, readyContact: READY.contact }, queue.data, contact.data),

  verify () {
    return this.send('verify', {}, '已核实，可以认领心愿了')
  },

  reject (event) {
    return this.send('reject', event.detail, '已退回，原因告诉了本人')
  },

  send (action, body, said) {
    return this.decide(action, row => this.once([row.personId, action, body], more => getApp().api.act(`/party-registrations/${row.personId}`, action, body, more)), `${this.data.one.name}：${said}`)
  }
}))

function show (row, unit) {
  return {
    id: row.personId,
    name: row.realName || '没有写姓名',
    facts: facts([
      ['单位', unit.name],
      ['岗位', (row.serviceRoles || []).map(one => SERVICE_ROLES[one]).join('、')],
      ['手机', row.phone || '没有登记'],
      ['登记时间', momentOf(row.declaredAt)]
    ])
  }
}
