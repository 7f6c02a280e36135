"""The places of an activity, and who waits for one. Everything here runs under the activity's row lock.

Whatever frees a place or a person asks the waiting lists again, in the same transaction: `hold()` before the change,
`ask()` after it. Rows are locked in one order everywhere, so that nobody waits for each other in a circle: activities by
their ids, then persons by theirs, then sign-ups.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import savepoint, session
from backend.errors import NotFound
from backend.journal import Actor
from backend.lifecycle import transition_all
from backend.moves import Move
from backend.people.kinds import PersonState
from backend.people.models import Person
from backend.volunteering import clashes, notices, states
from backend.volunteering.models import ATTENDED, SEATED, Activity, ActivityState, SignUp, SignUpState

# How often a list of activities may have grown while they were waited for.
TRIES = 5
_waiting = SignUp.state == SignUpState.WAITLISTED


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


# What a verb holds while it changes something: the ids of activities whose lists are asked afterwards.
Held = frozenset[int]


class _Grown(Exception):
    """While the locks were waited for, somebody began to wait elsewhere, too."""


def hold(activity_id: int, *, freed: Collection[int] | None = None) -> tuple[Activity, Held]:
    """The activity, read again under its lock, with every other one for which those wait who may become free.

    `freed` are the persons, None is everybody who has a place here. Raises NotFound.
    """
    people = _seated_in(activity_id) if freed is None else sorted(freed)
    held = _lock(lambda: {activity_id} | _waited_for(people, activity_id), people)
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFound()
    return activity, held


def hold_of(person_id: int) -> Held:
    """Every activity in which the person has a place or waits for one, and the person."""
    mine = (
        sa.select(SignUp.activity_id)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(
            SignUp.person_id == person_id,
            SignUp.state.in_((SignUpState.CONFIRMED, SignUpState.WAITLISTED)),
            *_running(),
        )
    )
    return _lock(lambda: set(session.scalars(mine)), [person_id])


def hold_line(activity: Activity, person_id: int) -> None:
    """Before a newcomer gets a place: those who wait are locked with them, where they would be asked first."""
    ahead = [activity.id] if room(activity) > 0 else []
    _lock_persons(ahead, [person_id])


def waits(person_id: int) -> bool:
    """Whether the person waits for a place in anything that is not over."""
    wanted = (
        sa.select(SignUp.id)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(SignUp.person_id == person_id, _waiting, *_running())
    )
    return session.scalar(wanted.limit(1)) is not None


def _seated_in(activity_id: int) -> sa.Select[int]:
    return sa.select(SignUp.person_id).where(
        SignUp.activity_id == activity_id, SignUp.state.in_(clashes.HOLDING)
    )


def _running() -> tuple[sa.ColumnElement[bool], ...]:
    return Activity.state == ActivityState.PUBLISHED, Activity.ends_at > clock.now()


def _waited_for(people: Any, activity_id: int) -> set[int]:
    """Where these people wait, at the time of this activity."""
    if isinstance(people, list) and not people:
        return set()
    here = sa.orm.aliased(Activity)
    wanted = (
        sa.select(SignUp.activity_id)
        .join(Activity, Activity.id == SignUp.activity_id)
        .join(here, here.id == activity_id)
        .where(
            SignUp.person_id.in_(people),
            _waiting,
            *_running(),
            Activity.starts_at < here.ends_at,
            Activity.ends_at > here.starts_at,
        )
    )
    return set(session.scalars(wanted))


def _lock(ids: Callable[[], set[int]], people: Any) -> Held:
    """Locks the activities, then the people and whoever waits in them; anew where it is more by then.

    What was locked too early is let go with the savepoint: so the order holds, whatever happened meanwhile.
    """
    wanted: set[int] = set()
    for _ in range(TRIES):
        wanted |= ids()
        try:
            with savepoint():
                _lock_activities(wanted)
                _lock_persons(wanted, people)
                if not ids() <= wanted:
                    raise _Grown
            break
        except _Grown:
            continue
    return frozenset(wanted)


def _lock_activities(ids: Iterable[int]) -> None:
    wanted = sa.select(Activity).where(Activity.id.in_(sorted(ids))).order_by(Activity.id)
    session.scalars(
        wanted.with_for_update(key_share=True), execution_options={"populate_existing": True}
    ).all()


def _lock_persons(ids: Iterable[int], people: Any) -> None:
    line = sa.select(SignUp.person_id).where(SignUp.activity_id.in_(sorted(ids)), _waiting)
    session.execute(
        sa.select(Person.id)
        .where(sa.or_(Person.id.in_(people), Person.id.in_(line)))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    )


def room(activity: Activity) -> int:
    """How many places are free."""
    return activity.capacity - seated(activity.id)


def ask(held: Held) -> None:
    """Gives every free place of these activities to whoever has waited longest and can take it, and tells them.

    Who cannot take it, because of something else at the same time, of their age or a suspension, keeps waiting; the
    next one moves up.
    """
    session.flush()
    taken = (
        sa.select(sa.func.count())
        .where(SignUp.activity_id == Activity.id, SignUp.state.in_(SEATED))
        .scalar_subquery()
    )
    line = sa.exists().where(SignUp.activity_id == Activity.id, _waiting)
    wanted = sa.select(Activity, Activity.capacity - taken).where(
        Activity.id.in_(sorted(held)), *_running(), line, taken < Activity.capacity
    )
    for activity, free in session.execute(wanted.order_by(Activity.id)).all():
        _fill(activity, free)


def _fill(activity: Activity, free: int) -> None:
    ahead = sa.select(SignUp).where(SignUp.activity_id == activity.id, _waiting, *_able(activity))
    people = session.scalars(
        ahead.order_by(SignUp.id).limit(free), execution_options={"populate_existing": True}
    ).all()
    if not people:
        return
    now = clock.now()
    transition_all(states.MOVE_UP, people, place_id=activity.community_id, actor=None, moved_up_at=now)
    notices.moved_up(activity, people)


def _able(activity: Activity) -> list[sa.ColumnElement[bool]]:
    """Of a sign-up that waits, whether its person could take a place now."""
    fit = sa.select(Person.id).where(Person.id == SignUp.person_id, *_fit())
    if activity.min_age:
        year = activity.starts_at.astimezone(clock.CHINA).year
        fit = fit.where(Person.birth_year <= year - activity.min_age)
    return [_free(activity), fit.exists()]


def _free(activity: Any) -> sa.ColumnElement[bool]:
    clash = clashes.clash_of(SignUp.person_id, activity).exists()
    return sa.or_(~clash, clashes.allowed(SignUp.person_id, SignUp.activity_id))


def _fit() -> tuple[sa.ColumnElement[bool], ...]:
    """Who left for good takes nothing, nor does who is suspended now."""
    until = Person.suspended_until
    return Person.state == PersonState.ACTIVE, sa.or_(until.is_(None), until <= clock.now())


def forgotten(limit: int) -> list[int]:
    """Activities with a free place for which somebody waits who could take it since time alone made it so: the end of
    a suspension that nobody has written down yet."""
    taken = (
        sa.select(sa.func.count())
        .where(SignUp.activity_id == Activity.id, SignUp.state.in_(SEATED))
        .correlate(Activity)
        .scalar_subquery()
    )
    fit = sa.exists().where(Person.id == SignUp.person_id, *_fit())
    line = sa.exists().where(SignUp.activity_id == Activity.id, _waiting, fit, _free(Activity))
    wanted = sa.select(Activity.id).where(*_running(), line, taken < Activity.capacity)
    return list(session.scalars(wanted.order_by(Activity.starts_at, Activity.id).limit(limit)))


def ask_again(activity_id: int) -> None:
    """Asks the list of one activity."""
    _, held = hold(activity_id, freed=())
    ask(held)


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
