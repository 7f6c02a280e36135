"""Chinese for what the database says in English, where registers and the console both need it."""

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
SERVICE_ROLES = {
    "convenience": "便民服务员",
    "relief": "帮扶济困员",
    "civility": "文明倡导员",
    "emergency": "应急战斗员",
    "mediation": "矛盾调解员",
    "policy": "政策宣传员",
}
REFERRALS = {"relief": "临时救助窗口", "hotline": "12345 热线", "grid": "网格办理"}
METHODS = {"app": "本人在手机上确认", "call": "电话回访", "signature": "上门签字"}
CLAIM_PARTIES = {"personal": "个人", "team": "志愿队", "unit": "单位"}
SYNC_STATES = {"not_synchronised": "尚未同步", "synchronised": "已同步"}
COLLECTORS = {"self": "本人", "proxy": "代领"}
SOURCES = {"purchase": "采购", "donation": "捐赠"}
MOVEMENTS = {
    "receipt": "入库",
    "hand_over": "兑换发放",
    "return": "退回入库",
    "spoilage": "报损",
    "expired": "过期下架",
    "stocktake": "盘点调整",
}
EVENTS = {"wish_confirmed": "点亮心愿", "service_hour": "志愿服务 1 小时"}
