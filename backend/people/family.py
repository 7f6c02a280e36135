"""A resident's family as staff see it on one page: children they speak for, and who speaks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions, residents
from backend.people.guardians import Guardianship
from backend.people.kinds import STANDING_LINKS, PersonState
from backend.people.masking import Level, levels
from backend.people.models import Person, Residency
from backend.people.permissions import Permission


@dataclass(frozen=True)
class Relative:
    """The other one of a link: in full where this reader works with the people who live there."""

    person_id: int
    name: str
    is_guardian: bool
    relation: str
    state: str
    declared_at: datetime
    # Has the reader a page of this person?
    within_reach: bool


def links_of(person_id: int, *, actor: Actor) -> KeysetQuery:
    """Guardianships that stand, in both directions, where this reader verifies them; the newest first."""
    reach = permissions.reach_of(actor.id, Permission.GUARDIAN_VERIFY)
    wanted = sa.select(Guardianship).where(
        sa.or_(Guardianship.guardian_id == person_id, Guardianship.child_id == person_id),
        Guardianship.state.in_(STANDING_LINKS),
        Guardianship.community_id.in_(reach),
    )
    return KeysetQuery(wanted, (Guardianship.id.desc(),))


def view_family(rows: Sequence[Guardianship], person_id: int, *, actor: Actor) -> list[Relative]:
    """In two statements, however many."""
    others = {row.id: row.guardian_id if row.child_id == person_id else row.child_id for row in rows}
    found = session.execute(
        sa.select(Person, sa.func.coalesce(Residency.grid_id, Residency.community_id))
        .outerjoin(Residency, Residency.person_id == Person.id)
        .where(Person.id.in_(others.values()))
    )
    known = {person.id: (person, place) for person, place in found}
    seen = levels(actor.id, {place for _person, place in known.values() if place}, Permission.PERSON_READ)
    return [_relative(row, *known[others[row.id]], seen) for row in rows]


def _relative(row: Guardianship, other: Person, place: int | None, seen: dict[int, Level]) -> Relative:
    level = seen[place] if place else Level.COLLEAGUE
    return Relative(
        person_id=other.id,
        name=residents.view_person(other, level).name,
        is_guardian=row.guardian_id == other.id,
        relation=row.relation,
        state=row.state,
        declared_at=row.declared_at,
        within_reach=level == Level.AT_WORK and other.state == PersonState.ACTIVE,
    )
