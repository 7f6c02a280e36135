"""How many wishes one person may write and hand in, so that nobody buries the queue of those who review.

Staff who report for somebody in their office are not limited; a guardian who writes for a child is. What is counted
is read under the lock of the person's row.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, config
from backend.db import Id, session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.people import permissions
from backend.people.models import Appointment, Person
from backend.people.permissions import Permission
from backend.wishes.models import Wish, reporting_in

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


class TooManyWishes(Refused):
    code, message = 42996, "提交得太多了：一分钟最多 {perMinute} 个、一天最多 {perDay} 个，请过些时候再提交"


class TooManyDrafts(Refused):
    code, message = 42997, "一天里写了 {most} 份还没提交的草稿，请先提交，或过些时候再写"


def lock_with_counted(wish_id: int, actor: Actor) -> Wish:
    """The same with the person for whom it counts: whoever hands it in, or the wisher where a relative wrote it."""
    return _lock(_TAKE_COUNTED, wish_id, actor)


def lock_with_person(wish_id: int, actor: Actor) -> Wish:
    """The wish under its lock, after the person's row: two wishes handed in, or claimed, at the same moment must
    both see the limit. In one statement; PostgreSQL locks in the order in which the tables are named. Whoever only
    points to the person (a key, a notice) does not wait, and is not waited for: two requests of one person, each
    with its key written before, would else wait for each other. Raises NotFound."""
    return _lock(_TAKE, wish_id, actor)


def _lock(wanted: sa.Select[Any], wish_id: int, actor: Actor) -> Wish:
    given = {"person": actor.id, "wish": wish_id}
    found: Wish | None = session.scalar(wanted, given, execution_options={"populate_existing": True})
    if found is None:
        raise NotFound()
    return found


_THIS = sa.select(Wish).where(Wish.id == sa.bindparam("wish"))
_HOLDING: dict[str, Any] = {"of": (Person, Wish), "key_share": True}
_PERSON = sa.bindparam("person", type_=Id)
_TAKE = _THIS.join(Person, Person.id == _PERSON).with_for_update(**_HOLDING)
_COUNTED = sa.case((Wish.by_family, Wish.wisher_id), else_=_PERSON)
_TAKE_COUNTED = _THIS.join(Person, Person.id == _COUNTED).with_for_update(**_HOLDING)


def _own(person_id: int) -> sa.ColumnElement[bool]:
    """Wishes that the person wrote, for themselves or for their child, and not in office; and what their relatives wrote
    for them."""
    in_office = sa.exists().where(
        permissions.active_today(person_id),
        Appointment.role.in_(permissions.roles_with(Permission.WISH_REPORT)),
    )
    return sa.or_(
        sa.and_(Wish.wisher_id == person_id, sa.or_(Wish.reporter_id.is_(None), Wish.by_family)),
        sa.and_(
            Wish.reporter_id == person_id, ~Wish.by_family, sa.or_(Wish.guardian_id == person_id, ~in_office)
        ),
    )


def check_drafts(person_id: int) -> None:
    """May there be one more draft that counts for the person? Raises TooManyDrafts."""
    # Not read anew: what the caller has changed about the person, and not yet written, stays.
    session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    most, now = config.settings().drafts_per_day, clock.now()
    begun = sa.select(Wish.created_at).where(
        _own(person_id), Wish.submitted_at.is_(None), Wish.created_at > now - _DAY
    )
    as_many_ago = session.scalar(begun.order_by(Wish.created_at.desc()).offset(most - 1).limit(1))
    if as_many_ago is not None:
        raise TooManyDrafts(most=most).retry_after((as_many_ago + _DAY - now).total_seconds())


def check_pace(wish: Wish, *, actor: Actor) -> None:
    """May one more wish be handed in that counts for the person? The caller has locked their row. Raises TooManyWishes."""
    if _in_office(wish, actor):
        return
    person_id = wish.wisher_id if wish.by_family else actor.id
    settings, now = config.settings(), clock.now()
    per_minute, per_day = settings.wishes_per_minute, settings.wishes_per_day
    handed_in = sa.select(Wish.submitted_at).where(_own(person_id), Wish.submitted_at > now - _DAY)
    times = session.scalars(handed_in.order_by(Wish.submitted_at.desc()).limit(max(per_minute, per_day)))
    latest = [moment for moment in times if moment is not None]
    for most, span in ((per_day, _DAY), (per_minute, _MINUTE)):
        if len(latest) >= most and latest[most - 1] > now - span:
            left = latest[most - 1] + span - now
            raise TooManyWishes(perMinute=per_minute, perDay=per_day).retry_after(left.total_seconds())


def _in_office(wish: Wish, actor: Actor) -> bool:
    mine = wish.by_family or actor.id in (wish.wisher_id, wish.guardian_id)
    return not mine and bool(reporting_in([wish], actor.id))
