// 投诉和建议的说法。
const COMPLAINTS = { suggestion: '建议', complaint: '投诉', relief_report: '减负反映' }
const ABOUT = { service: '服务和办事', community_staff: '社区工作人员', street_staff: '街道工作人员' }
const SUBJECTS = { wish: '心愿', activity: '活动', redemption: '兑换单', item: '兑换的物品', team: '志愿队' }

module.exports = { COMPLAINTS, ABOUT, SUBJECTS }
