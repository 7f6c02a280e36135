// 状态的标签：字说明一切，颜色只是帮忙。
const COLOURS = {
  published: 'gold', claimed: 'calm', fulfilled: 'gold', confirmed: 'good', sent_back: 'brand',
  requested: 'gold', approved: 'good', handed_over: 'calm', waitlisted: 'gold', checked_in: 'good'
}

Component({
  properties: { state: String, word: String },
  data: { colour: 'plain' },
  observers: {
    state (state) {
      this.setData({ colour: COLOURS[state] || 'plain' })
    }
  }
})
