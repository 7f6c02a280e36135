// 心愿卡片：点开看详情。
const { go } = require('../../lib/go')

Component({
  properties: { wish: Object },
  methods: {
    open () {
      go(`/pages/wish/detail?id=${this.data.wish.id}`)
    }
  }
})
