"""Sheets of places and of residents, as the city has them in a spreadsheet."""

import contextlib
import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal
from backend.db import session
from backend.errors import Refused
from backend.imports.actions import Fault, Row, Sheet, offer
from backend.journal import Actor
from backend.numbering import keep_others_out
from backend.organisations import actions as places
from backend.organisations.models import Organisation
from backend.people import actions, permissions, sealed
from backend.people.kinds import PersonState
from backend.people.models import ADDRESS_MAX, BIRTH_YEAR_MIN, REAL_NAME_MAX, Person, Residency
from backend.people.permissions import Permission

PHONE = re.compile(r"1\d{10}", re.ASCII)


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
            Organisation.parent_id == parent, Organisation.kind == kind, Organisation.name == row["名称"]
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
            sa.select(Organisation.name, Organisation.id).where(Organisation.id.in_(reach))
        )
        for known, place_id in rows:
            memory.setdefault(known, []).append(place_id)
    found = memory.get(name, [])
    if not found:
        raise NoSuchParent(name=name)
    if len(found) > 1:
        raise ParentAmbiguous(name=name, count=len(found))
    return found[0]


def _check_resident(row: Row) -> list[Fault]:
    faults = []
    if len(row["姓名"]) > REAL_NAME_MAX:
        faults.append(("姓名", f"最多 {REAL_NAME_MAX} 个字"))
    if row["手机号"] and not PHONE.fullmatch(row["手机号"]):
        faults.append(("手机号", "应为 11 位手机号"))
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


class NoSuchCommunity(Refused):
    code, message = 42259, "您的任职范围里没有“{name}”"


def _take_in_resident(row: Row, memory: dict[str, Any], actor: Actor) -> bool:
    community_id = community_named(row["社区"], Permission.PERSON_CREATE, memory, actor)
    grid_id = _grid(row["网格"], community_id, memory)
    there: Neighbours = memory["neighbours"][community_id]
    marks = _marks(row["姓名"], row["手机号"], row["住址"])
    if marks & there.marks:
        return False
    made = actions.create_card_holder(
        row["姓名"],
        community_id,
        phone=row["手机号"] or None,
        grid_id=grid_id,
        address=row["住址"] or None,
        birth_year=int(row["出生年份"]) if row["出生年份"] else None,
        actor=actor,
    )
    there.add(made.id, marks)
    return True


def community_named(name: str, word: str, memory: dict[str, Any], actor: Actor) -> int:
    """The community of this name in which `word` is granted. Raises NoSuchCommunity."""
    if "communities" not in memory:
        reach = permissions.reach_of(actor.id, word)
        wanted = sa.select(Organisation.name, Organisation.id).where(
            Organisation.id.in_(reach), Organisation.kind == "community"
        )
        memory["communities"] = dict(session.execute(wanted).all())
    found = memory["communities"].get(name)
    if found is None:
        raise NoSuchCommunity(name=name)
    return found


def _grid(name: str, community_id: int, memory: dict[str, Any]) -> int | None:
    if not name:
        return None
    key = f"grids:{community_id}"
    if key not in memory:
        wanted = sa.select(Organisation.name, Organisation.id).where(Organisation.parent_id == community_id)
        memory[key] = dict(session.execute(wanted).all())
    if name not in memory[key]:
        raise actions.NotThatGrid()
    return memory[key][name]


# No transaction is open for longer, and no two clocks are further apart.
SETTLED_AFTER = timedelta(minutes=5)
# So many ids may have been given to rows that are not committed yet, when one of them is seen.
UNSETTLED = 500


class Neighbours:
    """Who lives in a community already, as far as the names of the coming rows can mean them: so that the same sheet
    makes nobody twice."""

    def __init__(self, community_id: int, names: set[str]) -> None:
        self._community_id, self._names = community_id, names
        self._since = clock.now() - SETTLED_AFTER
        self._ids: set[int] = set()
        # Of name and phone or address, as `_marks` makes them.
        self.marks: set[str] = set()
        self._read(sa.true())

    def look_again(self) -> None:
        """In the transaction, from which on nobody else gets a card: who has come since."""
        newer = Person.id > max(self._ids, default=0) - UNSETTLED
        # Whom an import makes are many, have a card, and are known by now.
        known_before = sa.or_(Person.card_number.is_(None), Person.created_at < self._since)
        self._read(sa.or_(newer, sa.and_(Residency.declared_at >= self._since, known_before)))

    def add(self, person_id: int, marks: set[str]) -> None:
        self._ids.add(person_id)
        self.marks |= marks

    def _read(self, some: Any) -> None:
        rows = session.execute(
            sa.select(
                Person.id,
                Person.real_name_sealed,
                Person.phone_sealed,
                Residency.person_id,
                Residency.address_sealed,
            )
            .join(Residency, Residency.person_id == Person.id)
            .where(Residency.community_id == self._community_id, Person.state == PersonState.ACTIVE, some)
        )
        row: Any
        for row in rows:
            if row.id not in self._ids:
                self._ids.add(row.id)
                name = sealed.real_name(row) or ""
                if name in self._names:
                    self.marks |= _marks(name, sealed.phone(row) or "", sealed.address(row) or "")


def _look_ahead(rows: list[Row], memory: dict[str, Any], actor: Actor) -> None:
    found = memory["neighbours"] = {}
    for name in {row["社区"] for row in rows}:
        with contextlib.suppress(NoSuchCommunity):
            community_id = community_named(name, Permission.PERSON_CREATE, memory, actor)
            here = {row["姓名"] for row in rows if row["社区"] == name}
            found[community_id] = Neighbours(community_id, here)


def _look_again(memory: dict[str, Any]) -> None:
    keep_others_out("card")
    for there in memory["neighbours"].values():
        there.look_again()


def _marks(name: str, phone: str, address: str) -> set[str]:
    """One person is known again by name and phone, or by name and address; a name alone is not enough, so
    two of one name without either count as one."""
    plain = "".join(sign for sign in address if sign.isalnum())
    marks = {crypto.digest(f"{name}|{part}") for part in (phone, plain) if part}
    return marks or {crypto.digest(f"{name}|")}


offer(
    "places",
    Sheet(
        ("类别", "名称", "上级"),
        ("类别", "名称", "上级"),
        Permission.ORGANISATION_MANAGE,
        _check_place,
        _take_in_place,
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
    ),
)
