"""Chinese words for the states and kinds of complaints and suggestions, and for what the journal says of them."""

KINDS = {"complaint": "投诉", "suggestion": "建议", "relief_report": "减负反映"}
ABOUT = {"service": "社区服务", "community_staff": "社区工作人员", "street_staff": "街道工作人员"}
STATES = {"received": "待答复", "escalated": "已提级，待答复", "answered": "已答复", "withdrawn": "已撤回"}
# To whoever filed it: they wait, and have nothing to answer.
COMPLAINANT_STATES = {
    "received": "已收到",
    "escalated": "上一级办理",
    "answered": "已答复",
    "withdrawn": "已撤回",
}

SUBJECTS = {"wish": "心愿", "activity": "活动", "redemption": "兑换单", "item": "物品", "team": "志愿队"}

# Who somebody is to a thing, as its moves and permissions name it.
FACTS = {"complainant": "投诉人"}

LABELS = {
    "complaint_kind": KINDS,
    "complaint_state": STATES,
    "complaint_about": ABOUT,
    "complaint_subject": SUBJECTS,
}
JOURNAL_KINDS = {"complaint": "投诉建议"}
JOURNAL_STATES = {"complaint": STATES}
# What is done besides the moves of states.py, which carry their own labels.
JOURNAL_VERBS = {"complaint": {"file": "提交投诉建议", "open_contact": "查看联系方式"}}
