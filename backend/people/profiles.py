"""What somebody reads about themselves whenever the mini-program opens: in three statements that are built once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend.db import Id
from backend.organisations.models import Organisation
from backend.outbox import queries as outbox
from backend.people import permissions, sealed
from backend.people.masking import Kind, masked
from backend.people.models import Appointment, Consent, PartyRegistration, Person, Residency
from backend.statements import Statement


class Home(NamedTuple):
    """Where somebody lives, as declared or verified."""

    community_id: int
    grid_id: int | None
    state: str
    reason: str | None
    community_name: str


class Registration(NamedTuple):
    """双报到: the community with which a party member registered."""

    unit_id: int
    community_id: int
    state: str
    service_roles: list[str]
    reason: str | None
    unit_name: str
    community_name: str


class Office(NamedTuple):
    """An appointment that stands today."""

    role: str
    organisation_id: int
    organisation_name: str
    to_day: date | None


class Agreed(NamedTuple):
    """A consent that was not withdrawn."""

    document: str
    version: str
    given_at: datetime


@dataclass(frozen=True)
class Profile:
    """All that Me shows; name and phone are masked."""

    nickname: str
    real_name: str | None
    phone: str | None
    card_number: str | None
    suspended_until: datetime | None
    unread: int
    residency: Home | None
    registration: Registration | None
    offices: Sequence[Office]
    consents: Sequence[Agreed]


def profile(person_id: int) -> Profile:
    """The person with the facts about them and the names of their places. Raises NoResultFound."""
    nickname, name, phone, card_number, suspended, unread, *facts = _PROFILE.one({"person": person_id})
    home, registration = facts[: len(Home._fields)], facts[len(Home._fields) :]
    return Profile(
        nickname=nickname,
        real_name=masked(Kind.NAME, sealed.unsealed_name(person_id, name)),
        phone=masked(Kind.PHONE, sealed.unsealed_phone(person_id, phone)),
        card_number=card_number,
        suspended_until=suspended,
        unread=unread,
        residency=Home._make(home) if home[0] is not None else None,
        registration=Registration._make(registration) if registration[0] is not None else None,
        offices=_OFFICES.all(permissions.bind_viewer(person_id)),
        consents=_CONSENTS.all({"person": person_id}),
    )


def _name_of(place: Any) -> sa.ScalarSelect[str]:
    return sa.select(Organisation.name).where(Organisation.id == place).scalar_subquery()


_PERSON = sa.bindparam("person", type_=Id)
_PROFILE = Statement(
    sa.select(
        Person.nickname,
        Person.real_name_sealed,
        Person.phone_sealed,
        Person.card_number,
        Person.suspended_until,
        outbox.UNREAD.scalar_subquery(),
        *(getattr(Residency, name) for name in Home._fields[:-1]),
        _name_of(Residency.community_id),
        *(getattr(PartyRegistration, name) for name in Registration._fields[:-2]),
        _name_of(PartyRegistration.unit_id),
        _name_of(PartyRegistration.community_id),
    )
    .outerjoin(Residency, Residency.person_id == Person.id)
    .outerjoin(PartyRegistration, PartyRegistration.person_id == Person.id)
    .where(Person.id == _PERSON),
    tuple,
)
_OFFICES = Statement(
    sa.select(Appointment.role, Appointment.organisation_id, Organisation.name, Appointment.to_day)
    .join(Organisation, Organisation.id == Appointment.organisation_id)
    .where(permissions.VIEWER_ACTIVE_TODAY)
    .order_by(Appointment.id),
    Office,
)
_CONSENTS = Statement(
    sa.select(Consent.document, Consent.version, Consent.given_at).where(
        Consent.person_id == _PERSON, Consent.withdrawn_at.is_(None)
    ),
    Agreed,
)
