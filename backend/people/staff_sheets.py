"""任职表: who works where and as what, as the city has it in a sheet.

A row is a person, a role and a place. Whoever is not in the books yet is written down by name and phone; who is here
already is known again by both, and asked for where that is in doubt. The same sheet may come twice.
"""

from typing import Any

import sqlalchemy as sa

from backend import clock, text
from backend.db import session
from backend.errors import NotAllowed
from backend.imports import actions as imports
from backend.journal import Actor
from backend.numbering import keep_others_out
from backend.organisations.models import KIND_NAMES, Organisation
from backend.people import actions, colleagues, permissions, registering, roster, sheets
from backend.people.labels import ROLES
from backend.people.models import REAL_NAME_MAX, ROLE_PLACES, Appointment
from backend.people.permissions import Permission
from backend.people.sameness import name_key

KIND = "staff"
ROLE_OF = {word: role for role, word in ROLES.items()}
# What cities call them besides.
ROLE_OF |= {"社区工作人员": "community_staff", "街道干部": "street_staff", "管理员": "city_admin"}


def _check(row: imports.Row) -> list[imports.Fault]:
    faults = []
    if len(row["姓名"]) > REAL_NAME_MAX:
        faults.append(("姓名", f"最多 {REAL_NAME_MAX} 个字"))
    faults += sheets.phone_faults(row["手机号"])
    if row["角色"] and row["角色"] not in ROLE_OF:
        faults.append(("角色", f"应为{'、'.join(ROLES.values())}"))
    return faults


def _key(row: imports.Row) -> tuple[str, ...]:
    return (
        name_key(row["姓名"]),
        row["手机号"],
        row["角色"],
        name_key(row["任职地点"]),
        name_key(row["上级"]),
    )


def _place(row: imports.Row, memory: dict[str, Any], actor: Actor) -> int:
    """Raises NoSuchCommunity, RoleNotHere, ParentAmbiguous."""
    if "places" not in memory:
        memory["places"] = _places(actor)
    called, role = name_key(row["任职地点"]), ROLE_OF[row["角色"]]
    here = [one for one in memory["places"].get(called, []) if _lies_in(one, row["上级"])]
    if not here:
        raise sheets.NoSuchCommunity(name=row["任职地点"])
    kinds = ROLE_PLACES[role]
    fitting = [one.id for one in here if one.kind in kinds]
    if not fitting:
        raise actions.RoleNotHere(role=ROLES[role], kinds="、".join(KIND_NAMES[one] for one in kinds))
    if len(fitting) > 1:
        told = f"有 {len(fitting)} 个地方都叫“{row['任职地点']}”，请在“上级”里写明是哪一个"
        raise sheets.ParentAmbiguous(told, name=row["任职地点"], count=len(fitting))
    return int(fitting[0])


def _lies_in(place: Any, above: str) -> bool:
    return not above or (place.above is not None and name_key(place.above) == name_key(above))


def _places(actor: Actor) -> dict[str, list[Any]]:
    """The open places in which this administrator appoints, by name."""
    above = sa.orm.aliased(Organisation)
    reach = permissions.reach_of(actor.id, Permission.APPOINTMENT_GRANT)
    rows = session.execute(
        sa.select(Organisation.id, Organisation.kind, Organisation.name, above.name.label("above"))
        .outerjoin(above, above.id == Organisation.parent_id)
        .where(Organisation.id.in_(reach), Organisation.closed_at.is_(None))
        .order_by(Organisation.id)
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(name_key(row.name), []).append(row)
    return found


def _take_in(row: imports.Row, memory: dict[str, Any], actor: Actor) -> imports.Taken:
    return _appoint(row, roster.named_with_phone(row["姓名"], row["手机号"]), memory, actor)


def _appoint(row: imports.Row, known: int | None, memory: dict[str, Any], actor: Actor) -> imports.Taken:
    """The person who is known, or else a new one. Raises NotAllowed for one's own row, and as `appoint`."""
    place_id, role, warnings = _place(row, memory, actor), ROLE_OF[row["角色"]], []
    if known == actor.id:
        raise NotAllowed("不能任命自己，请另一位市级管理员来办")
    if known is not None and _holds(known, role, place_id):
        return imports.Taken(False)
    if known is None:
        made = colleagues.register(row["姓名"], row["手机号"], actor=actor)
        known, warnings = made.id, registering.shared_phone(made)
    actions.appoint(known, role, place_id, clock.today(), None, actor=actor)
    return imports.Taken(True, tuple(warnings))


def _holds(person_id: int, role: str, place_id: int) -> bool:
    """Today, or from some later day on."""
    wanted = sa.select(Appointment.id).where(
        Appointment.person_id == person_id,
        Appointment.role == role,
        Appointment.organisation_id == place_id,
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= clock.today()),
    )
    return session.scalar(wanted.limit(1)) is not None


imports.offer(
    KIND,
    imports.Sheet(
        ("姓名", "手机号", "角色", "任职地点", "上级"),
        ("姓名", "手机号", "角色", "任职地点"),
        Permission.APPOINTMENT_GRANT,
        _check,
        _take_in,
        key=_key,
        # Nobody else writes the same person down meanwhile.
        look_again=lambda _memory: keep_others_out("card"),
        reads={"手机号": text.phone},
        find=_place,
        decide=_appoint,
    ),
)
