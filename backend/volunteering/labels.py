"""Chinese words for the states and kinds of activities, sign-ups and service records, and for what the journal
says of them."""

ACTIVITY_STATES = {
    "draft": "草稿",
    "published": "已发布",
    "ended": "已结束",
    "certified": "已认定",
    "cancelled": "已取消",
}
ACTIVITY_KINDS = {
    "volunteer_service": "志愿服务（计时长）",
    "meeting": "会议（不计）",
    "study": "学习（不计）",
}
SIGN_UP_STATES = {
    "confirmed": "已报名",
    "waitlisted": "候补",
    "checked_in": "已签到",
    "checked_out": "已签退",
    "certified": "已认定",
    "unverified": "没有签退",
    "cancelled": "已取消",
    "late_cancelled": "临时取消",
    "excused": "请假",
    "no_show": "没有到场",
}
PLACE_CHECKS = {"passed": "在现场", "failed": "不在现场范围", "not_given": "没有比对"}
RECORD_SOURCES = {"check_in": "扫码", "roll_call": "点名", "backfill": "补录", "import": "导入"}
SYNC_STATES = {"not_synchronised": "尚未同步", "synchronised": "已同步"}
# Of corrections and backfills.
REQUEST_STATES = {"requested": "待处理", "approved": "已同意", "rejected": "不同意"}
CERTIFICATE_STATES = {"issued": "有效", "revoked": "已撤销"}
# What a verification says to staff, and to anybody who holds a certificate in their hand.
VALIDITY = {
    "valid": "有效",
    "corrected": "有服务记录已更正，需要重新开具",
    "revoked": "已撤销",
    "altered": "与开具时不一致，请报告技术人员",
}
PUBLIC_VALIDITY = {
    "valid": "有效",
    "corrected": "服务记录已更正，请持证人重新开具",
    "revoked": "已撤销",
    "altered": "与开具时不一致，请向开具单位核实",
}

# Who somebody is to a thing, as its moves and permissions name it.
FACTS = {
    "leader": "志愿队队长",
    "volunteer": "志愿者本人",
    "participant": "参加的人",
    "proposer": "提出（申报）的人",
    "certifier": "认定人",
    "maker": "经手人",
    "person": "当事人",
}

LABELS = {
    "activity_state": ACTIVITY_STATES,
    "activity_kind": ACTIVITY_KINDS,
    "sign_up_state": SIGN_UP_STATES,
    "place_check": PLACE_CHECKS,
    "source": RECORD_SOURCES,
    "request_state": REQUEST_STATES,
}
JOURNAL_KINDS = {
    "activity": "活动",
    "sign_up": "报名",
    "service_record": "服务记录",
    "correction": "更正申请",
    "backfill": "补录",
    "certificate": "服务证明",
    "hours_elsewhere": "其他平台的时长",
    "star": "星级",
}
JOURNAL_STATES = {
    "activity": ACTIVITY_STATES,
    "sign_up": SIGN_UP_STATES,
    "service_record": SYNC_STATES,
    "correction": REQUEST_STATES,
    "backfill": REQUEST_STATES,
    "certificate": CERTIFICATE_STATES,
}
# What is done besides the moves of states.py, which carry their own labels.
JOURNAL_VERBS = {
    "activity": {
        "see_names": "查看姓名",
        "plan": "填写草稿",
        "repeat": "按周重复",
        "edit": "修改",
        "message": "给报名的人发消息",
        "invite": "邀请志愿者",
        "name_organiser": "更换负责人",
        "allow_clash": "同意时间冲突",
        "take_down": "撤下",
    },
    "sign_up": {"sign_up": "报名", "call_session": "点名（前面一场）"},
    "service_record": {"synchronise": "全国系统已接收"},
    "correction": {"request": "申请"},
    "backfill": {"request": "申请"},
    "certificate": {"issue": "开具"},
    "hours_elsewhere": {"import": "导入"},
    "star": {"grant": "授予"},
    "person": {"deliver": "报送全国志愿服务系统"},
}
