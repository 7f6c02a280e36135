"""Reading about persons: profile, residency, queues for staff, names to show."""

from collections.abc import Collection, Mapping
from functools import lru_cache

import sqlalchemy as sa

from backend import clock, text
from backend.db import session
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions, sealed
from backend.people.family_names import title_name
from backend.people.kinds import MembershipState, PartyRegistrationState, PersonState, ResidencyState
from backend.people.masking import Kind, Level, levels, masked
from backend.people.models import Appointment, Membership, PartyRegistration, Person, Residency, Team
from backend.people.permissions import Permission

# Asked for each wish and each activity that somebody opens.
_HOME = sa.select(Residency).where(
    Residency.person_id == sa.bindparam("person"), Residency.state != ResidencyState.REJECTED
)
_VERIFIED = sa.select(PartyRegistration).where(
    PartyRegistration.person_id == sa.bindparam("person"),
    PartyRegistration.state == PartyRegistrationState.VERIFIED,
)


def home(person_id: int) -> Residency | None:
    """Where the person lives, as declared or verified; None when nothing stands or it was rejected."""
    return session.scalar(_HOME, {"person": person_id})


def nickname(person_id: int) -> str:
    """What the person calls themselves; empty where they have not said."""
    return session.scalars(sa.select(Person.nickname).where(Person.id == person_id)).one()


def verified_registration(person_id: int) -> PartyRegistration | None:
    """The person's verified party registration, if there is one."""
    return session.scalar(_VERIFIED, {"person": person_id})


# The community of the viewer's verified registration, to be read in the statement of a list.
REGISTERED_IN = (
    sa.select(PartyRegistration.community_id)
    .where(
        PartyRegistration.person_id == permissions.VIEWER,
        PartyRegistration.state == sa.literal_column(f"'{PartyRegistrationState.VERIFIED}'"),
    )
    .scalar_subquery()
)


def team_of(team_id: int, person_id: int) -> Team | None:
    """The team, when the person leads it or was accepted into it."""
    joined = sa.and_(
        Membership.team_id == Team.id,
        Membership.person_id == person_id,
        Membership.state == MembershipState.ACCEPTED,
    )
    return session.scalar(
        sa.select(Team)
        .outerjoin(Membership, joined)
        .where(Team.id == team_id, sa.or_(Team.leader_id == person_id, Membership.person_id.is_not(None)))
    )


def masked_names(
    ids: Collection[int | None], level: Level = Level.PUBLIC, *, gone: str | None = None
) -> dict[int | None, str]:
    """How this level sees these persons: 裴**, or 一位居民 for who gave no name, or `gone` for who left. One statement."""
    if not ids:
        return {}
    rows = session.execute(
        sa.select(Person.id, Person.real_name_sealed, Person.state).where(Person.id.in_(ids))
    )
    return {
        row[0]: gone if gone and row[2] != PersonState.ACTIVE else masked_name(row[0], row[1], level)
        for row in rows
    }


def names_near(
    viewer_id: int, whose: Mapping[int, int], word: str, colleagues: Collection[int | None] = ()
) -> dict[int | None, str]:
    """How somebody at this work sees persons, each known by the place of the matter (`{person: place}`): by name where
    they work in that place, masked elsewhere; and the colleagues who acted in it by name. In two statements."""
    seen = levels(viewer_id, whose.values(), word) if whose else {}
    # Whoever has no office at all is nobody's colleague.
    other = Level.PUBLIC if Level.PUBLIC in seen.values() else Level.COLLEAGUE
    at_work: dict[int | None, Level] = {
        person_id: Level.AT_WORK if seen[place] == Level.AT_WORK else Level.PUBLIC
        for person_id, place in whose.items()
    }
    return names_by_level({**dict.fromkeys(colleagues, other), **at_work})


def officer_names(ids: Collection[int | None]) -> dict[int | None, str]:
    """How colleagues see these persons: who holds an office today by name, everybody else masked. One statement."""
    return names_by_level(dict.fromkeys(ids, Level.COLLEAGUE))


def names_by_level(seen: Mapping[int | None, Level], *, gone: str | None = None) -> dict[int | None, str]:
    """Each person as that level sees them: for a colleague who holds an office today by name, everybody else masked; or
    `gone` for who left. One statement."""
    if not seen:
        return {}
    in_office = sa.exists().where(Appointment.person_id == Person.id, permissions.active_today(Person.id))
    wanted = sa.select(Person.id, Person.real_name_sealed, Person.state, in_office)
    names: dict[int | None, str] = {}
    for person_id, name, state, office in session.execute(wanted.where(Person.id.in_(seen))):
        kind = Kind.OFFICER if office and seen[person_id] == Level.COLLEAGUE else Kind.NAME
        known = masked(kind, sealed.unsealed_name(person_id, name), seen[person_id]) or "一位居民"
        names[person_id] = gone if gone and state != PersonState.ACTIVE else known
    return names


def absent() -> sa.ColumnElement[bool]:
    """Of each person whether they left, or may not act now: whatever they were in charge of needs somebody else."""
    # Not null, so that it can be turned round.
    suspended = sa.and_(Person.suspended_until.is_not(None), Person.suspended_until > clock.now())
    return sa.or_(Person.state != PersonState.ACTIVE, suspended)


def masked_name(person_id: int, real_name_sealed: str | None, level: Level = Level.PUBLIC) -> str:
    """The same from what was read already."""
    if level == Level.PUBLIC and real_name_sealed:
        return _publicly(person_id, real_name_sealed)
    return masked(Kind.NAME, sealed.unsealed_name(person_id, real_name_sealed), level) or "一位居民"


def family_name(person_id: int, real_name_sealed: str | None) -> str | None:
    """What a title is made of: 欧阳 of 欧阳娜娜, "" of a name that gives none; None for who has told no name."""
    return _title_name(person_id, real_name_sealed) if real_name_sealed else None


# A name that was opened for a wall is not opened for the next one. Only what everybody may read is remembered, masked; a
# name that is changed is another sealed text.
@lru_cache(maxsize=8192)
def _publicly(person_id: int, real_name_sealed: str) -> str:
    return masked(Kind.NAME, sealed.unsealed_name(person_id, real_name_sealed)) or "一位居民"


@lru_cache(maxsize=8192)
def _title_name(person_id: int, real_name_sealed: str) -> str | None:
    name = sealed.unsealed_name(person_id, real_name_sealed)
    return (title_name(name) or "") if name else None


def search_residents(
    *, community_id: int | None, card_number: str | None, phone: str | None, actor: Actor
) -> KeysetQuery:
    """Residents in the clerk's places, by card number, by phone (through its blind index), or all of a place."""
    reach = permissions.reach_of(actor.id, Permission.PERSON_READ)
    wanted = (
        sa.select(Person, Residency)
        .join(Residency, Residency.person_id == Person.id)
        .where(
            Person.state == PersonState.ACTIVE,
            sa.or_(Residency.community_id.in_(reach), Residency.grid_id.in_(reach)),
        )
    )
    if community_id is not None:
        wanted = wanted.where(Residency.community_id == community_id)
    if card_number is not None:
        wanted = wanted.where(Person.card_number == text.card(card_number))
    if phone is not None:
        wanted = wanted.where(sealed.has_phone(phone))
    return KeysetQuery(wanted, (Person.id,))
