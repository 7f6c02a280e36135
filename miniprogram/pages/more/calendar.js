// 活动日历：一个月里哪几天有活动，点一天看那一天的。没有登录也可以看。
const { activityCard } = require('../../lib/cards')
const { communityQuery } = require('../../lib/community')
const { dayFromToday, fullDayOf } = require('../../lib/dates')
const { screen } = require('../../lib/screen')

const LIMIT = 50
const WEEKDAYS = ['一', '二', '三', '四', '五', '六', '日']

Page(screen({
  data: { month: dayFromToday(0).slice(0, 7), title: '', weekdays: WEEKDAYS, days: [], day: '', dayWord: '', rows: [] },

  async read () {
    const { month } = this.data
    const list = getApp().api.list('/activities', Object.assign(communityQuery(), { from: `${month}-01`, to: lastOf(month), state: 'published,ended,certified', limit: LIMIT }))
    while (!list.finished) await list.loadMore()
    this.found = list.items
    const counts = {}
    for (const one of list.items) for (const day of daysOf(one, month)) counts[day] = (counts[day] || 0) + 1
    this.counts = counts
    const chosen = this.data.day.slice(0, 7) === month ? this.data.day : firstOf(counts, month)
    this.setData({ title: `${Number(month.slice(0, 4))}年${Number(month.slice(5))}月` })
    this.choose(chosen)
  },

  choose (day) {
    this.setData({
      day,
      dayWord: fullDayOf(day),
      days: grid(this.data.month, this.counts, day),
      rows: this.found.filter(one => daysOf(one, this.data.month).indexOf(day) >= 0).map(activityCard)
    })
  },

  pickDay (event) {
    this.choose(event.currentTarget.dataset.day)
  },

  before () {
    return this.go(-1)
  },

  after () {
    return this.go(1)
  },

  go (by) {
    const [year, month] = this.data.month.split('-').map(Number)
    this.setData({ month: new Date(Date.UTC(year, month - 1 + by, 1)).toISOString().slice(0, 7) })
    return this.work('month', () => this.loadAnew())
  }
}))

function lastOf (month) {
  const [year, number] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)
}

// 一个活动在这个月的哪几天；分几场的只算有场次的那几天。
function daysOf ({ startsAt, endsAt, sessions }, month) {
  const spans = sessions.length ? sessions : [{ startsAt, endsAt }]
  const found = []
  for (const span of spans) {
    for (let day = span.startsAt.slice(0, 10); day <= span.endsAt.slice(0, 10); day = next(day)) {
      if (day.slice(0, 7) === month && found.indexOf(day) < 0) found.push(day)
    }
  }
  return found
}

function next (day) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86400000).toISOString().slice(0, 10)
}

function firstOf (counts, month) {
  const today = dayFromToday(0)
  const coming = Object.keys(counts).sort().find(day => day >= today)
  return coming || (today.slice(0, 7) === month ? today : `${month}-01`)
}

// 周一在前；前面空着的格子没有日子。
function grid (month, counts, chosen) {
  const [year, number] = month.split('-').map(Number)
  const blank = (new Date(Date.UTC(year, number - 1, 1)).getUTCDay() + 6) % 7
  const days = []
  for (let at = 0; at < blank; at++) days.push({ key: `blank${at}`, number: '' })
  for (let at = 1; at <= Number(lastOf(month).slice(8)); at++) {
    const day = `${month}-${String(at).padStart(2, '0')}`
    const count = counts[day] || 0
    days.push({ key: day, day, number: at, count, chosen: day === chosen, label: `${at}日，${count ? `${count} 个活动` : '没有活动'}` })
  }
  return days
}
