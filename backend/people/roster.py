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

from backend import clock, crypto, moves
from backend.db import lock_row, session
from backend.errors import Refused
from backend.imports import actions as imports
from backend.journal import Actor
from backend.organisations.models import Organisation
from backend.people import actions, permissions, sealed, sheets, states
from backend.people.kinds import PartyRegistrationState, PersonState
from backend.people.models import REAL_NAME_MAX, PartyRegistration, Person
from backend.people.permissions import Permission

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


class AnotherName(Refused):
    code, message = 42228, "这个手机号登记的是另一个姓名，请核对"


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
    if row["手机号"] and not sheets.PHONE.fullmatch(row["手机号"]):
        faults.append(("手机号", "应为 11 位手机号"))
    unknown = [name for name in _roles(row) if name not in SERVICE_ROLES]
    if unknown:
        faults.append(("六大员", f"没有“{unknown[0][:20]}”，应为{'、'.join(SERVICE_ROLES)}"))
    return faults


def _roles(row: imports.Row) -> list[str]:
    return list(dict.fromkeys(filter(None, _BETWEEN.split(row["六大员"]))))


def _take_in(row: imports.Row, memory: dict[str, Any], actor: Actor) -> bool:
    community_id = sheets.community_named(row["社区"], Permission.PARTY_REGISTRATION_VERIFY, memory, actor)
    unit_id = _unit(row["单位"], memory)
    person_id = _known(row["姓名"], row["手机号"])
    if person_id is None:
        made = actions.create_card_holder(row["姓名"], community_id, phone=row["手机号"], actor=actor)
        person_id = made.id
    roles = [SERVICE_ROLES[name] for name in _roles(row)]
    return register(person_id, unit_id, community_id, roles, actor=actor)


def _unit(name: str, memory: dict[str, Any]) -> int:
    if "units" not in memory:
        wanted = sa.select(Organisation.name, Organisation.id).where(Organisation.kind == "unit")
        memory["units"] = dict(session.execute(wanted).all())
    if name not in memory["units"]:
        raise NoSuchUnit(name=name)
    return memory["units"][name]


def _known(name: str, phone: str) -> int | None:
    """Who has this phone number; of two in one household the one of this name. Raises AnotherName."""
    found = session.scalars(
        sa.select(Person)
        .where(
            Person.state == PersonState.ACTIVE, Person.phone_index.in_(crypto.blind_indexes("phone", phone))
        )
        .order_by(Person.id)
    ).all()
    same = [person for person in found if sealed.real_name(person) in (name, None)]
    if found and not same:
        raise AnotherName()
    return same[0].id if same else None


imports.offer(
    KIND,
    imports.Sheet(
        ("姓名", "手机号", "单位", "社区", "六大员"),
        ("姓名", "手机号", "单位", "社区"),
        Permission.PARTY_REGISTRATION_VERIFY,
        _check,
        _take_in,
    ),
)
