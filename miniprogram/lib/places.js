// 可以选的社区、网格、单位：全部读来，给选择器用。
const MOST = 50

/**
 * @param {'community' | 'grid' | 'unit'} kind
 * @param {number} [parentId] 在哪里下面
 * @returns {Promise<{ id: number, name: string }[]>}
 */
async function placesOf (kind, parentId) {
  const list = getApp().api.list('/organisations', Object.assign({ kind, limit: MOST }, parentId ? { parentId } : {}))
  while (!list.finished) await list.loadMore()
  return list.items.map(({ id, name }) => ({ id, name }))
}

/** 第几个；没有时为 0 。 @param {{ id: number }[]} places @param {number | string} id */
function indexOf (places, id) {
  return Math.max(places.findIndex(one => String(one.id) === String(id)), 0)
}

module.exports = { placesOf, indexOf }
