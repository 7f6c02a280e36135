// 工作人员页面上的说法；状态和操作的在 utils/dianliang/words.js。
const PROOFS = { id_seen: '当面核对了身份证件', card: '当面出示了纸质卡', call: '按登记的电话回拨核实', known: '工作人员本来就认识' }
const SERVICE_ROLES = {
  convenience: '便民服务员', relief: '帮扶济困员', civility: '文明倡导员', emergency: '应急战斗员', mediation: '矛盾调解员', policy: '政策宣传员'
}
const RELATIONS = { father: '父亲', mother: '母亲', grandparent: '祖父母、外祖父母', relative: '其他亲属', institution: '监护机构' }
const COMPLAINTS = { complaint: '投诉', suggestion: '建议', relief_report: '减负反映' }
const SUBJECTS = { wish: '心愿', activity: '活动', redemption: '兑换单', item: '物品', team: '志愿队' }

// 常用的说法：填进去还可以改。审核心愿的由服务器给（社区自己写的）。
const READY = {
  onBehalf: ['老人没有手机', '行动不便，上门填报', '视力不好，由网格员代填'],
  contact: ['核实居住登记', '电话回访', '上门前联系'],
  rejectResidency: ['住址不在本社区，请选择您居住的社区', '信息不全，请补充楼号和房号后再登记'],
  rejectGuardian: ['请带上户口本或出生证明到社区办理', '孩子不住在本社区，请到孩子居住的社区办理'],
  rejectMember: ['没有查到您在这个单位，请核对单位名称', '请到您居住的社区报到'],
  rejectOrder: ['这一批物品优先给高龄和困难居民，请下个季度再兑换', '用途写得不够清楚，请补充后重新申请', '与本人核对后，不需要这次兑换'],
  merge: ['本人带着身份证和纸质卡来了，姓名、出生年份一致', '先在社区办了卡，后来自己用微信登录了'],
  rejectMerge: ['经核实是两个人', '没有核实到是同一个人，请带证件到社区办理'],
  mergeWish: ['同一件事报了两次，合并到一起办理'],
  answer: ['谢谢您提出来。已经处理好了，请您看看；还有问题请再告诉我们', '谢谢您的建议，我们会采纳，从下一期开始改', '谢谢您的建议。目前按规定还做不到，原因是：'],
  escalate: ['涉及的事项要由上一级决定', '需要上一级协调几个社区、单位一起办'],
  callBack: ['电话核实情况', '回电告诉办理结果'],
  dispute: ['回访时许愿人说还没有收到', '回访时许愿人说东西坏了，需要更换'],
  rejectCount: ['差异较大，请重新清点一次', '没有写明差异的原因，请补充后重新提交']
}

module.exports = { PROOFS, SERVICE_ROLES, RELATIONS, COMPLAINTS, SUBJECTS, READY }
