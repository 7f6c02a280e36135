// 服务器的时间都写着 +08:00：照字面取年月日时分，不受手机时区影响，也不用 iOS 认不得的写法。
const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']

function parts (text) {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number)
  return { year, month, day, weekday: WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()], time: text.slice(11, 16) }
}

/** 12月1日 周二 */
function dayOf (text) {
  if (!text) return ''
  const { month, day, weekday } = parts(text)
  return `${month}月${day}日 ${weekday}`
}

/** 12月1日 周二 09:00 */
function momentOf (text) {
  return text ? `${dayOf(text)} ${parts(text).time}` : ''
}

/** 2026年12月1日 */
function fullDayOf (text) {
  if (!text) return ''
  const { year, month, day } = parts(text)
  return `${year}年${month}月${day}日`
}

/** 12月1日 周二 09:00–11:00；不在同一天时写两头 */
function spanOf (from, to) {
  if (from.slice(0, 10) === to.slice(0, 10)) return `${momentOf(from)}–${parts(to).time}`
  return `${momentOf(from)} 至 ${momentOf(to)}`
}

/** 从今天起第几天，YYYY-MM-DD（按北京时间） */
function dayFromToday (days) {
  return new Date(Date.now() + 8 * 3600 * 1000 + days * 86400 * 1000).toISOString().slice(0, 10)
}

/** 现在，照服务器的写法：2026-12-01T09:00:00+08:00 */
function rightNow () {
  return `${new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 19)}+08:00`
}

/** 09:00 */
function timeOf (text) {
  return text ? text.slice(11, 16) : ''
}

module.exports = { dayOf, momentOf, fullDayOf, spanOf, dayFromToday, rightNow, timeOf }
