"""A person's WeChat account: who is behind an openid, and what WeChat vouches for."""

from typing import Any

import sqlalchemy as sa

from backend import journal
from backend.db import session, take
from backend.people import sealed
from backend.people.models import Person


def openid(person_id: int) -> str | None:
    """The person's openid in this mini-program; None for who has no WeChat."""
    return session.scalar(sa.select(Person.openid).where(Person.id == person_id))


def person_behind(openid: str) -> int | None:
    """The id of the active person with this openid."""
    return session.scalar(sa.select(Person.id).where(Person.openid == openid, Person.status == "active"))


def keep_phone(number: str, *, by: Any) -> None:
    """The number behind the phone button, which WeChat has verified. It is sealed, never shown in full."""
    person = take(Person, by.id)
    sealed.keep_phone(person, number)
    session.flush()
    journal.write("keep_phone", "person", person.id, by=by)
