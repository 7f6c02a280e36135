// 打开了的电话和住址：可以拨打。按了触发 call。
Component({
  properties: { contact: Object },
  methods: {
    call () {
      this.triggerEvent('call')
    }
  }
})
