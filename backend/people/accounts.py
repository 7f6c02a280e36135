"""A person's WeChat account: who is behind an openid, and what WeChat vouches for."""

from typing import Any

import sqlalchemy as sa

from backend import journal
from backend.db import lock_row, session
from backend.journal import Actor
from backend.people import sealed, security_events, sign_ins
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Person


def openid(person_id: int) -> str | None:
    """The person's openid in this mini-program; None for who has no WeChat."""
    return session.scalar(sa.select(Person.openid).where(Person.id == person_id))


def person_behind(openid: str) -> int | None:
    """The id of the active person with this openid."""
    found = sign_ins.active_holder(openid)
    return found[0] if found else None


def keep_phone(number: str, *, actor: Actor) -> None:
    """The number behind the phone button, which WeChat has verified. It is sealed, never shown in full.

    One number may serve a household, so a second account with it is let be, and told to the auditor.
    """
    person = lock_row(Person, actor.id)
    before = sealed.phone(person)
    sealed.keep_phone(person, number)
    session.flush()
    journal.write("keep_phone", "person", person.id, actor=actor)
    if number != before:
        done = "更换了手机号" if before else "登记了手机号"
        security_events.record(person.id, SecurityEventKind.PHONE, done)
    tell_shared_phone(person, actor=actor)


def remove_phone(*, actor: Actor) -> None:
    """The owner takes their number back. Without one, nothing happens: asked twice, it is gone all the same."""
    person = lock_row(Person, actor.id)
    if person.phone_sealed is None:
        return
    sealed.keep_phone(person, None)
    session.flush()
    journal.write("remove_phone", "person", person.id, actor=actor)
    security_events.record(person.id, SecurityEventKind.PHONE, "删除了手机号")


def tell_shared_phone(person: Person, place: int | None = None, *, actor: Actor) -> None:
    """Two accounts with one number may be one person twice: a line in the journal, for whoever audits."""
    if person.phone_index is None:
        return
    same = (
        Person.phone_index == person.phone_index,
        Person.state == PersonState.ACTIVE,
        Person.id != person.id,
    )
    others = session.scalar(sa.select(sa.func.count()).select_from(Person).where(*same))
    if others:
        facts = {"accounts": others + 1}
        journal.write("share_phone", "person", person.id, actor=actor, place=place, facts=facts)


def shares_number(column: Any, person_id: int) -> sa.ColumnElement[bool]:
    """The same of each row of a list, by the column that names the one of them."""
    one, other = Person.__table__.alias(), Person.__table__.alias()
    shared = (one.c.id == column, other.c.id == person_id, one.c.phone_index == other.c.phone_index)
    return sa.select(sa.literal(1)).where(*shared).correlate_except(one, other).exists()


def same_phone(person_id: int, other_id: int) -> bool:
    """Are these two accounts of one number? While the index key changes, the two may be told apart wrongly."""
    wanted = sa.select(sa.func.count(Person.phone_index), sa.func.count(Person.phone_index.distinct()))
    known, numbers = session.execute(wanted.where(Person.id.in_((person_id, other_id)))).one()
    return (known, numbers) == (2, 1)
