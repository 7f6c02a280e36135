"""What stands at the same time: nobody holds two places at once, unless the organiser agreed for a reason."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock
from backend.db import session
from backend.volunteering.models import SEATED, Activity, ActivityState, ClashLeave, SignUp, SignUpState

# Places that take their holder up; who did not come is free.
HOLDING = tuple(state for state in SEATED if state != SignUpState.NO_SHOW)
STANDING = (ActivityState.PUBLISHED, ActivityState.ENDED, ActivityState.CERTIFIED)

_other, _there = aliased(SignUp), aliased(Activity)


@dataclass(frozen=True)
class Clash:
    """A person with a place here who holds one at the same time elsewhere."""

    person_id: int
    other_id: int
    other_title: str


def taken_until(sign_up: Any, activity: Any) -> sa.ColumnElement[Any]:
    """Until when a place takes its holder up: the planned end, unless they, or all, were gone before it."""
    return sa.case(
        (sign_up.checked_out_at < activity.ends_at, sign_up.checked_out_at),
        (activity.ended_at < activity.ends_at, activity.ended_at),
        else_=activity.ends_at,
    )


def overlapping(activity: Any) -> list[sa.ColumnElement[bool]]:
    """Of `_other` and `_there` that the place is held at the time of `activity` (a row, or the columns of one) that is
    still to come: who is done there may join what runs here."""
    until = taken_until(_other, _there)
    return [
        _other.activity_id != activity.id,
        _other.state.in_(HOLDING),
        _there.state.in_(STANDING),
        _there.starts_at < activity.ends_at,
        until > activity.starts_at,
        until > clock.now(),
    ]


def clash_of(person_id: Any, activity: Any) -> Any:
    """A SELECT of the person's other sign-up that holds a place at the same time."""
    return (
        sa.select(_there.title)
        .join(_other, _other.activity_id == _there.id)
        .where(_other.person_id == person_id, *overlapping(activity))
        .limit(1)
    )


def allowed(person_id: Any, activity_id: Any) -> sa.Exists:
    """Whether the organiser agreed that the person is here although something else is at the same time."""
    return sa.exists().where(ClashLeave.activity_id == activity_id, ClashLeave.person_id == person_id)


def among(activity: Activity) -> set[Clash]:
    """Everybody who has a place in the activity and another one at the same time."""
    wanted = (
        sa.select(SignUp.person_id, _there.id, _there.title)
        .join(_other, _other.person_id == SignUp.person_id)
        .join(_there, _there.id == _other.activity_id)
        .where(SignUp.activity_id == activity.id, SignUp.state.in_(HOLDING), *overlapping(activity))
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
        .where(SignUp.activity_id.in_(ids), SignUp.state.in_(HOLDING), *overlapping(Activity))
        .group_by(SignUp.activity_id)
    )
    return {row[0]: row[1] for row in session.execute(wanted)}
