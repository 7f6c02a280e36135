"""Sheets of places and of residents, as the city has them in a spreadsheet."""

import contextlib
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from backend import clock, journal, text
from backend.db import session
from backend.errors import Refused
from backend.imports.actions import Doubtful, Fault, Row, Sheet, Taken, offer
from backend.journal import Actor
from backend.numbering import keep_others_out
from backend.organisations import actions as places
from backend.organisations.models import KIND_NAMES, Organisation
from backend.people import actions, permissions, registering
from backend.people.models import ADDRESS_MAX, BIRTH_YEAR_MIN, REAL_NAME_MAX, Person
from backend.people.neighbours import Neighbours
from backend.people.permissions import Permission
from backend.people.sameness import Known, name_key

PLACE_KINDS = {
    "街道": "street",
    "乡镇": "street",
    "社区": "community",
    "网格": "grid",
    "单位": "unit",
    "党群服务中心": "centre",
}


def _check_place(row: Row) -> list[Fault]:
    faults = []
    if row["类别"] and row["类别"] not in PLACE_KINDS:
        faults.append(("类别", "应为街道、乡镇、社区、网格、单位或党群服务中心"))
    if len(row["名称"]) > 80:
        faults.append(("名称", "最多 80 个字"))
    return faults


def _take_in_place(row: Row, memory: dict[str, Any], actor: Actor) -> bool:
    parent = _place_named(row["上级"], memory, actor)
    kind = PLACE_KINDS[row["类别"]]
    there = session.scalar(
        sa.select(Organisation.id).where(
            Organisation.parent_id == parent,
            Organisation.kind == kind,
            Organisation.name == row["名称"],
            Organisation.closed_at.is_(None),
        )
    )
    if there is not None:
        return False
    made = places.add(parent, kind, row["名称"])
    memory.setdefault(made.name, []).append(made.id)
    facts = {"kind": kind}
    journal.write("import", "organisation", made.id, actor=actor, place=made.id, facts=facts)
    return True


class NoSuchParent(Refused):
    code, message = 42257, "没有找到上级“{name}”，请把上级写在它前面的行里"


class ParentAmbiguous(Refused):
    code, message = 42258, "有 {count} 个组织都叫“{name}”，请先改成不同的名称"


def _place_named(name: str, memory: dict[str, Any], actor: Actor) -> int:
    if not memory:
        reach = permissions.reach_of(actor.id, Permission.ORGANISATION_MANAGE)
        rows = session.execute(
            sa.select(Organisation.name, Organisation.id).where(
                Organisation.id.in_(reach), Organisation.closed_at.is_(None)
            )
        )
        for known, place_id in rows:
            memory.setdefault(known, []).append(place_id)
    found = memory.get(name, [])
    if not found:
        raise NoSuchParent(name=name)
    if len(found) > 1:
        raise ParentAmbiguous(name=name, count=len(found))
    return found[0]


def _find_parent(row: Row, memory: dict[str, Any], actor: Actor) -> None:
    """Is the parent there, in the city or in a row before, and may such a place lie in it? Raises what taking the row in
    would raise."""
    if not memory:
        memory["kinds"], memory["there"] = _known_places(actor)
    kind, name, above = PLACE_KINDS[row["类别"]], row["名称"], row["上级"]
    found = memory["kinds"].get(above, [])
    if not found:
        raise NoSuchParent(name=above)
    if len(found) > 1:
        raise ParentAmbiguous(name=above, count=len(found))
    if found[0] not in places.PLACES[kind]:
        raise places.MisplacedOrganisation(kind=KIND_NAMES[kind], parent=KIND_NAMES[found[0]])
    if (above, kind, name) not in memory["there"]:
        memory["there"].add((above, kind, name))
        memory["kinds"].setdefault(name, []).append(kind)


def _known_places(actor: Actor) -> tuple[dict[str, list[str]], set[tuple[str | None, str, str]]]:
    """The kinds of open places by name, and what lies where."""
    reach = permissions.reach_of(actor.id, Permission.ORGANISATION_MANAGE)
    wanted = sa.select(Organisation.id, Organisation.parent_id, Organisation.kind, Organisation.name)
    rows = session.execute(
        wanted.where(Organisation.id.in_(reach), Organisation.closed_at.is_(None)).order_by(Organisation.id)
    ).all()
    names = {row.id: row.name for row in rows}
    kinds: dict[str, list[str]] = {}
    for row in rows:
        kinds.setdefault(row.name, []).append(row.kind)
    return kinds, {(names.get(row.parent_id), row.kind, row.name) for row in rows}


def phone_faults(number: str) -> list[Fault]:
    """What is wrong with a cell of the column 手机号, which was read as a telephone number."""
    return [] if not number or text.MOBILE.fullmatch(number) else [("手机号", text.NOT_A_MOBILE)]


def _check_resident(row: Row) -> list[Fault]:
    faults: list[Fault] = []
    if len(row["姓名"]) > REAL_NAME_MAX:
        faults.append(("姓名", f"最多 {REAL_NAME_MAX} 个字"))
    faults += phone_faults(row["手机号"])
    # Not the number of whatever digits somebody sends: Python makes none of thousands.
    if row["出生年份"] and not (
        len(row["出生年份"]) == 4
        and row["出生年份"].isdecimal()
        and BIRTH_YEAR_MIN <= int(row["出生年份"]) <= clock.today().year
    ):
        faults.append(("出生年份", "应为四位年份"))
    if len(row["住址"]) > ADDRESS_MAX:
        faults.append(("住址", f"最多 {ADDRESS_MAX} 个字"))
    return faults


def _find_home(row: Row, memory: dict[str, Any], actor: Actor) -> None:
    """Raises NoSuchCommunity, NotThatGrid."""
    community_id = community_named(row["社区"], Permission.PERSON_CREATE, memory, actor)
    _grid(row["网格"], community_id, memory)


def _year(typed: str) -> str:
    return text.code(typed).removesuffix("年")


class NoSuchCommunity(Refused):
    code, message = 42259, "您的任职范围里没有“{name}”"


def _take_in_resident(row: Row, memory: dict[str, Any], actor: Actor) -> Taken:
    community_id = community_named(row["社区"], Permission.PERSON_CREATE, memory, actor)
    there: Neighbours = memory["neighbours"][community_id]
    told = _known(row)
    same, likely, why = there.alike(told)
    if same:
        return Taken(False)
    if likely:
        raise Doubtful(likely, why)
    made = _register(row, memory, actor)
    there.add(made.id, told)
    return Taken(True, tuple(registering.shared_phone(made)))


def _decide_resident(row: Row, meant: int | None, memory: dict[str, Any], actor: Actor) -> Taken:
    """The person who is meant has their card: nothing of theirs is changed."""
    if meant is not None:
        return Taken(False)
    return Taken(True, tuple(registering.shared_phone(_register(row, memory, actor))))


def _register(row: Row, memory: dict[str, Any], actor: Actor) -> Person:
    community_id = community_named(row["社区"], Permission.PERSON_CREATE, memory, actor)
    return actions.create_card_holder(
        row["姓名"],
        community_id,
        phone=row["手机号"] or None,
        grid_id=_grid(row["网格"], community_id, memory),
        address=row["住址"] or None,
        birth_year=int(row["出生年份"]) if row["出生年份"] else None,
        actor=actor,
    )


def _known(row: Row) -> Known:
    born = int(row["出生年份"]) if row["出生年份"] else None
    return Known(row["姓名"], row["手机号"], row["住址"], born)


def community_named(name: str, word: str, memory: dict[str, Any], actor: Actor) -> int:
    """The community of this name in which `word` is granted. Raises NoSuchCommunity."""
    if "communities" not in memory:
        reach = permissions.reach_of(actor.id, word)
        wanted = sa.select(Organisation.name, Organisation.id).where(
            Organisation.id.in_(reach), Organisation.kind == "community", Organisation.closed_at.is_(None)
        )
        memory["communities"] = _by_key(session.execute(wanted).all())
    found = memory["communities"].get(name_key(name))
    if found is None:
        raise NoSuchCommunity(name=name)
    return found


def _grid(name: str, community_id: int, memory: dict[str, Any]) -> int | None:
    if not name:
        return None
    key = f"grids:{community_id}"
    if key not in memory:
        wanted = sa.select(Organisation.name, Organisation.id).where(
            Organisation.parent_id == community_id, Organisation.closed_at.is_(None)
        )
        memory[key] = _by_key(session.execute(wanted).all())
    if name_key(name) not in memory[key]:
        raise actions.NotThatGrid()
    return memory[key][name_key(name)]


def _by_key(places: Iterable[Any]) -> dict[str, int]:
    """The ids of places by their names, however these are typed in a sheet."""
    return {name_key(name): place_id for name, place_id in places}


def _look_ahead(rows: list[Row], memory: dict[str, Any], actor: Actor) -> None:
    names: dict[int, list[str]] = {}
    for row in rows:
        with contextlib.suppress(NoSuchCommunity):
            community_id = community_named(row["社区"], Permission.PERSON_CREATE, memory, actor)
            names.setdefault(community_id, []).append(row["姓名"])
    memory["neighbours"] = {one: Neighbours(one, here) for one, here in names.items()}


def _look_again(memory: dict[str, Any]) -> None:
    keep_others_out("card")
    for there in memory["neighbours"].values():
        there.look_again()


offer(
    "places",
    Sheet(
        ("类别", "名称", "上级"),
        ("类别", "名称", "上级"),
        Permission.ORGANISATION_MANAGE,
        _check_place,
        _take_in_place,
        find=_find_parent,
    ),
)
offer(
    "residents",
    Sheet(
        ("姓名", "社区", "网格", "手机号", "住址", "出生年份"),
        ("姓名", "社区"),
        Permission.PERSON_CREATE,
        _check_resident,
        _take_in_resident,
        look_ahead=_look_ahead,
        look_again=_look_again,
        reads={"手机号": text.phone, "出生年份": _year},
        find=_find_home,
        decide=_decide_resident,
    ),
)
