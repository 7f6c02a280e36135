// 一项填写：名称、要不要填、说明、错在哪里；输入框放在里面。
Component({
  properties: {
    label: String,
    required: Boolean,
    hint: String,
    // 服务器说的句子；有就标红
    fault: String
  }
})
