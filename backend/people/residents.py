"""What pages about people read: the search within scope, one resident, what waits to be verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend import text
from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.organisations import queries as places
from backend.people import permissions, sealed
from backend.people.kinds import PersonState
from backend.people.masking import Kind, Level, levels, masked
from backend.people.models import Appointment, PartyRegistration, Person, Residency
from backend.people.permissions import Permission

# A name is sealed, so it is found by opening the names of one's own places, and no more of them than this.
NAMES_OPENED = 20_000
# A number with fewer digits than a telephone's is a person's in the journal.
NUMBER_SIGNS = 10


def resident(actor: Actor, person_id: int, word: str = Permission.PERSON_READ) -> tuple[Person, Residency]:
    """An active person who lives where this word is granted; everyone else does not exist here."""
    found = session.execute(
        sa.select(Person, Residency)
        .join(Residency, Residency.person_id == Person.id)
        .where(Person.id == person_id, Person.state == PersonState.ACTIVE, _within(actor, word))
    ).first()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def _within(actor: Actor, word: str) -> sa.ColumnElement[bool]:
    # By grid without an index: 38,000 residents take 20 ms to search, and PostgreSQL leaves an index there unused.
    reach = permissions.reach_of(actor.id, word)
    return sa.or_(Residency.community_id.in_(reach), Residency.grid_id.in_(reach))


def search_residents(actor: Actor, asked: str, most: int) -> list[tuple[Person, Residency]]:
    """Residents within scope by card number, by whole phone number, or by (part of) the name."""
    wanted = (
        sa.select(Person, Residency)
        .join(Residency, Residency.person_id == Person.id)
        .where(Person.state == PersonState.ACTIVE, _within(actor, Permission.PERSON_READ))
        .order_by(Person.id)
    )
    if text.is_card(asked):
        return _rows(wanted.where(Person.card_number == text.card(asked)))
    if text.MOBILE.fullmatch(text.phone(asked)):
        return _rows(wanted.where(sealed.has_phone(asked)))
    return _named(wanted, asked, most)


def by_number(actor: Actor, asked: str, most: int, word: str) -> list[tuple[Person, Residency]]:
    """Residents where this word is granted by card number, by whole phone number or by the number under which the journal
    names them; by no name."""
    wanted = (
        sa.select(Person, Residency)
        .join(Residency, Residency.person_id == Person.id)
        .where(Person.state == PersonState.ACTIVE, _within(actor, word))
        .order_by(Person.id)
        .limit(most)
    )
    known = Person.card_number == text.card(asked) if text.is_card(asked) else sealed.has_phone(asked)
    # A card's number may be typed without its P and its zeros: then it may be either.
    if asked.isdecimal() and len(asked) < NUMBER_SIGNS:
        known = sa.or_(known, Person.id == int(asked))
    return _rows(wanted.where(known))


def _rows(wanted: Any) -> list[tuple[Person, Residency]]:
    return [(row[0], row[1]) for row in session.execute(wanted)]


def _named(wanted: Any, asked: str, most: int) -> list[tuple[Person, Residency]]:
    """By name: opened here to be compared."""
    names = wanted.with_only_columns(Person.id, Person.real_name_sealed).limit(NAMES_OPENED)
    ids = [
        person_id
        for person_id, name in session.execute(names)
        if asked in (sealed.unsealed_name(person_id, name) or "")
    ]
    return _rows(wanted.where(Person.id.in_(ids[:most])))


@dataclass(frozen=True)
class PersonView:
    """A person as pages show one before any opening."""

    id: int
    real_name: str | None
    phone: str | None
    card: str | None
    birth_year: int | None
    wechat: bool

    @property
    def name(self) -> str:
        return self.real_name or "没有登记姓名"


def view_person(person: Person, level: Level = Level.COLLEAGUE) -> PersonView:
    """How this level sees a person."""
    return PersonView(
        id=person.id,
        real_name=masked(Kind.NAME, sealed.real_name(person), level),
        phone=masked(Kind.PHONE, sealed.phone(person), level),
        card=masked(Kind.CARD, person.card_number, level),
        birth_year=person.birth_year,
        wechat=person.openid is not None,
    )


def view_residents(
    actor: Actor, rows: Sequence[tuple[Person, Residency]], word: str = Permission.PERSON_READ
) -> list[PersonView]:
    """Residents as who looks at them stands to each, doing what the word names. One statement, however many."""
    seen = levels(actor.id, {_place(home) for _person, home in rows}, word) if rows else {}
    return [view_person(person, seen[_place(home)]) for person, home in rows]


def view_resident(
    actor: Actor, person: Person, home: Residency, word: str = Permission.PERSON_READ
) -> PersonView:
    """The same of one."""
    return view_residents(actor, [(person, home)], word)[0]


def _place(home: Residency) -> int:
    return home.grid_id or home.community_id


def views(ids: set[int], level: Level = Level.COLLEAGUE) -> dict[int, PersonView]:
    """Active persons as this level sees them, in one statement."""
    wanted = sa.select(Person).where(Person.id.in_(ids), Person.state == PersonState.ACTIVE)
    return {one.id: view_person(one, level) for one in session.scalars(wanted)} if ids else {}


@dataclass(frozen=True)
class DeclarationView:
    """What somebody declared of themselves, where they live or to which unit they belong, with their places by name."""

    community: str
    grid: str | None
    unit: str | None
    service_roles: tuple[str, ...]
    state: str
    declared_at: datetime


def view_declarations(rows: Sequence[Residency | PartyRegistration]) -> list[DeclarationView]:
    """In one statement, however many."""
    held = ("community_id", "grid_id", "unit_id")
    names = places.names({one for row in rows for name in held if (one := getattr(row, name, None))})
    return [
        DeclarationView(
            community=names[row.community_id],
            grid=names.get(getattr(row, "grid_id", None)),
            unit=names.get(getattr(row, "unit_id", None)),
            service_roles=tuple(getattr(row, "service_roles", ())),
            state=row.state,
            declared_at=row.declared_at,
        )
        for row in rows
    ]


def registration(person_id: int) -> DeclarationView | None:
    """The person's party registration, in whatever state."""
    found = session.get(PartyRegistration, person_id)
    return view_declarations([found])[0] if found else None


def by_exact(asked: str) -> Person | None:
    """Whoever appoints finds a person by whole card number or phone alone: no browsing through the city."""
    where = Person.card_number == text.card(asked) if text.is_card(asked) else sealed.has_phone(asked)
    return session.scalar(
        sa.select(Person).where(Person.state == PersonState.ACTIVE, where).order_by(Person.id).limit(1)
    )


def view_exact(person: Person, asked: str) -> PersonView:
    """Whoever knows the whole number knows the person: shown by name, if this is the one who is found by it. Without a
    number, who holds an office is no secret to who appoints."""
    found = by_exact(asked) if asked else None
    if found is not None and found.id == person.id:
        return view_person(person, Level.AT_WORK)
    held = sa.exists().where(Appointment.person_id == person.id)
    in_office = session.scalars(sa.select(held)).one()
    return view_person(person, Level.AT_WORK if in_office else Level.COLLEAGUE)


def active(person_id: int) -> Person | None:
    """An active person anywhere, for whoever appoints."""
    found = session.get(Person, person_id)
    return found if found is not None and found.state == PersonState.ACTIVE else None
