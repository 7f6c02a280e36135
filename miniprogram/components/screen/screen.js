// 每个页面最外面的一层：长辈模式和城市的颜色，读取中、没有联网、失败重试。内容放在里面。
const settings = require('../../settings')
const { isElder } = require('../../lib/look')

Component({
  options: { multipleSlots: false },
  properties: {
    // loading、ready、offline、error、gone（没有这一项）、guest（没有同意隐私说明）
    state: { type: String, value: 'ready' },
    message: String,
    // 看到的是上一次的内容时，说明为什么
    stale: String
  },
  data: { elder: false, colours: '' },
  lifetimes: {
    attached () {
      const { brand, gold } = settings.colours
      this.setData({ elder: isElder(), colours: `--brand: ${brand}; --gold: ${gold};` })
    }
  },
  pageLifetimes: {
    show () {
      if (this.data.elder !== isElder()) this.setData({ elder: isElder() })
    }
  },
  methods: {
    retry () {
      this.triggerEvent('retry')
    },
    goHome () {
      wx.switchTab({ url: '/pages/home/index' })
    }
  }
})
