// 心愿卡片：`actions` 里有什么操作就显示什么按钮，自己不判断状态和身份。
// <wish-card wish="{{wish}}" bind:press="act" />，点按时触发 press，detail 为 { wish, action }。

const words = require('../words')

Component({
  properties: { wish: Object },
  data: { stateWord: '', buttons: [] },
  observers: {
    wish (wish) {
      this.show(wish)
    }
  },
  methods: {
    show (wish) {
      if (!wish || !wish.actions) return
      this.setData({
        stateWord: words.states.wish[wish.state] || wish.state,
        buttons: wish.actions.map(action => ({ action, label: words.actions.wish[action] || action }))
      })
    },
    press (event) {
      this.triggerEvent('press', { wish: this.data.wish, action: event.currentTarget.dataset.action })
    }
  }
})
