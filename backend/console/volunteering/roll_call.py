"""The roll: a sheet to print and to sign, and the form in which the sheet is entered with one submit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import request

from backend import clock
from backend.console.frame.forms import Form, moment, tick
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.errors import Refused
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queries, sessions, states
from backend.volunteering.actions import naming
from backend.volunteering.actions import roll_call as verbs
from backend.volunteering.models import ATTENDED, SEATED, Activity, SignUpState
from backend.volunteering.sessions import Session
from backend.volunteering.views import AttendedView

# Lines for whoever comes without a sign-up, to be signed up or entered afterwards.
BLANK_LINES = 5


class RollForm(Form):
    """For each person `came-7`, `arrived-7` and `left-7`; made for one activity by `roll_form`."""

    rows: Sequence[AttendedView] = ()
    # Which of several sessions it is.
    number: int | None = None

    def refuse(self, refusal: Refused) -> None:
        super().refuse(refusal)
        field = self[name] if (name := f"arrived-{refusal.facts.get('personId')}") in self else None
        if field is not None:
            field.errors = [*field.errors, refusal.sentence]

    def validate(self, extra_validators: Any = None) -> bool:
        """A tick needs its time of arrival, a changed arrival its time of leaving."""
        good = super().validate(extra_validators)
        for row in self.rows:
            sentence = self._missing(row)
            if sentence:
                field = self[f"arrived-{row.person_id}"]
                field.errors = [*field.errors, sentence]
                good = False
        return good

    def _missing(self, row: AttendedView) -> str | None:
        arrived, left = self._time("arrived", row), self._time("left", row)
        if row.state not in ATTENDED:
            return "请填到达时间" if self[f"came-{row.person_id}"].data and arrived is None else None
        changed = arrived != _minute(row.checked_in_at)
        return "改到达时间，要同时填离开时间" if changed and left is None else None

    def called(self) -> list[verbs.Called]:
        """Who was ticked, and whose noted times were put right; nobody else is touched."""
        found = [self._called(row) for row in self.rows]
        return [one for one in found if one is not None]

    def _called(self, row: AttendedView) -> verbs.Called | None:
        arrived, left = self._time("arrived", row), self._time("left", row)
        if row.state not in ATTENDED:
            if arrived is None or not self[f"came-{row.person_id}"].data:
                return None
            return verbs.Called(row.person_id, arrived, left, self.number)
        # A form that was opened before the person checked in by code: the code is more exact.
        if row.state == SignUpState.CERTIFIED or f"came-{row.person_id}" in request.form:
            return None
        noted = (_minute(row.checked_in_at), _minute(row.checked_out_at))
        if arrived is None or (arrived, left) == noted:
            return None
        exact = row.checked_in_at if arrived == noted[0] and row.checked_in_at else arrived
        return verbs.Called(row.person_id, exact, left, self.number)

    def _time(self, name: str, row: AttendedView) -> datetime | None:
        return self[f"{name}-{row.person_id}"].data


def _minute(at: datetime | None) -> datetime | None:
    return at and at.replace(second=0, microsecond=0)


def _seated(staff: Staff, activity_id: int, there: Session | None) -> list[AttendedView]:
    """Who has a place, in the order of the sign-ups: the lines of a roll-call."""
    told = naming.attendance(activity_id, actor=staff).people
    return [_in_session(one, there) for one in told if one.state in SEATED]


def _chosen(found: Sequence[Session], asked: str) -> Session | None:
    """The session that is asked for; else the one of today or the last before it, else the first. None where there is
    but one."""
    if not found:
        return None
    if named := [one for one in found if str(one.number) == asked]:
        return named[0]
    begun = [one for one in found if clock.business_day(one.starts_at) <= clock.today()]
    running = [one for one in begun if one.ends_at > clock.now()]
    return [*running, *begun[::-1], *found][0]


def _in_session(row: AttendedView, there: Session | None) -> AttendedView:
    """The line of one session: who came to another one has not come to this one yet."""
    if there is None or row.state == SignUpState.CERTIFIED:
        return row
    noted = next((one for one in row.sessions if one.number == there.number), None)
    if noted is None:
        state = SignUpState.NO_SHOW if row.state == SignUpState.NO_SHOW else SignUpState.CONFIRMED
        return replace(row, state=state, checked_in_at=None, checked_out_at=None)
    last = noted is row.sessions[-1]
    left = SignUpState.CHECKED_OUT if noted.checked_out_at else SignUpState.UNVERIFIED
    return replace(
        row,
        state=row.state if last else left,
        checked_in_at=noted.checked_in_at,
        checked_out_at=noted.checked_out_at,
    )


def roll_form(activity: Activity, rows: Sequence[AttendedView], there: Session | None) -> RollForm:
    """The form of this roll: planned times for who has not come yet, the noted ones for who has.

    A missing check-out stays empty: nobody guesses when someone left.
    """
    now, plan = clock.now(), there or activity
    start = min(plan.starts_at, _minute(now) or now)
    end = plan.ends_at if now >= plan.ends_at else None
    fields: dict[str, Any] = {"rows": rows, "number": there and there.number}
    for row in rows:
        here = row.state in ATTENDED
        arrived = _minute(row.checked_in_at) if here else start
        left = _minute(row.checked_out_at) if here else end
        fields[f"came-{row.person_id}"] = tick("到场", default=here)
        fields[f"arrived-{row.person_id}"] = moment("到达", needed=False, default=arrived)
        fields[f"left-{row.person_id}"] = moment("离开", needed=False, default=left)
    return type("RollFormOfOne", (RollForm,), fields)()


@page("/activities/<id:activity_id>/roll-call", guard=Permission.SIGN_UP_RECORD, methods=("GET", "POST"))
def roll_call(staff: Staff, activity_id: int) -> Any:
    """Ticks who came; equally good as the code, for the day on which no phone works."""
    found = desk_queries.reached(activity_id, Permission.SIGN_UP_RECORD, actor=staff)
    if found.state not in states.ROLL_CALL.sources:
        return redirect_with_message("console.activity", "这个活动现在不能点名", activity_id=activity_id)
    parts = sessions.of(activity_id)
    there = _chosen(parts, request.values.get("session", ""))
    form = roll_form(found, _seated(staff, activity_id, there), there)
    if request.method == "POST" and run_form(
        form, lambda: verbs.call(activity_id, form.called(), actor=staff)
    ):
        return redirect_with_message("console.activity", "点名已登记", activity_id=activity_id)
    found = desk_queries.reached(activity_id, Permission.SIGN_UP_RECORD, actor=staff)
    return render(
        "activities/roll_call.html",
        form=form,
        activity=queries.view_activities([found], actor=staff)[0],
        there=there,
        people=[one for one in _seated(staff, activity_id, there) if f"came-{one.person_id}" in form],
        attended=ATTENDED,
        early=clock.now() < (there or found).starts_at,
        over=clock.now() >= (there or found).ends_at,
    )


@page("/activities/<id:activity_id>/sheet", guard=Permission.ACTIVITY_READ)
def roll_sheet(staff: Staff, activity_id: int) -> Any:
    """The paper for the door: who is expected, boxes to tick, a line to sign; of several sessions one each."""
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_READ, actor=staff)
    (shown,) = queries.view_activities([found], actor=staff)
    told = naming.attendance(activity_id, actor=staff)
    return render(
        "activities/sheet.html",
        activity=shown,
        there=_chosen(shown.sessions, request.args.get("session", "")),
        in_full=told.in_full,
        people=[one for one in told.people if one.state in SEATED],
        waiting=[one for one in told.people if one.state == SignUpState.WAITLISTED],
        blank=BLANK_LINES,
    )
