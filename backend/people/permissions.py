"""Who may do what, as data. A permission is a word `noun:verb`; nobody has one unless it stands here.

Two sources grant it: an appointment (a role in a place, on a day, reaching that place's subtree) and a fact
about a person (verified residency, party registration, being the wisher of this very wish).
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotAllowed, NotFound
from backend.organisations.models import Reach
from backend.people import at_kiosk
from backend.people.models import ROLES, Appointment


class Permission(StrEnum):
    """A word `noun:verb`; behind it the roles whose appointment grants it in their place, then the facts about a
    person that grant it for one thing. Nobody has a permission that does not name them here.

    "reporting" is who reported a wish for somebody, as long as they may report there, and "requesting" the same of
    an order; "family" did either as a relative, as long as that stands; "reporter" and "requester" are who did so at
    the time, which grants nothing.
    """

    roles: tuple[str, ...]
    facts: frozenset[str]

    def __new__(cls, word: str, roles: str = "", facts: str = "") -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.roles, member.facts = tuple(roles.split()), frozenset(facts.split())
        return member

    WISH_REPORT = "wish:report", "grid_worker community_staff"
    WISH_READ = "wish:read", "grid_worker community_staff supervisor street_staff auditor"
    WISH_CONFIRM = "wish:confirm", "grid_worker community_staff", "wisher guardian"
    WISH_REVIEW = "wish:review", "community_staff"
    WISH_CARRY = "wish:carry", "community_staff", "time"
    WISH_CONTACT = "wish:contact", "community_staff"
    WISH_COORDINATE = "wish:coordinate", "street_staff"
    WISH_SUBMIT = "wish:submit", "", "wisher reporting guardian family"
    WISH_WITHDRAW = "wish:withdraw", "", "wisher reporting guardian family"
    WISH_CLAIM = "wish:claim", "", "party_member"
    WISH_FULFIL = "wish:fulfil", "", "claimer"
    WISH_RELEASE = "wish:release", "", "claimer"
    WISH_EXPIRE = "wish:expire", "", "time"
    PERSON_CREATE = "person:create", "grid_worker community_staff"
    PERSON_READ = "person:read", "grid_worker community_staff"
    PERSON_OPEN = "person:open", "grid_worker community_staff"
    PERSON_CORRECT = "person:correct", "grid_worker community_staff"
    PERSON_CANCEL = "person:cancel", "community_staff"
    PERSON_SUSPEND = "person:suspend", "community_staff"
    PERSON_MERGE = "person:merge", "community_staff"
    PERSON_CODE = "person:code", "grid_worker community_staff"
    SUSPENSION_READ = "suspension:read", "community_staff supervisor street_staff auditor"
    SIGN_UP_ASSIST = "sign_up:assist", "grid_worker community_staff"
    SIGN_UP_CANCEL = "sign_up:cancel", "grid_worker community_staff", "volunteer"
    SIGN_UP_ATTEND = "sign_up:attend", "grid_worker community_staff", "volunteer"
    SIGN_UP_RECORD = "sign_up:record", "community_staff", "leader"
    SIGN_UP_MOVE_UP = "sign_up:move_up", "", "time"
    SIGN_UP_LAPSE = "sign_up:lapse", "", "time"
    REDEMPTION_REQUEST_FOR = "redemption:request_for", "grid_worker community_staff shop_keeper"
    REDEMPTION_READ = "redemption:read", "community_staff shop_keeper supervisor auditor"
    REDEMPTION_APPROVE = "redemption:approve", "community_staff"
    REDEMPTION_CANCEL = "redemption:cancel", "community_staff", "owner requesting family"
    REDEMPTION_RETURN = "redemption:return", "community_staff supervisor"
    REDEMPTION_EXTEND = "redemption:extend", "community_staff shop_keeper"
    REDEMPTION_NO_SHOW = "redemption:no_show", "community_staff shop_keeper", "time"
    REDEMPTION_HAND_OVER = "redemption:hand_over", "shop_keeper"
    REDEMPTION_EXPIRE = "redemption:expire", "", "time"
    ROUND_OPEN = "round:open", "community_staff city_admin"
    ROUND_MANAGE = "round:manage", "community_staff", "time"
    ROUND_OPEN_EVERYWHERE = "round:open_everywhere", "city_admin"
    RESIDENCY_VERIFY = "residency:verify", "community_staff"
    RESIDENCY_DECLARE = "residency:declare", "", "person"
    PARTY_REGISTRATION_VERIFY = "party_registration:verify", "community_staff"
    PARTY_REGISTRATION_DECLARE = "party_registration:declare", "", "person"
    TEAM_FOUND = "team:found", "community_staff"
    TEAM_MANAGE = "team:manage", "community_staff"
    TEAM_TAKE_DOWN = "team:take_down", "community_staff"
    TEAM_JOIN = "team:join", "", "person"
    TEAM_ACCEPT = "team:accept", "community_staff", "leader"
    ACTIVITY_READ = "activity:read", "community_staff supervisor auditor"
    ACTIVITY_ORGANISE = "activity:organise", "community_staff", "leader"
    ACTIVITY_END = "activity:end", "community_staff", "leader time"
    ACTIVITY_CERTIFY = "activity:certify", "community_staff"
    ACTIVITY_TAKE_DOWN = "activity:take_down", "community_staff"
    SERVICE_RECORD_READ = "service_record:read", "community_staff supervisor auditor"
    SERVICE_RECORD_BACKFILL = "service_record:backfill", "community_staff", "leader"
    SERVICE_RECORD_DECIDE = "service_record:decide", "community_staff"
    SERVICE_RECORD_SYNCHRONISE = "service_record:synchronise", "community_staff"
    CERTIFICATE_REVOKE = "certificate:revoke", "community_staff"
    REGISTER_FEEDBACK = "register:feedback", "community_staff unit_officer"
    REGISTER_READ = "register:read", "community_staff supervisor street_staff auditor"
    REGISTER_TOTALS = "register:totals", "community_staff supervisor street_staff city_admin auditor"
    REGISTER_STOCK = "register:stock", "community_staff shop_keeper supervisor street_staff auditor"
    REGISTER_UNMASK = "register:unmask", "community_staff unit_officer"
    POINTS_READ = "points:read", "community_staff supervisor street_staff auditor"
    POINTS_ADJUST = "points:adjust", "community_staff"
    POINTS_APPROVE_ADJUSTMENT = "points:approve_adjustment", "community_staff supervisor street_staff"
    POINTS_LIABILITY = "points:liability", "community_staff supervisor street_staff city_admin auditor"
    STOCK_READ = "stock:read", "community_staff shop_keeper supervisor auditor"
    STOCK_RECEIVE = "stock:receive", "shop_keeper"
    STOCK_SPOIL = "stock:spoil", "shop_keeper"
    STOCK_TRANSFER = "stock:transfer", "shop_keeper"
    STOCK_REVERSE = "stock:reverse", "shop_keeper supervisor"
    ITEM_LOOK = "item:look", "community_staff shop_keeper supervisor"
    ITEM_TAKE_DOWN = "item:take_down", "community_staff shop_keeper supervisor"
    ITEM_MANAGE = "item:manage", "shop_keeper"
    SHOP_MANAGE = "shop:manage", "community_staff city_admin"
    SHOP_EXEMPT = "shop:exempt", "street_staff"
    COMPLAINT_ANSWER = "complaint:answer", "community_staff street_staff city_admin"
    COMPLAINT_ESCALATE = "complaint:escalate", "community_staff street_staff", "time"
    COMPLAINT_APPEAL = "complaint:appeal", "", "complainant"
    COMPLAINT_WITHDRAW = "complaint:withdraw", "", "complainant"
    GUARDIAN_VERIFY = "guardian:verify", "community_staff"
    GUARDIAN_END = "guardian:end", "", "guardian"
    PROXY_ANSWER = "proxy:answer", "community_staff", "acted_for"
    PROXY_END = "proxy:end", "community_staff", "acts_for acted_for time"
    HOURS_ELSEWHERE_IMPORT = "hours_elsewhere:import", "community_staff"
    STOCKTAKE_PROPOSE = "stocktake:propose", "shop_keeper"
    STOCKTAKE_APPROVE = "stocktake:approve", "supervisor"
    RULE_CHANGE = "rule:change", "street_staff city_admin"
    APPOINTMENT_GRANT = "appointment:grant", "city_admin"
    ORGANISATION_MANAGE = "organisation:manage", "city_admin"
    ORGANISATION_CONTACT = "organisation:contact", "community_staff street_staff unit_officer city_admin"
    KIOSK_MANAGE = "kiosk:manage", "community_staff city_admin"
    TICKET_REPORT = "ticket:report", "grid_worker grid_leader community_staff street_staff dispatcher"
    TICKET_READ = (
        "ticket:read",
        "grid_worker grid_leader community_staff street_staff town_leader dispatcher auditor",
    )
    TICKET_CLOSE_ON_SPOT = "ticket:close_on_spot", "grid_worker"
    TICKET_ASSIGN = "ticket:assign", "grid_leader dispatcher"
    TICKET_DISPATCH = "ticket:dispatch", "dispatcher"
    TICKET_MERGE = "ticket:merge", "dispatcher"
    TICKET_ARBITRATE = "ticket:arbitrate", "dispatcher arbiter"
    TICKET_CALL_BACK = "ticket:call_back", "grid_leader community_staff street_staff dispatcher"
    TICKET_HANDLE = "ticket:handle", "", "ticket_lead"
    TICKET_SUPPLY = "ticket:supply", "", "ticket_reporter time"
    TICKET_CONFIRM = "ticket:confirm", "", "ticket_reporter"
    TICKET_EXPIRE = "ticket:expire", "", "time"
    # The lists of duties: the list office changes them, whoever works with them says what they should say.
    LIST_CHANGE = "list:change", "arbiter"
    LIST_PROPOSE = (
        "list:propose",
        "grid_worker grid_leader community_staff street_staff town_leader dispatcher"
        " unit_officer unit_liaison unit_head arbiter city_admin",
    )
    CALENDAR_CHANGE = "calendar:change", "city_admin"
    DELIVERY_READ = "delivery:read", "city_admin auditor"
    # Agreeing that a colleague opens more than the pace allows, and looking through what was opened.
    OPENING_GRANT = "opening:grant", "community_staff supervisor"
    OPENING_REVIEW = "opening:review", "supervisor"
    JOURNAL_READ = "journal:read", "auditor"


# A word that does not stand here is granted to nobody.
_KNOWN: dict[str, Permission] = {word.value: word for word in Permission}
BY_ROLE: dict[str, frozenset[str]] = {
    role: frozenset(word for word in Permission if role in word.roles) for role in ROLES
}


def roles_with(permission: str) -> tuple[str, ...]:
    """The roles an appointment to which grants `permission`."""
    return _KNOWN[permission].roles if permission in _KNOWN else ()


def facts_with(permission: str) -> frozenset[str]:
    """The facts about a person that grant `permission`."""
    return _KNOWN[permission].facts if permission in _KNOWN else frozenset()


def _day_of_office(person_id: Any) -> date:
    """The day on which a person's appointments are looked at: today; at a kiosk one on which nobody held any."""
    return date.min if at_kiosk.is_visitor(person_id) else clock.today()


def active_today(person_id: Any) -> sa.ColumnElement[bool]:
    today = _day_of_office(person_id)
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
    given = {**bind_viewer(person_id), "roles": roles}
    if organisation_id is None:
        return session.scalar(_APPOINTED, given) is not None
    return session.scalar(_APPOINTED_IN, {**given, "place": organisation_id}) is not None


def anyone_with(permission: str) -> bool:
    """Does an appointment standing today grant this to anybody?"""
    wanted = sa.select(sa.literal(1)).where(
        Appointment.role.in_(roles_with(permission)),
        Appointment.from_day <= clock.today(),
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= clock.today()),
    )
    return session.scalar(wanted.limit(1)) is not None


def staff_today() -> list[tuple[int, frozenset[str]]]:
    """Everybody whose appointment stands today, with all the words that theirs give them."""
    roles: dict[int, list[str]] = {}
    wanted = sa.select(Appointment.person_id, Appointment.role).where(active_today(Appointment.person_id))
    for person_id, role in session.execute(wanted.order_by(Appointment.person_id)):
        roles.setdefault(person_id, []).append(role)
    return [(person_id, permissions_of(held)) for person_id, held in roles.items()]


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
    return permissions_of(session.scalars(_ROLES_IN, {**bind_viewer(person_id), "place": organisation_id}))


def permissions_anywhere(person_id: int) -> frozenset[str]:
    """All words that appointments give the person in some place, in one statement."""
    held = sa.select(Appointment.role).where(active_today(person_id))
    return permissions_of(session.scalars(held))


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
# Nearly every request asks these: to build them takes longer than the database needs for the answer.
_PLACE = sa.bindparam("place", type_=sa.BigInteger)
_APPOINTED = (
    sa.select(sa.literal(1))
    .select_from(Appointment)
    .where(VIEWER_ACTIVE_TODAY, Appointment.role.in_(sa.bindparam("roles", expanding=True)))
    .limit(1)
)
_APPOINTED_IN = _APPOINTED.join(Reach, Reach.ancestor_id == Appointment.organisation_id).where(
    Reach.descendant_id == _PLACE
)
_ROLES_IN = (
    sa.select(Appointment.role)
    .join(Reach, Reach.ancestor_id == Appointment.organisation_id)
    .where(VIEWER_ACTIVE_TODAY, Reach.descendant_id == _PLACE)
)


def bind_viewer(person_id: int) -> dict[str, Any]:
    """What a statement with `roles_subquery` or `people.REGISTERED_IN` has to be given."""
    return {"viewer": person_id, "viewing_on": _day_of_office(person_id)}


def roles_subquery(organisation_id: Any) -> sa.ScalarSelect[str | None]:
    """The viewer's roles in each row's place as one text, to be read in the statement of a list: see `parse_roles`."""
    return (
        sa.select(sa.func.comma_list(Appointment.role))
        .select_from(Reach)
        .join(Appointment, Appointment.organisation_id == Reach.ancestor_id)
        .where(VIEWER_ACTIVE_TODAY, Reach.descendant_id == organisation_id)
        .correlate_except(Reach, Appointment)
        .scalar_subquery()
    )


@lru_cache(maxsize=1024)
def parse_roles(roles: str | None) -> frozenset[str]:
    """The words of what `roles_subquery` read."""
    return permissions_of(roles.split(",")) if roles else frozenset()


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(BY_ROLE[role] for role in roles))
