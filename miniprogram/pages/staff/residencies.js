// 核实居住登记和监护登记：要核对住址、打电话，写明原因再打开。
const { momentOf } = require('../../lib/dates')
const { contacting, contactOf } = require('./lib/contact')
const { oneByOne } = require('./lib/one-by-one')
const { staffScreen } = require('./lib/staff')
const { facts } = require('../../lib/facts')
const { READY, RELATIONS } = require('./lib/words')

const WHICH = [{ value: 'residency', text: '居住登记' }, { value: 'guardianship', text: '监护登记' }]
const KINDS = {
  residency: { path: '/residencies', id: row => row.personId, ready: READY.rejectResidency, show: showHome },
  guardianship: { path: '/guardianships', id: row => row.id, ready: READY.rejectGuardian, show: showChild }
}

const queue = oneByOne({
  asked: page => ({ path: `${KINDS[page.data.which].path}/to-verify` }),
  id: row => row.personId || row.id,
  show: (row, _, page) => KINDS[page.data.which].show(row)
})
const contact = contacting(contactOf(row => row.personId))

Page(staffScreen(queue, contact, {
  data: Object.assign({ whichOptions: WHICH, which: 'residency', ready: READY.rejectResidency, readyContact: READY.contact }, queue.data, contact.data),

  async choose (event) {
    const which = event.detail.value
    this.passed = {}
    this.setData({ which, ready: KINDS[which].ready, last: '', mode: '', one: null })
    await this.loadAnew()
  },

  verify () {
    return this.send('verify', {}, '已核实')
  },

  reject (event) {
    return this.send('reject', event.detail, '已退回，原因告诉了本人')
  },

  send (action, body, said) {
    const { path, id } = KINDS[this.data.which]
    return this.decide(action, row => this.once([path, id(row), action, body], more => getApp().api.act(`${path}/${id(row)}`, action, body, more)), `${this.data.one.name}：${said}`)
  }
}))

function showHome (row) {
  return {
    id: row.personId,
    name: row.realName || '没有写姓名',
    contact: true,
    facts: facts([['手机', row.phone || '没有登记'], ['登记时间', momentOf(row.declaredAt)]])
  }
}

function showChild (row) {
  return {
    id: row.id,
    name: row.childName || '没有写姓名',
    contact: false,
    facts: facts([['监护人', row.guardianName || '没有写姓名'], ['是孩子的', RELATIONS[row.relation]], ['登记时间', momentOf(row.declaredAt)]])
  }
}
