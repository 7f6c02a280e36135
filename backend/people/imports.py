"""Spreadsheets on their way in: checked row by row, then taken in step by step. Here of places and residents.

A step is one transaction, so that an import of thousands of rows holds nobody up, shows its progress, and goes
on where it stopped. The same sheet may come twice: what is there already is counted as known.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal
from backend.db import savepoint, session, take
from backend.errors import NotFound, Refused
from backend.organisations import actions as places
from backend.organisations.models import Organisation
from backend.people import actions, permissions, sealed
from backend.people.import_models import Import
from backend.people.models import Person, Residency

MOST_ROWS = 20_000
STEP = 250
KEPT = timedelta(hours=24)
PHONE = re.compile(r"1\d{10}", re.ASCII)
PLACE_KINDS = {
    "街道": "street",
    "乡镇": "street",
    "社区": "community",
    "网格": "grid",
    "单位": "unit",
    "党群服务中心": "centre",
}

Row = dict[str, str]
Fault = tuple[str, str]


class ColumnsMissing(Refused):
    code, message = 42254, "第一行要写列名，这张表里没有找到：{missing}"


class TooManyRows(Refused):
    code, message = 42255, "一次最多导入 {most} 行，请拆成几张表"


class NothingInside(Refused):
    code, message = 42256, "这张表里没有内容"


class ImportOver(Refused):
    code, message = 40954, "这次导入已经完成或过期，请重新选择文件"


@dataclass(frozen=True)
class Sheet:
    """What a kind of sheet is made of. `check` names what is wrong with a row before anything is done;
    `take_in` answers whether the row was new. Where two rows of one `key` would be one thing, the second is
    named: it would not be counted."""

    columns: tuple[str, ...]
    needed: tuple[str, ...]
    permission: str
    check: Callable[[Row], list[Fault]]
    take_in: Callable[[Row, dict[str, Any], Any], bool]
    key: Callable[[Row], Any] | None = None


def _check_place(row: Row) -> list[Fault]:
    faults = []
    if row["类别"] and row["类别"] not in PLACE_KINDS:
        faults.append(("类别", "应为街道、乡镇、社区、网格、单位或党群服务中心"))
    if len(row["名称"]) > 80:
        faults.append(("名称", "最多 80 个字"))
    return faults


def _take_in_place(row: Row, memory: dict[str, Any], by: Any) -> bool:
    parent = _place_named(row["上级"], memory, by)
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
    journal.write("import", "organisation", made.id, by=by, place=made.id, facts=facts)
    return True


class NoSuchParent(Refused):
    code, message = 42257, "没有找到上级“{name}”，请把上级写在它前面的行里"


class ParentAmbiguous(Refused):
    code, message = 42258, "有 {count} 个组织都叫“{name}”，请先改成不同的名称"


def _place_named(name: str, memory: dict[str, Any], by: Any) -> int:
    if not memory:
        reach = permissions.reach_of(by.id, "organisation:manage")
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
    if len(row["姓名"]) > 20:
        faults.append(("姓名", "最多 20 个字"))
    if row["手机号"] and not PHONE.fullmatch(row["手机号"]):
        faults.append(("手机号", "应为 11 位手机号"))
    if row["出生年份"] and not (
        row["出生年份"].isdecimal() and 1900 <= int(row["出生年份"]) <= clock.today().year
    ):
        faults.append(("出生年份", "应为四位年份"))
    if len(row["住址"]) > 120:
        faults.append(("住址", "最多 120 个字"))
    return faults


class NoSuchCommunity(Refused):
    code, message = 42259, "您的任职范围里没有“{name}”"


def _take_in_resident(row: Row, memory: dict[str, Any], by: Any) -> bool:
    community_id = community_named(row["社区"], "person:create", memory, by)
    grid_id = _grid(row["网格"], community_id, memory)
    there = memory.setdefault(f"people:{community_id}", None) or _people_of(community_id)
    memory[f"people:{community_id}"] = there
    marks = _marks(row["姓名"], row["手机号"], row["住址"])
    if marks & there:
        return False
    actions.create_card_holder(
        row["姓名"],
        community_id,
        phone=row["手机号"] or None,
        grid_id=grid_id,
        address=row["住址"] or None,
        birth_year=int(row["出生年份"]) if row["出生年份"] else None,
        by=by,
    )
    there |= marks
    return True


def community_named(name: str, word: str, memory: dict[str, Any], by: Any) -> int:
    """The community of this name in which `word` is granted. Raises NoSuchCommunity."""
    if "communities" not in memory:
        reach = permissions.reach_of(by.id, word)
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


def _people_of(community_id: int) -> set[str]:
    """Keyed marks of who lives there already, so that the same sheet makes nobody twice."""
    rows = session.execute(
        sa.select(Person, Residency)
        .join(Residency, Residency.person_id == Person.id)
        .where(Residency.community_id == community_id, Person.status == "active")
    )
    told: set[str] = set()
    for person, home in rows:
        told |= _marks(sealed.real_name(person) or "", sealed.phone(person) or "", sealed.address(home) or "")
    return told


def _marks(name: str, phone: str, address: str) -> set[str]:
    """One person is known again by name and phone, or by name and address; a name alone is not enough, so
    two of one name without either count as one."""
    plain = "".join(sign for sign in address if sign.isalnum())
    marks = {crypto.digest(f"{name}|{part}") for part in (phone, plain) if part}
    return marks or {crypto.digest(f"{name}|")}


SHEETS = {
    "places": Sheet(
        ("类别", "名称", "上级"),
        ("类别", "名称", "上级"),
        "organisation:manage",
        _check_place,
        _take_in_place,
    ),
    "residents": Sheet(
        ("姓名", "社区", "网格", "手机号", "住址", "出生年份"),
        ("姓名", "社区"),
        "person:create",
        _check_resident,
        _take_in_resident,
    ),
}


def offer(kind: str, sheet: Sheet) -> None:
    """A capability above adds its sheet."""
    SHEETS[kind] = sheet


def begin(kind: str, file_name: str, table: list[list[str]], *, by: Any) -> Import:
    """Reads a sheet whose first line has the columns' names; nothing but the import itself is made yet.

    Raises ColumnsMissing, TooManyRows, NothingInside.
    """
    sheet = SHEETS[kind]
    rows, faults = _read(sheet, table)
    made = Import(
        kind=kind,
        by_id=by.id,
        file_name=file_name[:120],
        total=len(rows),
        done=0,
        made=0,
        known=0,
        faults=faults,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    made.rows_sealed = crypto.seal(json.dumps(rows, ensure_ascii=False), _place(made))
    session.flush()
    return made


def _read(sheet: Sheet, table: list[list[str]]) -> tuple[list[Any], list[Any]]:
    """Good rows as (line, values), and what is wrong with the others as (line, column, sentence)."""
    head = [cell.strip() for cell in table[0]] if table else []
    missing = [name for name in sheet.needed if name not in head]
    if missing:
        raise ColumnsMissing(missing="、".join(missing))
    if len(table) - 1 > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    rows, faults, keys = [], [], {}
    for line, cells in enumerate(table[1:], start=2):
        told = dict(zip(head, (cell.strip() for cell in cells), strict=False))
        if not any(told.values()):
            continue
        row = {name: told.get(name, "") for name in sheet.columns}
        wrong = [(name, "请填写") for name in sheet.needed if not row[name]] + sheet.check(row)
        wrong += _repeated(sheet, row, line, keys)
        faults += [[line, name, sentence] for name, sentence in wrong]
        if not wrong:
            rows.append([line, row])
    if not rows and not faults:
        raise NothingInside()
    return rows, faults


def _repeated(sheet: Sheet, row: Row, line: int, keys: dict[Any, int]) -> list[Fault]:
    if sheet.key is None:
        return []
    first = keys.setdefault(sheet.key(row), line)
    return [] if first == line else [("", f"和第 {first} 行重复，请合并成一行")]


def own(import_id: int, *, by: Any) -> Import:
    """One's own import; anybody else's does not exist. Raises NotFound."""
    found = session.get(Import, import_id)
    if found is None or found.by_id != by.id:
        raise NotFound()
    return found


def rows_of(found: Import) -> list[Any]:
    """The rows that wait, for whoever brought them. Raises ImportOver."""
    if found.rows_sealed is None:
        raise ImportOver()
    return json.loads(crypto.unseal(found.rows_sealed, _place(found)))


def step(import_id: int, *, by: Any) -> Import:
    """Takes in the next rows. A row that is refused is named with its line, and the others go on."""
    found = take(Import, import_id)
    if found.by_id != by.id:
        raise NotFound()
    rows, sheet = rows_of(found), SHEETS[found.kind]
    memory: dict[str, Any] = {}
    faults = list(found.faults)
    for line, row in rows[found.done : found.done + STEP]:
        try:
            with savepoint():
                new = sheet.take_in(row, memory, by)
            found.made, found.known = found.made + new, found.known + (not new)
        except Refused as refusal:
            faults.append([line, "", refusal.sentence])
    found.done, found.faults = min(found.done + STEP, found.total), faults
    if found.done == found.total:
        _finish(found, by)
    session.flush()
    return found


def _finish(found: Import, by: Any) -> None:
    found.finished_at, found.rows_sealed = clock.now(), None
    facts = {"kind": found.kind, "made": found.made, "known": found.known, "faults": len(found.faults)}
    journal.write("import", "import", found.id, by=by, facts=facts)


def _place(found: Import) -> str:
    return f"imports.rows:{found.id}"


def stale() -> list[int]:
    """Imports that nobody finished within a day, for the cleaning job."""
    wanted = sa.select(Import.id).where(
        Import.rows_sealed.is_not(None), Import.created_at <= clock.now() - KEPT
    )
    return list(session.scalars(wanted.limit(100)))


def forget(import_id: int) -> None:
    """The rows may name people: they are not kept for an import that was given up."""
    session.execute(sa.update(Import).where(Import.id == import_id).values(rows_sealed=None))
