// 替谁办：先是自己；按“替家人办”才去读有谁同意过。选了触发 choose，detail 是 { onBehalfOf, name }，自己的是 null。
const { ApiError } = require('../../utils/dianliang/index')

const MYSELF = { value: 'me', text: '我自己' }
const MOST = 50

Component({
  properties: {
    // 可以替孩子办的（许愿）：监护关系核实过的孩子也在里面
    children: Boolean
  },
  data: { options: [], value: 'me', busy: false, told: '' },
  methods: {
    async open () {
      if (this.data.busy) return
      this.setData({ busy: true, told: '' })
      try {
        const found = await relatives(this.data.children)
        this.setData({ options: found.length ? [MYSELF].concat(found) : [], told: found.length ? '' : '还没有同意过的家人。在“我的 → 家人代办”里申请。' })
      } catch (fault) {
        if (!(fault instanceof ApiError)) throw fault
        this.setData({ told: fault.message })
      } finally {
        this.setData({ busy: false })
      }
    },
    choose (event) {
      const { value } = event.detail
      this.setData({ value })
      const found = /** @type {any} */ (this.data.options.find(one => one.value === value))
      this.triggerEvent('choose', { onBehalfOf: found.onBehalfOf || null, name: found.onBehalfOf ? found.text : '' })
    }
  }
})

// 同意过的成年家人；孩子要写原因，服务器要求的。
async function relatives (withChildren) {
  const { api } = getApp()
  const { list } = await api.get('/me/proxies', { limit: MOST })
  const adults = list.filter(one => one.direction === 'acts_for' && one.state === 'agreed')
    .map(one => ({ value: `p${one.personId}`, text: one.name, onBehalfOf: { personId: one.personId } }))
  if (!withChildren) return adults
  const children = await api.get('/me/children')
  return adults.concat(children.list.filter(one => one.status === 'verified')
    .map(one => ({ value: `p${one.childId}`, text: one.name, onBehalfOf: { personId: one.childId, reason: '监护人代办' } })))
}
