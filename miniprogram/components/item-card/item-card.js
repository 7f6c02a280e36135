// 货架上的一种：点开看详情。
const { go } = require('../../lib/go')

Component({
  properties: { item: Object },
  methods: {
    open () {
      go(`/pages/item/detail?id=${this.data.item.id}`)
    }
  }
})
