// 图标：颜色随文字。旁边总有字，所以读屏时略过；单独用的要写 label。
Component({
  properties: {
    name: String,
    // small、large
    size: { type: String, value: 'small' },
    label: String
  }
})
