// 列表的末尾：没有内容、还有、读取中、没有读到、到底了。
Component({
  properties: {
    count: Number,
    finished: Boolean,
    // loading 正在取下一页，fault 没有取到
    ending: String,
    empty: { type: String, value: '这里还没有内容' }
  },
  methods: {
    more () {
      this.triggerEvent('more')
    }
  }
})
