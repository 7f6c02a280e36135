// 工作人员的页面都一样的那些：先同意隐私说明再登录；任职在哪里；原因至少两个看得见的字。
const { screen } = require('../../../lib/screen')
const { newKey } = require('../../../utils/dianliang/index')

const MOST_COMMUNITIES = 50

/** @typedef {Record<string, any> & ThisType<any>} Part */

/**
 * 同 screen()：读取以前先同意隐私说明（没有登录的先登录）。
 * @param {...Part} parts
 */
function staffScreen (...parts) {
  const definition = Object.assign({}, ...parts)
  const { read } = definition
  /** @type {Part} */
  const signedIn = {
    async read () {
      await getApp().api.beforePersonal()
      if (read) await read.call(this)
    },

    // 送出一次：没有收到回答的再按一次用同一个编号，不会办两次；有了回答（办好了、没有办成）以后用新的。
    async once (what, send) {
      const name = JSON.stringify(what)
      if (!this.keys) this.keys = {}
      if (!this.keys[name]) this.keys[name] = newKey()
      try {
        const told = await send({ key: this.keys[name] })
        delete this.keys[name]
        return told
      } catch (fault) {
        if (fault.status) delete this.keys[name]
        throw fault
      }
    }
  }
  return screen(definition, signedIn)
}

/** 我以这些角色任职的地方 */
async function placesOf (roles) {
  const me = await getApp().api.get('/me')
  return me.roles.filter(one => roles.indexOf(one.role) >= 0)
}

/** 我任职的社区，{ id, name }；网格员的是网格所在的社区。 */
async function communitiesOf (roles) {
  const places = await placesOf(roles)
  const found = []
  for (const place of places.slice(0, MOST_COMMUNITIES)) {
    const community = place.role === 'grid_worker' ? await communityOf(place) : { id: place.organisationId, name: place.organisationName }
    if (!found.some(one => one.id === community.id)) found.push(community)
  }
  return found
}

async function communityOf ({ organisationId }) {
  const { api } = getApp()
  const { parentId } = await api.get(`/organisations/${organisationId}`)
  const { id, name } = await api.get(`/organisations/${parentId}`)
  return { id, name }
}

/** 我当管理员、监督员的超市 */
async function shopsOf (roles) {
  const { api } = getApp()
  const places = await placesOf(roles)
  const found = []
  for (const { organisationId } of places) {
    const { list } = await api.get('/shops', { communityId: organisationId })
    for (const shop of list) if (!found.some(one => one.id === shop.id)) found.push({ id: shop.id, name: shop.name })
  }
  return found
}

/** 原因：至少两个看得见的字；好的返回空。 */
function reasonFault (text) {
  return text.replace(/[\s\u200b-\u200f\u2060\ufeff]/g, '').length < 2 ? '请写清楚，至少两个字' : ''
}

/** 选项：{ value, text } */
function choicesOf (rows) {
  return rows.map(({ id, name }) => ({ value: String(id), text: name }))
}

module.exports = { staffScreen, communitiesOf, shopsOf, placesOf, reasonFault, choicesOf }
