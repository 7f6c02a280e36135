"""Who may do what, as data. A permission is a word `noun:verb`; nobody has one unless it stands here.

Two sources grant it: an appointment (a role in a place, on a day, reaching that place's subtree) and a fact
about a person (verified residency, party registration, being the wisher of this very wish).
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotAllowed, NotFound
from backend.organisations.models import Reach
from backend.people.models import Appointment

BY_ROLE: dict[str, frozenset[str]] = {
    "grid_worker": frozenset(
        {
            "wish:report",
            "wish:read",
            "wish:confirm",
            "person:create",
            "person:read",
            "person:open",
            "sign_up:assist",
            "sign_up:cancel",
            "sign_up:attend",
            "redemption:request_for",
        }
    ),
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
            "person:open",
            "residency:verify",
            "party_registration:verify",
            "team:found",
            "team:manage",
            "activity:read",
            "activity:organise",
            "activity:end",
            "activity:certify",
            "sign_up:assist",
            "sign_up:cancel",
            "sign_up:attend",
            "sign_up:record",
            "service_record:read",
            "service_record:backfill",
            "service_record:decide",
            "certificate:revoke",
            "register:feedback",
            "points:read",
            "points:adjust",
            "points:approve_adjustment",
            "points:liability",
            "redemption:read",
            "redemption:request_for",
            "redemption:approve",
            "redemption:cancel",
            "redemption:return",
            "redemption:no_show",
            "stock:read",
            "item:look",
            "shop:manage",
            "complaint:answer",
            "complaint:escalate",
            "guardian:verify",
            "person:cancel",
            "register:read",
            "register:totals",
            "register:stock",
            "register:unmask",
            "hours_elsewhere:import",
            "service_record:synchronise",
        }
    ),
    "shop_keeper": frozenset(
        {
            "redemption:read",
            "redemption:request_for",
            "redemption:hand_over",
            "redemption:no_show",
            "item:manage",
            "item:look",
            "stock:read",
            "stock:receive",
            "stock:spoil",
            "stocktake:propose",
            "register:stock",
        }
    ),
    "supervisor": frozenset(
        {
            "activity:read",
            "service_record:read",
            "wish:read",
            "points:read",
            "points:approve_adjustment",
            "points:liability",
            "redemption:read",
            "redemption:return",
            "stock:read",
            "item:look",
            "stocktake:approve",
            "register:read",
            "register:totals",
            "register:stock",
        }
    ),
    "street_staff": frozenset(
        {
            "wish:read",
            "wish:coordinate",
            "points:read",
            "points:approve_adjustment",
            "points:liability",
            "rule:change",
            "shop:exempt",
            "complaint:answer",
            "complaint:escalate",
            "register:read",
            "register:totals",
            "register:stock",
        }
    ),
    "unit_officer": frozenset({"register:feedback", "register:unmask"}),
    "city_admin": frozenset(
        {
            "round:open",
            "round:open_everywhere",
            "appointment:grant",
            "organisation:manage",
            "delivery:read",
            "points:liability",
            "rule:change",
            "shop:manage",
            "complaint:answer",
            "register:totals",
        }
    ),
    "auditor": frozenset(
        {
            "activity:read",
            "service_record:read",
            "wish:read",
            "journal:read",
            "delivery:read",
            "points:read",
            "points:liability",
            "redemption:read",
            "stock:read",
            "register:read",
            "register:totals",
            "register:stock",
        }
    ),
}
BY_FACT: dict[str, frozenset[str]] = {
    "wisher": frozenset({"wish:submit", "wish:withdraw", "wish:confirm"}),
    # Who reported it for somebody, as long as they may report there; "reporter" alone is who did so at the time.
    "reporting": frozenset({"wish:submit", "wish:withdraw"}),
    "party_member": frozenset({"wish:claim"}),
    "claimer": frozenset({"wish:fulfil", "wish:release"}),
    "leader": frozenset({"activity:organise", "activity:end", "sign_up:record", "service_record:backfill"}),
    "volunteer": frozenset({"sign_up:cancel", "sign_up:attend"}),
    "time": frozenset(
        {
            "round:manage",
            "wish:expire",
            "wish:carry",
            "complaint:escalate",
            "activity:end",
            "sign_up:move_up",
            "sign_up:lapse",
            "redemption:expire",
            "redemption:no_show",
        }
    ),
    "guardian": frozenset({"wish:submit", "wish:withdraw", "wish:confirm"}),
    "complainant": frozenset({"complaint:appeal", "complaint:withdraw"}),
    "owner": frozenset({"redemption:cancel"}),
    # Likewise, beside "requester".
    "requesting": frozenset({"redemption:cancel"}),
}


def roles_with(permission: str) -> tuple[str, ...]:
    """The roles an appointment to which grants `permission`."""
    return tuple(role for role, words in BY_ROLE.items() if permission in words)


def facts_with(permission: str) -> frozenset[str]:
    """The facts about a person that grant `permission`."""
    return frozenset(fact for fact, words in BY_FACT.items() if permission in words)


def active_today(person_id: int) -> sa.ColumnElement[bool]:
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
        .where(active_today(person_id), Appointment.role.in_(roles))
        .limit(1)
    )
    if organisation_id is not None:
        wanted = wanted.join(Reach, Reach.ancestor_id == Appointment.organisation_id).where(
            Reach.descendant_id == organisation_id
        )
    return session.scalar(wanted) is not None


def anyone_with(permission: str) -> bool:
    """Does an appointment standing today grant this to anybody?"""
    wanted = sa.select(sa.literal(1)).where(
        Appointment.role.in_(roles_with(permission)),
        Appointment.from_day <= clock.today(),
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= clock.today()),
    )
    return session.scalar(wanted.limit(1)) is not None


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
        .where(active_today(person_id), Appointment.role.in_(roles_with(permission)))
        .where(Reach.ancestor_id == community_id)
    )
    return session.scalar(below.limit(1)) is not None


def communities_where(person_id: int, permission: str, community_ids: Iterable[int]) -> set[int]:
    """Those of these communities in which, or in a grid of which, the person is granted this, in one statement."""
    if not (ids := list(community_ids)):
        return set()
    return set(
        session.scalars(communities_where_select(person_id, permission).where(Reach.ancestor_id.in_(ids)))
    )


def communities_where_select(person_id: int, permission: str) -> sa.Select[int]:
    """All places in which, or below which, the person is granted this, as a subquery for a list's WHERE."""
    reached = reach_of(person_id, permission)
    return sa.select(Reach.ancestor_id).where(Reach.descendant_id.in_(reached))


def reach_of(person_id: int, permission: str) -> sa.Select[int]:
    """The ids of all places in which the person is granted this, as a subquery for a list's WHERE."""
    return (
        sa.select(Reach.descendant_id)
        .join(Appointment, Appointment.organisation_id == Reach.ancestor_id)
        .where(active_today(person_id), Appointment.role.in_(roles_with(permission)))
    )


def permissions_in(person_id: int, organisation_id: int) -> frozenset[str]:
    """All words that appointments give the person in this place, in one statement."""
    roles = session.scalars(
        sa.select(Appointment.role)
        .join(Reach, Reach.ancestor_id == Appointment.organisation_id)
        .where(active_today(person_id), Reach.descendant_id == organisation_id)
    )
    return permissions_of(roles)


def permissions_in_many(person_id: int, organisation_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The same for many places, in one statement; empty where nothing is granted."""
    ids = set(organisation_ids)
    rows = session.execute(
        sa.select(Reach.descendant_id, Appointment.role)
        .join(Appointment, Appointment.organisation_id == Reach.ancestor_id)
        .where(active_today(person_id), Reach.descendant_id.in_(ids))
    ).all()
    return {place: permissions_of(role for found, role in rows if found == place) for place in ids}


# Who looks, and on which day, in a statement that is built once: see `bind_viewer`.
VIEWER = sa.bindparam("viewer", type_=sa.BigInteger)
_VIEWING_ON = sa.bindparam("viewing_on", type_=sa.Date)
VIEWER_ACTIVE_TODAY = sa.and_(
    Appointment.person_id == VIEWER,
    Appointment.from_day <= _VIEWING_ON,
    sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= _VIEWING_ON),
)


def bind_viewer(person_id: int) -> dict[str, Any]:
    """What a statement with `roles_subquery` or `people.REGISTERED_IN` has to be given."""
    return {"viewer": person_id, "viewing_on": clock.today()}


def roles_subquery(organisation_id: Any) -> sa.ScalarSelect[str | None]:
    """The viewer's roles in each row's place as one text, to be read in the statement of a list: see `parse_roles`."""
    return (
        sa.select(sa.func.aggregate_strings(Appointment.role, ","))
        .select_from(Reach)
        .join(Appointment, Appointment.organisation_id == Reach.ancestor_id)
        .where(VIEWER_ACTIVE_TODAY, Reach.descendant_id == organisation_id)
        .correlate_except(Reach, Appointment)
        .scalar_subquery()
    )


def parse_roles(roles: str | None) -> frozenset[str]:
    """The words of what `roles_subquery` read."""
    return permissions_of(roles.split(",")) if roles else frozenset()


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(BY_ROLE[role] for role in roles))
