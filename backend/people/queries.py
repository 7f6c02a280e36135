"""Reading about persons: profile, residency, queues for staff, names to show."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto
from backend.db import session
from backend.organisations import queries as places
from backend.people import permissions, sealed
from backend.people.models import (
    Appointment,
    Consent,
    Membership,
    PartyRegistration,
    Person,
    Residency,
    Team,
)


@dataclass(frozen=True)
class Profile:
    """All that Me shows, gathered in four statements."""

    person: Person
    residency: Residency | None
    registration: PartyRegistration | None
    appointments: list[Appointment]
    consents: list[Consent]
    names: dict[int, str]

    @property
    def real_name(self) -> str | None:
        return crypto.masked("name", sealed.real_name(self.person))

    @property
    def phone(self) -> str | None:
        return crypto.masked("phone", sealed.phone(self.person))


def profile(person_id: int) -> Profile:
    """The person with the facts about them and the names of their places."""
    person, home, registration = session.execute(
        sa.select(Person, Residency, PartyRegistration)
        .outerjoin(Residency, Residency.person_id == Person.id)
        .outerjoin(PartyRegistration, PartyRegistration.person_id == Person.id)
        .where(Person.id == person_id)
    ).one()
    today = clock.today()
    appointments = session.scalars(
        sa.select(Appointment)
        .where(
            Appointment.person_id == person_id,
            Appointment.from_day <= today,
            sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
        )
        .order_by(Appointment.id)
    ).all()
    consents = session.scalars(
        sa.select(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
    ).all()
    ids = {appointment.organisation_id for appointment in appointments}
    ids |= {home.community_id} if home else set()
    ids |= {registration.unit_id, registration.community_id} if registration else set()
    return Profile(person, home, registration, list(appointments), list(consents), places.names(ids))


def home(person_id: int) -> Residency | None:
    """Where the person lives, as declared or verified; None when nothing stands or it was rejected."""
    return session.scalar(
        sa.select(Residency).where(Residency.person_id == person_id, Residency.status != "rejected")
    )


def verified_registration(person_id: int) -> PartyRegistration | None:
    """The person's verified party registration, if there is one."""
    return session.scalar(
        sa.select(PartyRegistration).where(
            PartyRegistration.person_id == person_id, PartyRegistration.status == "verified"
        )
    )


# The community of the viewer's verified registration, to be read in the statement of a list.
REGISTERED_IN = (
    sa.select(PartyRegistration.community_id)
    .where(
        PartyRegistration.person_id == permissions.VIEWER,
        PartyRegistration.status == sa.literal_column("'verified'"),
    )
    .scalar_subquery()
)


def team_of(team_id: int, person_id: int) -> Team | None:
    """The team, when the person leads it or was accepted into it."""
    joined = sa.and_(
        Membership.team_id == Team.id, Membership.person_id == person_id, Membership.status == "accepted"
    )
    return session.scalar(
        sa.select(Team)
        .outerjoin(Membership, joined)
        .where(Team.id == team_id, sa.or_(Team.leader_id == person_id, Membership.person_id.is_not(None)))
    )


def masked_names(ids: set[int]) -> dict[int, str]:
    """How strangers see these persons: 裴**, or 一位居民 for who gave no name. One statement."""
    if not ids:
        return {}
    rows = session.execute(sa.select(Person.id, Person.real_name_sealed).where(Person.id.in_(ids)))
    return {row[0]: masked_name(row[0], row[1]) for row in rows}


def masked_name(person_id: int, real_name_sealed: str | None) -> str:
    """The same from what was read already."""
    return crypto.masked("name", sealed.unsealed_name(person_id, real_name_sealed)) or "一位居民"


def family_name(person_id: int, real_name_sealed: str | None) -> str | None:
    """The first character of the real name."""
    name = sealed.unsealed_name(person_id, real_name_sealed)
    return name[0] if name else None


def waiting(model: Any, status: str, permission: str, *, by: Any, after: int, limit: int) -> list[Any]:
    """A page of registrations that staff may decide, oldest person first: rows of (registration, person)."""
    wanted = (
        sa.select(model, Person)
        .join(Person, Person.id == model.person_id)
        .where(
            model.status == status,
            model.community_id.in_(permissions.reach_of(by.id, permission)),
            model.person_id > after,
        )
        .order_by(model.person_id)
        .limit(limit)
    )
    return list(session.execute(wanted))


def found(
    *, community_id: int | None, card_number: str | None, phone: str | None, by: Any, after: int, limit: int
) -> list[tuple[Person, Residency]]:
    """Residents in the clerk's places, by card number, by phone (through its blind index), or all of a place."""
    reach = permissions.reach_of(by.id, "person:read")
    wanted = (
        sa.select(Person, Residency)
        .join(Residency, Residency.person_id == Person.id)
        .where(
            Person.status == "active",
            Person.id > after,
            sa.or_(Residency.community_id.in_(reach), Residency.grid_id.in_(reach)),
        )
    )
    if community_id is not None:
        wanted = wanted.where(Residency.community_id == community_id)
    if card_number is not None:
        wanted = wanted.where(Person.card_number == card_number.upper())
    if phone is not None:
        wanted = wanted.where(Person.phone_index.in_(crypto.blind_indexes("phone", phone)))
    return list(session.execute(wanted.order_by(Person.id).limit(limit)))
