"""A resident's family as staff see it on one page: children they speak for and who speaks for them, for whom they act and
who acts for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions, residents
from backend.people.guardians import Guardianship
from backend.people.kinds import STANDING_LINKS, STANDING_PROXIES, PersonState, ProxyState
from backend.people.masking import Level, levels
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.people.proxy_models import Proxy


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
    known = _known(others.values(), actor)
    return [
        Relative(
            person_id=others[row.id],
            name=known[others[row.id]].name,
            is_guardian=row.guardian_id == others[row.id],
            relation=row.relation,
            state=row.state,
            declared_at=row.declared_at,
            within_reach=known[others[row.id]].within_reach,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class ProxyRelative:
    """The other one of a proxy, as staff see them beside the resident whose page it is."""

    proxy_id: int
    name: str
    # Do they act for the resident, or the resident for them?
    acts: bool
    relation: str
    state: str
    asked_at: datetime


def proxies_of(person_id: int, *, actor: Actor) -> KeysetQuery:
    """What stands of a resident, in both directions, where this reader answers for people; the newest first.

    Of what somebody asked for and was not answered nothing is said on their own page.
    """
    reach = permissions.reach_of(actor.id, Permission.PROXY_ANSWER)
    here = sa.select(Residency.person_id).where(Residency.community_id.in_(reach))
    own = sa.and_(Proxy.by_id == person_id, Proxy.state == ProxyState.AGREED)
    mine = sa.or_(own, Proxy.for_id == person_id)
    wanted = sa.select(Proxy).where(mine, Proxy.state.in_(STANDING_PROXIES), Proxy.for_id.in_(here))
    return KeysetQuery(wanted, (Proxy.id.desc(),))


def view_proxies(rows: Sequence[Proxy], person_id: int, *, actor: Actor) -> list[ProxyRelative]:
    """In two statements, however many."""
    others = {row.id: (row.by_id if row.for_id == person_id else row.for_id) or 0 for row in rows}
    known = _known(others.values(), actor)
    return [
        ProxyRelative(
            proxy_id=row.id,
            name=known[others[row.id]].name,
            acts=row.by_id == others[row.id],
            relation=row.relation,
            state=row.state,
            asked_at=row.asked_at,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class _Other:
    name: str
    within_reach: bool


def _known(ids: Iterable[int], actor: Actor) -> dict[int, _Other]:
    """How this reader sees these persons, and whether there is a page of them for the reader."""
    found = session.execute(
        sa.select(Person, sa.func.coalesce(Residency.grid_id, Residency.community_id))
        .outerjoin(Residency, Residency.person_id == Person.id)
        .where(Person.id.in_(ids))
    ).all()
    seen = levels(actor.id, {place for _person, place in found if place}, Permission.PERSON_READ)
    return {person.id: _other(person, seen[place] if place else Level.COLLEAGUE) for person, place in found}


def _other(person: Person, level: Level) -> _Other:
    reached = level == Level.AT_WORK and person.state == PersonState.ACTIVE
    return _Other(residents.view_person(person, level).name, reached)
