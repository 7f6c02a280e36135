// 活动卡片：点开看详情。
const { go } = require('../../lib/go')

Component({
  properties: { activity: Object },
  methods: {
    open () {
      go(`/pages/activity/detail?id=${this.data.activity.id}`)
    }
  }
})
