"""Plain Chinese for what the database says in English, and times as people read them."""

from datetime import date, datetime
from typing import Any

from backend import clock
from backend.console.frame import bp

WISH_STATES = {
    "draft": "草稿",
    "submitted": "待审核",
    "sent_back": "退回补充",
    "accepted": "审核通过",
    "declined": "不予受理",
    "referred": "已转介",
    "published": "等待认领",
    "claimed": "已认领",
    "fulfilled": "已送达，待确认",
    "confirmed": "已点亮",
    "closed_unconfirmed": "办结未回访",
    "carried_over": "转下一期",
    "escalated": "已报街道",
    "withdrawn": "已撤回",
}
ROUND_STATES = {"collecting": "征集中", "reviewing": "审核中", "published": "发布中", "closed": "已结束"}
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
DISCLOSURES = {"anonymous": "不公开姓名", "title": "公开姓氏和称谓，如王女士"}
REFERRALS = {"relief": "临时救助窗口", "hotline": "12345 热线", "grid": "网格办理"}
SERVICE_ROLES = {
    "convenience": "便民服务员",
    "relief": "帮扶济困员",
    "civility": "文明倡导员",
    "emergency": "应急战斗员",
    "mediation": "矛盾调解员",
    "policy": "政策宣传员",
}
ROLES = {
    "grid_worker": "网格员",
    "community_staff": "社区工作者",
    "shop_keeper": "超市管理员",
    "supervisor": "监督员",
    "street_staff": "街道工作人员",
    "unit_officer": "单位联络员",
    "city_admin": "市级管理员",
    "auditor": "审计员",
}
KINDS = {
    "city": "市",
    "street": "街道（乡镇）",
    "community": "社区",
    "grid": "网格",
    "unit": "单位",
    "centre": "党群服务中心",
}
RESIDENCY = {"declared": "待核实", "pending": "待核实", "verified": "已核实", "rejected": "未通过"}
METHODS = {"app": "本人在手机上确认", "call": "电话回访", "signature": "上门签字"}
SIGN_IN_METHODS = {"password": "口令", "scan": "扫码"}
CLAIM_PARTIES = {"personal": "个人", "team": "志愿队", "unit": "单位"}
TRANSFERS = {
    "award": "发放",
    "opening": "结转",
    "hold": "冻结",
    "release": "退回",
    "settle": "兑换",
    "expire": "到期",
    "reverse": "冲正",
    "adjust": "调整",
}
_ALL: dict[str, dict[str, str]] = {
    "wish_state": WISH_STATES,
    "round_state": ROUND_STATES,
    "category": CATEGORIES,
    "group": GROUPS,
    "disclosure": DISCLOSURES,
    "referral": REFERRALS,
    "service_role": SERVICE_ROLES,
    "role": ROLES,
    "kind": KINDS,
    "residency": RESIDENCY,
    "method": METHODS,
    "sign_in_method": SIGN_IN_METHODS,
    "party": CLAIM_PARTIES,
    "transfer": TRANSFERS,
}


@bp.app_template_filter("word")
def word(value: Any, kind: str) -> str:
    """The Chinese of a value of this kind; an unknown one shows itself rather than nothing."""
    return _ALL[kind].get(value, value or "")


@bp.app_template_filter("when")
def when(moment: datetime | None) -> str:
    """11月23日 09:05, with the year only when it is another one."""
    if moment is None:
        return ""
    local = moment.astimezone(clock.CHINA)
    year = "" if local.year == clock.today().year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


@bp.app_template_filter("day")
def day(value: date | None) -> str:
    if value is None:
        return ""
    year = "" if value.year == clock.today().year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日"


@bp.app_template_filter("age")
def age(moment: datetime | None) -> str:
    """How long ago, in the coarsest unit that tells it."""
    if moment is None:
        return ""
    minutes = int((clock.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 24 * 60 else f"{minutes // (24 * 60)} 天"


@bp.app_template_filter("due")
def due(last: date | None) -> str:
    """How much time is left until the end of a day."""
    if last is None:
        return ""
    left = (last - clock.today()).days
    if left < 0:
        return f"超期 {-left} 天"
    return "今天到期" if left == 0 else f"还有 {left} 天"
