// 活动卡片：点开看详情。
Component({
  properties: { activity: Object },
  methods: {
    open () {
      wx.navigateTo({ url: `/pages/activity/detail?id=${this.data.activity.id}` })
    }
  }
})
