"""What goes wrong with hours, told by name: certified too late, entered twice, bought, certified and taken back."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from backend import clock, working_days
from backend.points import actions as points
from backend.seeds.stories import Story
from backend.seeds.tieli import activities as told
from backend.seeds.tieli.activities import Plan
from backend.seeds.tieli.city import City, Community
from backend.volunteering.actions import backfills, certificates, corrections
from backend.volunteering.limits import OverlappingService
from backend.volunteering.record_queries import records_of

# So many activities of the city's figure, with this many people each.
ACTIVITIES, PEOPLE = 4, 3
_LATE_DAYS, _DAYS = 75, 66


def stories(city: City) -> list[Story]:
    """Each in a community of its own, with the last volunteers of its list, who serve nowhere else that day."""
    return [
        _late_record(_plan(city, 8, _LATE_DAYS)),
        _overlap(_plan(city, 9, _DAYS)),
        _purchased(_plan(city, 10, _DAYS)),
        _certificate(_plan(city, 11, _DAYS)),
    ]


def _plan(city: City, place: int, days: int, later: int = 2) -> Plan:
    one = city.communities[place]
    day = city.today - timedelta(days=days)
    return Plan(city, one, told.WORKS[5], day, 17, _last(one), later=later)


def _last(one: Community) -> Any:
    return tuple(one.volunteers()[-PEOPLE:])


def _late_record(plan: Plan) -> Story:
    """民政部令 67, 11: within ten working days. This one came on the eleventh."""
    activity = yield from told.took_place(plan)
    eleventh: date = working_days.after(plan.day, working_days.RECORD_DAYS + 1)
    late = Plan(plan.city, plan.place, plan.work, plan.day, plan.hour, (), later=(eleventh - plan.day).days)
    yield from told.certified(late, activity, plan.place.clerks[1])
    plan.city.note("late_record", "activity", activity.id)


def _overlap(plan: Plan) -> Story:
    """Entered afterwards for an hour in which the volunteer was certified elsewhere: it cannot be approved."""
    activity = yield from told.took_place(plan)
    content = {
        "activity_name": "楼前清雪",
        "category": "文明倡导",
        "started_at": activity.starts_at + timedelta(minutes=30),
        "place": plan.place.estates[0],
        "content": "清雪",
        "minutes": 60,
        "reason": "纸质签到表补录",
    }
    yield plan.at(0, 21)
    maker, checker = plan.place.clerks[:2]
    made = backfills.request(plan.people[0].id, plan.place.id, content, actor=maker)
    yield from told.certified(plan, activity, checker)
    yield plan.at(3, 10)
    with suppress(OverlappingService):
        backfills.approve(made.id, actor=checker)
        raise LookupError("two services at the same time were approved")
    backfills.reject(made.id, "同一时间已有另一条服务记录，不能重复计算", actor=checker)
    plan.city.note("overlap", "backfill", made.id)


def _purchased(plan: Plan) -> Story:
    """Hours that somebody was paid to sign for: the record becomes zero, the points are taken back by two."""
    activity = yield from told.took_place(plan)
    maker, checker = plan.place.clerks[:2]
    yield from told.certified(plan, activity, checker)
    volunteer = plan.people[0]
    yield plan.at(9, 10)
    record = records_of(volunteer.id).rows(1)[0]
    asked = corrections.request(record.id, 0, "当天是请人代签的，本人没有到场", actor=volunteer)
    yield plan.at(10, 10)
    corrections.approve(asked.id, actor=maker)
    taken = points.propose(volunteer.id, -2, "代签的服务时长已更正为零，扣回积分", actor=maker)
    yield plan.at(11, 10)
    points.approve(taken.id, actor=checker)
    plan.city.note("purchased_hours", "correction", asked.id)


def _certificate(plan: Plan) -> Story:
    activity = yield from told.took_place(plan)
    yield from told.certified(plan, activity, plan.place.clerks[1])
    yield plan.at(6, 10)
    issued = certificates.issue(
        plan.day, clock.today() - timedelta(days=1), plan.place.id, actor=plan.people[0]
    )
    yield plan.at(8, 10)
    certificates.revoke(
        issued.number, "开具后发现服务日期登记有误，更正后重新开具", actor=plan.place.clerks[0]
    )
    plan.city.note("certificate", "certificate", issued.id)
