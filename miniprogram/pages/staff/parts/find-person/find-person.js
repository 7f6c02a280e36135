// 找居民的一块：卡号或手机号，扫卡，结果。触发 type、search、scan、choose（detail.id）。
Component({
  properties: { typed: String, found: Array, none: Boolean, busy: Boolean, fault: String },
  methods: {
    type (event) {
      this.triggerEvent('type', { value: event.detail.value })
    },
    search () {
      this.triggerEvent('search')
    },
    scan () {
      this.triggerEvent('scan')
    },
    choose (event) {
      this.triggerEvent('choose', { id: event.currentTarget.dataset.id })
    }
  }
})
