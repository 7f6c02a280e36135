"""在职党员 over HTTP: one's own service, and what one's unit is told with one's consent."""

from typing import Any

from apiflask import APIBlueprint

from backend import clock, periods
from backend.api.frame.fields import Choice, DateTime, Day, Integer, List, Nested, Schema, Text
from backend.api.frame.listing import paged
from backend.api.frame.paging import PageQuery, page
from backend.api.frame.route import get
from backend.identity.sessions import Caller
from backend.paging import by_id
from backend.people.models import SERVICE_ROLES
from backend.people.permissions import Permission
from backend.reports import party_service_records as reports
from backend.wishes.kinds import ClaimOutcome

bp = APIBlueprint("party_members", __name__, url_prefix="/api/v1", tag="双报到")


class PeriodQuery(Schema):
    first_day = Day("从哪一天起", data_key="from", required=True, example="2026-01-01")
    last_day = Day("到哪一天止（含），最晚今天", data_key="to", required=True, example="2026-06-30")


class MyPeriodQuery(Schema):
    first_day = Day("从哪一天起；不写时那一年的一月一日", data_key="from", load_default=None)
    last_day = Day("到哪一天止（含），最晚今天；不写时今天", data_key="to", load_default=None)


class FeedbackQuery(PageQuery, PeriodQuery):
    """A page of a period."""


class ServedOut(Schema):
    id = Integer("服务记录")
    served_on = Day("服务日期")
    activity_name = Text("活动名称", most=60)
    category = Text("服务类别", most=20)
    organising_body = Text("组织单位", most=80)
    minutes = Integer("服务时长（分钟）")


class ClaimedOut(Schema):
    wish_id = Integer("心愿")
    number = Text("心愿编号", most=60)
    title = Text("心愿", most=60)
    claimed_at = DateTime("认领时间")
    fulfilled_at = DateTime("送达时间", allow_none=True)
    outcome = Choice(
        "结果：已点亮、未确认办结、放弃、逾期、撤下；还在办理的为 null",
        ClaimOutcome,
        allow_none=True,
        example=ClaimOutcome.CONFIRMED,
    )


class PartyServiceOut(Schema):
    first_day = Day("从哪一天起", data_key="from")
    last_day = Day("到哪一天止", data_key="to")
    unit_name = Text("所在单位", most=80)
    community_name = Text("报到社区", most=80)
    reported_on = Day("报到日期")
    service_roles = List("六大员岗位", Choice("岗位", SERVICE_ROLES))
    times = Integer("服务次数")
    minutes = Integer("服务时长（分钟）")
    wishes_claimed = Integer("认领的微心愿")
    wishes_lit = Integer("点亮的微心愿")
    services = List("服务记录", Nested(ServedOut), most=10000)
    wishes = List("认领的微心愿", Nested(ClaimedOut), most=10000)


class FeedbackOut(Schema):
    name = Text("姓名", most=40, least=0)
    unit = Text("所在单位党组织", most=80)
    community = Text("报到社区", most=80)
    reported_on = Day("报到时间")
    service_roles = Text("六大员岗位", most=100, least=0)
    times = Integer("服务次数")
    minutes = Integer("服务时长（分钟）")
    claimed = Integer("认领微心愿数")
    lit = Integer("点亮微心愿数")
    kinds = Text("主要服务内容", most=100, least=0)
    period = Text("反馈期间", most=40)
    consented_on = Day("本人同意日期")


@get(
    bp,
    "/me/party-service",
    "我作为在职党员的服务：活动和微心愿",
    query=MyPeriodQuery,
    out=PartyServiceOut,
    description="只有本人能看到；不写起止时是今年。向单位反馈须本人另外同意（unit_feedback）。",
)
def my_party_service(caller: Caller, query: dict[str, Any]) -> reports.PartyService:
    last_day = query["last_day"] or clock.today()
    return reports.mine(query["first_day"] or last_day.replace(month=1, day=1), last_day, actor=caller)


@get(
    bp,
    "/units/<id:unit_id>/feedback",
    "在职党员服务情况反馈表",
    Permission.REGISTER_FEEDBACK,
    query=FeedbackQuery,
    out=paged(FeedbackOut),
    writes=True,
    description="只有同意向单位反馈的在职党员，撤回同意后立即不再列出；按登记先后，不排名。查阅会留痕。",
)
def unit_feedback(caller: Caller, unit_id: int, query: dict[str, Any]) -> dict[str, Any]:
    days = query["first_day"], query["last_day"]
    periods.check(*days, reports.MOST_DAYS)
    told = reports.told_by(unit_id, actor=caller)

    def read(last: int | None, limit: int) -> list[reports.FeedbackRow]:
        return list(reports.feedback_rows(*days, *told, after=last or 0, limit=limit))

    listed = page(by_id(read, "person_id"), query["cursor"], query["limit"])
    reports.note_feedback(listed["list"], unit_id, actor=caller)
    return listed
