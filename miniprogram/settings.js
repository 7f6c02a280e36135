// 一座城市自己的内容都在这里；改完不用改别的文件（标题栏的颜色和名称在 app.json、theme.json，测试会核对两处一致）。
module.exports = {
  // 首页和分享卡片上的名称、一句话
  name: '点亮',
  city: '铁力市',
  slogan: '一个微心愿，一盏灯',
  // 主办单位；备案号写在“我的 → 关于”，没有就留空
  sponsor: '',
  filingNumber: '',
  // 服务器地址，不含 /api/v1；正式发布必须是 HTTPS，并在小程序后台登记
  baseUrl: 'http://127.0.0.1:8000',
  // 用微信云托管时填 { env: 'prod-01', service: 'dianliang' }；上传图片仍用 baseUrl
  container: null,
  // 只在电脑上用模拟器调试时填演示人物的名字，如 'ning'；发布前必须留空
  simulatedPerson: '',
  // 主色上面写白字，对比度要在 4.5 以上（测试会算）
  colours: { brand: '#b3171d', gold: '#f6c453' }
}
