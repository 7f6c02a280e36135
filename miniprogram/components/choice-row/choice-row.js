// 几个里面选一个，一行一行排着；可以选“不限”。选了触发 choose，detail.value 是选的值。
Component({
  properties: {
    // [{ value, text }]
    options: Array,
    value: String,
    label: String,
    // 一行放不下时横着滑，而不是换行
    slide: Boolean
  },
  methods: {
    choose (event) {
      const { value } = event.currentTarget.dataset
      if (value !== this.data.value) this.triggerEvent('choose', { value })
    }
  }
})
