// 一行一行的事实：[{ name, value }]。
Component({
  properties: { rows: Array }
})
