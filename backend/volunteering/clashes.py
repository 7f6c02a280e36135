"""What stands at the same time: nobody holds two places at once, unless the organiser agreed for a reason."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock
from backend.db import Moment, session
from backend.volunteering.models import SEATED, Activity, ActivityState, ClashLeave, SignUp, SignUpState
from backend.volunteering.session_models import ActivitySession

# Places that take their holder up; who did not come is free.
HOLDING = tuple(state for state in SEATED if state != SignUpState.NO_SHOW)
STANDING = (ActivityState.PUBLISHED, ActivityState.ENDED, ActivityState.CERTIFIED)

_other, _there = aliased(SignUp), aliased(Activity)
# The sessions of either, where it has some: not the weeks between them are held, but they.
_theirs, _ours = aliased(ActivitySession), aliased(ActivitySession)


@dataclass(frozen=True)
class Clash:
    """A person with a place here who holds one at the same time elsewhere."""

    person_id: int
    other_id: int
    other_title: str


def taken_until() -> sa.ColumnElement[Any]:
    """Until when a place takes its holder up: the planned end, of each session its own, unless they, or all, were gone
    before it. Who left one session early is free for the rest of that one."""
    ends = _of(_theirs.ends_at, _there.ends_at)
    here = sa.or_(_theirs.number.is_(None), _other.checked_out_at > _theirs.starts_at)
    return sa.case(
        (sa.and_(_other.checked_out_at < ends, here), _other.checked_out_at),
        (_there.ended_at < ends, _there.ended_at),
        else_=ends,
    )


def _of(of_session: Any, of_activity: Any) -> sa.ColumnElement[Any]:
    """What the session says, else the activity (a column, or the moment itself)."""
    whole = of_activity if hasattr(of_activity, "comparator") else sa.literal(of_activity, Moment())
    return sa.func.coalesce(of_session, whole, type_=Moment())


def overlapping(activity: Any) -> list[sa.ColumnElement[bool]]:
    """Of `_other` and `_there` that the place is held at the time of `activity` (a row, or the columns of one) that is
    still to come: who is done there may join what runs here. `with_sessions` adds the sessions of both."""
    until = taken_until()
    ends = _of(_ours.ends_at, activity.ends_at)
    return [
        _other.activity_id != activity.id,
        _other.state.in_(HOLDING),
        _there.state.in_(STANDING),
        # The whole span first: by far the most do not touch it.
        _there.starts_at < activity.ends_at,
        _there.ends_at > activity.starts_at,
        _of(_theirs.starts_at, _there.starts_at) < ends,
        until > _of(_ours.starts_at, activity.starts_at),
        until > clock.now(),
        sa.or_(_ours.number.is_(None), _ours.ends_at > clock.now()),
    ]


def with_sessions(wanted: Any, activity: Any) -> Any:
    """Each session of both activities as a row of its own; one row where they have none."""
    return wanted.outerjoin(_theirs, _theirs.activity_id == _there.id).outerjoin(
        _ours, _ours.activity_id == activity.id
    )


def clash_of(person_id: Any, activity: Any) -> Any:
    """A SELECT of the person's other sign-up that holds a place at the same time."""
    wanted = with_sessions(sa.select(_there.title).join(_other, _other.activity_id == _there.id), activity)
    here = wanted.where(_other.person_id == person_id, *overlapping(activity))
    # However deep it stands in what asks, the person, the sign-up and the activity are those outside.
    return here.correlate_except(_there, _other, _theirs, _ours).limit(1)


def allowed(person_id: Any, activity_id: Any) -> sa.Exists:
    """Whether the organiser agreed that the person is here although something else is at the same time."""
    return sa.exists().where(ClashLeave.activity_id == activity_id, ClashLeave.person_id == person_id)


def among(activity: Activity) -> set[Clash]:
    """Everybody who has a place in the activity and another one at the same time."""
    wanted = (
        sa.select(SignUp.person_id, _there.id, _there.title)
        .join(_other, _other.person_id == SignUp.person_id)
        .join(_there, _there.id == _other.activity_id)
    )
    wanted = with_sessions(wanted, activity).where(
        SignUp.activity_id == activity.id, SignUp.state.in_(HOLDING), *overlapping(activity)
    )
    return {Clash(*row) for row in session.execute(wanted)}


def numbers(ids: list[int]) -> dict[int, int]:
    """How many people of these activities hold another place at the same time, by activity."""
    if not ids:
        return {}
    wanted = (
        sa.select(SignUp.activity_id, sa.func.count(sa.distinct(SignUp.person_id)))
        .join(Activity, Activity.id == SignUp.activity_id)
        .join(_other, _other.person_id == SignUp.person_id)
        .join(_there, _there.id == _other.activity_id)
    )
    wanted = with_sessions(wanted, Activity).where(
        SignUp.activity_id.in_(ids), SignUp.state.in_(HOLDING), *overlapping(Activity)
    )
    wanted = wanted.group_by(SignUp.activity_id)
    return {row[0]: row[1] for row in session.execute(wanted)}
