"""党员名册: a unit's list of its in-service party members, brought in by the community that they report to.

The unit's list is the proof, so what is brought in is verified at once, by the clerk who holds the list. That
is maker and checker still: the unit wrote it, the clerk checks it, as they check what a member declares; only
what a clerk writes of their own accord (hours, points, stock) takes a second one. Nobody brings in themselves,
and each registration has its line in the journal. A member is known again by phone number, so the same list
may come twice.
"""

import re
from typing import Any

import sqlalchemy as sa

from backend import clock, moves, text
from backend.db import lock_row, session
from backend.errors import Refused
from backend.imports import actions as imports
from backend.journal import Actor
from backend.organisations.models import Organisation
from backend.people import actions, permissions, registering, sealed, sheets, states
from backend.people.kinds import PartyRegistrationState, PersonState
from backend.people.models import REAL_NAME_MAX, PartyRegistration, Person
from backend.people.permissions import Permission
from backend.people.sameness import name_key

KIND = "members"
SERVICE_ROLES = {
    "便民服务员": "convenience",
    "帮扶济困员": "relief",
    "文明倡导员": "civility",
    "应急战斗员": "emergency",
    "矛盾调解员": "mediation",
    "政策宣传员": "policy",
}
_BETWEEN = re.compile(r"[、，,；;\s]+")


class NoSuchUnit(Refused):
    code, message = 42229, "没有找到单位“{name}”，请先在“组织”里登记"


class RegisteredElsewhere(Refused):
    code, message = 40957, "这位党员已按另一个单位或社区报到，变更要本人申请"


def register(
    person_id: int, unit_id: int, community_id: int, service_roles: list[str], *, actor: Actor
) -> bool:
    """Writes a party member's registration down from the list, verified; False when it stood already.

    Raises NotFound, NotAllowed out of place, OwnRegistration, RegisteredElsewhere.
    """
    permissions.require(actor.id, states.IMPORT_PARTY_MEMBER.permission, community_id)
    if person_id == actor.id:
        raise actions.OwnRegistration()
    person = lock_row(Person, person_id)
    row = session.get(PartyRegistration, person_id, populate_existing=True)
    if row is not None and row.state != PartyRegistrationState.REJECTED:
        if (row.unit_id, row.community_id) != (unit_id, community_id):
            raise RegisteredElsewhere()
        if row.state == PartyRegistrationState.VERIFIED:
            return False
    row = row or PartyRegistration(person_id=person.id, service_roles=[])
    row.unit_id, row.community_id = unit_id, community_id
    # A list without them does not take back what the member offered.
    row.service_roles = service_roles or row.service_roles
    facts = {"declared_at": clock.now(), "decided_by_id": actor.id, "reason": None}
    moves.begin_or_apply(states.IMPORT_PARTY_MEMBER, row, facts, actor=actor)
    return True


def _check(row: imports.Row) -> list[imports.Fault]:
    faults = []
    if len(row["姓名"]) > REAL_NAME_MAX:
        faults.append(("姓名", f"最多 {REAL_NAME_MAX} 个字"))
    faults += sheets.phone_faults(row["手机号"])
    unknown = [name for name in _roles(row) if name not in SERVICE_ROLES]
    if unknown:
        faults.append(("六大员", f"没有“{unknown[0][:20]}”，应为{'、'.join(SERVICE_ROLES)}"))
    return faults


def _roles(row: imports.Row) -> list[str]:
    return list(dict.fromkeys(filter(None, _BETWEEN.split(row["六大员"]))))


def _take_in(row: imports.Row, memory: dict[str, Any], actor: Actor) -> imports.Taken:
    return _register(row, named_with_phone(row["姓名"], row["手机号"]), memory, actor)


def _register(row: imports.Row, known: int | None, memory: dict[str, Any], actor: Actor) -> imports.Taken:
    """The person who is known, or else a new one with a card."""
    community_id = sheets.community_named(row["社区"], Permission.PARTY_REGISTRATION_VERIFY, memory, actor)
    unit_id, warnings = _unit(row["单位"], memory), []
    if known is None:
        made = actions.create_card_holder(row["姓名"], community_id, phone=row["手机号"], actor=actor)
        known, warnings = made.id, registering.shared_phone(made)
    roles = [SERVICE_ROLES[name] for name in _roles(row)]
    return imports.Taken(register(known, unit_id, community_id, roles, actor=actor), tuple(warnings))


def _unit(name: str, memory: dict[str, Any]) -> int:
    if "units" not in memory:
        wanted = sa.select(Organisation.name, Organisation.id).where(
            Organisation.kind == "unit", Organisation.closed_at.is_(None)
        )
        memory["units"] = {name_key(unit): unit_id for unit, unit_id in session.execute(wanted)}
    if name_key(name) not in memory["units"]:
        raise NoSuchUnit(name=name)
    return memory["units"][name_key(name)]


def _find(row: imports.Row, memory: dict[str, Any], actor: Actor) -> None:
    """Raises NoSuchCommunity, NoSuchUnit."""
    sheets.community_named(row["社区"], Permission.PARTY_REGISTRATION_VERIFY, memory, actor)
    _unit(row["单位"], memory)


def named_with_phone(name: str, phone: str) -> int | None:
    """Who has this phone number and this name: of a household each is a person of their own. Raises Doubtful for one
    who has told no name, and for several of the same."""
    wanted = sa.select(Person).where(Person.state == PersonState.ACTIVE, sealed.has_phone(phone))
    found = session.scalars(wanted.order_by(Person.id)).all()
    names = {person.id: sealed.real_name(person) for person in found}
    same = [one for one, told in names.items() if told and name_key(told) == name_key(name)]
    nameless = [one for one, told in names.items() if not told]
    if len(same) == 1:
        return same[0]
    if same:
        raise imports.Doubtful(same, "有几位居民姓名和手机号都相同")
    if nameless:
        raise imports.Doubtful(nameless, "手机号相同，还没有登记姓名")
    return None


imports.offer(
    KIND,
    imports.Sheet(
        ("姓名", "手机号", "单位", "社区", "六大员"),
        ("姓名", "手机号", "单位", "社区"),
        Permission.PARTY_REGISTRATION_VERIFY,
        _check,
        _take_in,
        reads={"手机号": text.phone},
        find=_find,
        decide=_register,
    ),
)
