"""The places of an activity, and who waits for one. Everything here runs under the activity's row lock."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock
from backend.db import session
from backend.journal import Actor
from backend.lifecycle import transition, transition_all
from backend.moves import Move
from backend.volunteering import limits, notices, states
from backend.volunteering.models import ATTENDED, SEATED, Activity, ActivityState, SignUp, SignUpState

_other, _there = aliased(SignUp), aliased(Activity)


def _count(activity_id: int, wanted: tuple[str, ...]) -> int:
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(SignUp)
        .where(SignUp.activity_id == activity_id, SignUp.state.in_(wanted))
    ).one()


def seated(activity_id: int) -> int:
    """How many places are taken."""
    return _count(activity_id, SEATED)


def waiting(activity_id: int) -> int:
    return _count(activity_id, (SignUpState.WAITLISTED,))


def attended(activity_id: int) -> int:
    return _count(activity_id, ATTENDED)


def clash_of(person_id: Any, activity: Activity) -> Any:
    """A SELECT of the person's other sign-up that holds a place at the same time."""
    return (
        sa.select(_there.title)
        .join(_other, _other.activity_id == _there.id)
        .where(
            _other.person_id == person_id,
            _other.activity_id != activity.id,
            _other.state.in_([state for state in SEATED if state != SignUpState.NO_SHOW]),
            _there.state.in_((ActivityState.PUBLISHED, ActivityState.ENDED, ActivityState.CERTIFIED)),
            _there.starts_at < activity.ends_at,
            _there.ends_at > activity.starts_at,
        )
        .limit(1)
    )


def fill(activity: Activity) -> None:
    """Gives every free place to whoever has waited longest, and tells them.

    Who has meanwhile signed up for something else at the same time keeps waiting; the next one moves up.
    """
    if activity.state != ActivityState.PUBLISHED or activity.ends_at <= clock.now():
        return
    free = activity.capacity - seated(activity.id)
    if free <= 0:
        return
    people = _moving_up(activity, free)
    for sign_up in people:
        transition(states.MOVE_UP, sign_up, actor=None)
    notices.moved_up(activity, [sign_up.person_id for sign_up in people])


def _moving_up(activity: Activity, free: int) -> list[SignUp]:
    ahead = sa.select(SignUp).where(SignUp.activity_id == activity.id, SignUp.state == SignUpState.WAITLISTED)
    # A few more than there are places, in case the first ones have something else to do by now.
    rows = session.scalars(ahead.order_by(SignUp.id).limit(free + 20).with_for_update()).all()
    limits.lock_persons({row.person_id for row in rows})
    able = ahead.where(~clash_of(SignUp.person_id, activity).exists())
    return list(session.scalars(able.order_by(SignUp.id).limit(free)))


def move_all(move: Move, activity: Activity, *, actor: Actor | None = None, **facts: Any) -> list[SignUp]:
    """Moves every sign-up of the activity from which this move starts; answers them in order."""
    rows = locked(activity.id, tuple(move.sources))
    if rows:
        transition_all(move, rows, place_id=activity.community_id, actor=actor, **facts)
    return rows


def locked(activity_id: int, wanted: tuple[str, ...]) -> list[SignUp]:
    """The activity's sign-ups in these states, locked in the order of their ids."""
    found = sa.select(SignUp).where(SignUp.activity_id == activity_id, SignUp.state.in_(wanted))
    return list(
        session.scalars(
            found.order_by(SignUp.id).with_for_update(), execution_options={"populate_existing": True}
        )
    )
