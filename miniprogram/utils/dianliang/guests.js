// 由 openapi.json 生成，请不要手工修改：flask open-api
// 不登录也能看的路径（GET）。
module.exports = [
  /^\/activities$/,
  /^\/activities\/\d+$/,
  /^\/calendar-days$/,
  /^\/calendar-days\/due$/,
  /^\/certificates\/[^/]+\/pdf$/,
  /^\/estates$/,
  /^\/files\/\d+$/,
  /^\/home$/,
  /^\/items\/\d+$/,
  /^\/items\/\d+\/slots$/,
  /^\/organisations$/,
  /^\/organisations\/\d+$/,
  /^\/points\/rules$/,
  /^\/privacy$/,
  /^\/privacy\/[^/]+\/[^/]+$/,
  /^\/processing-purposes$/,
  /^\/rounds$/,
  /^\/shops$/,
  /^\/shops\/\d+$/,
  /^\/shops\/\d+\/items$/,
  /^\/teams$/,
  /^\/ticket-categories$/,
  /^\/wechat\/push$/,
  /^\/wishes$/,
  /^\/wishes\/\d+$/
]
