"""Chinese words of lists, terms and what is proposed, and for what the journal says of them."""

LIST_KINDS = {
    "town_basic": "基本履职事项清单",
    "town_cooperate": "配合履职事项清单",
    "taken_back": "上级部门收回事项清单",
    "town_power": "乡镇（街道）法定行政权力清单",
    "town_service": "乡镇（街道）政务服务清单",
    "community_service": "社区政务服务清单",
    "autonomy": "依法自治事项清单",
    "assist": "依法协助政府工作事项清单",
    "relief": "社区减负工作事项清单",
    "no_certificate": "不应由社区出具证明事项清单",
    "grid_item": "网格事项清单",
}
TERM_UNITS = {"wd": "个工作日", "hour": "小时", "office_hour": "个工作小时"}
CHANGE_STATES = {"proposed": "待决定", "granted": "已采纳", "rejected": "未采纳"}
IMPORT_STATES = {"preview": "待确认", "confirmed": "已确认"}
ROW_KINDS = {"new": "新增", "same": "相同", "changed": "有变化", "reopened": "重办", "unreadable": "没有读懂"}

# Who somebody is to a thing, as its moves and permissions name it.
FACTS = {"suggester": "建议人"}

LABELS = {"duty_list_kind": LIST_KINDS, "term_unit": TERM_UNITS, "duty_item_change_state": CHANGE_STATES}
JOURNAL_KINDS = {
    "duty_list": "权责清单",
    "duty_import": "清单导入",
    "duty_item_change": "清单调整建议",
    "ticket_category": "事项分类",
    "estate": "小区",
}
JOURNAL_STATES = {"duty_item_change": CHANGE_STATES, "duty_import": IMPORT_STATES}
JOURNAL_VERBS = {
    "duty_list": {"publish": "公布新的一版"},
    "duty_import": {"preview": "导入预览", "confirm": "确认导入"},
    "duty_item_change": {"propose": "提出调整清单"},
    "ticket_category": {"change_category": "设置事项分类"},
    "estate": {"add_estate": "登记小区"},
}
