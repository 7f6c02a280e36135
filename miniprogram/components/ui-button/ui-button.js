// 按钮。办着的时候不能再按；同一次按不会算两次。
const { GAP, slipped } = require('../../lib/touch')

Component({
  properties: {
    text: String,
    // main 主要的一个，plain 其余，quiet 只有字，danger 不能回头的
    kind: { type: String, value: 'plain' },
    busy: Boolean,
    disabled: Boolean,
    icon: String,
    openType: String,
    label: String
  },
  methods: {
    press (event) {
      const self = /** @type {any} */ (this)
      const now = Date.now()
      if (this.data.busy || this.data.disabled || now - (self.pressedAt || 0) < GAP) return
      if (slipped(event, self)) return
      self.pressedAt = now
      this.triggerEvent('press')
    }
  }
})
