"""Who may do what, as data. A permission is a word `noun:verb`; nobody has one unless it stands here.

Two sources grant it: an appointment (a role in a place, on a day, reaching that place's subtree) and a fact
about a person (verified residency, party registration, being the wisher of this very wish).
"""

from collections.abc import Iterable

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotAllowed, NotFound
from backend.organisations.models import Reach
from backend.people.models import Appointment

BY_ROLE: dict[str, frozenset[str]] = {
    "grid_worker": frozenset({"wish:report", "wish:read", "wish:confirm", "person:create", "person:read"}),
    "community_staff": frozenset(
        {
            "wish:report",
            "wish:read",
            "wish:review",
            "wish:confirm",
            "wish:carry",
            "wish:contact",
            "round:open",
            "round:manage",
            "person:create",
            "person:read",
            "residency:verify",
            "party_registration:verify",
        }
    ),
    "shop_keeper": frozenset(),
    "supervisor": frozenset({"wish:read"}),
    "street_staff": frozenset({"wish:read", "wish:coordinate"}),
    "unit_officer": frozenset(),
    "city_admin": frozenset(
        {"round:open", "round:open_everywhere", "appointment:grant", "organisation:manage"}
    ),
    "auditor": frozenset({"wish:read", "journal:read"}),
}
BY_FACT: dict[str, frozenset[str]] = {
    "wisher": frozenset({"wish:submit", "wish:withdraw", "wish:confirm"}),
    "reporter": frozenset({"wish:submit", "wish:withdraw"}),
    "party_member": frozenset({"wish:claim"}),
    "claimer": frozenset({"wish:fulfil", "wish:release"}),
    "time": frozenset({"round:manage", "wish:expire", "wish:carry"}),
}


def roles_with(permission: str) -> tuple[str, ...]:
    """The roles an appointment to which grants `permission`."""
    return tuple(role for role, words in BY_ROLE.items() if permission in words)


def facts_with(permission: str) -> frozenset[str]:
    """The facts about a person that grant `permission`."""
    return frozenset(fact for fact, words in BY_FACT.items() if permission in words)


def standing(person_id: int) -> sa.ColumnElement[bool]:
    today = clock.today()
    return sa.and_(
        Appointment.person_id == person_id,
        Appointment.from_day <= today,
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
    )


def appointed(person_id: int, permission: str, organisation_id: int | None = None) -> bool:
    """Does an appointment standing today grant this, in this place (or, without one, anywhere)?"""
    roles = roles_with(permission)
    if not roles:
        return False
    wanted = (
        sa.select(sa.literal(1))
        .select_from(Appointment)
        .where(standing(person_id), Appointment.role.in_(roles))
        .limit(1)
    )
    if organisation_id is not None:
        wanted = wanted.join(Reach, Reach.ancestor_id == Appointment.organisation_id).where(
            Reach.descendant_id == organisation_id
        )
    return session.scalar(wanted) is not None


def require(person_id: int, permission: str, organisation_id: int) -> None:
    """Refuses unless appointed there: NotFound to staff of another place, NotAllowed to everyone else."""
    if appointed(person_id, permission, organisation_id):
        return
    raise NotFound() if appointed(person_id, permission) else NotAllowed()


def require_near(person_id: int, permission: str, community_id: int, grid_id: int | None) -> None:
    """Refuses unless appointed for a resident there: in their grid or above it. A resident whose grid is not
    known may be helped by any of the community's grid workers."""
    if grid_id is None and _in_some_grid(person_id, permission, community_id):
        return
    require(person_id, permission, grid_id or community_id)


def _in_some_grid(person_id: int, permission: str, community_id: int) -> bool:
    below = (
        sa.select(sa.literal(1))
        .select_from(Appointment)
        .join(Reach, Reach.descendant_id == Appointment.organisation_id)
        .where(standing(person_id), Appointment.role.in_(roles_with(permission)))
        .where(Reach.ancestor_id == community_id)
    )
    return session.scalar(below.limit(1)) is not None


def reach_of(person_id: int, permission: str) -> sa.Select[tuple[int]]:
    """The ids of all places in which the person is granted this, as a subquery for a list's WHERE."""
    return (
        sa.select(Reach.descendant_id)
        .join(Appointment, Appointment.organisation_id == Reach.ancestor_id)
        .where(standing(person_id), Appointment.role.in_(roles_with(permission)))
    )


def granted_words(person_id: int, organisation_id: int) -> frozenset[str]:
    """All words that appointments give the person in this place, in one statement."""
    roles = session.scalars(
        sa.select(Appointment.role)
        .join(Reach, Reach.ancestor_id == Appointment.organisation_id)
        .where(standing(person_id), Reach.descendant_id == organisation_id)
    )
    return words_of(roles)


def words_of(roles: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(BY_ROLE[role] for role in roles))
