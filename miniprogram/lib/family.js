// 家人代办的说法：关系总是“您是对方的”。
const RELATIONS = { child: '子女', spouse: '配偶', parent: '父母', relative: '其他亲属', neighbour: '邻居' }
const GUARDIANS = { mother: '母亲', father: '父亲', grandparent: '祖父母、外祖父母', relative: '其他亲属', institution: '机构' }

module.exports = { RELATIONS, GUARDIANS }
