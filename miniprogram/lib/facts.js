// 一行一行的“名称：内容”；没有内容的不写。

/** @param {[string, any][]} pairs */
function facts (pairs) {
  return pairs.filter(([, value]) => value || value === 0).map(([name, value]) => ({ name, value }))
}

/** 分钟写成小时：90 → 1.5 小时；不到半小时的写分钟。 */
function hoursOf (minutes) {
  return minutes < 30 ? `${minutes} 分钟` : `${Math.round(minutes / 6) / 10} 小时`
}

module.exports = { facts, hoursOf }
