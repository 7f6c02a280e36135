"""Chinese words for the states and kinds of points, and for what the journal says of them and of the ledger."""

ADJUSTMENT_STATES = {"proposed": "待审核", "approved": "已通过", "rejected": "未通过"}
OPENING_STATES = {"proposed": "待确认", "confirmed": "已确认", "rejected": "未通过"}
OPENING_ROWS = {"new": "新增", "same": "原来就有", "unreadable": "没有读懂"}
TRANSFERS = {
    "award": "发放",
    "opening": "结转",
    "hold": "冻结",
    "release": "退回",
    "settle": "兑换",
    "expire": "到期",
    "reverse": "冲正",
    "adjust": "调整",
    "merge": "合并档案",
}
# What is said of a hold once it is decided; one that is open is 冻结.
HELD = {"settled": "已扣减", "released": "已解冻"}
EVENTS = {"service_hour": "志愿服务（每小时）", "wish_confirmed": "点亮心愿（每个）"}
# In the quarterly register the rule stands before its points: “志愿服务 1 小时” earns 2.
REGISTER_EVENTS = {"wish_confirmed": "点亮心愿", "service_hour": "志愿服务 1 小时"}

# Who somebody is to a thing, as its moves name it.
FACTS = {"uploader": "上传的人"}

LABELS = {
    "adjustment_state": ADJUSTMENT_STATES,
    "opening_state": OPENING_STATES,
    "opening_row": OPENING_ROWS,
    "transfer": TRANSFERS,
    "event": EVENTS,
}
JOURNAL_KINDS = {
    "adjustment": "积分调整",
    "opening_sheet": "期初积分",
    "earning_rule": "积分规则",
    "transfer": "积分流水",
}
JOURNAL_STATES = {"adjustment": ADJUSTMENT_STATES, "opening_sheet": OPENING_STATES}
# What is done besides the moves of states.py, which carry their own labels.
JOURNAL_VERBS = {
    "adjustment": {"propose": "提出"},
    "opening_sheet": {"propose": "上传"},
    "earning_rule": {"set_rule": "修改规则"},
    "transfer": {"reverse": "冲正"},
}
