// 选项的说法；状态和操作的说法在 utils/dianliang/words.js，由服务器的代码生成。
const options = table => Object.keys(table).map(value => ({ value, text: table[value] }))

const CATEGORIES = { goods: '物品', service: '服务', company: '陪伴', repair: '维修', learning: '学习', other: '其他' }
const GROUPS = { elder: '老人', child: '儿童', disabled: '残疾人', family: '困难家庭', worker: '新就业群体', other: '其他' }
const SALUTATIONS = ['女士', '先生', '奶奶', '爷爷', '阿姨', '叔叔', '同学', '居民']
const ITEM_KINDS = { goods: '物品', venue: '场地', activity_support: '活动支持' }
const PERIODS = { month: '每月', quarter: '每季度', year: '每年', once: '一共' }
const PRIVATE = { phone: '电话', id_number: '证件号', bank_card: '银行卡号', address: '住址', name: '姓名' }
const REFERRED = { relief: '临时救助窗口', hotline: '12345 热线', grid: '网格' }
const SERVICE_ROLES = { convenience: '便民服务员', relief: '帮扶济困员', civility: '文明倡导员', emergency: '应急战斗员', mediation: '矛盾调解员', policy: '政策宣传员' }
const TEAM_KINDS = { community: '社区志愿队', unit: '单位志愿队', social: '社会志愿队' }
const SOURCES = { check_in: '扫码签到', roll_call: '点名', backfill: '补录', import: '导入' }
const OUTCOMES = { released: '已放弃', overdue: '逾期释放', confirmed: '已点亮', closed_unconfirmed: '未确认办结', taken_down: '已撤下' }
const TO_DO = {
  wishes_to_confirm: '心愿等您确认',
  wishes_to_complete: '心愿等您补充',
  claims_to_fulfil: '认领等您送达',
  redemptions_to_collect: '兑换等您领取',
  activities_this_week: '七天内的活动',
  proxies_to_answer: '家人申请代办，等您答复'
}

module.exports = {
  options, CATEGORIES, GROUPS, SALUTATIONS, ITEM_KINDS, PERIODS, PRIVATE, REFERRED, SERVICE_ROLES, TEAM_KINDS, SOURCES, OUTCOMES, TO_DO
}
