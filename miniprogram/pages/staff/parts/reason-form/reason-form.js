// 写原因：常用的说法按一下就填进去，还可以改；至少两个看得见的字。送出触发 send，detail.reason；不写了触发 fold。
const { reasonFault } = require('../../lib/staff')

Component({
  properties: {
    label: String,
    // 常用的说法
    ready: Array,
    hint: String,
    text: String,
    busy: Boolean,
    disabled: Boolean,
    kind: { type: String, value: 'main' },
    most: { type: Number, value: 200 },
    // 上次没有写完的
    draft: String
  },
  data: { reason: '', fault: '' },
  lifetimes: {
    attached () {
      if (this.data.draft) this.setData({ reason: this.data.draft })
    }
  },
  methods: {
    type (event) {
      this.put(event.detail.value)
    },
    pick (event) {
      this.put(event.currentTarget.dataset.text)
    },
    put (reason) {
      this.setData({ reason, fault: '' })
      this.triggerEvent('type', { reason })
    },
    send () {
      const fault = reasonFault(this.data.reason)
      if (fault) return this.setData({ fault })
      this.triggerEvent('send', { reason: this.data.reason.trim() })
    },
    fold () {
      this.triggerEvent('fold')
    }
  }
})
