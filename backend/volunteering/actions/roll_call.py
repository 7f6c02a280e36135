"""The organiser calls the roll: equally good as a code, for the day on which no phone works."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from backend import clock, config
from backend.db import Moment, savepoint, session
from backend.errors import Refused
from backend.journal import Actor
from backend.lifecycle import authorize, transition_all
from backend.moves import Move
from backend.volunteering import limits, sessions, states
from backend.volunteering.actions import attendance, ending, session_roll, waitlist
from backend.volunteering.actions.session_roll import Called
from backend.volunteering.actions.sign_ups import NotSignedUp
from backend.volunteering.models import SEATED, Activity, ActivityState, RecordSource, SignUp


class TimesNotTrue(Refused):
    code, message = 42294, "点名的时间不对：应在活动时间之内，不晚于现在，离开要晚于到达"


# A line of the roll, and the session that it is about.
_Line = tuple[Called, sessions.Session]


def call(activity_id: int, roll: Sequence[Called], *, actor: Actor) -> Activity:
    """Notes who was there, from when to when; it may be called again to put it right, until it is certified.

    Hours proposed before are to be proposed anew. Raises NotSignedUp (with the persons), TimesNotTrue,
    OverlappingService, CheckedInElsewhere, SignUpMovedOn, ActivityMovedOn.
    """
    activity, held = waitlist.hold(activity_id, freed=[one.person_id for one in roll])
    authorize(states.ROLL_CALL, activity, actor)
    if activity.state not in states.ROLL_CALL.sources:
        raise states.ActivityMovedOn()
    found = sessions.course_of(activity)
    lines = [(one, session_roll.meant(found, one)) for one in roll]
    for line in lines:
        _check_times(*line)
    rows = {row.person_id: row for row in waitlist.locked(activity.id, SEATED)}
    strangers = sorted({one.person_id for one in roll} - rows.keys())
    if strangers:
        raise NotSignedUp("这些人没有报名成功，不能点名；可请他们先报名，或走补录", people=strangers)
    attendance.lapse_over([one.person_id for one in roll])
    _refuse_overlaps(found, lines, rows)
    _note(found, lines, rows, actor)
    if activity.state == ActivityState.ENDED:
        # Nobody is still at what is over; without this the next proposal would pass them by in silence.
        ending.lapse(activity.id)
    _propose_anew(activity)
    # Who left early is free for what they wait for elsewhere.
    waitlist.ask(held)
    return activity


def _check_times(one: Called, there: sessions.Session) -> None:
    settings, now = config.settings(), clock.now()
    earliest = there.starts_at - timedelta(minutes=settings.check_in_minutes)
    latest = there.ends_at + timedelta(minutes=settings.check_out_minutes)
    arrived = earliest <= one.arrived_at <= min(there.ends_at, now)
    left = one.left_at is None or one.arrived_at < one.left_at <= min(latest, now)
    if not (arrived and left):
        raise TimesNotTrue(personId=one.person_id)


def _refuse_overlaps(found: sessions.Course, lines: Sequence[_Line], rows: dict[int, SignUp]) -> None:
    stretches = [(one.person_id, one.arrived_at, one.left_at or there.ends_at) for one, there in lines]
    other = limits.attending_elsewhere(found.activity.id, stretches)
    if other is not None:
        raise limits.OverlappingService(other=other[1], personId=other[0])
    for one, there in lines:
        if session_roll.twice(found, rows[one.person_id], one, there):
            raise limits.OverlappingService(other=found.activity.title, personId=one.person_id)


def _note(found: sessions.Course, lines: Sequence[_Line], rows: dict[int, SignUp], actor: Actor) -> None:
    """All who have left are moved together, and so are all who are still there."""
    before: list[Called] = []
    if found.sessions:
        before = session_roll.earlier(found, lines, rows)
        session_roll.keep(found, lines, rows)
        session_roll.write(found.activity, before, rows, actor)
    moved: dict[Move, list[Called]] = {}
    for one in (one for one, _ in lines if one not in before):
        again = found.sessions and rows[one.person_id].state in states.MARK_PRESENT_AGAIN.sources
        here = states.MARK_PRESENT_AGAIN if again else states.MARK_PRESENT
        moved.setdefault(here if one.left_at is None else states.MARK_ATTENDED, []).append(one)
    with attendance.at_one_place(), savepoint():
        for move in (states.MARK_PRESENT, states.MARK_PRESENT_AGAIN, states.MARK_ATTENDED):
            if move in moved:
                _move(move, found.activity, moved[move], rows, actor)


def _move(
    move: Move, activity: Activity, called: Sequence[Called], rows: dict[int, SignUp], actor: Actor
) -> None:
    """Whoever leads the team may call its roll, without an appointment: that was asked for the activity."""
    came = {rows[one.person_id].id: one.arrived_at for one in called}
    left = {rows[one.person_id].id: one.left_at for one in called}
    subjects = sorted((rows[one.person_id] for one in called), key=lambda row: row.id)
    transition_all(
        move,
        subjects,
        place_id=activity.community_id,
        actor=actor,
        permitted=True,
        checked_in_at=_each(came),
        checked_out_at=_each(left),
        source=RecordSource.ROLL_CALL,
    )
    for row in subjects:
        set_committed_value(row, "checked_in_at", came[row.id])
        set_committed_value(row, "checked_out_at", left[row.id])


def _each(moments: Mapping[int, datetime | None]) -> Any:
    """Of each sign-up its own moment, in one statement for all; where they agree, just that one."""
    different = set(moments.values())
    if len(different) == 1:
        return different.pop()
    told = {sign_up_id: sa.literal(moment, Moment()) for sign_up_id, moment in moments.items()}
    return sa.case(told, value=SignUp.id)


def _propose_anew(activity: Activity) -> None:
    if activity.proposed_at is None:
        return
    activity.proposed_by_id = activity.proposed_at = None
    session.execute(
        sa.update(SignUp).where(SignUp.activity_id == activity.id).values(proposed_minutes=None),
        execution_options={"synchronize_session": False},
    )
    session.flush()
