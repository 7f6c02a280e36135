"""志愿活动: a month of them as a calendar, one of them with what may be done now."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from backend import clock
from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Queue, ReasonedForm, register, with_sentences
from backend.console.frame.forms import Form, JustDo, choice, whole
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.volunteering.activity_forms import form_page
from backend.console.volunteering.activity_talk_forms import talk_facts
from backend.people import place_choices
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queries, queues
from backend.volunteering.actions import activities as verbs
from backend.volunteering.actions import ending, naming, taking_down
from backend.volunteering.labels import ACTIVITY_STATES
from backend.volunteering.models import Activity
from backend.volunteering.views import ActivityView

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
# So many stand in a day of the calendar; the list below has them all.
IN_A_DAY = 4


class Filters(Form):
    class Meta(Form.Meta):
        csrf = False

    community = choice("社区", needed=False, numbers=True)
    state = choice("状态", needed=False)


class CancelForm(ReasonedForm):
    pass


class TakeDownForm(ReasonedForm):
    pass


class RepeatForm(Form):
    weeks = whole(
        "以后多少周", least=1, most=verbs.MOST_WEEKS, default=4, description="每周同一天同一时间，先存为草稿"
    )


@dataclass(frozen=True)
class Day:
    """One field of the calendar."""

    day: date
    inside: bool
    shown: list[ActivityView]


def month_asked() -> date:
    """The first day of the month in the address, else of this one."""
    found = _MONTH.fullmatch(request.args.get("month", ""))
    return date(int(found[1]), int(found[2]), 1) if found else clock.today().replace(day=1)


def weeks_of(first: date, shown: list[ActivityView]) -> list[list[Day]]:
    """The month from Monday to Sunday, with what touches each day."""
    by_day: dict[date, list[ActivityView]] = {}
    for one in shown:
        for day in _days_of(one):
            by_day.setdefault(day, []).append(one)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return [[Day(day, day.month == first.month, by_day.get(day, [])) for day in week] for week in weeks]


def _days_of(one: ActivityView) -> list[date]:
    """From the day on which it starts to the one on which it ends, of several sessions those of each; midnight belongs
    to the day before."""
    parts = [(part.starts_at, part.ends_at) for part in one.sessions] or [(one.starts_at, one.ends_at)]
    found: dict[date, None] = {}
    for starts_at, ends_at in parts:
        first = clock.business_day(starts_at)
        last = clock.business_day(ends_at - timedelta(microseconds=1))
        found |= {first + timedelta(days=number): None for number in range((last - first).days + 1)}
    return list(found)


def _asked(staff: Staff) -> Filters:
    form = Filters(request.args)
    named = place_choices.choices(staff, Permission.ACTIVITY_READ, "community")
    form.community.choices = {"": "全部社区", **dict(named)}
    form.state.choices = {"": "全部状态", **ACTIVITY_STATES}
    form.validate()
    return form


@page("/activities", guard=Permission.ACTIVITY_READ)
def activities(staff: Staff) -> Any:
    """A month of one's own places; the month before and after by key."""
    first, form = month_asked(), _asked(staff)
    last = first + timedelta(days=calendar.monthrange(first.year, first.month)[1] - 1)
    found = desk_queries.month(
        first,
        last,
        form.community.data if not form.community.errors else None,
        form.state.data if not form.state.errors else None,
        actor=staff,
    )
    shown = queries.view_activities(found[: desk_queries.MOST_IN_A_MONTH], actor=staff)
    kept: dict[str, Any] = {
        name: value for name, value in request.args.items() if name in ("community", "state")
    }
    return render(
        "activities/calendar.html",
        first=first,
        form=form,
        shown=shown,
        weeks=weeks_of(first, shown),
        most=IN_A_DAY,
        cut=len(found) > len(shown),
        today=clock.today(),
        before=url_for("console.activities", month=f"{first - timedelta(days=1):%Y-%m}", **kept),
        after=url_for("console.activities", month=f"{last + timedelta(days=1):%Y-%m}", **kept),
        now=url_for("console.activities", **kept),
    )


# Is there somebody with a screen, or a sheet?
for kind, find in (("今天的活动", queues.activities_today), ("明天的活动", queues.activities_tomorrow)):
    register(
        Queue(
            kind=kind,
            word=Permission.ACTIVITY_ORGANISE,
            find=find,
            titles=lambda found: [one.title for one in found],
            since=lambda _found: clock.day_starts(clock.today()),
            due=lambda found: clock.business_day(found.starts_at),
            to_come=True,
            one=Address("/activities/<id:activity_id>", "activity"),
        )
    )


@page("/activities/<id:activity_id>", guard=Permission.ACTIVITY_READ)
def activity(staff: Staff, activity_id: int) -> Any:
    return activity_page(staff, activity_id)


def activity_page(staff: Staff, activity_id: int, **given: Any) -> Any:
    """The page of an activity, with a tried form among `given`."""
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_READ, actor=staff)
    (shown,) = queries.view_activities([found], actor=staff)
    told = naming.attendance(found.id, actor=staff)
    people = told.people
    facts: dict[str, Any] = {
        "form": JustDo(formdata=None),
        "cancel_form": with_sentences(CancelForm(formdata=None), sentences.CANCEL_ACTIVITY),
        "take_down_form": with_sentences(TakeDownForm(formdata=None), sentences.TAKE_DOWN),
        "repeat_form": RepeatForm(formdata=None),
        "excused": None,
        "excuse_form": None,
        **given,
        **talk_facts(staff, found, given),
    }
    return render(
        "activities/activity.html",
        activity=shown,
        actions=set(shown.actions),
        people=people,
        came=sum(one.checked_in_at is not None for one in people),
        in_full=told.in_full,
        leading="leader" in found.facts_about(staff.id),
        began=clock.now() >= shown.starts_at,
        over=clock.now() > shown.ends_at,
        repeated=desk_queries.repeated(found),
        idle=not set(shown.actions) - {"sign_up", "cancel_sign_up"},
        **facts,
    )


_VERBS: dict[str, tuple[Callable[..., Activity], str]] = {
    "publish": (verbs.publish, "已发布，可以报名了"),
    "end": (ending.end, "活动已结束。接下来请申报时长"),
}


@page(
    "/activities/<id:activity_id>/<any(publish, end):name>",
    guard=Permission.ACTIVITY_ORGANISE,
    methods=("POST",),
)
def move_activity(staff: Staff, activity_id: int, name: str) -> Any:
    """Publishes or ends it. What a publication lacks is asked for on the form, beside its field."""
    verb, sentence = _VERBS[name]
    form = JustDo()
    if run_form(form, lambda: verb(activity_id, actor=staff)):
        return redirect_with_message("console.activity", sentence, activity_id=activity_id)
    if isinstance(form.refusal, verbs.InsuranceMissing):
        return form_page(staff, activity_id, form.refusal)
    return activity_page(staff, activity_id, form=form)


@page("/activities/<id:activity_id>/cancel", guard=Permission.ACTIVITY_ORGANISE, methods=("POST",))
def cancel_activity(staff: Staff, activity_id: int) -> Any:
    """Calls it off; everyone who signed up is told why."""
    form = with_sentences(CancelForm(), sentences.CANCEL_ACTIVITY)
    if run_form(form, lambda: verbs.cancel(activity_id, form.reason.data, actor=staff)):
        return redirect_with_message("console.activity", "已取消，并通知了报名的人", activity_id=activity_id)
    return activity_page(staff, activity_id, cancel_form=form)


@page("/activities/<id:activity_id>/take-down", guard=Permission.ACTIVITY_TAKE_DOWN, methods=("POST",))
def take_down_activity(staff: Staff, activity_id: int) -> Any:
    """Out of everybody's sight at once; off for those who signed up."""
    form = with_sentences(TakeDownForm(), sentences.TAKE_DOWN)
    if run_form(form, lambda: taking_down.take_down(activity_id, form.reason.data, actor=staff)):
        return redirect_with_message("console.activity", "已撤下，别人不再看得到", activity_id=activity_id)
    return activity_page(staff, activity_id, take_down_form=form)


@page("/activities/<id:activity_id>/repeat", guard=Permission.ACTIVITY_ORGANISE, methods=("POST",))
def repeat_activity(staff: Staff, activity_id: int) -> Any:
    form = RepeatForm()
    if run_form(form, lambda: verbs.repeat(activity_id, form.weeks.data, actor=staff)):
        made = len(form.outcome)
        told = f"已生成 {made} 个草稿，核对后一起发布" if made else "这些周都已经有了，没有再生成"
        return redirect_with_message("console.activity_series", told, activity_id=activity_id)
    return activity_page(staff, activity_id, repeat_form=form)
