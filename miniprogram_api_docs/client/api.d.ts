// 由 openapi.json 生成，请不要手工修改：flask open-api

export interface ActivitiesOut {
  /** 活动 */
  list: Array<ActivityOut>
}

export interface ActivityCardOut {
  /** 编号 */
  id: number
  /** 状态 */
  state: "draft" | "published" | "ended" | "certified" | "cancelled"
  /** 名称 */
  title: string
  /** 类型 */
  kind: "volunteer_service" | "meeting" | "study"
  /** 服务类别 */
  category: string
  /** 地点 */
  place: string
  /** 开始 */
  startsAt: string
  /** 结束 */
  endsAt: string
  /** 名额 */
  capacity: number
  /** 已占名额 */
  confirmed: number
  /** 志愿队名称 */
  teamName: string | null
  /** 我的报名 */
  mySignUp: HomeSignUpOut | null
  /** 您现在可以做的操作 */
  actions: Array<"publish" | "cancel" | "end" | "propose_hours" | "certify" | "edit" | "repeat" | "show_code" | "message" | "roll_call" | "sign_up" | "cancel_sign_up" | "check_in" | "check_out" | "excuse">
}

export interface ActivityChangesUpdate {
  /** 名称 */
  title?: string
  /** 类型 */
  kind?: "volunteer_service" | "meeting" | "study"
  /** 服务类别 */
  category?: string
  /** 内容 */
  description?: string
  /** 地点 */
  place?: string
  /** 现场纬度 */
  latitude?: number | null
  /** 现场经度 */
  longitude?: number | null
  /** 签到范围（米） */
  radius?: number | null
  /** 开始 */
  startsAt?: string
  /** 结束 */
  endsAt?: string
  /** 分几场时的各场；填写时活动从第一场开始，到最后一场结束，startsAt 和 endsAt 按各场计算 */
  sessions?: Array<ActivitySessionIn>
  /** 报名截止 */
  signUpUntil?: string | null
  /** 取消截止 */
  cancelUntil?: string | null
  /** 名额 */
  capacity?: number
  /** 最小年龄 */
  minAge?: number | null
  /** 风险提示；有风险的活动要先有保险单号才能发布 */
  risk?: string | null
  /** 保险单号 */
  insuranceNumber?: string | null
  /** 社区（不能改） */
  communityId?: number
  /** 志愿队（不能改） */
  teamId?: number | null
}

export interface ActivityIn {
  /** 名称 */
  title: string
  /** 类型 */
  kind: "volunteer_service" | "meeting" | "study"
  /** 服务类别 */
  category: string
  /** 内容 */
  description?: string
  /** 地点 */
  place: string
  /** 现场纬度 */
  latitude?: number | null
  /** 现场经度 */
  longitude?: number | null
  /** 签到范围（米） */
  radius?: number | null
  /** 开始 */
  startsAt: string
  /** 结束 */
  endsAt: string
  /** 分几场时的各场；填写时活动从第一场开始，到最后一场结束，startsAt 和 endsAt 按各场计算 */
  sessions?: Array<ActivitySessionIn>
  /** 报名截止 */
  signUpUntil?: string | null
  /** 取消截止 */
  cancelUntil?: string | null
  /** 名额 */
  capacity: number
  /** 最小年龄 */
  minAge?: number | null
  /** 风险提示；有风险的活动要先有保险单号才能发布 */
  risk?: string | null
  /** 保险单号 */
  insuranceNumber?: string | null
  /** 社区 */
  communityId: number
  /** 志愿队；为空时由社区组织 */
  teamId?: number | null
}

export interface ActivityOut {
  /** 编号 */
  id: number
  /** 状态 */
  state: "draft" | "published" | "ended" | "certified" | "cancelled"
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 志愿队 */
  teamId: number | null
  /** 志愿队名称 */
  teamName: string | null
  /** 负责人（本社区办理的人和同事看到全名，其他人看到脱敏的）；没有登录时是空的 */
  inCharge: string
  /** 名称 */
  title: string
  /** 类型：志愿服务、会议、学习；只有志愿服务计时长 */
  kind: "volunteer_service" | "meeting" | "study"
  /** 服务类别 */
  category: string
  /** 内容 */
  description: string
  /** 地点 */
  place: string
  /** 现场纬度 */
  latitude: number | null
  /** 现场经度 */
  longitude: number | null
  /** 签到范围（米） */
  radius: number | null
  /** 开始 */
  startsAt: string
  /** 结束 */
  endsAt: string
  /** 分几场时的各场，按先后；只办一场时为空 */
  sessions: Array<ActivitySessionOut>
  /** 报名截止；为 null 时活动结束前都可以报名 */
  signUpUntil: string | null
  /** 取消截止；为 null 时开始前都可以取消 */
  cancelUntil: string | null
  /** 名额 */
  capacity: number
  /** 已占名额 */
  confirmed: number
  /** 候补人数 */
  waiting: number
  /** 已占名额的人里，同一时间还报了别的活动的人数；只告诉组织者 */
  clashing: number | null
  /** 最小年龄 */
  minAge: number | null
  /** 风险提示 */
  risk: string | null
  /** 保险单号 */
  insuranceNumber: string | null
  /** 填写时间 */
  createdAt: string
  /** 发布时间 */
  publishedAt: string | null
  /** 结束时间 */
  endedAt: string | null
  /** 申报时长的时间 */
  proposedAt: string | null
  /** 认定时长的时间 */
  certifiedAt: string | null
  /** 服务记录应完成的日期（活动后十个工作日） */
  recordDueOn: string | null
  /** 我的报名 */
  mySignUp: SignUpOut | null
  /** 社区撤下的时间；只有组织者和工作人员还看得到 */
  takenDownAt: string | null
  /** 文字里可能有的个人信息，大家都会看到；只提醒，不拦截（仅组织者可见） */
  warnings: Array<"phone" | "id_number" | "bank_card" | "address" | "name">
  /** 您现在可以做的操作 */
  actions: Array<"publish" | "cancel" | "end" | "propose_hours" | "certify" | "edit" | "repeat" | "show_code" | "message" | "roll_call" | "sign_up" | "cancel_sign_up" | "check_in" | "check_out" | "excuse">
  /** 离 near 多少公里；没有给 near，或者没有坐标时为 null */
  distanceKm: number | null
}

export interface ActivityPage {
  /** 这一页的内容 */
  list: Array<ActivityOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface ActivitySessionIn {
  /** 这一场开始 */
  startsAt: string
  /** 这一场结束 */
  endsAt: string
}

export interface ActivitySessionOut {
  /** 第几场，从 1 起 */
  number: number
  /** 这一场开始 */
  startsAt: string
  /** 这一场结束 */
  endsAt: string
}

export interface AdjustmentIn {
  /** 居民 */
  personId: number
  /** 增加（正数）或扣减（负数）的积分 */
  points: number
  /** 原因，本人会看到 */
  reason: string
}

export interface AdjustmentOut {
  /** 编号 */
  id: number
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 居民 */
  personId: number
  /** 居民姓名（本社区办理的人和同事看到全名，其他人看到脱敏的） */
  personName: string
  /** 增加（正数）或扣减（负数）的积分 */
  points: number
  /** 原因 */
  reason: string
  /** 状态 */
  state: "proposed" | "approved" | "rejected"
  /** 提出人（本社区办理的人和同事看到全名，其他人看到脱敏的） */
  proposedBy: string
  /** 提出时间 */
  proposedAt: string
  /** 处理人（本社区办理的人和同事看到全名，其他人看到脱敏的） */
  decidedBy: string | null
  /** 处理时间 */
  decidedAt: string | null
  /** 驳回原因 */
  decisionReason: string | null
  /** 您现在可以做的操作 */
  actions: Array<"approve" | "reject">
}

export interface AdjustmentPage {
  /** 这一页的内容 */
  list: Array<AdjustmentOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface AgreeForIn {
  /** 本人怎么同意的：当面，或电话里 */
  method: "seen" | "call"
}

export interface AlikeOut {
  /** 心愿编号 */
  id: number
  /** 对外编号 */
  number: string | null
  /** 标题 */
  title: string
  /** 状态 */
  state: "draft" | "submitted" | "sent_back" | "accepted" | "declined" | "referred" | "published" | "claimed" | "fulfilled" | "confirmed" | "closed_unconfirmed" | "carried_over" | "escalated" | "withdrawn" | "merged" | "taken_down"
  /** 填写时间 */
  createdAt: string
  /** 为什么列出来 */
  why: string
  /** 内容是不是相近 */
  sameWords: boolean
}

export interface ArrivedIn {
  /** 实收数量 */
  received: number
  /** 记在本超市的哪种物品下 */
  itemId: number
  /** 少收的原因 */
  reason?: string | null
}

export interface AttendanceOut {
  /** 按报名先后 */
  list: Array<AttendedOut>
  /** 没有签退、需要组织者决定的人数 */
  undecided: number
}

export interface AttendedOut {
  /** 报名编号 */
  signUpId: number
  /** 人员编号 */
  personId: number
  /** 姓名；队长和本社区办理点名、认定的人看到全名，其他工作人员看到脱敏的 */
  name: string
  /** 同名的人怎么区分：出生年份、卡号尾号、网格；没有同名时为 null */
  toldApart: string | null
  /** 纸质卡号 */
  cardNumber: string | null
  /** 状态 */
  state: "confirmed" | "waitlisted" | "checked_in" | "checked_out" | "certified" | "unverified" | "cancelled" | "late_cancelled" | "excused" | "no_show"
  /** 是否由工作人员或家人代办报名 */
  onBehalf: boolean
  /** 签到时间 */
  checkedInAt: string | null
  /** 签退时间 */
  checkedOutAt: string | null
  /** 签到方式 */
  source: "check_in" | "roll_call" | null
  /** 位置比对结果 */
  placeCheck: "passed" | "failed" | "not_given" | null
  /** 从签到到签退的分钟数，各场合计；没有签退时为 null */
  attendedMinutes: number | null
  /** 分几场的活动：来过的各场 */
  sessions: Array<SessionAttendedOut>
  /** 申报的分钟数 */
  proposedMinutes: number | null
  /** 认定的分钟数 */
  minutes: number | null
}

export interface BackfillIn {
  /** 原因 */
  reason: string
  /** 人员编号 */
  personId: number
  /** 社区 */
  communityId: number
  /** 志愿队 */
  teamId?: number | null
  /** 已认定的活动；其他服务不填 */
  activityId?: number | null
  /** 活动名称 */
  activityName: string
  /** 服务类别 */
  category: string
  /** 开始时间 */
  startedAt: string
  /** 服务地点 */
  place: string
  /** 服务内容 */
  content: string
  /** 服务时长（分钟） */
  minutes: number
}

export interface BackfillOut {
  /** 编号 */
  id: number
  /** 状态 */
  state: "requested" | "approved" | "rejected"
  /** 人员编号 */
  personId: number
  /** 姓名（本社区办理的人和同事看到全名，其他人看到脱敏的） */
  name: string
  /** 社区 */
  communityId: number
  /** 志愿队 */
  teamId: number | null
  /** 活动 */
  activityId: number | null
  /** 活动名称 */
  activityName: string
  /** 服务类别 */
  category: string
  /** 开始时间 */
  startedAt: string
  /** 服务地点 */
  place: string
  /** 服务内容 */
  content: string
  /** 服务时长（分钟） */
  minutes: number
  /** 补录原因 */
  reason: string
  /** 填报时间 */
  requestedAt: string
  /** 处理时间 */
  decidedAt: string | null
  /** 处理说明 */
  decisionReason: string | null
}

export interface BackfillPage {
  /** 这一页的内容 */
  list: Array<BackfillOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface BarcodeIn {
  /** 商品条码（GTIN，8、12、13 或 14 位） */
  code: string
  /** 扫一次算几件：单件 1，整箱填箱内件数 */
  factor?: number
}

export interface BarcodeOut {
  /** 编号 */
  id: number
  /** 物品 */
  itemId: number
  /** 商品条码，补足 14 位 */
  code: string
  /** 扫一次算几件 */
  factor: number
}

export interface BarcodesOut {
  /** 物品的条码 */
  list: Array<BarcodeOut>
}

export interface BatchOut {
  /** 编号 */
  id: number
  /** 批次 */
  batch: string | null
  /** 保质期至 */
  bestBefore: string | null
  /** 现有 */
  onHand: number
  /** 待检：退回后还没有看过，不能兑换 */
  quarantined: boolean
}

export interface BatchesOut {
  /** 有库存的批次，先到期的在前 */
  list: Array<BatchOut>
}

export interface BesideReviewOut {
  /** 一年里相近的心愿，最相近的在前，最多八个；只是提醒，由您判断 */
  alike: Array<AlikeOut>
  /** 常用答复 */
  answers: Array<ReadyAnswersOut>
}

export interface BindIn {
  /** 居民本人手机上 wx.login 得到的凭证（工作人员扫码取得） */
  code: string
}

export interface BookedOut {
  /** 场地 */
  itemId: number
  /** 名称 */
  name: string
  /** 开始 */
  startsAt: string
  /** 结束 */
  endsAt: string
  /** 兑换单 */
  redemptionId: number
  /** 单号 */
  number: string
  /** 状态 */
  state: "requested" | "approved" | "handed_over" | "rejected" | "cancelled" | "expired" | "returned" | "no_show"
}

export interface BookingInTheWayOut {
  /** 兑换单 */
  redemptionId: number
  /** 单号 */
  number: string
  /** 场地 */
  itemName: string
  /** 开始 */
  startsAt: string
  /** 结束 */
  endsAt: string
}

export interface CalendarIn {
  /** 这些天 */
  days: Array<DayIn>
}

export interface CalendarOut {
  /** 有几天变了 */
  changed: number
  /** 有几个没有到期的办理期限随之变了 */
  recomputed: number
}

export interface CallBackOut {
  /** 回电号码 */
  phone: string | null
}

export interface CallOffIn {
  /** 原因，告诉已报名的人 */
  reason?: string
}

export interface CalledIn {
  /** 人员编号 */
  personId: number
  /** 到达时间 */
  checkedInAt: string
  /** 离开时间；还在现场时不填 */
  checkedOutAt?: string | null
  /** 分几场的活动点第几场；不填时按到达时间判断 */
  session?: number | null
}

export interface CancelForIn {
  /** 已经知道会失去什么，确认注销 */
  confirm?: boolean
  /** 居民当面提出注销的情况 */
  reason: string
}

export interface CancelIn {
  /** 已经知道会失去什么，确认注销 */
  confirm?: boolean
}

export interface CancelSignUpIn {
  /** 代没有手机的居民或同意过的家人办理 */
  onBehalfOf?: OnBehalfIn | null
}

export interface CardCodeOut {
  /** 六位验证码，只能用一次 */
  code: string
  /** 失效时间，十分钟以后 */
  expiresAt: string
}

export interface CardHolderIn {
  /** 真实姓名 */
  realName: string
  /** 居住的社区 */
  communityId: number
  /** 手机号；加密保存。国外和港澳号码写 + 和国家代码 */
  phone?: string | null
  /** 网格 */
  gridId?: number | null
  /** 住址；加密保存 */
  address?: string | null
  /** 出生年份 */
  birthYear?: number | null
  /** 本人对《敏感信息单独同意》的同意：纸上签字、口头；不填为没有说 */
  consent?: "paper" | "spoken" | null
}

export interface CardHolderOut {
  /** 人员编号 */
  id: number
  /** 纸质卡号 */
  cardNumber: string
  /** 已登记，但请核对的事：手机号还有别人在用、有同名的居民 */
  warnings: Array<string>
}

export interface CardOut {
  /** 人员编号 */
  id: number
  /** 纸质卡号 */
  cardNumber: string
}

export interface CategoryOut {
  /** 服务类别 */
  category: string
  /** 分钟 */
  minutes: number
}

export interface CertificateDetailOut {
  /** 证明编号 */
  number: string
  /** 从哪一天起 */
  from: string
  /** 到哪一天止 */
  to: string
  /** 服务时长（分钟） */
  minutes: number
  /** 开具单位 */
  issuer: string
  /** 开具时间 */
  issuedAt: string
  /** 有效、有记录已更正（请重新开具）、已撤销、与开具时不一致 */
  status: "valid" | "corrected" | "revoked" | "altered"
  /** 撤销时间 */
  revokedAt: string | null
  /** 撤销原因 */
  revokeReason: string | null
  /** 任何人都可以打开的查验页 */
  verifyUrl: string
  /** PDF 的地址，一段时间后失效；证明不再有效时为 null */
  pdfUrl: string | null
  /** 持证人姓名 */
  name: string | null
  /** 志愿者编号 */
  volunteerNumber: string
  /** 证明包含的服务记录 */
  records: Array<CertifiedOut>
}

export interface CertificateIn {
  /** 从哪一天起 */
  from: string
  /** 到哪一天止（含），最晚今天 */
  to: string
  /** 由哪个社区开具；只在一个社区有记录时不填 */
  communityId?: number | null
}

export interface CertificateOut {
  /** 证明编号 */
  number: string
  /** 从哪一天起 */
  from: string
  /** 到哪一天止 */
  to: string
  /** 服务时长（分钟） */
  minutes: number
  /** 开具单位 */
  issuer: string
  /** 开具时间 */
  issuedAt: string
  /** 有效、有记录已更正（请重新开具）、已撤销、与开具时不一致 */
  status: "valid" | "corrected" | "revoked" | "altered"
  /** 撤销时间 */
  revokedAt: string | null
  /** 撤销原因 */
  revokeReason: string | null
  /** 任何人都可以打开的查验页 */
  verifyUrl: string
  /** PDF 的地址，一段时间后失效；证明不再有效时为 null */
  pdfUrl: string | null
}

export interface CertificatePage {
  /** 这一页的内容 */
  list: Array<CertificateOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface CertifiedOut {
  /** 服务记录 */
  recordId: number
  /** 服务日期 */
  servedOn: string
  /** 活动名称 */
  activityName: string
  /** 服务类别 */
  category: string
  /** 服务地点 */
  place: string
  /** 服务内容 */
  content: string
  /** 服务时长（分钟） */
  minutes: number
  /** 组织单位 */
  organisingBody: string
  /** 来源 */
  source: "check_in" | "roll_call" | "backfill" | "import"
  /** 与全国志愿服务信息系统的同步状态 */
  syncStatus: "not_synchronised" | "synchronised"
}

export interface ChangeDecisionIn {
  /** 是否采纳 */
  granted: boolean
  /** 理由 */
  reason: string
}

export interface CheckIn {
  /** 扫到的内容，或输入的签到码 */
  code: string
  /** 手机纬度；只用来比对，不保存 */
  latitude?: number | null
  /** 手机经度；只用来比对，不保存 */
  longitude?: number | null
  /** 代没有手机的居民办理 */
  onBehalfOf?: OnBehalfIn | null
}

export interface ChildIn {
  /** 孩子的姓名；加密保存，从不公开 */
  realName: string
  /** 出生年份 */
  birthYear: number
  /** 您是孩子的 */
  relation: "father" | "mother" | "grandparent" | "relative" | "institution"
}

export interface ChildOut {
  /** 监护登记的编号 */
  id: number
  /** 孩子的人员编号；代孩子填心愿时用 */
  childId: number
  /** 姓名（脱敏） */
  name: string | null
  /** 关系 */
  relation: "father" | "mother" | "grandparent" | "relative" | "institution"
  /** 状态 */
  status: "declared" | "verified" | "rejected" | "ended"
  /** 未通过的原因 */
  reason: string | null
  /** 登记时间 */
  declaredAt: string
}

export interface ChildrenOut {
  /** 我监护的孩子 */
  list: Array<ChildOut>
}

export interface ClaimIn {
  /** 以个人、志愿队或单位的名义 */
  as: "personal" | "team" | "unit"
  /** 志愿队 */
  teamId?: number | null
  /** 承诺完成日 */
  promisedOn?: string | null
}

export interface ClaimOut {
  /** 以什么名义 */
  as: "personal" | "team" | "unit"
  /** 认领人（办理的工作人员看到全名，其他人脱敏），或志愿队、单位的名称 */
  byName: string | null
  /** 承诺完成日 */
  promisedOn: string
  /** 认领时间 */
  claimedAt: string
  /** 送达时间 */
  fulfilledAt: string | null
  /** 结果；进行中为 null */
  outcome: "released" | "overdue" | "confirmed" | "closed_unconfirmed" | "taken_down" | null
  /** 怎么完成的（本人、认领人和工作人员可见） */
  note: string | null
  /** 送达时的图片 */
  files: Array<PictureOut>
}

export interface ClaimedOut {
  /** 心愿 */
  wishId: number
  /** 心愿编号 */
  number: string
  /** 心愿 */
  title: string
  /** 认领时间 */
  claimedAt: string
  /** 送达时间 */
  fulfilledAt: string | null
  /** 结果：已点亮、未确认办结、放弃、逾期、撤下；还在办理的为 null */
  outcome: "released" | "overdue" | "confirmed" | "closed_unconfirmed" | "taken_down" | null
}

export interface CodeOut {
  /** 签到码，也可以手工输入 */
  code: string
  /** 何时换下一个码；换码后半分钟内旧码仍有效 */
  expiresAt: string
  /** 二维码（SVG） */
  qr: string
}

export interface ComplaintAnswerIn {
  /** 答复 */
  answer: string
}

export interface ComplaintIn {
  /** 投诉、建议、减负反映 */
  kind: "complaint" | "suggestion" | "relief_report"
  /** 内容；加密保存，只有承办的人能看 */
  text: string
  /** 方便回电的手机号，或带区号的座机；不填也会答复 */
  contactBack?: string | null
  /** 对承办的人匿名 */
  anonymous?: boolean
  /** 说的是服务、社区工作人员还是街道工作人员 */
  about?: "service" | "community_staff" | "street_staff"
  /** 关于哪个社区；不填为所说的事所在的社区，没有时是我居住的社区 */
  communityId?: number | null
  /** 说的是哪一件事：心愿、活动、兑换单、物品、志愿队 */
  subjectKind?: "wish" | "activity" | "redemption" | "item" | "team" | null
  /** 它的编号；要是自己看得到的 */
  subjectId?: number | null
}

export interface ComplaintOut {
  /** 编号 */
  id: number
  /** 类别 */
  kind: "complaint" | "suggestion" | "relief_report"
  /** 关于什么 */
  about: "service" | "community_staff" | "street_staff"
  /** 状态 */
  state: "received" | "escalated" | "answered" | "withdrawn"
  /** 匿名 */
  anonymous: boolean
  /** 谁提的（脱敏）；匿名时不显示 */
  byName: string
  /** 内容 */
  text: string
  /** 回电号码（脱敏） */
  contactBack: string | null
  /** 现在由谁承办 */
  placeId: number
  /** 承办的组织 */
  placeName: string
  /** 提交时间 */
  filedAt: string
  /** 答复期限 */
  dueOn: string
  /** 说的是哪一件事 */
  subjectKind: "wish" | "activity" | "redemption" | "item" | "team" | null
  /** 它的编号；匿名的人说自己的兑换单时，承办的人看不到 */
  subjectId: number | null
  /** 答复 */
  answer: string | null
  /** 答复时间 */
  answeredAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"answer" | "escalate" | "appeal" | "withdraw">
}

export interface ComplaintPage {
  /** 这一页的内容 */
  list: Array<ComplaintOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface ConfirmIn {
  /** 问题是否解决 */
  solved: boolean
  /** 满意度 */
  satisfaction: number
  /** 想说的话 */
  comment?: string | null
  /** 确认方式：本人、电话回访、签字 */
  method: "app" | "call" | "signature"
}

export interface ConsentIn {
  /** 文件 */
  document: "privacy" | "sensitive_data" | "unit_feedback" | "pictures"
  /** 同意的版本 */
  version: string
}

export interface ConsentOut {
  /** 文件 */
  document: "privacy" | "sensitive_data" | "unit_feedback" | "pictures"
  /** 版本 */
  version: string
  /** 同意的时间 */
  givenAt: string
}

export interface ContactIn {
  /** 办公电话：手机号，或带区号的座机号；null 为去掉 */
  telephone?: string | null
  /** 办公时间 */
  openingHours?: Array<OpeningHours>
  /** 地址 */
  address?: string | null
  /** 纬度，和经度一起填写；保留四位小数 */
  latitude?: number | null
  /** 经度 */
  longitude?: number | null
}

export interface ContactOut {
  /** 姓名 */
  name: string | null
  /** 电话 */
  phone: string | null
  /** 地址 */
  address: string | null
}

export interface CorrectionIn {
  /** 原因 */
  reason: string
  /** 应为多少分钟 */
  minutes: number
}

export interface CorrectionOut {
  /** 编号 */
  id: number
  /** 服务记录 */
  recordId: number
  /** 活动名称 */
  activityName: string
  /** 人员编号 */
  personId: number
  /** 姓名（本社区办理的人和同事看到全名，其他人看到脱敏的） */
  name: string
  /** 状态 */
  state: "requested" | "approved" | "rejected"
  /** 原来的分钟数 */
  recordedMinutes: number
  /** 申请的分钟数 */
  minutes: number
  /** 原因 */
  reason: string
  /** 申请时间 */
  requestedAt: string
  /** 处理时间 */
  decidedAt: string | null
  /** 处理说明 */
  decisionReason: string | null
}

export interface CorrectionPage {
  /** 这一页的内容 */
  list: Array<CorrectionOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface CountedIn {
  /** 物品 */
  itemId: number
  /** 实盘数 */
  counted: number
  /** 盈亏原因 */
  reason?: string | null
}

export interface DayIn {
  /** 日期 */
  date: string
  /** 是不是工作日 */
  isWorkday: boolean
  /** 名称 */
  name?: string | null
}

export interface DayOut {
  /** 日期 */
  date: string
  /** 是不是工作日 */
  isWorkday: boolean
  /** 节假日的名称；调休上班的写明 */
  name: string | null
  /** 谁说的：已公布的放假安排、本市录入、还没有安排（按周一至周五） */
  source: "library" | "city" | "weekday"
}

export interface DayPage {
  /** 这一页的内容 */
  list: Array<DayOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface DeadOut {
  /** 消息编号 */
  noticeId: number
  /** 类别 */
  kind: "wish_accepted" | "wish_sent_back" | "wish_declined" | "wish_referred" | "wish_merged" | "wish_published" | "wish_claimed" | "wish_released" | "wish_fulfilled" | "wish_confirmed" | "wish_closed_unconfirmed" | "wish_carried_over" | "wish_escalated" | "wish_followed" | "wish_redacted" | "wish_taken_down" | "wish_by_family" | "claim_overdue" | "claim_expired" | "claim_confirmed" | "claim_disputed" | "claim_ended" | "claim_closed" | "claim_taken_down" | "sign_up_confirmed" | "sign_up_waitlisted" | "sign_up_moved_up" | "sign_up_excused" | "sign_up_clash_allowed" | "sign_up_by_family" | "activity_changed" | "activity_cancelled" | "activity_taken_down" | "activity_message" | "activity_tomorrow" | "activity_invitation" | "activity_in_charge" | "activity_news" | "activity_late_cancel" | "activity_without_organiser" | "record_overdue" | "hours_certified" | "hours_backfilled" | "correction_decided" | "certificate_revoked" | "team_taken_down" | "team_without_leader" | "redemption_requested" | "redemption_waits" | "redemption_approved" | "redemption_rejected" | "redemption_to_prepare" | "redemption_last_days" | "redemption_deadline_moved" | "redemption_handed_over" | "redemption_cancelled" | "redemption_called_off" | "redemption_expired" | "redemption_returned" | "redemption_no_show" | "item_available" | "item_low_stock" | "item_taken_down" | "batch_ends_soon" | "batch_ended" | "stocktake_waits" | "stocktake_decided" | "transfer_sent" | "transfer_received" | "points_adjusted" | "points_opened" | "points_ending" | "adjustment_rejected" | "opening_rejected" | "complaint_received" | "complaint_moved" | "complaint_due" | "complaint_due_moved" | "complaint_escalated" | "complaint_answered" | "ticket_received" | "ticket_assigned" | "ticket_to_handle" | "ticket_decided" | "ticket_asked" | "ticket_extended" | "ticket_answered" | "ticket_reopened" | "ticket_ended" | "person_corrected" | "nickname_taken_down" | "suspended" | "resumed" | "merge_proposed" | "merge_rejected" | "proxy_asked" | "proxy_agreed" | "proxy_declined" | "proxy_ended" | "opening_decided" | "first_password_decided" | "console_links_decided" | "security_console" | "security_password" | "security_role" | "security_phone" | "security_card" | "security_merge" | "security_kiosk" | "security_denied"
  /** 订阅消息模板 */
  template: "wish_progress" | "review_result" | "claim_progress" | "points_changed" | "activity_notice" | "redemption_notice" | "account_security"
  /** 结果：dead 没有送达，unknown 不知是否送达 */
  state: "dead" | "unknown"
  /** 微信返回的错误码 */
  errcode: number | null
  /** 这意味着什么 */
  why: string
  /** 试过几次 */
  attempts: number
  /** 放弃的时间 */
  finishedAt: string
}

export interface DeadPage {
  /** 这一页的内容 */
  list: Array<DeadOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface DecideIn {
  /** 说明 */
  reason?: string | null
}

export interface DeliveredIn {
  /** 物品；填了条码可以不填 */
  itemId?: number | null
  /** 商品条码；数量按箱内件数折算 */
  barcode?: string | null
  /** 数量；用条码时为扫到的个数 */
  quantity: number
  /** 批次 */
  batch?: string | null
  /** 保质期至 */
  bestBefore?: string | null
  /** 金额（元） */
  cost?: number | null
}

export interface DeliveryIn {
  /** 来源：采购或捐赠 */
  source: "purchase" | "donation"
  /** 票据号 */
  document?: string | null
  /** 捐赠方 */
  donor?: string | null
  /** 捐赠方同意公开名称 */
  donorPublic?: boolean
  /** 到货的物品 */
  lines: Array<DeliveredIn>
}

export interface DeliveryOut {
  /** 入库单号 */
  number: string
  /** 每行一条入库 */
  list: Array<StockMovementOut>
}

export interface DenialOut {
  /** 退出的其他小程序登录 */
  sessions: number
  /** 退出的工作后台登录 */
  consoles: number
  /** 工作后台的口令是否已停用，要重新设置才能再用 */
  passwordBarred: boolean
}

export interface DocumentOut {
  /** 文件 */
  document: "privacy" | "sensitive_data" | "unit_feedback" | "pictures"
  /** 版本 */
  version: string
  /** 标题 */
  title: string
  /** 正文（Markdown） */
  text: string
  /** 是否使用本程序的必要条件 */
  required: boolean
}

export interface Done {
}

export interface DueOut {
  /** 到期日 */
  dueOn: string
}

export interface DutyImportIn {
  /** Excel（.xlsx）或 CSV，第一行写列名：编号、名称、牵头部门、配合部门、法律依据、事项分类、牵头职责、配合职责、乡镇职责、办理期限 */
  file: string
  /** 哪一种清单 */
  kind: "town_basic" | "town_cooperate" | "taken_back" | "town_power" | "town_service" | "community_service" | "autonomy" | "assist" | "relief" | "no_certificate" | "grid_item"
  /** 标题 */
  title: string
  /** 生效日期 */
  validFrom: string
}

export interface DutyImportOut {
  /** 编号 */
  id: number
  /** 待确认、已确认 */
  state: "preview" | "confirmed"
  /** 各有多少行 */
  counts: ImportCountsOut
  /** 哪一种清单 */
  kind: "town_basic" | "town_cooperate" | "taken_back" | "town_power" | "town_service" | "community_service" | "autonomy" | "assist" | "relief" | "no_certificate" | "grid_item"
  /** 标题 */
  title: string
  /** 生效日期 */
  validFrom: string
  /** 确认后的那一版；和现行一版相同时没有新的一版 */
  listId: number | null
}

export interface DutyImportPage {
  /** 这一页的内容 */
  list: Array<DutyImportOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface DutyItemOut {
  /** 编号 */
  id: number
  /** 哪一版清单 */
  listId: number
  /** 哪一种清单 */
  kind: "town_basic" | "town_cooperate" | "taken_back" | "town_power" | "town_service" | "community_service" | "autonomy" | "assist" | "relief" | "no_certificate" | "grid_item"
  /** 清单的第几版 */
  version: number
  /** 事项编号 */
  code: string
  /** 事项名称 */
  name: string
  /** 牵头部门；null 为当地的网格、社区或街道（乡镇） */
  leadUnitId: number | null
  /** 牵头部门名称 */
  leadUnitName: string | null
  /** 牵头部门的职责 */
  leadDoes: string | null
  /** 配合部门 */
  cooperators: Array<NamedOut>
  /** 配合部门的职责 */
  cooperatorDoes: string | null
  /** 街道（乡镇）的职责 */
  townDoes: string | null
  /** 法律依据 */
  legalBasis: string | null
  /** 事项分类的代码 */
  categories: Array<string>
  /** 办理期限；null 为按分类和层级 */
  term: TermOut | null
}

export interface DutyItemPage {
  /** 这一页的内容 */
  list: Array<DutyItemOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface DutyListOut {
  /** 编号 */
  id: number
  /** 哪一种清单 */
  kind: "town_basic" | "town_cooperate" | "taken_back" | "town_power" | "town_service" | "community_service" | "autonomy" | "assist" | "relief" | "no_certificate" | "grid_item"
  /** 第几版 */
  version: number
  /** 标题 */
  title: string
  /** 文号 */
  documentNo: string | null
  /** 生效日期 */
  validFrom: string
  /** 有效期至；现行一版为 null */
  validTo: string | null
}

export interface DutyListPage {
  /** 这一页的内容 */
  list: Array<DutyListOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface EffectOut {
  /** 会被取消的场地预订 */
  bookings: Array<BookingInTheWayOut>
  /** 会顺延的兑换单 */
  deadlines: Array<MovedOut>
}

export interface EndedOut {
  /** 退出了几处登录，含工作后台 */
  ended: number
}

export interface EndingOut {
  /** 物品 */
  itemId: number
  /** 名称 */
  name: string
  /** 单位 */
  unit: string
  /** 批次 */
  batchNo: string | null
  /** 保质期至 */
  bestBefore: string
  /** 现有 */
  onHand: number
}

export interface EstateOut {
  /** 编号 */
  id: number
  /** 名称 */
  name: string
}

export interface EstatePage {
  /** 这一页的内容 */
  list: Array<EstateOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface EverywhereIn {
  /** 城市或街道 */
  organisationId: number
  /** 名称 */
  title: string
  /** 征集截止日 */
  collectUntil: string
  /** 发布截止日 */
  publishUntil: string
}

export interface EverywhereOut {
  /** 开启的期 */
  list: Array<RoundOut>
  /** 已有一期而跳过的社区 */
  skipped: Array<number>
}

export interface ExplainIn {
  /** 有盈亏的物品 */
  lines: Array<ExplainedIn>
}

export interface ExplainedIn {
  /** 物品 */
  itemId: number
  /** 盈亏原因 */
  reason: string
}

export interface ExtendIn {
  /** 原因 */
  reason: string
  /** 延长到哪一天：超市营业的日子 */
  until: string
}

export interface FeedbackOut {
  /** 姓名 */
  name: string
  /** 所在单位党组织 */
  unit: string
  /** 报到社区 */
  community: string
  /** 报到时间 */
  reportedOn: string
  /** 六大员岗位 */
  serviceRoles: string
  /** 服务次数 */
  times: number
  /** 服务时长（分钟） */
  minutes: number
  /** 认领微心愿数 */
  claimed: number
  /** 点亮微心愿数 */
  lit: number
  /** 主要服务内容 */
  kinds: string
  /** 反馈期间 */
  period: string
  /** 本人同意日期 */
  consentedOn: string
}

export interface FeedbackPage {
  /** 这一页的内容 */
  list: Array<FeedbackOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface FormerTextOut {
  /** 遮盖的时间 */
  redactedAt: string
  /** 原来的标题；没有改的为 null */
  title: string | null
  /** 原来的内容；没有改的为 null */
  description: string | null
}

export interface FormerTextsOut {
  /** 按时间先后 */
  list: Array<FormerTextOut>
}

export interface FourEyesIn {
  /** 原因 */
  reason: string
  /** 审批与核销须由两人办理 */
  on: boolean
}

export interface FulfilIn {
  /** 怎么完成的 */
  note: string
  /** 图片，可不传，最多三张 */
  fileIds?: Array<number>
}

export interface GiveUpIn {
  /** 代为取消时的原因 */
  reason?: string | null
}

export interface GuardianLinkIn {
  /** 监护人的人员编号 */
  guardianId: number
  /** 孩子的人员编号 */
  childId: number
  /** 关系 */
  relation: "father" | "mother" | "grandparent" | "relative" | "institution"
  /** 监护人当面看过《敏感信息单独同意》并替孩子同意 */
  agreed?: boolean
}

export interface GuardianshipOut {
  /** 编号 */
  id: number
  /** 监护人 */
  guardianId: number
  /** 监护人姓名 */
  guardianName: string | null
  /** 孩子 */
  childId: number
  /** 孩子姓名 */
  childName: string | null
  /** 社区 */
  communityId: number
  /** 关系 */
  relation: "father" | "mother" | "grandparent" | "relative" | "institution"
  /** 状态 */
  status: "declared" | "verified" | "rejected" | "ended"
  /** 登记时间 */
  declaredAt: string
}

export interface GuardianshipPage {
  /** 这一页的内容 */
  list: Array<GuardianshipOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface HandOverIn {
  /** 取货码 */
  pickUpCode: string
  /** 本人或代领 */
  collectedBy: "self" | "proxy"
  /** 代领人姓名；加密保存 */
  proxyName?: string | null
  /** 实际发放的；不填为全部。没有发放的部分取消，积分和库存退回 */
  lines?: Array<LineIn> | null
}

export interface Health {
  /** ok */
  status: "ok"
}

export interface HeldRecordOut {
  /** 那个平台的记录编号 */
  reference: string
  /** 活动名称 */
  activityName: string
  /** 组织单位 */
  organisingBody: string
  /** 服务日期 */
  servedOn: string
  /** 服务时长（分钟） */
  minutes: number
  /** 导入时间 */
  importedAt: string
}

export interface HomeClaimOut {
  /** 以什么名义 */
  as: "personal" | "team" | "unit"
  /** 认领人（脱敏），或志愿队、单位；没有登录时为 null */
  byName: string | null
  /** 承诺完成日 */
  promisedOn: string
}

export interface HomeCommunityOut {
  /** 编号 */
  id: number
  /** 名称 */
  name: string
  /** 办公电话 */
  telephone: string | null
  /** 办公时间；没有填写时为空 */
  openingHours: Array<OpeningHours>
}

export interface HomeMeOut {
  /** 我的编号 */
  id: number
  /** 昵称 */
  nickname: string
  /** 可用积分 */
  points: number
  /** 未读消息数 */
  unreadNotices: number
  /** 待办一共几件 */
  toDo: number
}

export interface HomeOut {
  /** 社区和它的办公室 */
  community: HomeCommunityOut
  /** 现在的一期：发布中的，没有时是征集中或审核中的 */
  round: HomeRoundOut | null
  /** 墙上最新的心愿，最多五个 */
  wishes: Array<WishCardOut>
  /** 就要开始的活动，最多五个 */
  activities: Array<ActivityCardOut>
  /** 社区的兑换超市 */
  shop: ShopCardOut | null
  /** 我；没有登录时为 null */
  me: HomeMeOut | null
}

export interface HomePictureOut {
  /** 编号 */
  id: number
  /** 缩略图 */
  thumbnailUrl: string
}

export interface HomeRoundOut {
  /** 编号 */
  id: number
  /** 第几期 */
  number: number
  /** 名称 */
  title: string
  /** 状态 */
  state: "collecting" | "reviewing" | "published" | "closed"
  /** 征集截止日 */
  collectUntil: string
  /** 发布截止日 */
  publishUntil: string
}

export interface HomeSignUpOut {
  /** 报名编号 */
  id: number
  /** 状态 */
  state: "confirmed" | "waitlisted" | "checked_in" | "checked_out" | "certified" | "unverified" | "cancelled" | "late_cancelled" | "excused" | "no_show"
  /** 您现在可以做的操作 */
  actions: Array<"cancel_sign_up" | "check_in" | "check_out" | "excuse">
}

export interface HoursElsewhereOut {
  /** 本系统的合计（分钟），不含其他平台 */
  ownMinutes: number
  /** 其他平台，按名称 */
  platforms: Array<PlatformOut>
}

export interface ImportCountsOut {
  /** 新增 */
  new: number
  /** 相同 */
  same: number
  /** 有变化，含这一版里没有了的 */
  changed: number
  /** 重办；清单里没有 */
  reopened: number
  /** 没有读懂：原来有的保持不变 */
  unreadable: number
}

export interface ImportRowOut {
  /** 表格里的第几行；表里没有的为 null */
  row: number | null
  /** 新增、相同、有变化、没有读懂 */
  kind: "new" | "same" | "changed" | "reopened" | "unreadable"
  /** 事项编号 */
  number: string | null
  /** 哪些列有变化 */
  changes: Array<string>
  /** 哪里没有读懂 */
  faults: Array<string>
  /** 事项（工单）；清单里没有 */
  ticketId: number | null
}

export interface ImportRowPage {
  /** 这一页的内容 */
  list: Array<ImportRowOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface InvitationsIn {
  /** 是否接收活动邀请 */
  wanted: boolean
}

export interface InvitationsOut {
  /** 是否接收活动邀请 */
  wanted: boolean
}

export interface ItemCardOut {
  /** 编号 */
  id: number
  /** 类别：物品、场地、活动支持 */
  kind: "goods" | "venue" | "activity_support"
  /** 名称 */
  name: string
  /** 单位 */
  unit: string
  /** 每单位的积分 */
  points: number
  /** 可兑换的数量；场地和活动支持为 null */
  available: number | null
  /** 第一张图片的缩略图 */
  picture: string | null
}

export interface ItemChangeIn {
  /** 哪一项；清单里还没有的不写 */
  itemId?: number | null
  /** 建议怎么写 */
  proposal: string
  /** 为什么 */
  why: string
}

export interface ItemChangeOut {
  /** 编号 */
  id: number
  /** 哪一项 */
  itemId: number | null
  /** 事项编号 */
  itemCode: string | null
  /** 建议怎么写 */
  proposal: string
  /** 为什么 */
  why: string
  /** 状态 */
  state: "proposed" | "granted" | "rejected"
  /** 提出人 */
  proposedByName: string
  /** 提出时间 */
  proposedAt: string
  /** 决定时间 */
  decidedAt: string | null
  /** 决定的理由 */
  reason: string | null
  /** 您现在可以做的操作 */
  actions: Array<"decide">
}

export interface ItemChangePage {
  /** 这一页的内容 */
  list: Array<ItemChangeOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface ItemContentUpdate {
  /** 名称 */
  name?: string
  /** 说明 */
  description?: string
  /** 单位 */
  unit?: string
  /** 每单位的积分，至少 1 */
  points?: number
  /** 每人每期限兑；不填为不限 */
  limitPerPerson?: number | null
  /** 限兑的周期，默认季度 */
  limitPeriod?: "month" | "quarter" | "year" | "once"
  /** 是否上架 */
  onShelf?: boolean
  /** 少于等于多少时提醒 */
  lowStock?: number | null
  /** 场地每个时段的分钟数，默认 60 */
  slotMinutes?: number | null
  /** 审批后几个营业日内领取，生鲜可以是 1；不填按超市的期限；场地没有 */
  pickUpDays?: number | null
  /** 与超市里另一种同名时：true 或不填，照办并提醒；false，不办（409） */
  sameName?: boolean
  /** 图片，最多三张，先用 POST /files 上传（用途 item） */
  fileIds?: Array<number>
}

export interface ItemIn {
  /** 名称 */
  name: string
  /** 说明 */
  description?: string
  /** 单位 */
  unit?: string
  /** 每单位的积分，至少 1 */
  points: number
  /** 每人每期限兑；不填为不限 */
  limitPerPerson?: number | null
  /** 限兑的周期，默认季度 */
  limitPeriod?: "month" | "quarter" | "year" | "once"
  /** 是否上架 */
  onShelf?: boolean
  /** 少于等于多少时提醒 */
  lowStock?: number | null
  /** 场地每个时段的分钟数，默认 60 */
  slotMinutes?: number | null
  /** 审批后几个营业日内领取，生鲜可以是 1；不填按超市的期限；场地没有 */
  pickUpDays?: number | null
  /** 与超市里另一种同名时：true 或不填，照办并提醒；false，不办（409） */
  sameName?: boolean
  /** 图片，最多三张，先用 POST /files 上传（用途 item） */
  fileIds?: Array<number>
  /** 兑换超市 */
  shopId: number
  /** 类别：物品、场地、活动支持 */
  kind: "goods" | "venue" | "activity_support"
}

export interface ItemKeptOut {
  /** 编号 */
  id: number
  /** 兑换超市 */
  shopId: number
  /** 类别：物品、场地、活动支持 */
  kind: "goods" | "venue" | "activity_support"
  /** 名称 */
  name: string
  /** 说明 */
  description: string
  /** 单位 */
  unit: string
  /** 每单位的积分 */
  points: number
  /** 可兑换的数量；场地和活动支持没有库存，为 null */
  available: number | null
  /** 每人每期限兑；不限为 null */
  limitPerPerson: number | null
  /** 限兑的周期 */
  limitPeriod: "month" | "quarter" | "year" | "once"
  /** 是否上架 */
  onShelf: boolean
  /** 场地每个时段的分钟数 */
  slotMinutes: number | null
  /** 审批后几个营业日内领取；按超市的期限为 null */
  pickUpDays: number | null
  /** 同意公开的捐赠方；没有登录时是空的 */
  donors: Array<string>
  /** 图片 */
  files: Array<PictureOut>
  /** 现有库存（仅工作人员可见） */
  onHand: number | null
  /** 已预订（仅工作人员可见） */
  reserved: number | null
  /** 少于等于多少时提醒（仅工作人员可见） */
  lowStock: number | null
  /** 到货时是否通知我 */
  watching: boolean
  /** 等到货通知的人数（仅工作人员可见） */
  waiting: number | null
  /** 请核对的事项，例如与另一种同名 */
  warnings: Array<string>
}

export interface ItemNamedOut {
  /** 编号 */
  id: number
  /** 哪一种清单 */
  kind: "town_basic" | "town_cooperate" | "taken_back" | "town_power" | "town_service" | "community_service" | "autonomy" | "assist" | "relief" | "no_certificate" | "grid_item"
  /** 清单的第几版 */
  version: number
  /** 事项编号 */
  code: string
  /** 事项名称 */
  name: string
}

export interface ItemOut {
  /** 编号 */
  id: number
  /** 兑换超市 */
  shopId: number
  /** 类别：物品、场地、活动支持 */
  kind: "goods" | "venue" | "activity_support"
  /** 名称 */
  name: string
  /** 说明 */
  description: string
  /** 单位 */
  unit: string
  /** 每单位的积分 */
  points: number
  /** 可兑换的数量；场地和活动支持没有库存，为 null */
  available: number | null
  /** 每人每期限兑；不限为 null */
  limitPerPerson: number | null
  /** 限兑的周期 */
  limitPeriod: "month" | "quarter" | "year" | "once"
  /** 是否上架 */
  onShelf: boolean
  /** 场地每个时段的分钟数 */
  slotMinutes: number | null
  /** 审批后几个营业日内领取；按超市的期限为 null */
  pickUpDays: number | null
  /** 同意公开的捐赠方；没有登录时是空的 */
  donors: Array<string>
  /** 图片 */
  files: Array<PictureOut>
  /** 现有库存（仅工作人员可见） */
  onHand: number | null
  /** 已预订（仅工作人员可见） */
  reserved: number | null
  /** 少于等于多少时提醒（仅工作人员可见） */
  lowStock: number | null
  /** 到货时是否通知我 */
  watching: boolean
  /** 等到货通知的人数（仅工作人员可见） */
  waiting: number | null
}

export interface ItemPage {
  /** 这一页的内容 */
  list: Array<ItemOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface KioskIn {
  /** 社区 */
  communityId: number
  /** 名称，同一社区里不重复 */
  name: string
}

export interface KioskOut {
  /** 编号 */
  id: number
  /** 名称 */
  name: string
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 登记时间 */
  createdAt: string
  /** 最近使用的时间，精确到分钟；还没有用过时为 null */
  seenAt: string | null
  /** 停用时间；在用时为 null */
  revokedAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"revoke">
}

export interface KioskPage {
  /** 这一页的内容 */
  list: Array<KioskOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface KioskSessionIn {
  /** 纸质卡号，字母和前面的零可以不写 */
  cardNumber: string
  /** 六位验证码 */
  code: string
}

export interface KioskSessionOut {
  /** 令牌，以 card. 开头，放进 Authorization: Bearer */
  token: string
  /** 令牌到期时间，最长三分钟，不顺延 */
  expiresAt: string
  /** 我 */
  person: Me
}

export interface LiabilityOut {
  /** 累计发放（已扣除冲正） */
  issued: number
  /** 在本社区超市用掉的积分 */
  spent: number
  /** 到期的积分 */
  expired: number
  /** 人工调整净增减 */
  adjusted: number
  /** 本社区居民现有积分，含冻结 */
  outstanding: number
  /** 其中冻结 */
  held: number
  /** 其中 60 天内到期 */
  ending: number
  /** 到期统计截止日 */
  endingBy: string
  /** 本社区超市货架上的物品按积分计的总值，不含过期的 */
  shelfValue: number
}

export interface LineIn {
  /** 物品、场地或活动支持 */
  itemId: number
  /** 数量；场地为时段数 */
  quantity: number
}

export interface LinkOut {
  /** 链接 */
  url: string
  /** 微信暂时给不出小程序链接，这是本站自己的链接 */
  plain: boolean
}

export interface LookIn {
  /** 是否可以展示 */
  passed: boolean
  /** 不予展示的原因 */
  reason?: string | null
}

export interface LotOut {
  /** 积分 */
  points: number
  /** 到期日；长期有效时为 null */
  expiresOn: string | null
}

export interface LowOut {
  /** 编号 */
  id: number
  /** 名称 */
  name: string
  /** 单位 */
  unit: string
  /** 现有 */
  onHand: number
  /** 已预订 */
  reserved: number
}

export interface Me {
  /** 我的编号 */
  id: number
  /** 昵称 */
  nickname: string
  /** 姓名（脱敏） */
  realName: string | null
  /** 手机号（脱敏） */
  phone: string | null
  /** 纸质积分卡号 */
  cardNumber: string | null
  /** 居住登记 */
  residency: ResidencyOut | null
  /** 双报到登记 */
  partyRegistration: PartyRegistrationOut | null
  /** 今天有效的任职 */
  roles: Array<RoleOut>
  /** 有效的同意 */
  consents: Array<ConsentOut>
  /** 未读消息数 */
  unreadNotices: number
  /** 账号停用中；没有停用时为 null */
  suspension: SuspendedOut | null
}

export interface MemberOut {
  /** 人员编号 */
  personId: number
  /** 姓名；队长和管理志愿队的工作人员看到全名 */
  name: string
  /** 同名的人怎么区分；没有同名时为 null */
  toldApart: string | null
  /** 状态 */
  status: "applied" | "accepted" | "declined" | "left"
  /** 从何时起 */
  since: string
  /** 您现在可以做的操作 */
  actions: Array<"accept" | "decline">
}

export interface MergeIn {
  /** 原因 */
  reason: string
  /** 并入的心愿 */
  intoId: number
}

export interface MergeOut {
  /** 编号 */
  id: number
  /** 状态 */
  state: "asked" | "proposed" | "approved" | "rejected"
  /** 由哪个社区办理 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 要并入的档案 */
  from: MergedRecordOut
  /** 保留的档案 */
  into: MergedRecordOut
  /** 凭什么知道是同一个人；本人申请、还没核实时为 null */
  proof: "id_seen" | "card" | "call" | "known" | null
  /** 核实的情况 */
  reason: string | null
  /** 并入的积分，含冻结的 */
  points: number
  /** 并入的服务时长（分钟） */
  minutes: number
  /** 申请或提出的时间 */
  begunAt: string
  /** 提出人 */
  proposedBy: string | null
  /** 处理时间 */
  decidedAt: string | null
  /** 没有合并的原因 */
  decisionReason: string | null
  /** 您现在可以做的操作 */
  actions: Array<"propose" | "approve" | "reject">
}

export interface MergePage {
  /** 这一页的内容 */
  list: Array<MergeOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface MergedRecordOut {
  /** 人员编号 */
  id: number
  /** 姓名 */
  name: string
  /** 手机号（脱敏） */
  phone: string | null
  /** 纸质卡号 */
  cardNumber: string | null
  /** 出生年份 */
  birthYear: number | null
  /** 是否有微信登录 */
  hasWeChat: boolean
  /** 现有积分，含冻结的 */
  points: number
  /** 服务时长（分钟） */
  minutes: number
  /** 活动报名数 */
  signUps: number
}

export interface MessageIn {
  /** 写给报名的人 */
  text: string
}

export interface MessageOut {
  /** 告诉了几个人 */
  told: number
}

export interface MinutesIn {
  /** 人员编号 */
  personId: number
  /** 服务时长（分钟）；0 表示不计 */
  minutes: number
}

export interface MoveOut {
  /** 时间 */
  at: string
  /** 操作 */
  move: "submit" | "withdraw" | "accept" | "send_back" | "decline" | "refer" | "merge" | "publish" | "claim" | "release" | "expire" | "fulfil" | "confirm" | "dispute" | "close_unconfirmed" | "carry_over" | "escalate" | "republish" | "explain" | "take_down" | "see_names" | "write" | "edit" | "look" | "open_contact" | "no_answer" | "redact" | "show_less" | "reopen" | "open_former_text"
  /** 操作名称 */
  label: string
  /** 之前的状态 */
  fromState: "draft" | "submitted" | "sent_back" | "accepted" | "declined" | "referred" | "published" | "claimed" | "fulfilled" | "confirmed" | "closed_unconfirmed" | "carried_over" | "escalated" | "withdrawn" | "merged" | "taken_down" | null
  /** 之后的状态 */
  toState: "draft" | "submitted" | "sent_back" | "accepted" | "declined" | "referred" | "published" | "claimed" | "fulfilled" | "confirmed" | "closed_unconfirmed" | "carried_over" | "escalated" | "withdrawn" | "merged" | "taken_down" | null
  /** 办理人（本社区办理的人和同事看到全名，其他人看到脱敏的） */
  byName: string | null
  /** 原因 */
  reason: string | null
}

export interface MovedOut {
  /** 兑换单 */
  redemptionId: number
  /** 单号 */
  number: string
  /** 待审批的是审批期限，待领取的是领取期限 */
  state: "requested" | "approved" | "handed_over" | "rejected" | "cancelled" | "expired" | "returned" | "no_show"
  /** 原来的期限 */
  before: string
  /** 顺延到 */
  after: string
}

export interface MyClaimOut {
  /** 以什么名义 */
  as: "personal" | "team" | "unit"
  /** 认领人（办理的工作人员看到全名，其他人脱敏），或志愿队、单位的名称 */
  byName: string | null
  /** 承诺完成日 */
  promisedOn: string
  /** 认领时间 */
  claimedAt: string
  /** 送达时间 */
  fulfilledAt: string | null
  /** 结果；进行中为 null */
  outcome: "released" | "overdue" | "confirmed" | "closed_unconfirmed" | "taken_down" | null
  /** 怎么完成的（本人、认领人和工作人员可见） */
  note: string | null
  /** 送达时的图片 */
  files: Array<PictureOut>
  /** 认领编号 */
  id: number
  /** 心愿 */
  wish: WishOut
}

export interface MyClaimPage {
  /** 这一页的内容 */
  list: Array<MyClaimOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface MyConsentOut {
  /** 文件 */
  document: "privacy" | "sensitive_data" | "unit_feedback" | "pictures"
  /** 标题 */
  title: string
  /** 是否使用本程序的必要条件 */
  required: boolean
  /** 现行版本 */
  currentVersion: string
  /** 我同意的版本；没有同意时为 null */
  version: string | null
  /** 同意的时间 */
  givenAt: string | null
  /** 同意的就是现行版本 */
  upToDate: boolean
}

export interface MyConsentsOut {
  /** 各份文件 */
  list: Array<MyConsentOut>
}

export interface MyRecordsOut {
  /** 这一页的内容 */
  list: Array<RecordOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
  /** 合计，与翻页无关 */
  totals: TotalsOut
}

export interface MySessionOut {
  /** 编号 */
  id: number
  /** 登录时间 */
  createdAt: string
  /** 到期时间；使用时顺延 */
  expiresAt: string
  /** 就是这一次 */
  current: boolean
}

export interface MySessionsOut {
  /** 新的在前 */
  list: Array<MySessionOut>
}

export interface MySignUpOut {
  /** 报名编号 */
  id: number
  /** 活动 */
  activityId: number
  /** 人员编号 */
  personId: number
  /** 状态 */
  state: "confirmed" | "waitlisted" | "checked_in" | "checked_out" | "certified" | "unverified" | "cancelled" | "late_cancelled" | "excused" | "no_show"
  /** 候补第几位；不在候补时为 null */
  waitlistPosition: number | null
  /** 是否由工作人员或家人代办 */
  onBehalf: boolean
  /** 是否由同意过的家人代办 */
  byFamily: boolean
  /** 报名时间 */
  signedUpAt: string
  /** 签到时间 */
  checkedInAt: string | null
  /** 签退时间 */
  checkedOutAt: string | null
  /** 签到方式：扫码、点名 */
  source: "check_in" | "roll_call" | null
  /** 位置是否在现场范围内；只保存比对结果 */
  placeCheck: "passed" | "failed" | "not_given" | null
  /** 认定的服务时长（分钟） */
  minutes: number | null
  /** 您现在可以做的操作 */
  actions: Array<"cancel_sign_up" | "check_in" | "check_out" | "excuse">
  /** 活动 */
  activity: ActivityOut
}

export interface MySignUpPage {
  /** 这一页的内容 */
  list: Array<MySignUpOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface MyTeamOut {
  /** 编号 */
  id: number
  /** 名称 */
  name: string
  /** 我是队长还是队员 */
  part: "leader" | "member"
  /** 我的申请或入队状态；队长是 accepted */
  status: "applied" | "accepted" | "declined" | "left"
  /** 您现在可以做的操作 */
  actions: Array<"join" | "leave">
}

export interface MyTeamPage {
  /** 这一页的内容 */
  list: Array<MyTeamOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface NamedOut {
  /** 编号 */
  id: number
  /** 名称 */
  name: string
}

export interface NewKioskOut {
  /** 编号 */
  id: number
  /** 名称 */
  name: string
  /** 终端的令牌，只在这里给一次 */
  deviceToken: string
}

export interface NicknameOut {
  /** 人员编号 */
  personId: number
  /** 现在显示的昵称 */
  nickname: string
}

export interface Nothing {
}

export interface NoticeOut {
  /** 编号 */
  id: number
  /** 类别；新的类别会加进来，没见过的照常显示标题和内容 */
  kind: "wish_accepted" | "wish_sent_back" | "wish_declined" | "wish_referred" | "wish_merged" | "wish_published" | "wish_claimed" | "wish_released" | "wish_fulfilled" | "wish_confirmed" | "wish_closed_unconfirmed" | "wish_carried_over" | "wish_escalated" | "wish_followed" | "wish_redacted" | "wish_taken_down" | "wish_by_family" | "claim_overdue" | "claim_expired" | "claim_confirmed" | "claim_disputed" | "claim_ended" | "claim_closed" | "claim_taken_down" | "sign_up_confirmed" | "sign_up_waitlisted" | "sign_up_moved_up" | "sign_up_excused" | "sign_up_clash_allowed" | "sign_up_by_family" | "activity_changed" | "activity_cancelled" | "activity_taken_down" | "activity_message" | "activity_tomorrow" | "activity_invitation" | "activity_in_charge" | "activity_news" | "activity_late_cancel" | "activity_without_organiser" | "record_overdue" | "hours_certified" | "hours_backfilled" | "correction_decided" | "certificate_revoked" | "team_taken_down" | "team_without_leader" | "redemption_requested" | "redemption_waits" | "redemption_approved" | "redemption_rejected" | "redemption_to_prepare" | "redemption_last_days" | "redemption_deadline_moved" | "redemption_handed_over" | "redemption_cancelled" | "redemption_called_off" | "redemption_expired" | "redemption_returned" | "redemption_no_show" | "item_available" | "item_low_stock" | "item_taken_down" | "batch_ends_soon" | "batch_ended" | "stocktake_waits" | "stocktake_decided" | "transfer_sent" | "transfer_received" | "points_adjusted" | "points_opened" | "points_ending" | "adjustment_rejected" | "opening_rejected" | "complaint_received" | "complaint_moved" | "complaint_due" | "complaint_due_moved" | "complaint_escalated" | "complaint_answered" | "ticket_received" | "ticket_assigned" | "ticket_to_handle" | "ticket_decided" | "ticket_asked" | "ticket_extended" | "ticket_answered" | "ticket_reopened" | "ticket_ended" | "person_corrected" | "nickname_taken_down" | "suspended" | "resumed" | "merge_proposed" | "merge_rejected" | "proxy_asked" | "proxy_agreed" | "proxy_declined" | "proxy_ended" | "opening_decided" | "first_password_decided" | "console_links_decided" | "security_console" | "security_password" | "security_role" | "security_phone" | "security_card" | "security_merge" | "security_kiosk" | "security_denied"
  /** 标题 */
  title: string
  /** 内容 */
  body: string
  /** 关于什么 */
  subjectKind: "wish" | "activity" | "team" | "service_record" | "certificate" | "redemption" | "item" | "stocktake" | "shop_transfer" | "adjustment" | "opening_sheet" | "complaint" | "ticket" | "person" | "person_merge" | "proxy" | "security_event" | null
  /** 它的编号 */
  subjectId: number | null
  /** 点开的页面，连同参数；没有自己的页面时是消息列表 */
  page: string
  /** 时间 */
  createdAt: string
  /** 已读时间 */
  readAt: string | null
}

export interface NoticePage {
  /** 这一页的内容 */
  list: Array<NoticeOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface OfficeOut {
  /** 编号 */
  id: number
  /** 上级 */
  parentId: number | null
  /** 类别 */
  kind: "city" | "street" | "community" | "grid" | "unit" | "centre"
  /** 名称 */
  name: string
  /** 简称 */
  short: string
  /** 办公电话 */
  telephone: string | null
  /** 办公时间，和兑换超市的开放时间一样写；没有填写时为空 */
  openingHours: Array<OpeningHours>
  /** 地址 */
  address: string | null
  /** 纬度 */
  latitude: number | null
  /** 经度 */
  longitude: number | null
  /** 社区：一个心愿最多多少元；其他组织为 null */
  wishCostCap: number | null
}

export interface OnBehalfIn {
  /** 居民的编号 */
  personId: number
  /** 代办原因：工作人员和监护人必填；替同意过的家人办不用填 */
  reason?: string | null
}

export interface OpenOrderOut {
  /** 编号 */
  id: number
  /** 兑换单号 */
  number: string
  /** 状态 */
  state: "requested" | "approved" | "handed_over" | "rejected" | "cancelled" | "expired" | "returned" | "no_show"
}

export interface OpeningCountsOut {
  /** 要入账的行 */
  new: number
  /** 原来就有的行：同一位居民、同一年，以前已经入账 */
  same: number
  /** 没有读懂的行 */
  unreadable: number
}

export interface OpeningHours {
  /** 星期几，1 为星期一 */
  weekday: number
  /** 开门 */
  opens: string
  /** 关门，最晚 24:00 */
  closes: string
}

export interface OpeningIn {
  /** Excel（.xlsx）或 CSV，第一行写列名：卡号、手机号、姓名、积分、到期年份 */
  file: string
  /** 社区 */
  communityId: number
}

export interface OpeningOut {
  /** 编号 */
  id: number
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 状态 */
  state: "proposed" | "confirmed" | "rejected"
  /** 文件名 */
  fileName: string
  /** 各有多少行 */
  counts: OpeningCountsOut
  /** 要入账的积分合计 */
  points: number
  /** 已经入账的行；确认后分批入账，和 counts.new 相同时就全部入账了 */
  booked: number
  /** 上传人（脱敏） */
  uploadedBy: string
  /** 上传时间 */
  uploadedAt: string
  /** 确认人（本社区办理的人和同事看到全名，其他人看到脱敏的） */
  decidedBy: string | null
  /** 确认时间 */
  decidedAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"confirm" | "reject">
}

export interface OpeningPage {
  /** 这一页的内容 */
  list: Array<OpeningOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface OpeningRowOut {
  /** 表格里的第几行 */
  line: number
  /** 新增、原来就有、没有读懂 */
  kind: "new" | "same" | "unreadable"
  /** 居民 */
  personId: number | null
  /** 居民姓名，本社区的工作人员看到全名 */
  personName: string | null
  /** 卡号 */
  cardNumber: string | null
  /** 积分 */
  points: number | null
  /** 到期年份，积分可用到这一年年底 */
  year: number | null
  /** 没有读懂的原因：哪一列，什么问题 */
  problem: string | null
}

export interface OpeningRowPage {
  /** 这一页的内容 */
  list: Array<OpeningRowOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface OrganisationOut {
  /** 编号 */
  id: number
  /** 上级 */
  parentId: number | null
  /** 类别 */
  kind: "city" | "street" | "community" | "grid" | "unit" | "centre"
  /** 名称 */
  name: string
  /** 简称 */
  short: string
  /** 离 near 多少公里；没有给 near，或者没有坐标时为 null */
  distanceKm: number | null
}

export interface OrganisationPage {
  /** 这一页的内容 */
  list: Array<OrganisationOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface PartyRegistrationIn {
  /** 所在单位 */
  unitId: number
  /** 报到的社区 */
  communityId: number
  /** 六大员岗位 */
  serviceRoles?: Array<"convenience" | "relief" | "civility" | "emergency" | "mediation" | "policy">
}

export interface PartyRegistrationOut {
  /** 单位 */
  unitId: number
  /** 单位名称 */
  unitName: string
  /** 报到的社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 登记状态 */
  status: "pending" | "verified" | "rejected"
  /** 六大员岗位 */
  serviceRoles: Array<"convenience" | "relief" | "civility" | "emergency" | "mediation" | "policy">
  /** 未通过的原因 */
  reason: string | null
}

export interface PartyServiceOut {
  /** 从哪一天起 */
  from: string
  /** 到哪一天止 */
  to: string
  /** 所在单位 */
  unitName: string
  /** 报到社区 */
  communityName: string
  /** 报到日期 */
  reportedOn: string
  /** 六大员岗位 */
  serviceRoles: Array<"convenience" | "relief" | "civility" | "emergency" | "mediation" | "policy">
  /** 服务次数 */
  times: number
  /** 服务时长（分钟） */
  minutes: number
  /** 认领的微心愿 */
  wishesClaimed: number
  /** 点亮的微心愿 */
  wishesLit: number
  /** 服务记录 */
  services: Array<ServedOut>
  /** 认领的微心愿 */
  wishes: Array<ClaimedOut>
}

export interface PersonMergeIn {
  /** 凭什么知道是同一个人 */
  proof: "id_seen" | "card" | "call" | "known"
  /** 核实的情况 */
  reason: string
  /** 要并入的档案 */
  fromId: number
  /** 保留的档案 */
  intoId: number
}

export interface PhoneIn {
  /** 手机号按钮（getPhoneNumber）得到的凭证，五分钟内有效、只能用一次 */
  code: string
}

export interface PickIn {
  /** 用户选的数字；不带的会被拒绝 */
  choice?: string | null
}

export interface PictureOut {
  /** 编号 */
  id: number
  /** 检查状态；除本人外只看得到已通过的 */
  state: "checking" | "passed" | "needs_look" | "refused"
  /** 图片地址，一段时间后失效；未通过时为 null */
  url: string | null
  /** 缩略图地址 */
  thumbnailUrl: string | null
}

export interface PlatformOut {
  /** 平台 */
  platform: string
  /** 那个平台的合计（分钟） */
  minutes: number
  /** 那个平台的记录 */
  records: Array<HeldRecordOut>
}

export interface PointsOut {
  /** 可用积分 */
  available: number
  /** 冻结积分 */
  held: number
  /** 按到期日分的积分 */
  lots: Array<LotOut>
}

export interface PreviewIn {
  /** 取货码 */
  pickUpCode: string
}

export interface PrivacyOut {
  /** 现行的各份文件 */
  list: Array<DocumentOut>
}

export interface ProfileIn {
  /** 昵称 */
  nickname?: string
  /** 真实姓名 */
  realName?: string
  /** 出生年份 */
  birthYear?: number | null
}

export interface ProposeIn {
  /** 凭什么知道是同一个人 */
  proof: "id_seen" | "card" | "call" | "known"
  /** 核实的情况 */
  reason: string
  /** 要并入的档案，与找到的不是同一份时 */
  fromId?: number | null
}

export interface ProxyIn {
  /** 对方的纸质卡号 */
  cardNumber?: string | null
  /** 对方登记的手机号；和卡号填一个 */
  phone?: string | null
  /** 您是对方的 */
  relation: "child" | "spouse" | "parent" | "relative" | "neighbour"
}

export interface ProxyOut {
  /** 编号 */
  id: number
  /** acts_for 我代对方办，acted_by 对方代我办 */
  direction: "acts_for" | "acted_by"
  /** 对方的人员编号，代办时填进 onBehalfOf；双方同意以后才有 */
  personId: number | null
  /** 对方的姓名；双方同意以后才有 */
  name: string | null
  /** 代办的人是被代办人的 */
  relation: "child" | "spouse" | "parent" | "relative" | "neighbour"
  /** 状态 */
  state: "asked" | "agreed" | "declined" | "ended"
  /** 申请时间 */
  askedAt: string
  /** 同意时间 */
  agreedAt: string | null
  /** 结束时间 */
  endedAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"agree" | "decline" | "end">
}

export interface ProxyPage {
  /** 这一页的内容 */
  list: Array<ProxyOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface PurposeOut {
  /** 处理目的 */
  purpose: string
  /** 处理的信息 */
  fields: Array<string>
  /** 法律依据 */
  basis: string
  /** 写在哪份文件里 */
  document: "privacy" | "sensitive_data" | "unit_feedback" | "pictures"
  /** 该文件的现行版本 */
  version: string
  /** 留存期限 */
  retention: string
  /** 谁能看到 */
  recipients: string
}

export interface PurposesOut {
  /** 处理目的清单 */
  list: Array<PurposeOut>
  /** 近十二个月全市的权利请求数，均当场办结 */
  requests: RequestsOut
}

export interface Readiness {
  /** ok */
  status: "ok"
  /** 数据库现在能写入；不能写时照常读取，提交会返回 503 */
  writable: boolean
}

export interface ReadyAnswersOut {
  /** 用在哪个操作 */
  action: "send_back" | "decline" | "refer"
  /** 常用的说法，按社区写的先后 */
  sentences: Array<string>
}

export interface ReasonIn {
  /** 原因 */
  reason: string
}

export interface ReceiptIn {
  /** 数量 */
  quantity: number
  /** 来源：采购或捐赠 */
  source: "purchase" | "donation"
  /** 捐赠方 */
  donor?: string | null
  /** 捐赠方同意公开名称 */
  donorPublic?: boolean
  /** 批次 */
  batch?: string | null
  /** 保质期至（当天仍可发放） */
  bestBefore?: string | null
  /** 票据号 */
  document?: string | null
  /** 采购金额或捐赠估值（元） */
  cost?: number | null
}

export interface ReceivedOut {
  /** 编号 */
  id: number
  /** 物品 */
  itemId: number
  /** 类别 */
  kind: "receipt" | "reserve" | "release" | "hand_over" | "return" | "spoilage" | "expired" | "stocktake" | "receipt_reversal" | "transfer_out" | "transfer_in"
  /** 数量（增加为正，减少为负；预订和释放为预订数） */
  quantity: number
  /** 库存增减 */
  onHandChange: number
  /** 预订增减 */
  reservedChange: number
  /** 之后的库存 */
  onHandAfter: number
  /** 时间 */
  at: string
  /** 经办人；系统办理时为 null */
  byName: string | null
  /** 单号 */
  reference: string
  /** 批次的编号 */
  batchId: number | null
  /** 批次 */
  batch: string | null
  /** 保质期至 */
  bestBefore: string | null
  /** 来源 */
  source: "purchase" | "donation" | null
  /** 捐赠方 */
  donor: string | null
  /** 捐赠方同意公开 */
  donorPublic: boolean
  /** 票据号 */
  document: string | null
  /** 金额（元） */
  cost: number | null
  /** 原因 */
  reason: string | null
  /** 兑换单 */
  redemptionId: number | null
  /** 兑换单号 */
  redemptionNumber: string | null
  /** 冲销的是哪一条入库 */
  reversesId: number | null
  /** 冲销的入库单号 */
  reverses: string | null
  /** 这条入库是否已被冲销 */
  reversed: boolean
  /** 您现在可以做的操作 */
  actions: Array<"reverse">
  /** 在这之后的物品 */
  item: ItemOut
}

export interface RecordDayOut {
  /** 哪一天 */
  day: string
  /** 这一天的分钟 */
  minutes: number
}

export interface RecordOut {
  /** 编号 */
  id: number
  /** 活动；补录的其他服务为 null */
  activityId: number | null
  /** 活动名称 */
  activityName: string
  /** 服务类别 */
  category: string
  /** 服务日期；过了零点的，是开始的那一天 */
  servedOn: string
  /** 开始时间 */
  startedAt: string
  /** 服务地点 */
  place: string
  /** 服务内容 */
  content: string
  /** 服务时长（分钟） */
  minutes: number
  /** 按天：过了零点的服务算在各自那一天，一天最多 480 分钟 */
  days: Array<RecordDayOut>
  /** 组织单位 */
  organisingBody: string
  /** 负责人（脱敏） */
  inCharge: string
  /** 认定人（脱敏） */
  certifiedBy: string
  /** 记录时间 */
  recordedAt: string
  /** 来源：扫码、点名、补录、导入 */
  source: "check_in" | "roll_call" | "backfill" | "import"
  /** 与全国志愿服务信息系统的同步状态 */
  syncStatus: "not_synchronised" | "synchronised"
  /** 更正的是哪一条 */
  correctsId: number | null
  /** 已由哪一条更正；有值时这一条不再计入 */
  correctedById: number | null
  /** 您现在可以做的操作 */
  actions: Array<"correct">
}

export interface RecoveryIn {
  /** 原来档案上的姓名 */
  realName: string
  /** 原来的纸质卡号；没有就不填 */
  cardNumber?: string | null
}

export interface RecoveryOut {
  /** 已提交；有没有找到都一样，由社区核实 */
  state: "asked"
}

export interface RedactIn {
  /** 原因 */
  reason: string
  /** 新的标题；不改就不填 */
  title?: string | null
  /** 新的内容；不改就不填 */
  description?: string | null
  /** 保留的图片（心愿的和送达时的），其余立即不再显示；不动图片就不填 */
  fileIds?: Array<number> | null
}

export interface RedemptionIn {
  /** 兑换超市 */
  shopId: number
  /** 要兑换的；只订场地时可以不填 */
  lines?: Array<LineIn>
  /** 场地的时段 */
  slotIds?: Array<number> | null
  /** 活动支持的用途 */
  purpose?: string | null
  /** 志愿队 */
  teamId?: number | null
  /** 代没有手机的居民或同意过的家人兑换 */
  onBehalfOf?: OnBehalfIn | null
  /** 打算哪天来领：超市开门的一天，在领取期限内；只有物品可以选，领取期限不变 */
  collectOn?: string | null
}

export interface RedemptionLineOut {
  /** 物品、场地或活动支持 */
  itemId: number
  /** 名称 */
  name: string
  /** 单位 */
  unit: string
  /** 数量 */
  quantity: number
  /** 单价积分 */
  unitPoints: number
  /** 合计积分 */
  points: number
  /** 已发放的数量；发放前为 null */
  handedOver: number | null
  /** 发放后已退回的数量 */
  returned: number
}

export interface RedemptionOut {
  /** 编号 */
  id: number
  /** 兑换单号 */
  number: string
  /** 状态 */
  state: "requested" | "approved" | "handed_over" | "rejected" | "cancelled" | "expired" | "returned" | "no_show"
  /** 类别 */
  kind: "goods" | "venue" | "activity_support"
  /** 兑换超市 */
  shopId: number
  /** 超市名称 */
  shopName: string
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 兑换人（本社区办理的人和同事看到全名，其他人看到脱敏的） */
  personName: string
  /** 是否由工作人员、监护人或家人代办 */
  onBehalf: boolean
  /** 是否由同意过的家人代办 */
  byFamily: boolean
  /** 合计积分 */
  points: number
  /** 实际使用的积分：已发放且没有退回的；发放前为 null */
  pointsSpent: number | null
  /** 兑换的内容 */
  lines: Array<RedemptionLineOut>
  /** 场地的时段 */
  slots: Array<RedemptionSlotOut>
  /** 用途 */
  purpose: string | null
  /** 志愿队 */
  teamId: number | null
  /** 志愿队名称 */
  teamName: string | null
  /** 申请时间 */
  requestedAt: string
  /** 审批期限：营业日 */
  approveUntil: string
  /** 审批时间 */
  approvedAt: string | null
  /** 取货码：审批后只给本人（本人没有微信时给代办人打印） */
  pickUpCode: string | null
  /** 取货码的二维码（SVG），只在单独查看时给出 */
  pickUpQr: string | null
  /** 最后领取日：营业日 */
  pickUpUntil: string | null
  /** 打算来领的那一天；没有选时为 null */
  collectOn: string | null
  /** 核销时间 */
  handedOverAt: string | null
  /** 本人或代领 */
  collectedBy: "self" | "proxy" | null
  /** 办结时间 */
  closedAt: string | null
  /** 未通过、取消、过期或退回的原因 */
  reason: string | null
  /** 所属的每周预订（第一张单的编号） */
  seriesId: number | null
  /** 您现在可以做的操作 */
  actions: Array<"approve" | "reject" | "cancel" | "extend" | "hand_over" | "return" | "no_show">
}

export interface RedemptionPage {
  /** 这一页的内容 */
  list: Array<RedemptionOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface RedemptionSlotOut {
  /** 时段编号 */
  id: number
  /** 场地 */
  itemId: number
  /** 开始 */
  startsAt: string
  /** 结束 */
  endsAt: string
}

export interface ReferIn {
  /** 原因 */
  reason: string
  /** 转介去向：临时救助、12345 热线、网格 */
  to: "relief" | "hotline" | "grid"
}

export interface Refusal {
  code: 40000 | 40010 | 40090 | 40100 | 40101 | 40102 | 40103 | 40104 | 40190 | 40191 | 40300 | 40301 | 40302 | 40303 | 40304 | 40305 | 40306 | 40310 | 40320 | 40330 | 40331 | 40332 | 40333 | 40334 | 40335 | 40340 | 40341 | 40342 | 40343 | 40344 | 40345 | 40346 | 40347 | 40348 | 40349 | 40350 | 40351 | 40358 | 40359 | 40360 | 40370 | 40390 | 40391 | 40392 | 40396 | 40397 | 40400 | 40430 | 40431 | 40470 | 40500 | 40900 | 40901 | 40902 | 40903 | 40904 | 40905 | 40906 | 40907 | 40908 | 40909 | 40910 | 40911 | 40912 | 40913 | 40914 | 40915 | 40916 | 40917 | 40918 | 40919 | 40920 | 40922 | 40923 | 40924 | 40925 | 40926 | 40927 | 40928 | 40929 | 40930 | 40931 | 40932 | 40933 | 40934 | 40935 | 40936 | 40937 | 40938 | 40939 | 40940 | 40941 | 40942 | 40943 | 40944 | 40945 | 40946 | 40947 | 40948 | 40949 | 40950 | 40951 | 40952 | 40953 | 40954 | 40955 | 40956 | 40957 | 40958 | 40959 | 40960 | 40961 | 40962 | 40963 | 40964 | 40965 | 40966 | 40967 | 40968 | 40969 | 40970 | 40971 | 40972 | 40973 | 40974 | 40975 | 40976 | 40977 | 40978 | 40979 | 40980 | 40981 | 40982 | 40983 | 40984 | 40985 | 40986 | 40987 | 40988 | 40989 | 40990 | 40991 | 40992 | 40993 | 40994 | 40995 | 40996 | 40997 | 40998 | 40999 | 41300 | 41310 | 41500 | 41510 | 41511 | 42200 | 42201 | 42202 | 42203 | 42210 | 42211 | 42212 | 42213 | 42214 | 42215 | 42216 | 42217 | 42218 | 42219 | 42220 | 42221 | 42222 | 42223 | 42224 | 42225 | 42226 | 42227 | 42228 | 42229 | 42230 | 42231 | 42232 | 42233 | 42234 | 42235 | 42236 | 42237 | 42238 | 42239 | 42240 | 42241 | 42242 | 42243 | 42244 | 42249 | 42250 | 42251 | 42252 | 42253 | 42254 | 42255 | 42256 | 42257 | 42258 | 42259 | 42260 | 42261 | 42262 | 42263 | 42265 | 42266 | 42267 | 42268 | 42269 | 42270 | 42271 | 42272 | 42273 | 42274 | 42275 | 42276 | 42277 | 42278 | 42279 | 42280 | 42281 | 42282 | 42283 | 42284 | 42285 | 42286 | 42287 | 42288 | 42289 | 42290 | 42291 | 42292 | 42293 | 42294 | 42295 | 42296 | 42297 | 42298 | 42299 | 42900 | 42901 | 42902 | 42910 | 42970 | 42990 | 42991 | 42992 | 42993 | 42994 | 42995 | 42996 | 42997 | 42998 | 42999 | 50000 | 50300 | 50301 | 50302 | 50303 | 50304 | 50305 | 50310 | 50390
  error: "ACCOUNT_HAS_RECORDS" | "ACTIVITY_MOVED_ON" | "ACTIVITY_NOT_EDITABLE" | "ACTIVITY_NOT_ENDED" | "ACTIVITY_OVER" | "ACTIVITY_TAKEN_DOWN" | "ADJUSTMENT_DECIDED" | "ADMINISTRATOR_THERE" | "ALREADY_BOUND" | "ALREADY_CHECKED_IN" | "ALREADY_CHECKED_OUT" | "ALREADY_DECIDED" | "ALREADY_GUARDIAN" | "ALREADY_MEMBER" | "ALREADY_PAST_ITS_DAY" | "ALREADY_RECORDED" | "ALREADY_REGISTERED" | "ALREADY_REVERSED" | "ALREADY_SIGNED_UP" | "ALREADY_SUSPENDED" | "ANOTHER_ADMINISTRATOR" | "ANSWERS_THEMSELVES" | "APPEALED_ONCE" | "APPOINTMENT_OVER" | "ATTENDANCE_BEGUN" | "ATTENDANCE_CLOSED" | "ATTENDANCE_UNDECIDED" | "BACKFILL_TIMES" | "BARCODE_TAKEN" | "BIRTH_YEAR_NEEDED" | "BODY_TOO_LARGE" | "BOOKINGS_IN_THE_WAY" | "BOUND_ALREADY" | "CANCEL_REASON_NEEDED" | "CAN_SCAN" | "CAPACITY_TAKEN" | "CARD_CODE_WRONG" | "CERTIFICATE_DOES_NOT_HOLD" | "CERTIFICATE_MOVED_ON" | "CERTIFICATE_WITHOUT_NAME" | "CHANGE_DECIDED" | "CHECKED_IN_ELSEWHERE" | "CHILDS_CONSENT_NEEDED" | "CHILD_NEEDS_GUARDIAN" | "CHILD_PICTURED" | "CHILD_RECOGNISABLE" | "CITY_STAYS" | "CLAIM_LIMIT_REACHED" | "CLASHING_SIGN_UP" | "CODE_FOREIGN" | "CODE_OUTDATED" | "COLUMNS_MISSING" | "COMPLAINT_MOVED_ON" | "CONSENT_MISSING" | "CONSENT_REQUIRED" | "CONTRADICTING_ANSWERS" | "CORRECTION_WAITING" | "COST_ABOVE_CAP" | "DATABASE_UNAVAILABLE" | "DATES_NOT_FREE" | "DAYS_OUT_OF_ORDER" | "DIFFERENCE_UNEXPLAINED" | "DONOR_OF_A_PURCHASE" | "ENTER_AGAIN_FIRST" | "EXPORTED_OFTEN" | "FILE_NOT_USABLE" | "FIRST_PASSWORD_ASKED" | "FIRST_PASSWORD_DECIDED" | "FIRST_PASSWORD_NOT_GRANTED" | "FIRST_PASSWORD_OVER" | "FIXED_ONCE_PUBLISHED" | "FORM_SENT_BEFORE" | "FOUR_EYES" | "GUARDIANSHIP_DECIDED" | "GUARDIAN_UNSETTLED" | "HAS_THEIR_OWN_PHONE" | "HOLD_CLOSED" | "HOLD_MOVED" | "HOURS_NOT_PROPOSED" | "HOURS_NOT_SENSIBLE" | "IDEMPOTENCY_KEY_INVALID" | "IDEMPOTENCY_KEY_REUSED" | "IMPORT_OVER" | "INSURANCE_MISSING" | "INVALID_INPUT" | "ISSUER_TO_CHOOSE" | "ITEM_NAME_TAKEN" | "ITEM_OFF_SHELF" | "ITEM_OFF_SHELF_ALREADY" | "KIOSKS_ONLY" | "KIOSK_NAME_TAKEN" | "KIOSK_READ_ONLY" | "KIOSK_REVOKED" | "LEADER_UNKNOWN" | "LIMIT_REACHED" | "LINKS_DECIDED" | "LINK_NOT_CONFIRMED" | "LINK_OVER" | "LIST_IMPORTED" | "LIST_MOVED_ON" | "LIST_TOO_LONG" | "LOGIN_BLOCKED" | "LOGIN_CODE_INVALID" | "MALFORMED_REQUEST" | "MERGED_INTO_CLOSED" | "MERGE_ADJUSTMENT_WAITS" | "MERGE_CONFLICT" | "MERGE_DECIDED" | "MERGE_GONE" | "MERGE_IN_OFFICE" | "MERGE_ONE_ACTED_FOR_OTHER" | "MERGE_ONE_HANDLED_OTHER" | "MERGE_OPEN" | "MERGE_SAME_PERSON" | "METHOD_NOT_ALLOWED" | "METHOD_NOT_YOURS" | "MINUTES_ABOVE_PROPOSAL" | "MINUTES_TOO_MANY" | "MISPLACED_ORGANISATION" | "MIXED_KINDS" | "MORE_THAN_SETTLED" | "NAMES_STAY_MASKED" | "NAME_NEEDED" | "NAME_TAKEN" | "NEW_ITEM_WITHOUT_POINTS" | "NICKNAME_TAKEN_DOWN" | "NOBODY_ABOVE" | "NOTHING_ASKED" | "NOTHING_COUNTED" | "NOTHING_INSIDE" | "NOTHING_TO_BOOK" | "NOTHING_TO_CORRECT" | "NOTHING_TO_DECIDE" | "NOTHING_TO_EXPLAIN" | "NOTHING_TO_REDACT" | "NOTHING_TO_SYNCHRONISE" | "NOTHING_TO_VERIFY" | "NOTHING_UNSOLVED" | "NOT_ALLOWED" | "NOT_ALONE_YET" | "NOT_AN_ANSWER" | "NOT_ATTENDED" | "NOT_A_CHILD" | "NOT_A_COMMUNITY" | "NOT_A_FORM" | "NOT_A_MEMBER" | "NOT_A_PICTURE" | "NOT_A_POSITIVE_AMOUNT" | "NOT_A_SHEET" | "NOT_A_UNIT" | "NOT_A_VENUE" | "NOT_BEGUN_YET" | "NOT_CHECKED_IN" | "NOT_ENOUGH_POINTS" | "NOT_FOUND" | "NOT_GOODS" | "NOT_IN_OFFICE" | "NOT_IN_QUARANTINE" | "NOT_IN_THAT_TEAM" | "NOT_IN_THIS_SHOP" | "NOT_READY" | "NOT_REGISTERED_AS_MEMBER" | "NOT_REVERSIBLE" | "NOT_SIGNED_IN" | "NOT_SIGNED_UP" | "NOT_THAT_GRID" | "NOT_TO_BE_DENIED" | "NOT_YOUR_TEAM" | "NO_APPOINTMENT" | "NO_CARD" | "NO_CITY_YET" | "NO_EARNING_RULE" | "NO_HOURS_FOR_THIS" | "NO_NICKNAME" | "NO_PLACE_FOR_REGISTER" | "NO_PLACE_FREE" | "NO_ROUND_OPEN" | "NO_ROUND_PUBLISHED" | "NO_SENSIBLE_ADJUSTMENT" | "NO_SENSIBLE_NAME" | "NO_SERVICE_THEN" | "NO_SUCH_COMMUNITY" | "NO_SUCH_PARENT" | "NO_SUCH_SHOP" | "NO_SUCH_UNIT" | "NO_SUCH_VOLUNTEER" | "OFFICE_ENDED" | "ONE_TIME_CODE_NEEDED" | "ONE_TIME_CODE_WRONG" | "ONLY_BY_LINK" | "ONLY_SESSIONS_TO_COME" | "OPENED_OTHERWISE" | "OPENING_BALANCES_DECIDED" | "OPENING_DECIDED" | "OPENING_PACE" | "OTHER_PROVIDER_ACCOUNT_BOUND" | "OUT_OF_STOCK" | "OVERLAPPING_SERVICE" | "OWN_FIRST_PASSWORD" | "OWN_OPENING" | "OWN_PROXY" | "OWN_REGISTRATION" | "OWN_SUSPENSION" | "OWN_WARD" | "PAGE_LOST" | "PAGE_OUTDATED" | "PARENT_AMBIGUOUS" | "PASSWORD_BARRED" | "PERIOD_IN_FUTURE" | "PERIOD_REVERSED" | "PERIOD_TOO_LONG" | "PERSON_IN_OFFICE" | "PHONE_CODE_INVALID" | "PICK_UP_CODE_UNKNOWN" | "PICTURE_BROKEN" | "PICTURE_NOT_CLEAN" | "PICTURE_TOO_LARGE" | "PLACE_ALREADY_THERE" | "PLACE_CLOSED" | "PLACE_IN_USE" | "PLACE_IS_OPEN" | "POINTS_MOVED_ON" | "PROMISE_OUT_OF_RANGE" | "PROPOSAL_CHANGED" | "PROVIDER_ACCOUNT_TAKEN" | "PROVIDER_ACCOUNT_UNKNOWN" | "PROVIDER_ANSWER_REFUSED" | "PROVIDER_MISSET" | "PROVIDER_SAID_NO" | "PROVIDER_SIGN_IN_OVER" | "PROVIDER_UNAVAILABLE" | "PROXY_ASKED_ALREADY" | "PROXY_ASKS_ADULTS" | "PROXY_DECIDED" | "PROXY_NAME_NEEDED" | "PROXY_NEEDS_ADULT" | "PROXY_RESTS" | "PURPOSE_NEEDED" | "PUSH_NOT_GENUINE" | "PUSH_UNREADABLE" | "REASON_NEEDED" | "RECEIPT_REVERSED" | "RECORDED_OTHERWISE" | "RECORD_CORRECTED" | "RECOVERY_NEEDS_PHONE" | "REDEMPTION_MOVED_ON" | "REFERENCE_REUSED" | "REGISTERED_ELSEWHERE" | "REGISTER_TOO_LONG" | "REOPENED_ALREADY" | "RESIDENCY_NEEDED" | "RETURNED_ALREADY" | "ROLE_NOT_HERE" | "ROUND_ALREADY_COLLECTING" | "ROUND_ALREADY_PUBLISHED" | "ROUND_MOVED_ON" | "RULE_IN_THE_PAST" | "RULE_MEANWHILE_SET" | "RULE_NOT_SENSIBLE" | "SECOND_ADMINISTRATOR_MISSING" | "SERIES_IN_THE_WAY" | "SERIES_STANDS" | "SERVER_FAULT" | "SESSIONS_TO_COME" | "SESSION_ENDED" | "SET_UP_OVER" | "SEVERAL_OF_THEM" | "SEVERAL_VOLUNTEERS" | "SHEET_TOO_LARGE" | "SHOP_ALREADY_THERE" | "SIGN_IN_BUSY" | "SIGN_IN_LOCKED" | "SIGN_IN_OVER" | "SIGN_UP_CLOSED" | "SIGN_UP_MOVED_ON" | "SLOTS_NEEDED" | "SLOT_BEGUN" | "SLOT_NOT_BEGUN" | "SLOT_NOT_OFFERED" | "SLOT_RUNNING" | "SLOT_TAKEN" | "STAR_GRANTED" | "STAR_NOT_REACHED" | "STATE_CONFLICT" | "STILL_RUNNING" | "STILL_WAITING" | "STOCKTAKE_MOVED_ON" | "STOCKTAKE_OPEN" | "STOCK_PAST_ITS_DAY" | "STOCK_RESERVED" | "STORE_UNAVAILABLE" | "STRONG_ROLE" | "SUSPENDED" | "SUSPENDED_PERSON" | "SUSPENSION_TOO_LONG" | "TEAMS_OF_ONE_NAME" | "TEAM_ELSEWHERE" | "TEAM_MISSING" | "TEAM_NAME_TAKEN" | "TEAM_TAKEN_DOWN" | "TEXT_NOT_ACCEPTED" | "THINGS_STILL_OPEN" | "TIMES_NOT_TRUE" | "TIMES_OUT_OF_ORDER" | "TOKEN_NOT_KNOWN" | "TOO_BUSY" | "TOO_EARLY" | "TOO_LATE" | "TOO_LATE_TO_CANCEL" | "TOO_MANY_BOOKINGS" | "TOO_MANY_CHILDREN" | "TOO_MANY_COMPLAINTS" | "TOO_MANY_DRAFTS" | "TOO_MANY_HOURS_THAT_DAY" | "TOO_MANY_KEYS" | "TOO_MANY_MESSAGES" | "TOO_MANY_PIXELS" | "TOO_MANY_PROXIES" | "TOO_MANY_PROXY_REQUESTS" | "TOO_MANY_RECOVERIES" | "TOO_MANY_REQUESTS" | "TOO_MANY_ROWS" | "TOO_MANY_SIGN_INS" | "TOO_MANY_UNUSED" | "TOO_MANY_WISHES" | "TOO_MANY_WRONG_CODES" | "TOO_YOUNG" | "TRANSFER_MOVED_ON" | "TWO_OF_THAT_NAME" | "UNKNOWN_TEMPLATE" | "UNSUPPORTED_TYPE" | "USE_NOT_STATED" | "VENUE_INCOMPLETE" | "VENUE_KEEPS_ITS_DAY" | "WANTED_IN_THE_PAST" | "WAY_IN_THERE" | "WEAK_PASSWORD" | "WE_CHAT_MISSET" | "WE_CHAT_UNAVAILABLE" | "WISH_MOVED_ON" | "WISH_NOT_EDITABLE" | "WISH_NOT_OPEN" | "WRONG_CHOICE" | "WRONG_PASSWORD" | "WRONG_PICK_UP_CODE"
  /** 给人看的中文说明 */
  message: string
  data: Record<string, unknown> | null
  requestId: string
}

export interface RepeatIn {
  /** 以后多少周，每周一次 */
  weeks: number
}

export interface RequestsOut {
  /** 导出次数 */
  exports: number
  /** 注销次数 */
  cancellations: number
  /** 更正次数 */
  corrections: number
  /** 工作人员或认领人查看联系方式的次数 */
  openings: number
}

export interface ResidencyIn {
  /** 社区 */
  communityId: number
  /** 网格 */
  gridId?: number | null
  /** 住址；加密保存 */
  address?: string | null
}

export interface ResidencyOut {
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 网格 */
  gridId: number | null
  /** 登记状态 */
  status: "declared" | "verified" | "rejected"
  /** 未通过的原因 */
  reason: string | null
}

export interface ResidentCorrectionIn {
  /** 原因 */
  reason: string
  /** 真实姓名 */
  realName?: string
  /** 手机号；null 是删除。国外和港澳号码写 + 和国家代码 */
  phone?: string | null
  /** 出生年份 */
  birthYear?: number | null
  /** 本社区里的住址；null 是删除 */
  address?: string | null
  /** 本社区的网格；null 是不清楚 */
  gridId?: number | null
}

export interface ResidentOut {
  /** 人员编号 */
  id: number
  /** 姓名；居住地的工作人员看到全名 */
  realName: string | null
  /** 手机号（脱敏） */
  phone: string | null
  /** 纸质卡号 */
  cardNumber: string | null
  /** 出生年份 */
  birthYear: number | null
  /** 是否已绑定微信 */
  hasWeChat: boolean
  /** 社区 */
  communityId: number
  /** 网格 */
  gridId: number | null
  /** 居住登记 */
  residencyStatus: "declared" | "verified" | "rejected"
}

export interface ResidentPage {
  /** 这一页的内容 */
  list: Array<ResidentOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface ReturnIn {
  /** 原因 */
  reason: string
  /** 退回的；不填为发放后还没有退回的全部 */
  lines?: Array<ReturnedLineIn> | null
}

export interface ReturnedLineIn {
  /** 物品、场地或活动支持 */
  itemId: number
  /** 数量；场地为时段数 */
  quantity: number
  /** 坏了：退回的同时报损 */
  writeOff?: boolean
  /** 待检：先不上架，看过再决定 */
  quarantine?: boolean
}

export interface RevokedOut {
  /** 证明编号 */
  number: string
  /** 状态 */
  status: "valid" | "corrected" | "revoked" | "altered"
  /** 撤销时间 */
  revokedAt: string
}

export interface RoleOut {
  /** 角色 */
  role: "grid_worker" | "grid_leader" | "community_staff" | "shop_keeper" | "supervisor" | "street_staff" | "town_leader" | "dispatcher" | "unit_officer" | "unit_liaison" | "unit_head" | "arbiter" | "city_admin" | "auditor"
  /** 任职的组织 */
  organisationId: number
  /** 组织名称 */
  organisationName: string
  /** 任期最后一天 */
  toDay: string | null
}

export interface RoundIn {
  /** 社区 */
  communityId: number
  /** 名称 */
  title: string
  /** 征集截止日 */
  collectUntil: string
  /** 发布截止日 */
  publishUntil: string
}

export interface RoundOut {
  /** 编号 */
  id: number
  /** 社区 */
  communityId: number
  /** 第几期 */
  number: number
  /** 名称 */
  title: string
  /** 状态 */
  state: "collecting" | "reviewing" | "published" | "closed"
  /** 征集截止日 */
  collectUntil: string
  /** 发布截止日 */
  publishUntil: string
  /** 开始征集的时间 */
  openedAt: string
  /** 发布时间 */
  publishedAt: string | null
  /** 结束时间 */
  closedAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"review" | "publish" | "close">
}

export interface RoundPage {
  /** 这一页的内容 */
  list: Array<RoundOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface RoundRef {
  /** 编号 */
  id: number
  /** 第几期 */
  number: number
  /** 名称 */
  title: string
}

export interface RoutingOut {
  /** 一个、几个、没有 */
  outcome: "one" | "several" | "none"
  /** 可以交给谁，各有依据；没有时先由街道（乡镇）承接 */
  suggestions: Array<SuggestionOut>
  /** 能不能交给街道（乡镇）牵头 */
  townAllowed: boolean
}

export interface RuleIn {
  /** 社区；不填为全市 */
  communityId?: number | null
  /** 每单位（一小时、一个心愿）的积分；0 为不奖励 */
  points: number
  /** 每次活动每人最多的积分；不填为不限 */
  capPerActivity?: number | null
  /** 每天每人最多的积分；不填为不限 */
  capPerDay?: number | null
  /** 生效日期，最早为今天 */
  effectiveFrom: string
}

export interface RuleOut {
  /** 事项 */
  event: "wish_confirmed" | "service_hour"
  /** 社区；全市规则为 null */
  communityId: number | null
  /** 社区名称；全市规则为 null */
  communityName: string | null
  /** 版本 */
  version: number
  /** 每单位的积分 */
  points: number
  /** 每次活动每人最多的积分 */
  capPerActivity: number | null
  /** 每天每人最多的积分 */
  capPerDay: number | null
  /** 生效日期 */
  effectiveFrom: string
  /** 今天是否生效；否则尚未开始 */
  inForce: boolean
}

export interface RulePage {
  /** 这一页的内容 */
  list: Array<RuleOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface ScanOut {
  /** 允许以后做什么：登录工作后台，或把这个微信绑定给屏幕前的工作人员 */
  purpose: "sign_in" | "bind"
  /** 请求登录的浏览器 */
  browser: string
  /** 电脑上显示二维码的时间 */
  createdAt: string
  /** 失效时间 */
  expiresAt: string
  /** 三个两位数；电脑屏幕上显示其中一个，请用户选它 */
  choices: Array<string>
}

export interface SecurityEventOut {
  /** 编号 */
  id: number
  /** 时间 */
  at: string
  /** 种类；除 session 和 data_opened 外也发消息 */
  kind: "console" | "password" | "role" | "phone" | "card" | "merge" | "kiosk" | "suspended" | "session" | "data_opened"
  /** 发生了什么 */
  title: string
  /** 浏览器或手机；不知道时为 null */
  device: string | null
  /** 我说不是本人操作的时间 */
  deniedAt: string | null
  /** 现在可以办的：deny 是“不是我操作的” */
  actions: Array<"deny">
}

export interface SecurityEventPage {
  /** 这一页的内容 */
  list: Array<SecurityEventOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface SeriesIn {
  /** 兑换超市 */
  shopId: number
  /** 第一次的时段 */
  slotIds: Array<number>
  /** 每周同一时段，共几次 */
  weeks: number
  /** 不订的日子 */
  leaveOut?: Array<string>
  /** 用途 */
  purpose?: string | null
  /** 志愿队 */
  teamId?: number | null
  /** 代没有手机的居民或同意过的家人预订 */
  onBehalfOf?: OnBehalfIn | null
}

export interface SeriesOut {
  /** 每周预订的编号 */
  seriesId: number
  /** 每次一张兑换单 */
  list: Array<RedemptionOut>
}

export interface ServedOut {
  /** 服务记录 */
  id: number
  /** 服务日期 */
  servedOn: string
  /** 活动名称 */
  activityName: string
  /** 服务类别 */
  category: string
  /** 组织单位 */
  organisingBody: string
  /** 服务时长（分钟） */
  minutes: number
}

export interface SessionAttendedOut {
  /** 第几场 */
  number: number
  /** 签到时间 */
  checkedInAt: string
  /** 签退时间 */
  checkedOutAt: string | null
  /** 签到方式 */
  source: "check_in" | "roll_call"
  /** 位置比对结果 */
  placeCheck: "passed" | "failed" | "not_given" | null
  /** 这一场的分钟数；没有签退时为 null */
  attendedMinutes: number | null
}

export interface SessionOut {
  /** 访问令牌，放在 Authorization: Bearer 之后 */
  token: string
  /** 令牌到期时间；使用时自动顺延 */
  expiresAt: string
  /** 我 */
  person: Me
}

export interface ShopCardOut {
  /** 编号 */
  id: number
  /** 名称 */
  name: string
  /** 现在是否开门 */
  openNow: boolean
  /** 现在可以兑换的，最多四种 */
  items: Array<ItemCardOut>
}

export interface ShopChange {
  /** 名称 */
  name?: string
  /** 地址 */
  address?: string
  /** 开放时间 */
  openingHours?: Array<OpeningHours>
  /** 休息日 */
  closedDays?: Array<string>
  /** 审批期限（营业日） */
  approveDays?: number
  /** 领取期限（营业日） */
  pickUpDays?: number
}

export interface ShopChangeIn {
  /** 名称 */
  name?: string
  /** 地址 */
  address?: string
  /** 开放时间 */
  openingHours?: Array<OpeningHours>
  /** 休息日 */
  closedDays?: Array<string>
  /** 审批期限（营业日） */
  approveDays?: number
  /** 领取期限（营业日） */
  pickUpDays?: number
  /** 确认取消的场地预订；没有写全的，得到 409 BOOKINGS_IN_THE_WAY，data.bookings 里有这些单 */
  endBookings?: Array<number>
}

export interface ShopIn {
  /** 社区 */
  communityId: number
  /** 名称 */
  name: string
  /** 地址 */
  address?: string
  /** 开放时间 */
  openingHours?: Array<OpeningHours>
  /** 休息日 */
  closedDays?: Array<string>
  /** 审批期限（营业日） */
  approveDays?: number
  /** 领取期限（营业日） */
  pickUpDays?: number
}

export interface ShopOut {
  /** 编号 */
  id: number
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 名称 */
  name: string
  /** 地址 */
  address: string
  /** 开放时间 */
  openingHours: Array<OpeningHours>
  /** 休息日 */
  closedDays: Array<string>
  /** 审批人不能核销（由街道批准才能关闭） */
  fourEyesHandOver: boolean
  /** 审批期限（营业日） */
  approveDays: number
  /** 领取期限（营业日） */
  pickUpDays: number
}

export interface ShopPage {
  /** 这一页的内容 */
  list: Array<ShopOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface ShopTransferOut {
  /** 编号 */
  id: number
  /** 调拨单号 */
  number: string
  /** 状态 */
  state: "sent" | "received" | "called_back"
  /** 调出超市 */
  fromShopId: number
  /** 调出超市的名称 */
  fromShop: string
  /** 调入超市 */
  toShopId: number
  /** 调入超市的名称 */
  toShop: string
  /** 调出的物品 */
  itemId: number
  /** 收到后记在哪种物品下 */
  toItemId: number | null
  /** 物品名称 */
  name: string
  /** 单位 */
  unit: string
  /** 调出数量 */
  quantity: number
  /** 实收数量；收到前为 null */
  received: number | null
  /** 调拨原因 */
  reason: string
  /** 少收或撤回的原因 */
  closingReason: string | null
  /** 调出人 */
  sentBy: string
  /** 调出时间 */
  sentAt: string
  /** 收货或撤回的人 */
  closedBy: string | null
  /** 收货或撤回时间 */
  closedAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"receive" | "call_back">
}

export interface ShopTransferPage {
  /** 这一页的内容 */
  list: Array<ShopTransferOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface SignInIn {
  /** wx.login 得到的登录凭证，五分钟内有效、只能用一次 */
  code: string
}

export interface SignUpIn {
  /** 代没有手机的居民或同意过的家人办理 */
  onBehalfOf?: OnBehalfIn | null
  /** 组织者同意与同一时间的另一个活动并存的原因；其他人不能填 */
  clashReason?: string | null
}

export interface SignUpOut {
  /** 报名编号 */
  id: number
  /** 活动 */
  activityId: number
  /** 人员编号 */
  personId: number
  /** 状态 */
  state: "confirmed" | "waitlisted" | "checked_in" | "checked_out" | "certified" | "unverified" | "cancelled" | "late_cancelled" | "excused" | "no_show"
  /** 候补第几位；不在候补时为 null */
  waitlistPosition: number | null
  /** 是否由工作人员或家人代办 */
  onBehalf: boolean
  /** 是否由同意过的家人代办 */
  byFamily: boolean
  /** 报名时间 */
  signedUpAt: string
  /** 签到时间 */
  checkedInAt: string | null
  /** 签退时间 */
  checkedOutAt: string | null
  /** 签到方式：扫码、点名 */
  source: "check_in" | "roll_call" | null
  /** 位置是否在现场范围内；只保存比对结果 */
  placeCheck: "passed" | "failed" | "not_given" | null
  /** 认定的服务时长（分钟） */
  minutes: number | null
  /** 您现在可以做的操作 */
  actions: Array<"cancel_sign_up" | "check_in" | "check_out" | "excuse">
}

export interface SlotOut {
  /** 时段编号，预订时用 */
  id: number
  /** 开始 */
  startsAt: string
  /** 结束 */
  endsAt: string
  /** 是否还可以预订 */
  free: boolean
}

export interface SlotsOut {
  /** 当天的时段 */
  list: Array<SlotOut>
}

export interface SourceOut {
  /** 来源 */
  source: "check_in" | "roll_call" | "backfill" | "import"
  /** 分钟 */
  minutes: number
}

export interface SpoilageIn {
  /** 原因 */
  reason: string
  /** 数量 */
  quantity: number
  /** 批次的编号；不填时从最早到期的扣 */
  batchId?: number | null
}

export interface StarIn {
  /** 申请几星 */
  stars: number
}

export interface StarOut {
  /** 几星 */
  stars: number
  /** 需要的小时数 */
  hours: number
  /** 申请时的累计时长（分钟） */
  minutes: number
  /** 授予时间 */
  grantedAt: string
}

export interface StarsOut {
  /** 我的星级，只有本人能看到 */
  list: Array<StarOut>
}

export interface StatementRow {
  /** 编号 */
  id: number
  /** 时间 */
  at: string
  /** 增减 */
  points: number
  /** 之后的可用积分 */
  balance: number
  /** 类别 */
  kind: "award" | "opening" | "hold" | "release" | "expire" | "adjust" | "reverse" | "merge"
  /** 事项 */
  title: string
  /** 依据单号 */
  reference: string
}

export interface StatementRowPage {
  /** 这一页的内容 */
  list: Array<StatementRow>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface StockMovementOut {
  /** 编号 */
  id: number
  /** 物品 */
  itemId: number
  /** 类别 */
  kind: "receipt" | "reserve" | "release" | "hand_over" | "return" | "spoilage" | "expired" | "stocktake" | "receipt_reversal" | "transfer_out" | "transfer_in"
  /** 数量（增加为正，减少为负；预订和释放为预订数） */
  quantity: number
  /** 库存增减 */
  onHandChange: number
  /** 预订增减 */
  reservedChange: number
  /** 之后的库存 */
  onHandAfter: number
  /** 时间 */
  at: string
  /** 经办人；系统办理时为 null */
  byName: string | null
  /** 单号 */
  reference: string
  /** 批次的编号 */
  batchId: number | null
  /** 批次 */
  batch: string | null
  /** 保质期至 */
  bestBefore: string | null
  /** 来源 */
  source: "purchase" | "donation" | null
  /** 捐赠方 */
  donor: string | null
  /** 捐赠方同意公开 */
  donorPublic: boolean
  /** 票据号 */
  document: string | null
  /** 金额（元） */
  cost: number | null
  /** 原因 */
  reason: string | null
  /** 兑换单 */
  redemptionId: number | null
  /** 兑换单号 */
  redemptionNumber: string | null
  /** 冲销的是哪一条入库 */
  reversesId: number | null
  /** 冲销的入库单号 */
  reverses: string | null
  /** 这条入库是否已被冲销 */
  reversed: boolean
  /** 您现在可以做的操作 */
  actions: Array<"reverse">
}

export interface StockMovementPage {
  /** 这一页的内容 */
  list: Array<StockMovementOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface StocktakeIn {
  /** 盘点的物品 */
  lines: Array<CountedIn>
}

export interface StocktakeLineOut {
  /** 物品 */
  itemId: number
  /** 名称 */
  name: string
  /** 单位 */
  unit: string
  /** 账面数 */
  book: number
  /** 实盘数 */
  counted: number
  /** 盈亏数 */
  difference: number
  /** 盈亏原因 */
  reason: string | null
}

export interface StocktakeOut {
  /** 编号 */
  id: number
  /** 盘点单号 */
  number: string
  /** 兑换超市 */
  shopId: number
  /** 状态 */
  state: "proposed" | "approved" | "rejected"
  /** 盘点的物品 */
  lines: Array<StocktakeLineOut>
  /** 盘点人 */
  proposedBy: string
  /** 盘点时间 */
  proposedAt: string
  /** 监盘人 */
  decidedBy: string | null
  /** 审核时间 */
  decidedAt: string | null
  /** 退回原因 */
  reviewReason: string | null
  /** 您现在可以做的操作 */
  actions: Array<"approve" | "reject" | "explain">
}

export interface StocktakePage {
  /** 这一页的内容 */
  list: Array<StocktakeOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface SubscriptionOut {
  /** 模板 */
  template: "wish_progress" | "review_result" | "claim_progress" | "points_changed" | "activity_notice" | "redemption_notice" | "account_security"
  /** 还可以发送的次数 */
  remaining: number
}

export interface SubscriptionsIn {
  /** 用户同意的模板 */
  accepted?: Array<string>
  /** 用户拒绝的模板 */
  rejected?: Array<string>
}

export interface SubscriptionsOut {
  /** 各模板的次数 */
  list: Array<SubscriptionOut>
}

export interface SuggestionOut {
  /** 牵头的组织 */
  leadId: number
  /** 牵头的组织名称 */
  leadName: string
  /** 配合的组织 */
  cooperators: Array<NamedOut>
  /** 层级：1 网格员现场办，2 网格长跟进办，3 综治中心统筹办 */
  level: number
  /** 依据的清单事项；清单里没有时为 null */
  listItem: ItemNamedOut | null
  /** 为什么 */
  because: string
}

export interface SuspendIn {
  /** 原因 */
  reason: string
  /** 停用到哪天（含当天），最多 180 天；也可以是带时区的时间 */
  until: string
}

export interface SuspendedOut {
  /** 到哪天（含当天），或到什么时间 */
  until: string
  /** 原因 */
  reason: string
}

export interface SuspensionOut {
  /** 人员编号 */
  personId: number
  /** 从什么时候起 */
  since: string
  /** 到哪天（含当天），或到什么时间 */
  until: string
  /** 原因 */
  reason: string
  /** 提前恢复的时间；没有恢复时为 null */
  resumedAt: string | null
}

export interface TakenDownOut {
  /** 编号 */
  id: number
  /** 兑换超市 */
  shopId: number
  /** 类别：物品、场地、活动支持 */
  kind: "goods" | "venue" | "activity_support"
  /** 名称 */
  name: string
  /** 说明 */
  description: string
  /** 单位 */
  unit: string
  /** 每单位的积分 */
  points: number
  /** 可兑换的数量；场地和活动支持没有库存，为 null */
  available: number | null
  /** 每人每期限兑；不限为 null */
  limitPerPerson: number | null
  /** 限兑的周期 */
  limitPeriod: "month" | "quarter" | "year" | "once"
  /** 是否上架 */
  onShelf: boolean
  /** 场地每个时段的分钟数 */
  slotMinutes: number | null
  /** 审批后几个营业日内领取；按超市的期限为 null */
  pickUpDays: number | null
  /** 同意公开的捐赠方；没有登录时是空的 */
  donors: Array<string>
  /** 图片 */
  files: Array<PictureOut>
  /** 现有库存（仅工作人员可见） */
  onHand: number | null
  /** 已预订（仅工作人员可见） */
  reserved: number | null
  /** 少于等于多少时提醒（仅工作人员可见） */
  lowStock: number | null
  /** 到货时是否通知我 */
  watching: boolean
  /** 等到货通知的人数（仅工作人员可见） */
  waiting: number | null
  /** 还没有办完的兑换单，仍然有效 */
  openOrders: Array<OpenOrderOut>
}

export interface TeamChanges {
  /** 名称 */
  name?: string
  /** 特长 */
  speciality?: string
  /** 队长（人员编号） */
  leaderId?: number
}

export interface TeamDetailOut {
  /** 编号 */
  id: number
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 类型：社区、单位、社会 */
  kind: "community" | "unit" | "social"
  /** 名称 */
  name: string
  /** 特长 */
  speciality: string
  /** 队长；离开以后还没有新队长时、没有登录时为 null */
  leaderId: number | null
  /** 队长（本社区办理的人和同事看到全名，其他人看到脱敏的）；没有登录时是空的 */
  leaderName: string
  /** 队员人数（不含队长） */
  memberCount: number
  /** 我在队里：队长、已申请、队员、没有同意、已退出；没有关系时为 null */
  myStatus: "leader" | "applied" | "accepted" | "declined" | "left" | null
  /** 成立时间 */
  createdAt: string
  /** 社区撤下的时间；只有队长和工作人员还看得到 */
  takenDownAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"join" | "leave">
  /** 队员和申请人；只有队长和工作人员可见，其他人为 null */
  members: Array<MemberOut> | null
}

export interface TeamIn {
  /** 社区 */
  communityId: number
  /** 类型 */
  kind: "community" | "unit" | "social"
  /** 名称 */
  name: string
  /** 特长 */
  speciality?: string
  /** 队长（人员编号） */
  leaderId: number
}

export interface TeamOut {
  /** 编号 */
  id: number
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 类型：社区、单位、社会 */
  kind: "community" | "unit" | "social"
  /** 名称 */
  name: string
  /** 特长 */
  speciality: string
  /** 队长；离开以后还没有新队长时、没有登录时为 null */
  leaderId: number | null
  /** 队长（本社区办理的人和同事看到全名，其他人看到脱敏的）；没有登录时是空的 */
  leaderName: string
  /** 队员人数（不含队长） */
  memberCount: number
  /** 我在队里：队长、已申请、队员、没有同意、已退出；没有关系时为 null */
  myStatus: "leader" | "applied" | "accepted" | "declined" | "left" | null
  /** 成立时间 */
  createdAt: string
  /** 社区撤下的时间；只有队长和工作人员还看得到 */
  takenDownAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"join" | "leave">
}

export interface TeamPage {
  /** 这一页的内容 */
  list: Array<TeamOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface TemplateOut {
  /** 模板 */
  template: "wish_progress" | "review_result" | "claim_progress" | "points_changed" | "activity_notice" | "redemption_notice" | "account_security"
  /** 名称 */
  title: string
  /** 微信的模板编号，传给 wx.requestSubscribeMessage */
  templateId: string | null
}

export interface TemplatesOut {
  /** 可以订阅的消息 */
  list: Array<TemplateOut>
}

export interface TermOut {
  /** 多少 */
  value: number
  /** 个工作日、小时、个工作小时 */
  unit: "wd" | "hour" | "office_hour"
}

export interface TicketCategoryOut {
  /** 代码 */
  code: string
  /** 名称 */
  name: string
  /** 上一级的代码 */
  parent: string | null
  /** 是否还在用 */
  active: boolean
  /** 办理期限；没有单独规定时是上一级的，再没有就按层级 */
  term: TermOut | null
}

export interface TicketCategoryPage {
  /** 这一页的内容 */
  list: Array<TicketCategoryOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface TimelineOut {
  /** 按时间先后 */
  list: Array<MoveOut>
}

export interface ToDoOut {
  /** 类别 */
  kind: "wishes_to_confirm" | "wishes_to_complete" | "claims_to_fulfil" | "activities_this_week" | "redemptions_to_collect" | "proxies_to_answer" | "wishes_to_review" | "hours_to_certify" | "redemptions_to_approve" | "complaints_to_answer" | "residencies_to_verify" | "party_registrations_to_verify" | "merges_to_decide"
  /** 几件 */
  count: number
  /** 最早的一件从何时起等着；活动是最近一场的开始时间 */
  oldestAt: string
  /** 点开的页面，连同参数 */
  page: string
}

export interface ToDosOut {
  /** 一共几件 */
  total: number
  /** 按类别；没有的不列出 */
  list: Array<ToDoOut>
}

export interface TodayOut {
  /** 今天 */
  date: string
  /** 超市 */
  shopId: number
  /** 待审批 */
  toApprove: number
  /** 待领取 */
  toPickUp: number
  /** 今天是最后领取日的 */
  lastDay: number
  /** 到了期限还没有办的 */
  late: number
  /** 今天已核销 */
  handedOverToday: number
  /** 库存不多的物品 */
  lowStock: Array<LowOut>
  /** 快到或已过保质期的批次 */
  endingBatches: Array<EndingOut>
  /** 今天的场地预订 */
  venueSlots: Array<BookedOut>
}

export interface TotalsOut {
  /** 合计（分钟）；不会因为积分的使用而减少 */
  minutes: number
  /** 按年 */
  byYear: Array<YearOut>
  /** 按服务类别 */
  byCategory: Array<CategoryOut>
  /** 按来源；补录单列 */
  bySource: Array<SourceOut>
}

export interface TransferIn {
  /** 原因 */
  reason: string
  /** 调到哪个超市 */
  toShopId: number
  /** 数量 */
  quantity: number
}

export interface UploadIn {
  /** JPEG、HEIC（不超过 5000 万像素）、PNG、WebP（不超过 2000 万像素），不超过 10 MB */
  file: string
  /** 用途：心愿、送达、超市物品 */
  purpose: "wish" | "fulfilment" | "item"
}

export interface UploadOut {
  /** 编号，放进 fileIds */
  id: number
  /** 本人查看的地址，一段时间后失效 */
  url: string
  /** 缩略图地址 */
  thumbnailUrl: string
  /** 检查状态 */
  state: "checking" | "passed" | "needs_look" | "refused"
  /** 保存后的宽度（像素） */
  width: number
  /** 保存后的高度（像素） */
  height: number
}

export interface WaitingOut {
  /** 人员编号 */
  personId: number
  /** 姓名；由所在社区核实，显示全名 */
  realName: string | null
  /** 手机号（脱敏） */
  phone: string | null
  /** 社区 */
  communityId: number
  /** 网格 */
  gridId: number | null
  /** 单位 */
  unitId: number | null
  /** 六大员岗位 */
  serviceRoles: Array<"convenience" | "relief" | "civility" | "emergency" | "mediation" | "policy"> | null
  /** 状态 */
  status: "declared" | "pending" | "verified" | "rejected"
  /** 登记时间 */
  declaredAt: string
}

export interface WaitingPage {
  /** 这一页的内容 */
  list: Array<WaitingOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface WishCardOut {
  /** 编号 */
  id: number
  /** 心愿编号 */
  number: string | null
  /** 状态 */
  state: "published" | "claimed" | "fulfilled" | "confirmed"
  /** 标题 */
  title: string
  /** 内容的开头；没有登录时是空的 */
  description: string
  /** 类别 */
  category: "goods" | "service" | "company" | "repair" | "learning" | "other"
  /** 受益人群 */
  beneficiaryGroup: "elder" | "child" | "disabled" | "family" | "worker" | "other"
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 许愿人（按其选择的公开方式）；没有登录时是空的 */
  wisher: string
  /** 认领 */
  claim: HomeClaimOut | null
  /** 所属的期 */
  round: RoundRef | null
  /** 第一张图片 */
  files: Array<HomePictureOut>
  /** 发布时间 */
  publishedAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"submit" | "withdraw" | "accept" | "send_back" | "decline" | "refer" | "merge" | "claim" | "release" | "fulfil" | "confirm" | "dispute" | "republish" | "explain" | "take_down" | "redact" | "reopen">
}

export interface WishContentUpdate {
  /** 标题 */
  title?: string
  /** 内容 */
  description?: string
  /** 类别 */
  category?: "goods" | "service" | "company" | "repair" | "learning" | "other"
  /** 受益人群 */
  beneficiaryGroup?: "elder" | "child" | "disabled" | "family" | "worker" | "other"
  /** 希望哪一类帮助 */
  serviceRole?: "convenience" | "relief" | "civility" | "emergency" | "mediation" | "policy" | null
  /** 预估金额（元） */
  estimatedCost?: number
  /** 期望时间 */
  wantedBy?: string | null
  /** 公开方式 */
  disclosure?: "anonymous" | "title"
  /** 公开称谓，与姓氏连用 */
  salutation?: "女士" | "先生" | "奶奶" | "爷爷" | "阿姨" | "叔叔" | "同学" | "居民" | null
  /** 地址；加密保存，认领后只给认领人看 */
  address?: string | null
  /** 联系电话，也可以是带区号的座机；加密保存 */
  contactPhone?: string | null
  /** 图片，最多三张，先用 POST /files 上传 */
  fileIds?: Array<number>
}

export interface WishDetailOut {
  /** 编号 */
  id: number
  /** 心愿编号：社区-期-序 */
  number: string | null
  /** 状态 */
  state: "draft" | "submitted" | "sent_back" | "accepted" | "declined" | "referred" | "published" | "claimed" | "fulfilled" | "confirmed" | "closed_unconfirmed" | "carried_over" | "escalated" | "withdrawn" | "merged" | "taken_down"
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 标题 */
  title: string
  /** 内容；没有登录时是空的 */
  description: string
  /** 类别 */
  category: "goods" | "service" | "company" | "repair" | "learning" | "other"
  /** 受益人群 */
  beneficiaryGroup: "elder" | "child" | "disabled" | "family" | "worker" | "other"
  /** 六大员 */
  serviceRole: "convenience" | "relief" | "civility" | "emergency" | "mediation" | "policy" | null
  /** 预估金额（元） */
  estimatedCost: number
  /** 期望时间 */
  wantedBy: string | null
  /** 公开方式 */
  disclosure: "anonymous" | "title"
  /** 许愿人（按其选择的公开方式）；没有登录时是空的 */
  wisher: string
  /** 许愿人的全名；只给办理这里心愿的工作人员，其他人和儿童的心愿是 null */
  wisherName: string | null
  /** 认领 */
  claim: ClaimOut | null
  /** 所属的期 */
  round: RoundRef | null
  /** 是否由工作人员、监护人或家人代办 */
  onBehalf: boolean
  /** 是否由同意过的家人代办 */
  byFamily: boolean
  /** 代办的原因（仅本人和工作人员可见） */
  onBehalfReason: string | null
  /** 网格（仅本人和工作人员可见） */
  gridName: string | null
  /** 图片 */
  files: Array<PictureOut>
  /** 内容安全检查存疑或未能检查，请仔细查看（仅审核人员可见） */
  needsLook: boolean | null
  /** 是否留有地址（内容只对认领人显示） */
  hasAddress: boolean
  /** 退回、不予受理或转介的原因（仅本人和工作人员可见） */
  reviewReason: string | null
  /** 转介去向 */
  referredTo: "relief" | "hotline" | "grid" | null
  /** 是否由上一期结转 */
  carriedOver: boolean
  /** 是否实际解决 */
  solved: boolean | null
  /** 满意度 1–5 */
  satisfaction: number | null
  /** 怎么确认的（仅本人和工作人员可见） */
  confirmMethod: "app" | "call" | "signature" | null
  /** 许愿人确认时说的话（仅本人和工作人员可见） */
  comment: string | null
  /** 合并到哪个心愿（仅本人和工作人员可见） */
  mergedIntoId: number | null
  /** 由哪个没有解决的心愿再次提出（仅本人和工作人员可见） */
  reopensId: number | null
  /** 再次提出的心愿（仅本人和工作人员可见） */
  reopenedAsId: number | null
  /** 社区最近一次遮盖部分内容的时间（仅本人和工作人员可见） */
  redactedAt: string | null
  /** 标题和内容里可能有的个人信息（仅审核人员可见） */
  privateData: Array<"phone" | "id_number" | "bank_card" | "address" | "name"> | null
  /** 您写的文字里可能有的个人信息，大家都会看到；只提醒，不拦截（仅写的人可见） */
  warnings: Array<"phone" | "id_number" | "bank_card" | "address" | "name">
  /** 填写时间 */
  createdAt: string
  /** 提交时间 */
  submittedAt: string | null
  /** 发布时间 */
  publishedAt: string | null
  /** 送达时间 */
  fulfilledAt: string | null
  /** 办结时间 */
  closedAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"submit" | "withdraw" | "accept" | "send_back" | "decline" | "refer" | "merge" | "claim" | "release" | "fulfil" | "confirm" | "dispute" | "republish" | "explain" | "take_down" | "redact" | "reopen">
  /** 经过，按时间先后 */
  timeline: Array<MoveOut>
}

export interface WishIn {
  /** 标题 */
  title: string
  /** 内容 */
  description: string
  /** 类别 */
  category: "goods" | "service" | "company" | "repair" | "learning" | "other"
  /** 受益人群 */
  beneficiaryGroup: "elder" | "child" | "disabled" | "family" | "worker" | "other"
  /** 希望哪一类帮助 */
  serviceRole?: "convenience" | "relief" | "civility" | "emergency" | "mediation" | "policy" | null
  /** 预估金额（元） */
  estimatedCost: number
  /** 期望时间 */
  wantedBy?: string | null
  /** 公开方式 */
  disclosure: "anonymous" | "title"
  /** 公开称谓，与姓氏连用 */
  salutation?: "女士" | "先生" | "奶奶" | "爷爷" | "阿姨" | "叔叔" | "同学" | "居民" | null
  /** 地址；加密保存，认领后只给认领人看 */
  address?: string | null
  /** 联系电话，也可以是带区号的座机；加密保存 */
  contactPhone?: string | null
  /** 图片，最多三张，先用 POST /files 上传 */
  fileIds?: Array<number>
  /** 社区 */
  communityId: number
  /** 代没有手机的居民、孩子或同意过的家人填报 */
  onBehalfOf?: OnBehalfIn | null
  /** 立即提交；否则存为草稿 */
  submit?: boolean
}

export interface WishOut {
  /** 编号 */
  id: number
  /** 心愿编号：社区-期-序 */
  number: string | null
  /** 状态 */
  state: "draft" | "submitted" | "sent_back" | "accepted" | "declined" | "referred" | "published" | "claimed" | "fulfilled" | "confirmed" | "closed_unconfirmed" | "carried_over" | "escalated" | "withdrawn" | "merged" | "taken_down"
  /** 社区 */
  communityId: number
  /** 社区名称 */
  communityName: string
  /** 标题 */
  title: string
  /** 内容；没有登录时是空的 */
  description: string
  /** 类别 */
  category: "goods" | "service" | "company" | "repair" | "learning" | "other"
  /** 受益人群 */
  beneficiaryGroup: "elder" | "child" | "disabled" | "family" | "worker" | "other"
  /** 六大员 */
  serviceRole: "convenience" | "relief" | "civility" | "emergency" | "mediation" | "policy" | null
  /** 预估金额（元） */
  estimatedCost: number
  /** 期望时间 */
  wantedBy: string | null
  /** 公开方式 */
  disclosure: "anonymous" | "title"
  /** 许愿人（按其选择的公开方式）；没有登录时是空的 */
  wisher: string
  /** 许愿人的全名；只给办理这里心愿的工作人员，其他人和儿童的心愿是 null */
  wisherName: string | null
  /** 认领 */
  claim: ClaimOut | null
  /** 所属的期 */
  round: RoundRef | null
  /** 是否由工作人员、监护人或家人代办 */
  onBehalf: boolean
  /** 是否由同意过的家人代办 */
  byFamily: boolean
  /** 代办的原因（仅本人和工作人员可见） */
  onBehalfReason: string | null
  /** 网格（仅本人和工作人员可见） */
  gridName: string | null
  /** 图片 */
  files: Array<PictureOut>
  /** 内容安全检查存疑或未能检查，请仔细查看（仅审核人员可见） */
  needsLook: boolean | null
  /** 是否留有地址（内容只对认领人显示） */
  hasAddress: boolean
  /** 退回、不予受理或转介的原因（仅本人和工作人员可见） */
  reviewReason: string | null
  /** 转介去向 */
  referredTo: "relief" | "hotline" | "grid" | null
  /** 是否由上一期结转 */
  carriedOver: boolean
  /** 是否实际解决 */
  solved: boolean | null
  /** 满意度 1–5 */
  satisfaction: number | null
  /** 怎么确认的（仅本人和工作人员可见） */
  confirmMethod: "app" | "call" | "signature" | null
  /** 许愿人确认时说的话（仅本人和工作人员可见） */
  comment: string | null
  /** 合并到哪个心愿（仅本人和工作人员可见） */
  mergedIntoId: number | null
  /** 由哪个没有解决的心愿再次提出（仅本人和工作人员可见） */
  reopensId: number | null
  /** 再次提出的心愿（仅本人和工作人员可见） */
  reopenedAsId: number | null
  /** 社区最近一次遮盖部分内容的时间（仅本人和工作人员可见） */
  redactedAt: string | null
  /** 标题和内容里可能有的个人信息（仅审核人员可见） */
  privateData: Array<"phone" | "id_number" | "bank_card" | "address" | "name"> | null
  /** 您写的文字里可能有的个人信息，大家都会看到；只提醒，不拦截（仅写的人可见） */
  warnings: Array<"phone" | "id_number" | "bank_card" | "address" | "name">
  /** 填写时间 */
  createdAt: string
  /** 提交时间 */
  submittedAt: string | null
  /** 发布时间 */
  publishedAt: string | null
  /** 送达时间 */
  fulfilledAt: string | null
  /** 办结时间 */
  closedAt: string | null
  /** 您现在可以做的操作 */
  actions: Array<"submit" | "withdraw" | "accept" | "send_back" | "decline" | "refer" | "merge" | "claim" | "release" | "fulfil" | "confirm" | "dispute" | "republish" | "explain" | "take_down" | "redact" | "reopen">
}

export interface WishPage {
  /** 这一页的内容 */
  list: Array<WishOut>
  /** 下一页的标记；没有下一页时为 null */
  nextCursor: string | null
}

export interface YearOut {
  /** 年份 */
  year: number
  /** 分钟 */
  minutes: number
}

export interface Gets {
  /** 活动 */
  '/activities': { query: { limit?: number; cursor?: string | null; communityId?: number | null; category?: string | null; state?: "draft" | "published" | "ended" | "certified" | "cancelled" | Array<"draft" | "published" | "ended" | "certified" | "cancelled"> | null; joinable?: boolean; from?: string | null; to?: string | null; teamId?: number | null; mine?: "organised" | "signed_up" | null; q?: string | null; near?: string | null }; body: undefined; data: ActivityPage }
  /** 一个活动 */
  [path: `/activities/${number}`]: { query: undefined; body: undefined; data: ActivityOut }
  /** 出勤（组织者） */
  [path: `/activities/${number}/attendance`]: { query: undefined; body: undefined; data: AttendanceOut }
  /** 现场签到码（组织者） */
  [path: `/activities/${number}/check-in-code`]: { query: undefined; body: undefined; data: CodeOut }
  /** 每周重复的各次活动 */
  [path: `/activities/${number}/series`]: { query: { limit?: number; cursor?: string | null }; body: undefined; data: ActivityPage }
  /** 工作日历 */
  '/calendar-days': { query: { limit?: number; cursor?: string | null; from?: string | null; to?: string | null }; body: undefined; data: DayPage }
  /** 多少个工作日以后是哪一天 */
  '/calendar-days/due': { query: { from: string; workingDays: number }; body: undefined; data: DueOut }
  /** 社区积分发放与结存 */
  [path: `/communities/${number}/points-liability`]: { query: undefined; body: undefined; data: LiabilityOut }
  /** 由我这里承办的投诉和建议 */
  '/complaints': { query: { limit?: number; cursor?: string | null; state?: "received" | "escalated" | "answered" | "withdrawn" | Array<"received" | "escalated" | "answered" | "withdrawn"> | null }; body: undefined; data: ComplaintPage }
  /** 一条投诉或建议 */
  [path: `/complaints/${number}`]: { query: undefined; body: undefined; data: ComplaintOut }
  /** 回电号码 */
  [path: `/complaints/${number}/contact`]: { query: { reason: string }; body: undefined; data: CallBackOut }
  /** 扫到的工作后台登录请求 */
  [path: `/console-sign-ins/${string}`]: { query: undefined; body: undefined; data: ScanOut }
  /** 没有送达的微信消息 */
  '/deliveries/dead': { query: { limit?: number; cursor?: string | null }; body: undefined; data: DeadPage }
  /** 清单调整建议 */
  '/duty-item-changes': { query: { limit?: number; cursor?: string | null; state?: "proposed" | "granted" | "rejected" | null }; body: undefined; data: ItemChangePage }
  /** 权责清单的事项 */
  '/duty-items': { query: { limit?: number; cursor?: string | null; listId?: number | null; category?: string | null; q?: string | null; on?: string | null }; body: undefined; data: DutyItemPage }
  /** 权责清单的各版 */
  '/duty-lists': { query: { limit?: number; cursor?: string | null; kind?: "town_basic" | "town_cooperate" | "taken_back" | "town_power" | "town_service" | "community_service" | "autonomy" | "assist" | "relief" | "no_certificate" | "grid_item" | null }; body: undefined; data: DutyListPage }
  /** 上传过的清单 */
  '/duty-lists/imports': { query: { limit?: number; cursor?: string | null }; body: undefined; data: DutyImportPage }
  /** 一次清单导入 */
  [path: `/duty-lists/imports/${number}`]: { query: undefined; body: undefined; data: DutyImportOut }
  /** 一次清单导入的行 */
  [path: `/duty-lists/imports/${number}/rows`]: { query: { limit?: number; cursor?: string | null; kind?: "new" | "same" | "changed" | "reopened" | "unreadable" | null }; body: undefined; data: ImportRowPage }
  /** 小区 */
  '/estates': { query: { limit?: number; cursor?: string | null; communityId?: number | null }; body: undefined; data: EstatePage }
  /** 待核实的监护登记 */
  '/guardianships/to-verify': { query: { limit?: number; cursor?: string | null }; body: undefined; data: GuardianshipPage }
  /** 首页 */
  '/home': { query: { communityId?: number | null }; body: undefined; data: HomeOut }
  /** 图片待查看的物品 */
  '/items/to-look': { query: { limit?: number; cursor?: string | null }; body: undefined; data: ItemPage }
  /** 一件物品、场地或活动支持 */
  [path: `/items/${number}`]: { query: undefined; body: undefined; data: ItemOut }
  /** 物品的条码 */
  [path: `/items/${number}/barcodes`]: { query: undefined; body: undefined; data: BarcodesOut }
  /** 有库存的批次 */
  [path: `/items/${number}/batches`]: { query: undefined; body: undefined; data: BatchesOut }
  /** 出入库流水 */
  [path: `/items/${number}/movements`]: { query: { limit?: number; cursor?: string | null }; body: undefined; data: StockMovementPage }
  /** 场地一天的时段 */
  [path: `/items/${number}/slots`]: { query: { date?: string | null }; body: undefined; data: SlotsOut }
  /** 自助终端，新的在前 */
  '/kiosks': { query: { limit?: number; cursor?: string | null }; body: undefined; data: KioskPage }
  /** 从微信外打开某一页面的链接 */
  '/links': { query: { kind: "wish" | "activity" | "shop"; id: number }; body: undefined; data: LinkOut }
  /** 我 */
  '/me': { query: undefined; body: undefined; data: Me }
  /** 我的服务证明 */
  '/me/certificates': { query: { limit?: number; cursor?: string | null }; body: undefined; data: CertificatePage }
  /** 我的一份服务证明和它包含的记录 */
  [path: `/me/certificates/${string}`]: { query: undefined; body: undefined; data: CertificateDetailOut }
  /** 我监护的孩子 */
  '/me/children': { query: undefined; body: undefined; data: ChildrenOut }
  /** 我的认领 */
  '/me/claims': { query: { limit?: number; cursor?: string | null; state?: "draft" | "submitted" | "sent_back" | "accepted" | "declined" | "referred" | "published" | "claimed" | "fulfilled" | "confirmed" | "closed_unconfirmed" | "carried_over" | "escalated" | "withdrawn" | "merged" | "taken_down" | Array<"draft" | "submitted" | "sent_back" | "accepted" | "declined" | "referred" | "published" | "claimed" | "fulfilled" | "confirmed" | "closed_unconfirmed" | "carried_over" | "escalated" | "withdrawn" | "merged" | "taken_down"> | null }; body: undefined; data: MyClaimPage }
  /** 我的投诉和建议 */
  '/me/complaints': { query: { limit?: number; cursor?: string | null }; body: undefined; data: ComplaintPage }
  /** 我的同意，对照现行版本 */
  '/me/consents': { query: undefined; body: undefined; data: MyConsentsOut }
  /** 其他平台的服务时长 */
  '/me/hours-elsewhere': { query: undefined; body: undefined; data: HoursElsewhereOut }
  /** 我是否接收活动邀请 */
  '/me/invitations': { query: undefined; body: undefined; data: InvitationsOut }
  /** 我的消息 */
  '/me/notices': { query: { limit?: number; cursor?: string | null; unread?: boolean }; body: undefined; data: NoticePage }
  /** 我作为在职党员的服务：活动和微心愿 */
  '/me/party-service': { query: { from?: string | null; to?: string | null }; body: undefined; data: PartyServiceOut }
  /** 我的积分 */
  '/me/points': { query: undefined; body: undefined; data: PointsOut }
  /** 我的积分流水 */
  '/me/points/statement': { query: { limit?: number; cursor?: string | null }; body: undefined; data: StatementRowPage }
  /** 家人代办 */
  '/me/proxies': { query: { limit?: number; cursor?: string | null }; body: undefined; data: ProxyPage }
  /** 我的兑换 */
  '/me/redemptions': { query: { limit?: number; cursor?: string | null; state?: "requested" | "approved" | "handed_over" | "rejected" | "cancelled" | "expired" | "returned" | "no_show" | Array<"requested" | "approved" | "handed_over" | "rejected" | "cancelled" | "expired" | "returned" | "no_show"> | null }; body: undefined; data: RedemptionPage }
  /** 我的账号安全记录，新的在前 */
  '/me/security-events': { query: { limit?: number; cursor?: string | null }; body: undefined; data: SecurityEventPage }
  /** 我的服务记录和合计 */
  '/me/service-records': { query: { limit?: number; cursor?: string | null }; body: undefined; data: MyRecordsOut }
  /** 我在哪些地方登录着小程序 */
  '/me/sessions': { query: undefined; body: undefined; data: MySessionsOut }
  /** 我的报名 */
  '/me/sign-ups': { query: { limit?: number; cursor?: string | null; state?: "confirmed" | "waitlisted" | "checked_in" | "checked_out" | "certified" | "unverified" | "cancelled" | "late_cancelled" | "excused" | "no_show" | Array<"confirmed" | "waitlisted" | "checked_in" | "checked_out" | "certified" | "unverified" | "cancelled" | "late_cancelled" | "excused" | "no_show"> | null; when?: "upcoming" | "past" | null }; body: undefined; data: MySignUpPage }
  /** 我的星级 */
  '/me/stars': { query: undefined; body: undefined; data: StarsOut }
  /** 我的志愿队：我带的、我参加和申请的 */
  '/me/teams': { query: { limit?: number; cursor?: string | null }; body: undefined; data: MyTeamPage }
  /** 我的待办 */
  '/me/to-do': { query: undefined; body: undefined; data: ToDosOut }
  /** 我的心愿（含代办） */
  '/me/wishes': { query: { limit?: number; cursor?: string | null; state?: "draft" | "submitted" | "sent_back" | "accepted" | "declined" | "referred" | "published" | "claimed" | "fulfilled" | "confirmed" | "closed_unconfirmed" | "carried_over" | "escalated" | "withdrawn" | "merged" | "taken_down" | Array<"draft" | "submitted" | "sent_back" | "accepted" | "declined" | "referred" | "published" | "claimed" | "fulfilled" | "confirmed" | "closed_unconfirmed" | "carried_over" | "escalated" | "withdrawn" | "merged" | "taken_down"> | null }; body: undefined; data: WishPage }
  /** 组织列表 */
  '/organisations': { query: { limit?: number; cursor?: string | null; parentId?: number | null; kind?: "city" | "street" | "community" | "grid" | "unit" | "centre" | null; q?: string | null; near?: string | null }; body: undefined; data: OrganisationPage }
  /** 一个组织和它的办公室怎么联系 */
  [path: `/organisations/${number}`]: { query: undefined; body: undefined; data: OfficeOut }
  /** 待核实的双报到登记 */
  '/party-registrations/to-verify': { query: { limit?: number; cursor?: string | null }; body: undefined; data: WaitingPage }
  /** 查找居民（代办用，号码脱敏） */
  '/people': { query: { limit?: number; cursor?: string | null; communityId?: number | null; cardNumber?: string | null; phone?: string | null }; body: undefined; data: ResidentPage }
  /** 居民的姓名、电话和住址 */
  [path: `/people/${number}/contact`]: { query: { reason?: string | null }; body: undefined; data: ContactOut }
  /** 合并档案的申请，新的在前 */
  '/person-merges': { query: { limit?: number; cursor?: string | null; communityId?: number | null; state?: "asked" | "proposed" | "approved" | "rejected" | Array<"asked" | "proposed" | "approved" | "rejected"> | null }; body: undefined; data: MergePage }
  /** 积分调整 */
  '/points/adjustments': { query: { limit?: number; cursor?: string | null; state?: "proposed" | "approved" | "rejected" | Array<"proposed" | "approved" | "rejected"> | null }; body: undefined; data: AdjustmentPage }
  /** 期初积分表 */
  '/points/opening-balances': { query: { limit?: number; cursor?: string | null }; body: undefined; data: OpeningPage }
  /** 一张期初积分表 */
  [path: `/points/opening-balances/${number}`]: { query: undefined; body: undefined; data: OpeningOut }
  /** 期初积分表的行 */
  [path: `/points/opening-balances/${number}/rows`]: { query: { limit?: number; cursor?: string | null; kind?: "new" | "same" | "unreadable" | null }; body: undefined; data: OpeningRowPage }
  /** 积分规则 */
  '/points/rules': { query: { limit?: number; cursor?: string | null; communityId?: number | null }; body: undefined; data: RulePage }
  /** 隐私说明和各份单独同意的现行文本 */
  '/privacy': { query: undefined; body: undefined; data: PrivacyOut }
  /** 某一版本的文本，含已被替换的版本 */
  [path: `/privacy/${string}/${string}`]: { query: undefined; body: undefined; data: DocumentOut }
  /** 个人信息处理目的清单 */
  '/processing-purposes': { query: undefined; body: undefined; data: PurposesOut }
  /** 待审批的兑换单 */
  '/redemptions/to-approve': { query: { limit?: number; cursor?: string | null; shopId?: number | null }; body: undefined; data: RedemptionPage }
  /** 一张兑换单 */
  [path: `/redemptions/${number}`]: { query: undefined; body: undefined; data: RedemptionOut }
  /** 待核实的居住登记 */
  '/residencies/to-verify': { query: { limit?: number; cursor?: string | null }; body: undefined; data: WaitingPage }
  /** 各期 */
  '/rounds': { query: { limit?: number; cursor?: string | null; communityId?: number | null; state?: "collecting" | "reviewing" | "published" | "closed" | Array<"collecting" | "reviewing" | "published" | "closed"> | null }; body: undefined; data: RoundPage }
  /** 这件事该由谁办 */
  '/routing': { query: { category: string; organisationId: number; on?: string | null }; body: undefined; data: RoutingOut }
  /** 待审核的补录 */
  '/service-records/backfill/to-decide': { query: { limit?: number; cursor?: string | null }; body: undefined; data: BackfillPage }
  /** 待处理的更正申请 */
  '/service-records/corrections/to-decide': { query: { limit?: number; cursor?: string | null }; body: undefined; data: CorrectionPage }
  /** 一次调拨 */
  [path: `/shop-transfers/${number}`]: { query: undefined; body: undefined; data: ShopTransferOut }
  /** 兑换超市 */
  '/shops': { query: { limit?: number; cursor?: string | null; communityId?: number | null }; body: undefined; data: ShopPage }
  /** 一家兑换超市 */
  [path: `/shops/${number}`]: { query: undefined; body: undefined; data: ShopOut }
  /** 按条码找物品 */
  [path: `/shops/${number}/barcodes/${string}`]: { query: undefined; body: undefined; data: BarcodeOut }
  /** 超市里可以兑换的 */
  [path: `/shops/${number}/items`]: { query: { limit?: number; cursor?: string | null; kind?: "goods" | "venue" | "activity_support" | null; q?: string | null }; body: undefined; data: ItemPage }
  /** 超市的兑换单 */
  [path: `/shops/${number}/redemptions`]: { query: { limit?: number; cursor?: string | null; state?: "requested" | "approved" | "handed_over" | "rejected" | "cancelled" | "expired" | "returned" | "no_show" | Array<"requested" | "approved" | "handed_over" | "rejected" | "cancelled" | "expired" | "returned" | "no_show"> | null; collectOn?: string | null }; body: undefined; data: RedemptionPage }
  /** 盘点记录 */
  [path: `/shops/${number}/stocktakes`]: { query: { limit?: number; cursor?: string | null }; body: undefined; data: StocktakePage }
  /** 柜台今天的工作 */
  [path: `/shops/${number}/today`]: { query: undefined; body: undefined; data: TodayOut }
  /** 调拨记录 */
  [path: `/shops/${number}/transfers`]: { query: { limit?: number; cursor?: string | null }; body: undefined; data: ShopTransferPage }
  /** 一次盘点 */
  [path: `/stocktakes/${number}`]: { query: undefined; body: undefined; data: StocktakeOut }
  /** 可以订阅的消息模板 */
  '/subscription-templates': { query: undefined; body: undefined; data: TemplatesOut }
  /** 志愿队 */
  '/teams': { query: { limit?: number; cursor?: string | null; communityId?: number | null; kind?: "community" | "unit" | "social" | null; q?: string | null }; body: undefined; data: TeamPage }
  /** 一支志愿队 */
  [path: `/teams/${number}`]: { query: undefined; body: undefined; data: TeamDetailOut }
  /** 事项分类 */
  '/ticket-categories': { query: { limit?: number; cursor?: string | null }; body: undefined; data: TicketCategoryPage }
  /** 在职党员服务情况反馈表 */
  [path: `/units/${number}/feedback`]: { query: { from: string; to: string; limit?: number; cursor?: string | null }; body: undefined; data: FeedbackPage }
  /** 心愿墙 */
  '/wishes': { query: { limit?: number; cursor?: string | null; communityId?: number | null; category?: "goods" | "service" | "company" | "repair" | "learning" | "other" | null; serviceRole?: "convenience" | "relief" | "civility" | "emergency" | "mediation" | "policy" | null; state?: "published" | "claimed" | "fulfilled" | "confirmed" | Array<"published" | "claimed" | "fulfilled" | "confirmed"> | null; roundId?: number | null; beneficiaryGroup?: "elder" | "child" | "disabled" | "family" | "worker" | "other" | null; claimable?: boolean; q?: string | null }; body: undefined; data: WishPage }
  /** 图片或留言待查看的心愿 */
  '/wishes/to-look': { query: { limit?: number; cursor?: string | null }; body: undefined; data: WishPage }
  /** 待审核的心愿 */
  '/wishes/to-review': { query: { limit?: number; cursor?: string | null; communityId?: number | null }; body: undefined; data: WishPage }
  /** 一个心愿，连同经过 */
  [path: `/wishes/${number}`]: { query: undefined; body: undefined; data: WishDetailOut }
  /** 许愿人的联系方式 */
  [path: `/wishes/${number}/contact`]: { query: { reason?: string | null }; body: undefined; data: ContactOut }
  /** 遮盖前的文字 */
  [path: `/wishes/${number}/former-texts`]: { query: { reason?: string | null }; body: undefined; data: FormerTextsOut }
  /** 审核时的参考 */
  [path: `/wishes/${number}/review`]: { query: undefined; body: undefined; data: BesideReviewOut }
  /** 心愿的经过 */
  [path: `/wishes/${number}/timeline`]: { query: undefined; body: undefined; data: TimelineOut }
}

export interface Posts {
  /** 新建活动（草稿） */
  '/activities': { query: undefined; body: ActivityIn; data: ActivityOut }
  /** 取消活动 */
  [path: `/activities/${number}/cancel`]: { query: undefined; body: CallOffIn; data: ActivityOut }
  /** 取消报名 */
  [path: `/activities/${number}/cancel-sign-up`]: { query: undefined; body: CancelSignUpIn; data: SignUpOut }
  /** 认定时长：生成服务记录和积分 */
  [path: `/activities/${number}/certify`]: { query: undefined; body: Array<MinutesIn>; data: ActivityOut }
  /** 签到 */
  [path: `/activities/${number}/check-in`]: { query: undefined; body: CheckIn; data: SignUpOut }
  /** 签退 */
  [path: `/activities/${number}/check-out`]: { query: undefined; body: CheckIn; data: SignUpOut }
  /** 结束活动 */
  [path: `/activities/${number}/end`]: { query: undefined; body: Nothing; data: ActivityOut }
  /** 给报名和候补的人发消息 */
  [path: `/activities/${number}/message`]: { query: undefined; body: MessageIn; data: MessageOut }
  /** 申报时长（组织者） */
  [path: `/activities/${number}/propose-hours`]: { query: undefined; body: Array<MinutesIn>; data: ActivityOut }
  /** 发布活动 */
  [path: `/activities/${number}/publish`]: { query: undefined; body: Nothing; data: ActivityOut }
  /** 每周重复（生成草稿） */
  [path: `/activities/${number}/repeat`]: { query: undefined; body: RepeatIn; data: ActivitiesOut }
  /** 点名（组织者），与扫码同样有效 */
  [path: `/activities/${number}/roll-call`]: { query: undefined; body: Array<CalledIn>; data: AttendanceOut }
  /** 一起取消这一次和以后各次 */
  [path: `/activities/${number}/series/cancel`]: { query: undefined; body: CallOffIn; data: ActivitiesOut }
  /** 一起发布这一次和以后各次的草稿 */
  [path: `/activities/${number}/series/publish`]: { query: undefined; body: Nothing; data: ActivitiesOut }
  /** 报名 */
  [path: `/activities/${number}/sign-up`]: { query: undefined; body: SignUpIn; data: SignUpOut }
  /** 同意某人同一时间参加另一个活动（组织者） */
  [path: `/activities/${number}/sign-ups/${number}/allow-clash`]: { query: undefined; body: ReasonIn; data: ActivityOut }
  /** 登记请假 */
  [path: `/activities/${number}/sign-ups/${number}/excuse`]: { query: undefined; body: ReasonIn; data: SignUpOut }
  /** 撤下活动 */
  [path: `/activities/${number}/take-down`]: { query: undefined; body: ReasonIn; data: ActivityOut }
  /** 撤销一份服务证明 */
  [path: `/certificates/${string}/revoke`]: { query: undefined; body: ReasonIn; data: RevokedOut }
  /** 投诉、建议、减负反映 */
  '/complaints': { query: undefined; body: ComplaintIn; data: ComplaintOut }
  /** 答复 */
  [path: `/complaints/${number}/answer`]: { query: undefined; body: ComplaintAnswerIn; data: ComplaintOut }
  /** 不满意答复，请上一级复核（一次） */
  [path: `/complaints/${number}/appeal`]: { query: undefined; body: ReasonIn; data: ComplaintOut }
  /** 提级办理 */
  [path: `/complaints/${number}/escalate`]: { query: undefined; body: ReasonIn; data: ComplaintOut }
  /** 撤回 */
  [path: `/complaints/${number}/withdraw`]: { query: undefined; body: Nothing; data: ComplaintOut }
  /** 允许电脑登录工作后台，或绑定微信 */
  [path: `/console-sign-ins/${string}/approve`]: { query: undefined; body: PickIn; data: Done }
  /** 提出调整清单 */
  '/duty-item-changes': { query: undefined; body: ItemChangeIn; data: ItemChangeOut }
  /** 决定清单调整建议 */
  [path: `/duty-item-changes/${number}/decide`]: { query: undefined; body: ChangeDecisionIn; data: ItemChangeOut }
  /** 上传清单的下一版 */
  '/duty-lists/imports': { query: undefined; body: undefined; data: DutyImportOut }
  /** 确认清单导入 */
  [path: `/duty-lists/imports/${number}/confirm`]: { query: undefined; body: Nothing; data: DutyImportOut }
  /** 上传图片 */
  '/files': { query: undefined; body: undefined; data: UploadOut }
  /** 当面核实后登记监护关系 */
  '/guardianships': { query: undefined; body: GuardianLinkIn; data: GuardianshipOut }
  /** 监护登记不通过 */
  [path: `/guardianships/${number}/reject`]: { query: undefined; body: ReasonIn; data: Done }
  /** 核实监护登记 */
  [path: `/guardianships/${number}/verify`]: { query: undefined; body: DecideIn; data: Done }
  /** 新增 */
  '/items': { query: undefined; body: ItemIn; data: ItemKeptOut }
  /** 登记条码 */
  [path: `/items/${number}/barcodes`]: { query: undefined; body: BarcodeIn; data: BarcodeOut }
  /** 待检后上架 */
  [path: `/items/${number}/batches/${number}/release`]: { query: undefined; body: Nothing; data: ItemOut }
  /** 查看存疑的物品图片 */
  [path: `/items/${number}/look`]: { query: undefined; body: LookIn; data: ItemOut }
  /** 入库 */
  [path: `/items/${number}/receipts`]: { query: undefined; body: ReceiptIn; data: ReceivedOut }
  /** 冲销入库 */
  [path: `/items/${number}/receipts/${number}/reverse`]: { query: undefined; body: ReasonIn; data: ReceivedOut }
  /** 报损 */
  [path: `/items/${number}/spoilage`]: { query: undefined; body: SpoilageIn; data: ItemOut }
  /** 撤下 */
  [path: `/items/${number}/take-down`]: { query: undefined; body: ReasonIn; data: TakenDownOut }
  /** 调到另一个超市 */
  [path: `/items/${number}/transfers`]: { query: undefined; body: TransferIn; data: ShopTransferOut }
  /** 到货时通知我 */
  [path: `/items/${number}/watch`]: { query: undefined; body: Nothing; data: ItemOut }
  /** 在自助终端上登录 */
  '/kiosk-sessions': { query: undefined; body: KioskSessionIn; data: KioskSessionOut }
  /** 登记一台自助终端 */
  '/kiosks': { query: undefined; body: KioskIn; data: NewKioskOut }
  /** 停用一台自助终端 */
  [path: `/kiosks/${number}/revoke`]: { query: undefined; body: Nothing; data: KioskOut }
  /** 开具我的服务证明 */
  '/me/certificates': { query: undefined; body: CertificateIn; data: CertificateOut }
  /** 登记我监护的孩子 */
  '/me/children': { query: undefined; body: ChildIn; data: ChildrenOut }
  /** 同意一份文件 */
  '/me/consents': { query: undefined; body: ConsentIn; data: ConsentOut }
  /** 全部标为已读 */
  '/me/notices/read-all': { query: undefined; body: Nothing; data: Done }
  /** 标为已读 */
  [path: `/me/notices/${number}/read`]: { query: undefined; body: Nothing; data: Done }
  /** 给自己一个自助终端验证码 */
  '/me/one-time-code': { query: undefined; body: Nothing; data: CardCodeOut }
  /** 登记我的手机号 */
  '/me/phone': { query: undefined; body: PhoneIn; data: Me }
  /** 申请代家人办事 */
  '/me/proxies': { query: undefined; body: ProxyIn; data: ProxyOut }
  /** 同意家人代我办事 */
  [path: `/me/proxies/${number}/agree`]: { query: undefined; body: Nothing; data: ProxyOut }
  /** 不同意代办 */
  [path: `/me/proxies/${number}/decline`]: { query: undefined; body: Nothing; data: ProxyOut }
  /** 找回我原来的档案 */
  '/me/recovery': { query: undefined; body: RecoveryIn; data: RecoveryOut }
  /** 不是我操作的 */
  [path: `/me/security-events/${number}/deny`]: { query: undefined; body: Nothing; data: DenialOut }
  /** 退出我在其他地方的登录 */
  '/me/sessions/end-others': { query: undefined; body: Nothing; data: EndedOut }
  /** 申请志愿者星级 */
  '/me/stars': { query: undefined; body: StarIn; data: StarOut }
  /** 上报订阅消息的授权结果 */
  '/me/subscriptions': { query: undefined; body: SubscriptionsIn; data: SubscriptionsOut }
  /** 双报到登记不通过 */
  [path: `/party-registrations/${number}/reject`]: { query: undefined; body: ReasonIn; data: Done }
  /** 核实双报到登记 */
  [path: `/party-registrations/${number}/verify`]: { query: undefined; body: DecideIn; data: Done }
  /** 为没有手机的居民登记并发卡 */
  '/people': { query: undefined; body: CardHolderIn; data: CardHolderOut }
  /** 把纸质卡绑定到居民的微信 */
  [path: `/people/${number}/bind`]: { query: undefined; body: BindIn; data: CardOut }
  /** 代没有手机的居民注销 */
  [path: `/people/${number}/cancel`]: { query: undefined; body: CancelForIn; data: Done }
  /** 撤下一位居民的昵称 */
  [path: `/people/${number}/nickname/take-down`]: { query: undefined; body: ReasonIn; data: NicknameOut }
  /** 给居民一个自助终端验证码 */
  [path: `/people/${number}/one-time-code`]: { query: undefined; body: Nothing; data: CardCodeOut }
  /** 提前恢复一位居民的账号 */
  [path: `/people/${number}/resume`]: { query: undefined; body: ReasonIn; data: SuspensionOut }
  /** 停用一位居民的账号 */
  [path: `/people/${number}/suspend`]: { query: undefined; body: SuspendIn; data: SuspensionOut }
  /** 提出把两份档案合并成一份 */
  '/person-merges': { query: undefined; body: PersonMergeIn; data: MergeOut }
  /** 同意合并，当场办完 */
  [path: `/person-merges/${number}/approve`]: { query: undefined; body: Nothing; data: MergeOut }
  /** 核实本人的申请，提交复核 */
  [path: `/person-merges/${number}/propose`]: { query: undefined; body: ProposeIn; data: MergeOut }
  /** 不合并 */
  [path: `/person-merges/${number}/reject`]: { query: undefined; body: ReasonIn; data: MergeOut }
  /** 提出积分调整 */
  '/points/adjustments': { query: undefined; body: AdjustmentIn; data: AdjustmentOut }
  /** 批准积分调整 */
  [path: `/points/adjustments/${number}/approve`]: { query: undefined; body: Nothing; data: AdjustmentOut }
  /** 驳回积分调整 */
  [path: `/points/adjustments/${number}/reject`]: { query: undefined; body: ReasonIn; data: AdjustmentOut }
  /** 上传期初积分表 */
  '/points/opening-balances': { query: undefined; body: undefined; data: OpeningOut }
  /** 确认期初积分表 */
  [path: `/points/opening-balances/${number}/confirm`]: { query: undefined; body: Nothing; data: OpeningOut }
  /** 驳回期初积分表 */
  [path: `/points/opening-balances/${number}/reject`]: { query: undefined; body: ReasonIn; data: OpeningOut }
  /** 替没有手机的居民登记同意 */
  [path: `/proxies/${number}/agree`]: { query: undefined; body: AgreeForIn; data: Done }
  /** 兑换 */
  '/redemptions': { query: undefined; body: RedemptionIn; data: RedemptionOut }
  /** 按取货码查看，不作改动 */
  '/redemptions/preview': { query: undefined; body: PreviewIn; data: RedemptionOut }
  /** 每周预订场地 */
  '/redemptions/series': { query: undefined; body: SeriesIn; data: SeriesOut }
  /** 审批通过 */
  [path: `/redemptions/${number}/approve`]: { query: undefined; body: Nothing; data: RedemptionOut }
  /** 取消 */
  [path: `/redemptions/${number}/cancel`]: { query: undefined; body: GiveUpIn; data: RedemptionOut }
  /** 延长一张兑换单的领取期限 */
  [path: `/redemptions/${number}/extend`]: { query: undefined; body: ExtendIn; data: RedemptionOut }
  /** 核销：扣减积分，发放物品 */
  [path: `/redemptions/${number}/hand-over`]: { query: undefined; body: HandOverIn; data: RedemptionOut }
  /** 场地未使用 */
  [path: `/redemptions/${number}/no-show`]: { query: undefined; body: Nothing; data: RedemptionOut }
  /** 不予通过 */
  [path: `/redemptions/${number}/reject`]: { query: undefined; body: ReasonIn; data: RedemptionOut }
  /** 退回（冲正） */
  [path: `/redemptions/${number}/return`]: { query: undefined; body: ReturnIn; data: RedemptionOut }
  /** 居住登记不通过 */
  [path: `/residencies/${number}/reject`]: { query: undefined; body: ReasonIn; data: Done }
  /** 核实居住登记 */
  [path: `/residencies/${number}/verify`]: { query: undefined; body: DecideIn; data: Done }
  /** 开启新一期征集 */
  '/rounds': { query: undefined; body: RoundIn; data: RoundOut }
  /** 为全市（或一个街道）各社区同时开启一期 */
  '/rounds/everywhere': { query: undefined; body: EverywhereIn; data: EverywhereOut }
  /** 结束这一期 */
  [path: `/rounds/${number}/close`]: { query: undefined; body: Nothing; data: RoundOut }
  /** 发布这一期 */
  [path: `/rounds/${number}/publish`]: { query: undefined; body: Nothing; data: RoundOut }
  /** 停止征集，开始审核 */
  [path: `/rounds/${number}/review`]: { query: undefined; body: Nothing; data: RoundOut }
  /** 补录服务时长（须另一人审核） */
  '/service-records/backfill': { query: undefined; body: BackfillIn; data: BackfillOut }
  /** 同意补录 */
  [path: `/service-records/backfill/${number}/approve`]: { query: undefined; body: Nothing; data: BackfillOut }
  /** 不同意补录 */
  [path: `/service-records/backfill/${number}/reject`]: { query: undefined; body: ReasonIn; data: BackfillOut }
  /** 同意更正（生成新记录） */
  [path: `/service-records/corrections/${number}/approve`]: { query: undefined; body: Nothing; data: CorrectionOut }
  /** 不同意更正 */
  [path: `/service-records/corrections/${number}/reject`]: { query: undefined; body: ReasonIn; data: CorrectionOut }
  /** 申请更正我的服务记录 */
  [path: `/service-records/${number}/corrections`]: { query: undefined; body: CorrectionIn; data: CorrectionOut }
  /** 登录 */
  '/sessions': { query: undefined; body: SignInIn; data: SessionOut }
  /** 撤回调拨 */
  [path: `/shop-transfers/${number}/call-back`]: { query: undefined; body: ReasonIn; data: ShopTransferOut }
  /** 确认调拨到货 */
  [path: `/shop-transfers/${number}/receive`]: { query: undefined; body: ArrivedIn; data: ShopTransferOut }
  /** 开设兑换超市 */
  '/shops': { query: undefined; body: ShopIn; data: ShopOut }
  /** 整张送货单入库 */
  [path: `/shops/${number}/deliveries`]: { query: undefined; body: DeliveryIn; data: DeliveryOut }
  /** 修改开放时间会影响哪些兑换单，不作改动 */
  [path: `/shops/${number}/preview-change`]: { query: undefined; body: ShopChange; data: EffectOut }
  /** 提交盘点 */
  [path: `/shops/${number}/stocktakes`]: { query: undefined; body: StocktakeIn; data: StocktakeOut }
  /** 盘点通过 */
  [path: `/stocktakes/${number}/approve`]: { query: undefined; body: Nothing; data: StocktakeOut }
  /** 写明盈亏原因 */
  [path: `/stocktakes/${number}/explain`]: { query: undefined; body: ExplainIn; data: StocktakeOut }
  /** 盘点退回 */
  [path: `/stocktakes/${number}/reject`]: { query: undefined; body: ReasonIn; data: StocktakeOut }
  /** 成立志愿队并指定队长 */
  '/teams': { query: undefined; body: TeamIn; data: TeamDetailOut }
  /** 申请加入 */
  [path: `/teams/${number}/join`]: { query: undefined; body: Nothing; data: TeamDetailOut }
  /** 退出，或撤回申请 */
  [path: `/teams/${number}/leave`]: { query: undefined; body: Nothing; data: TeamDetailOut }
  /** 同意加入 */
  [path: `/teams/${number}/members/${number}/accept`]: { query: undefined; body: Nothing; data: TeamDetailOut }
  /** 不同意加入 */
  [path: `/teams/${number}/members/${number}/decline`]: { query: undefined; body: Nothing; data: TeamDetailOut }
  /** 撤下志愿队 */
  [path: `/teams/${number}/take-down`]: { query: undefined; body: ReasonIn; data: TeamDetailOut }
  /** 填报心愿 */
  '/wishes': { query: undefined; body: WishIn; data: WishOut }
  /** 审核通过 */
  [path: `/wishes/${number}/accept`]: { query: undefined; body: Nothing; data: WishOut }
  /** 认领心愿 */
  [path: `/wishes/${number}/claim`]: { query: undefined; body: ClaimIn; data: WishOut }
  /** 确认 */
  [path: `/wishes/${number}/confirm`]: { query: undefined; body: ConfirmIn; data: WishOut }
  /** 不予受理 */
  [path: `/wishes/${number}/decline`]: { query: undefined; body: ReasonIn; data: WishOut }
  /** 还没有办好 */
  [path: `/wishes/${number}/dispute`]: { query: undefined; body: ReasonIn; data: WishOut }
  /** 街道说明退回 */
  [path: `/wishes/${number}/explain`]: { query: undefined; body: ReasonIn; data: WishOut }
  /** 点亮（送达） */
  [path: `/wishes/${number}/fulfil`]: { query: undefined; body: FulfilIn; data: WishOut }
  /** 查看存疑的图片和留言 */
  [path: `/wishes/${number}/look`]: { query: undefined; body: LookIn; data: WishOut }
  /** 合并到另一个心愿 */
  [path: `/wishes/${number}/merge`]: { query: undefined; body: MergeIn; data: WishOut }
  /** 遮盖部分内容 */
  [path: `/wishes/${number}/redact`]: { query: undefined; body: RedactIn; data: WishOut }
  /** 转介 */
  [path: `/wishes/${number}/refer`]: { query: undefined; body: ReferIn; data: WishOut }
  /** 放弃认领 */
  [path: `/wishes/${number}/release`]: { query: undefined; body: ReasonIn; data: WishOut }
  /** 没有解决，再次提出 */
  [path: `/wishes/${number}/reopen`]: { query: undefined; body: ReasonIn; data: WishOut }
  /** 街道重新发布 */
  [path: `/wishes/${number}/republish`]: { query: undefined; body: Nothing; data: WishOut }
  /** 退回补充 */
  [path: `/wishes/${number}/send-back`]: { query: undefined; body: ReasonIn; data: WishOut }
  /** 提交心愿 */
  [path: `/wishes/${number}/submit`]: { query: undefined; body: Nothing; data: WishOut }
  /** 撤下 */
  [path: `/wishes/${number}/take-down`]: { query: undefined; body: ReasonIn; data: WishOut }
  /** 撤回心愿 */
  [path: `/wishes/${number}/withdraw`]: { query: undefined; body: Nothing; data: WishOut }
}

export interface Puts {
  /** 修改活动 */
  [path: `/activities/${number}`]: { query: undefined; body: ActivityChangesUpdate; data: ActivityOut }
  /** 一起修改这一次和以后各次 */
  [path: `/activities/${number}/series`]: { query: undefined; body: ActivityChangesUpdate; data: ActivitiesOut }
  /** 录入放假和调休安排 */
  '/calendar-days': { query: undefined; body: CalendarIn; data: CalendarOut }
  /** 修改、上架或下架 */
  [path: `/items/${number}`]: { query: undefined; body: ItemContentUpdate; data: ItemKeptOut }
  /** 修改我的资料 */
  '/me': { query: undefined; body: ProfileIn; data: Me }
  /** 接收或不再接收活动邀请 */
  '/me/invitations': { query: undefined; body: InvitationsIn; data: InvitationsOut }
  /** 在职党员到社区报到 */
  '/me/party-registration': { query: undefined; body: PartyRegistrationIn; data: Me }
  /** 登记我居住的社区 */
  '/me/residency': { query: undefined; body: ResidencyIn; data: Me }
  /** 修改办公室的电话、办公时间、地址和坐标 */
  [path: `/organisations/${number}/contact`]: { query: undefined; body: ContactIn; data: OfficeOut }
  /** 更正居民的登记资料 */
  [path: `/people/${number}`]: { query: undefined; body: ResidentCorrectionIn; data: ResidentOut }
  /** 修改积分规则 */
  [path: `/points/rules/${string}`]: { query: undefined; body: RuleIn; data: RuleOut }
  /** 修改开放时间和期限 */
  [path: `/shops/${number}`]: { query: undefined; body: ShopChangeIn; data: ShopOut }
  /** 街道批准或收回“一人审批并核销”的例外 */
  [path: `/shops/${number}/four-eyes`]: { query: undefined; body: FourEyesIn; data: ShopOut }
  /** 修改志愿队，或更换队长 */
  [path: `/teams/${number}`]: { query: undefined; body: TeamChanges; data: TeamDetailOut }
  /** 修改草稿或补充材料 */
  [path: `/wishes/${number}`]: { query: undefined; body: WishContentUpdate; data: WishOut }
}

export interface Deletes {
  /** 删除条码 */
  [path: `/items/${number}/barcodes/${number}`]: { query: undefined; body: undefined; data: Done }
  /** 到货时不用通知我 */
  [path: `/items/${number}/watch`]: { query: undefined; body: undefined; data: ItemOut }
  /** 注销我的账号 */
  '/me': { query: undefined; body: CancelIn; data: Done }
  /** 结束监护登记 */
  [path: `/me/children/${number}`]: { query: undefined; body: undefined; data: Done }
  /** 撤回同意 */
  [path: `/me/consents/${string}`]: { query: undefined; body: undefined; data: Done }
  /** 删除我的手机号 */
  '/me/phone': { query: undefined; body: undefined; data: Me }
  /** 结束代办 */
  [path: `/me/proxies/${number}`]: { query: undefined; body: undefined; data: Done }
  /** 退出登录 */
  '/sessions/current': { query: undefined; body: undefined; data: Done }
}
