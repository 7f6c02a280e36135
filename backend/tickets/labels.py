"""Chinese words of tickets, and for what the journal says of them."""

STATES = {
    "reported": "待分流",
    "assigned": "待签收",
    "handling": "办理中",
    "needs_info": "待补充",
    "returned": "退回待裁定",
    "resolved": "已办结，待回访",
    "closed": "已结束",
    "merged": "已并案",
    "referred": "已转出",
    "declined": "不予受理",
    "withdrawn": "已撤回",
}
SOURCES = {"patrol": "巡查发现", "resident": "居民上报", "proxy": "代为上报", "hotline": "12345 热线"}
REQUEST_KINDS = {
    "consult": "咨询",
    "help": "求助",
    "complain": "投诉",
    "report": "举报",
    "suggest": "建议",
    "hazard": "隐患",
}
URGENCIES = {"emergency": "突发", "urgent": "紧急", "normal": "一般"}
RESULT_KINDS = {
    "solved": "已解决",
    "partly": "部分解决",
    "planned": "列入计划",
    "explained": "依法不支持，已解释",
    "not_found": "现场未发现",
    "no_answer": "联系不上",
    "duplicate": "重复",
    "referred": "已转其他渠道",
}
SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "没有解决"}
SATISFIED = {"yes": "满意", "basically": "基本满意", "no": "不满意", "wont_say": "不评价"}
CLOSED_BY = {"confirmed": "本人确认", "call_back": "回访", "not_asked": "不用回访", "time": "到期未回访到"}
PARTS = {"lead": "牵头", "cooperate": "协同"}
DEADLINE_EVENTS = {
    "set": "起算",
    "paused": "暂停",
    "resumed": "恢复",
    "extended": "延期",
    "recomputed": "重新计算",
    "round": "重新办理",
}
REFERRALS = {
    "emergency": "110、119、120、122",
    "petition": "信访渠道",
    "court": "诉讼、仲裁",
    "discipline": "纪检监察",
    "other_city": "外地",
}

# Who somebody is to a thing, as its moves and permissions name it.
FACTS = {
    "ticket_reporter": "上报人",
    "ticket_lead": "牵头办理的人",
    "ticket_handler": "办理过的人",
    "ticket_assigner": "分流的人",
    "ticket_asker": "提出不予受理的人",
}

LABELS = {
    "ticket_state": STATES,
    "ticket_source": SOURCES,
    "ticket_request_kind": REQUEST_KINDS,
    "ticket_urgency": URGENCIES,
    "ticket_result_kind": RESULT_KINDS,
    "ticket_solved": SOLVED,
    "ticket_satisfied": SATISFIED,
    "ticket_closed_by": CLOSED_BY,
    "ticket_part": PARTS,
    "ticket_deadline_event": DEADLINE_EVENTS,
    "ticket_referral": REFERRALS,
}
JOURNAL_KINDS = {"ticket": "事项", "ticket_substitute": "代班"}
JOURNAL_STATES = {"ticket": STATES}
JOURNAL_VERBS = {
    "ticket": {
        "report": "上报",
        "urge": "催单",
        "me_too": "我也遇到",
        "contact": "联系上报人",
        "open_contact": "查看联系方式",
        "report_back": "协同反馈",
        "add_cooperator": "增加协同单位",
        "extend": "申请延期",
        "decide_extension": "决定延期",
        "level_up": "提级",
        "supervise": "督办",
        "look": "查看疑似敏感内容",
        "ask_decline": "提出不予受理",
        "call_back": "回访",
        "recategorise": "改分类",
        "deadline": "期限变化",
        "split": "拆分",
    },
    "ticket_substitute": {"substitute": "安排代班"},
}
