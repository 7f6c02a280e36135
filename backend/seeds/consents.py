"""What the people of the demo city have agreed to: the notice, and that sensitive data is kept of them."""

from collections.abc import Iterable

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.people import actions as people
from backend.people.models import Consent, Person
from backend.rights import notice
from backend.rights.gates import SaidConsent

GIVEN = ("privacy", "sensitive_data")


def agree(person: Person) -> None:
    """What the mini-program asks at its beginning, and before somebody says where they live."""
    for name in GIVEN:
        people.give_consent(name, notice.current(name).version, actor=person)


def agree_on_paper(person: Person, clerk: Person) -> None:
    """The same of who has no phone, before a clerk."""
    for name in GIVEN:
        version = notice.current(name).version
        people.agree(person.id, name, version, actor=clerk, said=SaidConsent.PAPER)


def all_agree(persons: Iterable[Person]) -> None:
    """The same of a whole city, written at once."""
    now = clock.now()
    given = [
        {"person_id": one.id, "document": name, "version": notice.current(name).version, "given_at": now}
        for one in persons
        for name in GIVEN
    ]
    if given:
        session.execute(sa.insert(Consent), given)
