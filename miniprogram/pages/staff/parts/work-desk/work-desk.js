// 一件一件办的外层：刚才办了什么、还有几件；都办完了说一声，放一放的可以再看。这一件放在里面。
Component({
  properties: {
    there: Boolean,
    left: String,
    last: String,
    later: Number,
    empty: { type: String, value: '都办完了' }
  },
  methods: {
    again () {
      this.triggerEvent('again')
    }
  }
})
