"""Somebody who works for the city and is not in the books yet: no WeChat, no paper card, no home."""

from backend import clock, journal, text
from backend.db import session
from backend.errors import InvalidInput
from backend.journal import Actor
from backend.people import sealed
from backend.people.kinds import PersonState
from backend.people.models import REAL_NAME_MAX, Person


def register(real_name: str, phone: str, *, actor: Actor | None) -> Person:
    """Writes them down; they come into the console by a link first. Raises InvalidInput."""
    name, number = _clean(real_name), text.phone(phone)
    if not text.MOBILE.fullmatch(number):
        raise InvalidInput({"phone": [text.NOT_A_MOBILE]})
    person = Person(
        nickname="",
        state=PersonState.ACTIVE,
        created_at=clock.now(),
        created_by_id=None if actor is None else actor.id,
    )
    session.add(person)
    session.flush()
    sealed.keep_real_name(person, name)
    sealed.keep_phone(person, number)
    session.flush()
    journal.write("create", "person", person.id, actor=actor)
    return person


def _clean(real_name: str) -> str:
    try:
        name = text.clean(real_name)
    except text.Unclean as fault:
        raise InvalidInput({"realName": [fault.sentence]}) from None
    if not 0 < len(name) <= REAL_NAME_MAX:
        raise InvalidInput({"realName": [f"要有 1 到 {REAL_NAME_MAX} 个字"]})
    return name
