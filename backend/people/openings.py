"""Opening what is sealed about a resident: by staff of their place, with a reason, into the journal."""

from typing import Any

import sqlalchemy as sa

from backend import journal
from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.people import permissions, sealed
from backend.people.kinds import PersonState
from backend.people.models import Person, Residency
from backend.people.permissions import Permission


def open_person(person_id: int, reason: str, *, actor: Actor) -> dict[str, Any]:
    """Name, phone and address in clear (个人信息保护法 28: specific purpose). The line in the journal is
    written in the same transaction, so no opening is without one. Raises NotFound outside the clerk's place.
    """
    found = session.execute(
        sa.select(Person, Residency)
        .join(Residency, Residency.person_id == Person.id)
        .where(Person.id == person_id, Person.state == PersonState.ACTIVE)
    ).first()
    if found is None:
        raise NotFound()
    person, home = found
    permissions.require(actor.id, Permission.PERSON_OPEN, home.grid_id or home.community_id)
    journal.write("open_person", "person", person.id, actor=actor, place=home.community_id, reason=reason)
    return {"name": sealed.real_name(person), "phone": sealed.phone(person), "address": sealed.address(home)}
