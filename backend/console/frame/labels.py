"""Plain Chinese for what the database says in English, and times as people read them."""

from datetime import date, datetime
from typing import Any

from backend import clock
from backend.console.frame.page import bp
from backend.organisations.models import KIND_NAMES as KINDS
from backend.people.labels import SERVICE_ROLES
from backend.wishes.labels import CATEGORIES, CLAIM_PARTIES, GROUPS, METHODS, REFERRALS

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
DISCLOSURES = {"anonymous": "不公开姓名", "title": "公开姓氏和称谓，如王女士"}
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
RESIDENCY = {"declared": "待核实", "pending": "待核实", "verified": "已核实", "rejected": "未通过"}
SIGN_IN_METHODS = {"password": "口令", "scan": "扫码"}
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
REQUEST_STATES = {"requested": "待处理", "approved": "已同意", "rejected": "不同意"}
TEAM_KINDS = {"community": "社区志愿队", "unit": "单位志愿队", "social": "社会志愿队（如骑手）"}
MEMBER_STATES = {"applied": "申请加入", "accepted": "队员", "declined": "没有同意", "left": "已退出"}
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
REDEMPTION_STATES = {
    "requested": "待审批",
    "approved": "待领取",
    "handed_over": "已发放",
    "rejected": "未通过",
    "cancelled": "已取消",
    "expired": "已过期",
    "returned": "已退回",
    "no_show": "没有到场",
}
ITEM_KINDS = {"goods": "物品", "venue": "场地", "activity_support": "活动支持"}
PERIODS = {"month": "每月", "quarter": "每季度", "year": "每年", "once": "总共"}
STOCK_SOURCES = {"purchase": "采购", "donation": "捐赠"}
MOVEMENTS = {
    "receipt": "入库",
    "reserve": "预留",
    "release": "取消预留",
    "hand_over": "发放",
    "return": "退回",
    "spoilage": "报损",
    "expired": "过保质期下架",
    "stocktake": "盘点调整",
}
CHECKED_STATES = {"proposed": "待审核", "approved": "已通过", "rejected": "未通过"}
COLLECTORS = {"self": "本人", "proxy": "代领"}
COMPLAINT_KINDS = {"complaint": "投诉", "suggestion": "建议", "relief_report": "减负反映"}
COMPLAINT_STATES = {
    "received": "待答复",
    "escalated": "已提级，待答复",
    "answered": "已答复",
    "withdrawn": "已撤回",
}
COMPLAINT_ABOUT = {"service": "社区服务", "community_staff": "社区工作人员", "street_staff": "街道工作人员"}
RELATIONS = {
    "father": "父亲",
    "mother": "母亲",
    "grandparent": "祖父母、外祖父母",
    "relative": "其他亲属",
    "institution": "监护机构",
}
EARNING_EVENTS = {"service_hour": "志愿服务（每小时）", "wish_confirmed": "点亮心愿（每个）"}
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
    "redemption_state": REDEMPTION_STATES,
    "item_kind": ITEM_KINDS,
    "period": PERIODS,
    "stock_source": STOCK_SOURCES,
    "movement": MOVEMENTS,
    "checked_state": CHECKED_STATES,
    "collector": COLLECTORS,
    "event": EARNING_EVENTS,
    "activity_state": ACTIVITY_STATES,
    "activity_kind": ACTIVITY_KINDS,
    "sign_up_state": SIGN_UP_STATES,
    "place_check": PLACE_CHECKS,
    "source": RECORD_SOURCES,
    "request_state": REQUEST_STATES,
    "team_kind": TEAM_KINDS,
    "member_state": MEMBER_STATES,
    "complaint_kind": COMPLAINT_KINDS,
    "complaint_state": COMPLAINT_STATES,
    "complaint_about": COMPLAINT_ABOUT,
    "relation": RELATIONS,
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


@bp.app_template_filter("at")
def at(moment: datetime | None) -> str:
    """The time of day alone: 09:05."""
    return f"{moment.astimezone(clock.CHINA):%H:%M}" if moment else ""


@bp.app_template_filter("day_of")
def day_of(moment: datetime) -> date:
    """The business day of a moment."""
    return clock.business_day(moment)


@bp.app_template_filter("until")
def until(moment: datetime, start: datetime) -> str:
    """The end of something that began at `start`; its day only when it is another one."""
    same = clock.business_day(moment) == clock.business_day(start)
    return at(moment) if same else when(moment)


@bp.app_template_filter("hours")
def hours(minutes: int | None) -> str:
    """150 is 2 小时 30 分钟."""
    if minutes is None:
        return ""
    whole, rest = divmod(minutes, 60)
    told = [*([f"{whole} 小时"] if whole else []), *([f"{rest} 分钟"] if rest or not whole else [])]
    return " ".join(told)


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
