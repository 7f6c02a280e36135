"""Chinese words for the states and kinds of wishes, claims and rounds."""

CATEGORIES = {
    "goods": "物品",
    "service": "服务",
    "company": "陪伴",
    "repair": "维修",
    "learning": "学习",
    "other": "其他",
}


GROUPS = {
    "elder": "老人",
    "child": "儿童",
    "disabled": "残疾人",
    "family": "困难家庭",
    "worker": "新就业群体",
    "other": "其他",
}


REFERRALS = {"relief": "临时救助窗口", "hotline": "12345 热线", "grid": "网格办理"}


METHODS = {"app": "本人在手机上确认", "call": "电话回访", "signature": "上门签字"}


CLAIM_PARTIES = {"personal": "个人", "team": "志愿队", "unit": "单位"}
