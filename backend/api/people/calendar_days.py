"""Working days: which days count, when so many of them have passed, and what the city enters of them."""

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint

from backend import calendar_days, clock, working_days
from backend.api.frame.fields import Boolean, Choice, Day, Integer, List, Nested, QueryInteger, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import PUBLIC, get, put
from backend.errors import InvalidInput
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people.permissions import Permission

bp = APIBlueprint("calendar_days", __name__, url_prefix="/api/v1", tag="工作日历")
# So far a deadline lies from its day at the most, in working days.
FARTHEST = 400


class DayOut(Schema):
    date = Day("日期", example="2026-10-08")
    is_workday = Boolean("是不是工作日")
    name = Text("节假日的名称；调休上班的写明", most=40, allow_none=True, example="国庆节")
    source = Choice("谁说的：已公布的放假安排、本市录入、还没有安排（按周一至周五）", working_days.Source)


class DaysQuery(PageQuery):
    first = Day("从哪一天", data_key="from", load_default=None)
    last = Day("到哪一天", data_key="to", load_default=None)


class DueQuery(Schema):
    first = Day("从哪一天算起（当天不算）", data_key="from", required=True)
    working_days = QueryInteger("多少个工作日；负数往前数", least=-FARTHEST, most=FARTHEST, required=True)


class DueOut(Schema):
    due_on = Day("到期日")


class DayIn(Schema):
    date = Day("日期", required=True)
    is_workday = Boolean("是不是工作日", required=True)
    name = Text("名称", most=working_days.NAME_MAX, load_default=None, allow_none=True)


class CalendarIn(Schema):
    days = List("这些天", Nested(DayIn), most=400, required=True)


class CalendarOut(Schema):
    changed = Integer("有几天变了")
    recomputed = Integer("有几个没有到期的办理期限随之变了")


@listing(
    bp,
    "/calendar-days",
    "工作日历",
    DayOut,
    guard=PUBLIC,
    query=DaysQuery,
    description="不写起止时，从今天起一年。起止最多相差三年。",
)
def list_calendar_days(caller: Caller | None, first: date | None, last: date | None) -> Pageable:
    begin = first or clock.today()
    end = last or begin + timedelta(days=365)
    if not begin <= end <= begin + timedelta(days=calendar_days.MOST_DAYS):
        raise InvalidInput({"to": ["截止日期不早于起始日期，最多相差三年"]})
    return calendar_days.between(begin, end)


@get(bp, "/calendar-days/due", "多少个工作日以后是哪一天", PUBLIC, query=DueQuery, out=DueOut)
def working_day_due(query: dict[str, Any]) -> Any:
    return {"due_on": working_days.after(query["first"], query["working_days"])}


@put(
    bp,
    "/calendar-days",
    "录入放假和调休安排",
    Permission.CALENDAR_CHANGE,
    body=CalendarIn,
    out=CalendarOut,
    description="没有到期的办理期限按新的日历重新计算，已经到期、已经办结的不动。同样的内容再提交一次，什么都不变。",
)
def put_calendar_days(caller: Caller, body: dict[str, Any]) -> Any:
    wanted = [working_days.Day(**one, source=working_days.Source.CITY) for one in body["days"]]
    changed, recomputed = calendar_days.change(wanted, actor=caller)
    return {"changed": changed, "recomputed": recomputed}
