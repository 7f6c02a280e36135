// 货架上的一种：点开看详情。
Component({
  properties: { item: Object },
  methods: {
    open () {
      wx.navigateTo({ url: `/pages/item/detail?id=${this.data.item.id}` })
    }
  }
})
