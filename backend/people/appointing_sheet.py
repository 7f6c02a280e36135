"""任职 from a sheet: the staff of a city as its offices list them, a row a person, role and place.

Each row is an appointment as the form makes one, with the same refusals: a role in a place of another kind, one's own,
somebody who is suspended. Whoever is named must be here already; who is in doubt is asked for, and nobody is made.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock, spreadsheets, text
from backend.db import session
from backend.errors import NotAllowed, Refused
from backend.imports import actions as imports
from backend.journal import Actor
from backend.organisations.models import KIND_NAMES, Organisation
from backend.people import actions, permissions, sealed
from backend.people.kinds import PersonState
from backend.people.labels import ROLES
from backend.people.models import REAL_NAME_MAX, ROLE_PLACES, Appointment, Person
from backend.people.permissions import Permission
from backend.people.sameness import name_key

KIND = "appointments"
NUMBER, PLACE, ABOVE, BEGIN, END = "手机号或卡号", "地方", "上级", "从哪天起", "到哪天止"
_NAMED = {word: role for role, word in ROLES.items()}


class NobodyOfThisNumber(Refused):
    code, message = 42264, "没有找到这个手机号或卡号的人，请本人先登录小程序，或请社区登记"


class NoSuchPlace(Refused):
    code, message = 42245, "没有找到“{name}”，或那里不能任{role}（只能任在{kinds}）"


class PlaceAmbiguous(Refused):
    code, message = 42246, "有 {count} 个地方叫“{name}”，请写上级"


NOT_YOURSELF = "不能任命自己，请另一位管理员来办"


def _check(row: imports.Row) -> list[imports.Fault]:
    faults: list[imports.Fault] = []
    if len(row["姓名"]) > REAL_NAME_MAX:
        faults.append(("姓名", f"最多 {REAL_NAME_MAX} 个字"))
    if row[NUMBER] and not (text.is_card(row[NUMBER]) or text.MOBILE.fullmatch(row[NUMBER])):
        faults.append((NUMBER, "应为完整手机号或卡号"))
    if row["角色"] and row["角色"] not in _NAMED:
        faults.append(("角色", f"没有“{row['角色'][:20]}”，应为{'、'.join(_NAMED)}"))
    days = dict(_day(row, name) for name in (BEGIN, END))
    faults += [(name, told) for name, told in days.items() if isinstance(told, str)]
    begin, end = days[BEGIN] or clock.today(), days[END]
    if isinstance(begin, date) and isinstance(end, date) and end < begin:
        faults.append((END, "不能早于开始的那天"))
    return faults


def _day(row: imports.Row, name: str) -> tuple[str, date | str | None]:
    try:
        return name, spreadsheets.day(row[name])
    except spreadsheets.NotADay as wrong:
        return name, str(wrong)


def _number(typed: str) -> str:
    """A card's number or a telephone's as it is kept."""
    return text.card(typed) if text.is_card(typed) else text.phone(typed)


def _key(row: imports.Row) -> Any:
    return row[NUMBER], name_key(row["姓名"]), row["角色"], row[PLACE], row[ABOVE]


def _place(row: imports.Row, memory: dict[str, Any], actor: Actor) -> int:
    """Among the places of the role's kinds where this person appoints. Raises NoSuchPlace, PlaceAmbiguous."""
    if "places" not in memory:
        memory["places"] = _places(actor)
    role = _NAMED[row["角色"]]
    found = [
        one
        for one in memory["places"]
        if name_key(row[PLACE]) == name_key(one.name)
        and one.kind in ROLE_PLACES[role]
        and row[ABOVE] in ("", one.above)
    ]
    if not found:
        kinds = "、".join(KIND_NAMES[kind] for kind in ROLE_PLACES[role])
        raise NoSuchPlace(name=row[PLACE], role=row["角色"], kinds=kinds)
    if len(found) > 1:
        raise PlaceAmbiguous(name=row[PLACE], count=len(found))
    return int(found[0].id)


def _places(actor: Actor) -> list[Any]:
    above = aliased(Organisation)
    wanted = (
        sa.select(Organisation.id, Organisation.kind, Organisation.name, above.name.label("above"))
        .outerjoin(above, above.id == Organisation.parent_id)
        .where(
            Organisation.id.in_(permissions.reach_of(actor.id, Permission.APPOINTMENT_GRANT)),
            Organisation.closed_at.is_(None),
        )
    )
    return list(session.execute(wanted))


def _named(row: imports.Row) -> list[tuple[int, bool]]:
    """Who has this number, each with whether they have this name, too. Raises NobodyOfThisNumber."""
    number = row[NUMBER]
    known = Person.card_number == number if text.is_card(number) else sealed.has_phone(number)
    wanted = sa.select(Person).where(Person.state == PersonState.ACTIVE, known).order_by(Person.id)
    found = [
        (one.id, name_key(sealed.real_name(one) or "") == name_key(row["姓名"]))
        for one in session.scalars(wanted)
    ]
    if not found:
        raise NobodyOfThisNumber()
    return found


def _find(row: imports.Row, memory: dict[str, Any], actor: Actor) -> None:
    _place(row, memory, actor)
    if any(one == actor.id and same for one, same in _named(row)):
        raise NotAllowed(NOT_YOURSELF)


def _take_in(row: imports.Row, memory: dict[str, Any], actor: Actor) -> bool:
    """Who has both the number and the name is meant; of anybody else the administrator is asked."""
    found = _named(row)
    same = [one for one, alike in found if alike]
    if len(same) != 1:
        why = "有几位姓名和号码都相同" if same else "号码相同，姓名和登记的不一样"
        raise imports.Doubtful(same or [one for one, _alike in found], why)
    return _appoint(row, same[0], memory, actor)


def _decide(row: imports.Row, meant: int | None, memory: dict[str, Any], actor: Actor) -> bool:
    """An appointment makes no person."""
    if meant is None:
        raise NobodyOfThisNumber()
    return _appoint(row, meant, memory, actor)


def _appoint(row: imports.Row, person_id: int, memory: dict[str, Any], actor: Actor) -> bool:
    """False where it stands already: the same sheet may come twice."""
    if person_id == actor.id:
        raise NotAllowed(NOT_YOURSELF)
    role, place_id = _NAMED[row["角色"]], _place(row, memory, actor)
    begin, end = spreadsheets.day(row[BEGIN]) or clock.today(), spreadsheets.day(row[END])
    if _stands(person_id, role, place_id, begin):
        return False
    actions.appoint(person_id, role, place_id, begin, end, actor=actor)
    return True


def _stands(person_id: int, role: str, place_id: int, begin: date) -> bool:
    same = sa.exists().where(
        Appointment.person_id == person_id,
        Appointment.role == role,
        Appointment.organisation_id == place_id,
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= begin),
    )
    return bool(session.scalar(sa.select(same)))


imports.offer(
    KIND,
    imports.Sheet(
        ("姓名", NUMBER, "角色", PLACE, ABOVE, BEGIN, END),
        ("姓名", NUMBER, "角色", PLACE),
        Permission.APPOINTMENT_GRANT,
        _check,
        _take_in,
        key=_key,
        reads={NUMBER: _number, BEGIN: spreadsheets.written_day, END: spreadsheets.written_day},
        find=_find,
        decide=_decide,
        makes_people=False,
    ),
)
