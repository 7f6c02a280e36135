"""What a person can join, and whom an activity fits: one rule, asked from both sides."""

from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.journal import Actor
from backend.people.models import Person
from backend.volunteering import clashes
from backend.volunteering.models import OVER, SEATED, Activity, ActivityState, SignUp

# Ages are judged by the year of the start; what begins later than the next year is judged as if it began the year after.
_YEARS = 2


def open_now() -> sa.ColumnElement[bool]:
    """Published, not over, and the sign-up has not closed."""
    now = clock.now()
    until = sa.func.coalesce(Activity.sign_up_until, Activity.ends_at)
    return sa.and_(Activity.state == ActivityState.PUBLISHED, Activity.ends_at > now, until >= now)


def has_places() -> sa.ColumnElement[bool]:
    """Fewer have a place than there are. Who waits beside a free place cannot take it, and is not overtaken."""
    taken = sa.select(sa.func.count()).where(SignUp.activity_id == Activity.id, SignUp.state.in_(SEATED))
    return taken.scalar_subquery() < Activity.capacity


def joinable(actor: Actor) -> sa.ColumnElement[bool]:
    """Whether the person would get a place now: open, a place is free, old enough, not signed up, nothing else then."""
    born = sa.select(Person.birth_year).where(Person.id == actor.id).scalar_subquery()
    mine = sa.exists().where(
        SignUp.activity_id == Activity.id, SignUp.person_id == actor.id, SignUp.state.not_in(OVER)
    )
    return sa.and_(open_now(), has_places(), old_enough(born), ~mine, ~busy(actor.id))


def busy(person_id: Any) -> sa.ColumnElement[bool]:
    """Whether the person has a place in something else at the time of the activity, and nobody agreed to that."""
    there = clashes.clash_of(person_id, Activity).exists()
    return sa.and_(there, ~clashes.allowed(person_id, Activity.id))


def old_enough(born: Any) -> sa.ColumnElement[bool]:
    """条例 15, as the sign-up judges it; where there is an age, who told no year of birth is not old enough."""
    return sa.or_(Activity.min_age.is_(None), Activity.min_age == 0, _year() - born >= Activity.min_age)


def _year() -> Any:
    """The year in China in which an activity begins."""
    this = clock.today().year
    ends = [
        (Activity.starts_at < clock.day_starts(clock.today().replace(year=year + 1, month=1, day=1)), year)
        for year in range(this, this + _YEARS)
    ]
    return sa.case(*ends, else_=this + _YEARS)
