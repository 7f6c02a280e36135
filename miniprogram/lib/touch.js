// 没有把握的手指会连着按两下。第一下按过，页面可能已经动了，手指底下换成了另一个按钮：第二下不是按它的。
/** 这么多毫秒以内的两下，是同一次按。 */
const GAP = 500
const NEAR = 24
let last = { what: /** @type {unknown} */ (null), at: 0, x: 0, y: 0 }

/**
 * 键盘和读屏按的没有位置，不会按错。
 * @param {{ detail: { x?: number, y?: number } }} event 按的事件
 * @param {unknown} what 按的是哪一个：同一个连着按，由它自己管
 * @returns {boolean} 这一下是上一下的第二下，不算
 */
function slipped ({ detail: { x, y } }, what) {
  if (x === undefined || y === undefined) return false
  const now = Date.now()
  const near = Math.abs(x - last.x) < NEAR && Math.abs(y - last.y) < NEAR
  if (last.what !== what && now - last.at < GAP && near) return true
  last = { what, at: now, x, y }
  return false
}

/**
 * 页面自己的按钮：每个按的方法都先问一声。
 * @param {Record<string, any>} methods
 * @returns {Record<string, any>}
 */
function withoutSlips (methods) {
  const found = Object.assign({}, methods)
  for (const [name, method] of Object.entries(methods)) {
    if (typeof method !== 'function') continue
    found[name] = function (event) {
      const tapped = event && event.type === 'tap' && event.currentTarget
      if (tapped && slipped(event, `${name} ${JSON.stringify(tapped.dataset)}`)) return undefined
      return method.apply(this, arguments)
    }
  }
  return found
}

module.exports = { GAP, slipped, withoutSlips }
