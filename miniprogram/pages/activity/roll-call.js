// 点名：名单读到以后就存在手机里，没有网络也能点；按“送出”时没有网络，就等连上网自动送出。
const { newKey } = require('../../utils/dianliang/index')
const { rightNow, spanOf, timeOf } = require('../../lib/dates')
const { done, waitingFor } = require('../../lib/later')
const { keptRoll, keepRoll, dropRoll } = require('../../lib/roll')
const { screen } = require('../../lib/screen')

// 报了名、能点名的；候补、取消、请假的不在名单里。
const SEATED = ['confirmed', 'checked_in', 'checked_out', 'unverified', 'no_show', 'certified']

Page(screen({
  data: { title: '', when: '', rows: [], marked: 0, waiting: 0, refused: 0, kept: '', present: 0 },

  onLoad () {
    this.key = newKey()
    this.marks = {}
    this.sent = []
    this.quiet = getApp().api.queue.onChange(() => this.queueChanged())
  },

  onUnload () {
    this.quiet()
  },

  async read () {
    const { id } = this.query
    const known = keptRoll(id)
    try {
      const { api } = getApp()
      const [activity, attendance] = await Promise.all([api.get(`/activities/${id}`), api.get(`/activities/${id}/attendance`)])
      this.roll = rollOf(activity, attendance, known)
      if (activity.actions.indexOf('roll_call') < 0) dropRoll(id)
      else keepRoll(id, this.roll)
      this.setData({ kept: '' })
    } catch (fault) {
      if (fault.answered !== false || !known) throw fault
      this.roll = known
      this.setData({ kept: `没有联网。这是 ${timeOf(known.readAt)} 存在手机里的名单，照样可以点名。` })
    }
    this.marks = this.roll.marks
    this.show()
  },

  show () {
    const queued = waitingFor(`/activities/${this.query.id}`)
    const waiting = marksIn(queued.filter(one => one.state === 'waiting'))
    const rows = this.roll.people.map(person => rowOf(person, waiting[person.personId], this.marks[person.personId]))
    this.setData({
      title: this.roll.title,
      when: this.roll.when,
      rows,
      present: rows.filter(row => row.came).length,
      marked: Object.keys(this.marks).length,
      waiting: Object.keys(waiting).length,
      refused: queued.filter(one => one.state !== 'waiting').length
    })
  },

  // 存着的送出去了：名单再读一次。
  queueChanged () {
    if (this.data.state !== 'ready') return
    if (this.data.busy) return this.show()
    const before = this.data.waiting
    this.show()
    if (before && !this.data.waiting) this.loadAnew()
  },

  came (event) {
    this.mark([event.currentTarget.dataset.person], person => (person.came ? null : arrival(this.roll)))
  },

  left (event) {
    this.mark([event.currentTarget.dataset.person], person => departure(this.roll, person))
  },

  allCame () {
    this.mark(this.data.rows.filter(row => !row.came).map(row => row.personId), () => arrival(this.roll))
  },

  allLeft () {
    this.mark(this.data.rows.filter(row => row.came && !row.left).map(row => row.personId), person => departure(this.roll, person))
  },

  undo (event) {
    delete this.marks[event.currentTarget.dataset.person]
    this.keep()
  },

  mark (ids, times) {
    for (const id of ids) {
      const row = this.data.rows.find(one => one.personId === id)
      const found = times(row)
      if (found) this.marks[id] = found
    }
    this.keep()
  },

  keep () {
    keepRoll(this.query.id, Object.assign(this.roll, { marks: this.marks }))
    this.show()
  },

  send () {
    return this.work('send', async () => {
      const { id } = this.query
      const roll = Object.keys(this.marks).map(personId => Object.assign({ personId: Number(personId) }, this.marks[personId]))
      const more = { key: this.key, title: `点名：${this.roll.title}，${roll.length} 人`, group: `/activities/${id}` }
      const sent = await done(await getApp().api.queue.post(`/activities/${id}/roll-call`, roll, more))
      this.key = newKey()
      this.marks = {}
      this.keep()
      if (sent) {
        wx.showToast({ title: '点名已送出', icon: 'none' })
        await this.loadAnew()
      }
    })
  }
}))

function rollOf (activity, { list }, known) {
  return {
    title: activity.title,
    when: spanOf(activity.startsAt, activity.endsAt),
    spans: activity.sessions.length ? activity.sessions : [{ startsAt: activity.startsAt, endsAt: activity.endsAt }],
    readAt: rightNow(),
    people: list.filter(one => SEATED.indexOf(one.state) >= 0).map(one => ({
      personId: one.personId, name: one.name, apart: one.toldApart || '', cameAt: one.checkedInAt || '', leftAt: one.checkedOutAt || ''
    })),
    marks: known ? known.marks : {}
  }
}

// 同一个人点了几次，后面的算。
function marksIn (entries) {
  const found = {}
  for (const entry of entries) for (const { personId, checkedInAt, checkedOutAt } of entry.body) found[personId] = { checkedInAt, checkedOutAt }
  return found
}

function rowOf (person, waiting, mark) {
  const cameAt = (mark && mark.checkedInAt) || (waiting && waiting.checkedInAt) || person.cameAt
  const leftAt = mark ? mark.checkedOutAt : waiting ? waiting.checkedOutAt : person.leftAt
  const words = [cameAt && `${timeOf(cameAt)} 到`, leftAt && `${timeOf(leftAt)} 走`].filter(Boolean).join('，')
  return {
    personId: person.personId,
    name: person.name,
    apart: person.apart,
    cameAt,
    came: Boolean(cameAt),
    left: Boolean(leftAt),
    words: words || '还没有到',
    how: mark ? '没有送出' : waiting ? '等着送出' : '',
    marked: Boolean(mark)
  }
}

// 正在办的（或刚办完的）那一场。
function spanNow ({ spans }) {
  const now = Date.now()
  const begun = spans.filter(one => Date.parse(one.startsAt) <= now + 3600 * 1000)
  return begun[begun.length - 1] || spans[0]
}

// 办完以后才点名的，算从头到尾都在。
function arrival (roll) {
  const { startsAt, endsAt } = spanNow(roll)
  const over = Date.parse(endsAt) < Date.now()
  return over ? { checkedInAt: startsAt, checkedOutAt: endsAt } : { checkedInAt: rightNow() }
}

function departure (roll, { cameAt }) {
  const { endsAt } = spanNow(roll)
  return { checkedInAt: cameAt, checkedOutAt: Date.parse(endsAt) < Date.now() ? endsAt : rightNow() }
}
