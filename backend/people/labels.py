"""Chinese words for roles and for the states and kinds of people's registrations, and for what the journal says of
them."""

ROLES = {
    "grid_worker": "网格员",
    "grid_leader": "网格长",
    "community_staff": "社区工作者",
    "shop_keeper": "超市管理员",
    "supervisor": "监督员",
    "street_staff": "街道工作人员",
    "town_leader": "街道（乡镇）领导",
    "dispatcher": "综治中心分流员",
    "unit_officer": "单位联络员",
    "unit_liaison": "单位承办联络员",
    "unit_head": "单位负责人",
    "arbiter": "清单管理（裁定）人员",
    "city_admin": "市级管理员",
    "auditor": "审计员",
}
SERVICE_ROLES = {
    "convenience": "便民服务员",
    "relief": "帮扶济困员",
    "civility": "文明倡导员",
    "emergency": "应急战斗员",
    "mediation": "矛盾调解员",
    "policy": "政策宣传员",
}
TEAM_PARTS = {"leader": "队长", "member": "队员"}
PERSON_STATES = {"active": "使用中", "merged": "已并入", "cancelled": "已注销"}
RESIDENCY_STATES = {"declared": "待核实", "verified": "已核实", "rejected": "未通过"}
PARTY_REGISTRATION_STATES = {"pending": "待核实", "verified": "已核实", "rejected": "未通过"}
GUARDIANSHIP_STATES = {"declared": "待核实", "verified": "已核实", "rejected": "未通过", "ended": "已结束"}
MERGE_STATES = {"asked": "本人申请", "proposed": "待复核", "approved": "已合并", "rejected": "没有合并"}
MERGE_PROOFS = {
    "id_seen": "当面核对了身份证件",
    "card": "当面出示了纸质卡",
    "call": "按登记的电话回拨核实",
    "known": "工作人员本来就认识",
}
# What two records are to each other.
LIKENESSES = {"same": "同一个人", "doubtful": "可能是同一个人", "another": "不同的人"}
RELATIONS = {
    "father": "父亲",
    "mother": "母亲",
    "grandparent": "祖父母、外祖父母",
    "relative": "其他亲属",
    "institution": "监护机构",
}
PROXY_STATES = {"asked": "等对方同意", "agreed": "已同意", "declined": "没有同意", "ended": "已结束"}
PROXY_RELATIONS = {
    "child": "子女",
    "spouse": "配偶",
    "parent": "父母",
    "relative": "其他亲属",
    "neighbour": "邻居",
}
PROXY_METHODS = {"seen": "当面同意", "call": "电话里同意"}
PROXY_DIRECTIONS = {"acts_for": "我代对方办", "acted_by": "对方代我办"}
# Who somebody is to a thing, as its moves and permissions name it.
FACTS = {"acts_for": "代办的家人", "acted_for": "被代办人"}
SECURITY_EVENTS = {
    "console": "登录工作后台",
    "password": "口令变动",
    "role": "任职变动",
    "phone": "手机号变动",
    "card": "绑定微信",
    "merge": "合并档案",
    "kiosk": "自助终端",
    "suspended": "账号停用",
    "session": "登录小程序",
    "data_opened": "查看我的信息",
}
REQUEST_STAGES = {
    "asked": "等同事同意",
    "granted": "已同意",
    "rejected": "没有同意",
    "expired": "已过期",
    "used": "已用过",
}
OPENING_TASKS = {"claim": "我的认领", "call_back": "回访", "complaint": "答复投诉建议"}
TEAM_KINDS = {"community": "社区志愿队", "unit": "单位志愿队", "social": "社会志愿队（如骑手）"}
MEMBER_STATES = {"applied": "申请加入", "accepted": "队员", "declined": "没有同意", "left": "已退出"}

LABELS = {
    "role": ROLES,
    "service_role": SERVICE_ROLES,
    # Pages show both with one word list.
    "residency": {**RESIDENCY_STATES, **PARTY_REGISTRATION_STATES},
    "relation": RELATIONS,
    "merge_state": MERGE_STATES,
    "proxy_state": PROXY_STATES,
    "proxy_relation": PROXY_RELATIONS,
    "proxy_method": PROXY_METHODS,
    "merge_proof": MERGE_PROOFS,
    "team_kind": TEAM_KINDS,
    "member_state": MEMBER_STATES,
    "security_event": SECURITY_EVENTS,
    "opening_task": OPENING_TASKS,
    "request_stage": REQUEST_STAGES,
}
JOURNAL_KINDS = {
    "person": "人员",
    "person_merge": "合并档案",
    "opening_request": "查看申请",
    "residency": "居住登记",
    "party_registration": "双报到登记",
    "guardianship": "监护关系",
    "proxy": "家人代办",
    "team": "志愿队",
}
JOURNAL_STATES = {
    "person": PERSON_STATES,
    "person_merge": MERGE_STATES,
    "residency": RESIDENCY_STATES,
    "party_registration": PARTY_REGISTRATION_STATES,
    "guardianship": GUARDIANSHIP_STATES,
    "proxy": PROXY_STATES,
    "team": MEMBER_STATES,
}
JOURNAL_VERBS = {
    "person": {
        "open_person": "查看个人信息",
        "create": "登记",
        "update_profile": "修改资料",
        "correct": "更正资料",
        "keep_phone": "登记手机号",
        "remove_phone": "删除手机号",
        "share_phone": "同一手机号有多个账号",
        "appoint": "任命",
        "end_appointment": "结束任职",
        "consent": "同意文件",
        "withdraw_consent": "撤回同意",
        "forget_sensitive": "撤回同意后删除资料",
        "take_down_nickname": "撤下昵称",
        "suspend": "停用账号",
        "resume": "恢复账号",
        "suspension_over": "停用到期",
        "recover": "申请找回档案",
        "merge": "并入",
        "end_sign_in": "结束一个微信登录",
    },
    "person_merge": {"ask": "本人申请", "begin": "提出"},
    "opening_request": {"ask": "申请查看", "grant": "同意查看", "refuse": "不同意查看"},
    "guardianship": {"declare": "登记监护"},
    "proxy": {"ask": "申请代办"},
    "team": {"found": "成立", "edit": "修改", "take_down": "撤下"},
}
