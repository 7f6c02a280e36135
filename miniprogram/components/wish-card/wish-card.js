// 心愿卡片：点开看详情。
Component({
  properties: { wish: Object },
  methods: {
    open () {
      wx.navigateTo({ url: `/pages/wish/detail?id=${this.data.wish.id}` })
    }
  }
})
