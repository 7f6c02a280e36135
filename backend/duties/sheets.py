"""What a sheet of a duty list says, read and compared with the newest version outside any transaction."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.duties import queries
from backend.duties.kinds import LED_BY_A_UNIT, ListKind, RowKind
from backend.duties.models import BASIS_MAX, CODE_MAX, DOES_MAX, NAME_MAX, TERM_MAX, DutyItem, TicketCategory
from backend.imports import actions as imports
from backend.imports import cells
from backend.imports.actions import Fault, Row
from backend.organisations.models import Organisation

# Heads of columns by what an item keeps of them.
COLUMNS = {
    "code": "编号",
    "name": "名称",
    "lead": "牵头部门",
    "cooperators": "配合部门",
    "basis": "法律依据",
    "categories": "事项分类",
    "lead_does": "牵头职责",
    "cooperator_does": "配合职责",
    "town_does": "乡镇职责",
    "term": "办理期限",
}
_BETWEEN = re.compile(r"[、,，;；]")
_TERM = re.compile(r"([0-9]{1,3})\s*(个工作日|工作日|天|小时|个工作小时|工作小时)")
_UNITS = {"个工作日": "wd", "工作日": "wd", "天": "wd", "小时": "hour", "个工作小时": "office_hour"}
LEFT_OUT = "这一版里没有了"


@dataclass(frozen=True)
class ReadRow:
    """A row as it will be kept; `said` is what the item will say, by the names of its columns."""

    line: int | None
    kind: RowKind
    code: str | None
    said: dict[str, Any] | None = None
    changes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compared:
    """A sheet beside the version with which it was compared; 0 where there is none yet."""

    base_version: int
    rows: list[ReadRow]


def _check(row: Row) -> list[Fault]:
    limits = {
        "编号": CODE_MAX,
        "名称": NAME_MAX,
        "法律依据": BASIS_MAX,
        "牵头职责": DOES_MAX,
        "配合职责": DOES_MAX,
        "乡镇职责": DOES_MAX,
    }
    faults: list[Fault] = [
        (name, f"最多 {most} 个字") for name, most in limits.items() if len(row[name]) > most
    ]
    if row["办理期限"] and _term(row["办理期限"]) is None:
        faults.append(("办理期限", "应写成“5 个工作日”“2 小时”或“5 个工作小时”"))
    return faults


def _term(written: str) -> tuple[int, str] | None:
    found = _TERM.fullmatch(written.replace(" ", ""))
    if found is None or int(found[1]) > TERM_MAX:
        return None
    return int(found[1]), _UNITS.get(found[2], "office_hour")


@dataclass(frozen=True)
class _Layout:
    columns: tuple[str, ...] = tuple(COLUMNS.values())
    needed: tuple[str, ...] = ("编号", "名称")
    check = staticmethod(_check)
    key = staticmethod(lambda row: row["编号"])
    reads: Mapping[str, cells.Read] = field(default_factory=dict)


LAYOUT = _Layout()


def read(table: list[list[str]], kind: str) -> Compared:
    """The rows of a sheet beside the newest version of that kind. Slow: outside any transaction.

    Raises what `imports.read_rows` raises.
    """
    rows, faults = imports.read_rows(LAYOUT, table)
    base = queries.newest(kind)
    before = _said_before(base.id) if base else {}
    units, categories = _units(), _categories()
    told: list[ReadRow] = list(_faulty(faults, table))
    for line, row in rows:
        said, wrong = _resolve(row, ListKind(kind), units, categories)
        told.append(
            ReadRow(line, RowKind.UNREADABLE, row["编号"], faults=tuple(wrong))
            if wrong
            else _compared(line, row["编号"], said, before)
        )
    told.sort(key=lambda one: one.line or 0)
    return Compared(base.version if base else 0, [*told, *_left_out(told, before)])


def _faulty(faults: Iterable[Any], table: list[list[str]]) -> Iterable[ReadRow]:
    """A row may have several faults, and is one row all the same; where its number can be read, it is named."""
    told: dict[int, list[str]] = {}
    for line, column, sentence in faults:
        told.setdefault(line, []).append(f"{column}：{sentence}" if column else sentence)
    at = cells.heads(table[0], LAYOUT.columns).index("编号")
    for line, said in told.items():
        row = table[line - 1]
        code = cells.cell(row[at])[0] if at < len(row) else ""
        yield ReadRow(line, RowKind.UNREADABLE, code[:CODE_MAX] or None, faults=tuple(said))


def _units() -> dict[str, int | None]:
    """What stands of units and towns by name; None where two are called so."""
    rows = session.execute(
        sa.select(Organisation.name, Organisation.id).where(
            Organisation.kind.in_(("unit", "street", "city")), Organisation.closed_at.is_(None)
        )
    )
    found: dict[str, int | None] = {}
    for name, place_id in rows:
        found[name] = None if name in found else place_id
    return found


def _categories() -> dict[str, str]:
    """Codes of categories by code and by name."""
    rows = session.execute(sa.select(TicketCategory.code, TicketCategory.name)).all()
    return {**{name: code for code, name in rows}, **{code: code for code, _name in rows}}


def _resolve(
    row: Row, kind: ListKind, units: Mapping[str, int | None], categories: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    wrong: list[str] = []

    def unit(name: str, column: str) -> int | None:
        if units.get(name) is None:
            wrong.append(f"{column}：没有叫“{name}”的单位，请按系统里的名称填写")
        return units.get(name)

    lead = unit(row["牵头部门"], "牵头部门") if row["牵头部门"] else None
    if not row["牵头部门"] and kind in LED_BY_A_UNIT:
        wrong.append("牵头部门：这种清单的每一项都要写牵头部门")
    helps = sorted({unit(name, "配合部门") or 0 for name in _parts(row["配合部门"])})
    codes = set()
    for name in _parts(row["事项分类"]):
        if name not in categories:
            wrong.append(f"事项分类：没有“{name}”这个分类")
        codes.add(categories.get(name, ""))
    term = _term(row["办理期限"]) if row["办理期限"] else None
    said = {
        "name": row["名称"],
        "lead": lead,
        "cooperators": helps,
        "basis": row["法律依据"] or None,
        "categories": sorted(codes),
        "lead_does": row["牵头职责"] or None,
        "cooperator_does": row["配合职责"] or None,
        "town_does": row["乡镇职责"] or None,
        "term": list(term) if term else None,
    }
    return said, wrong


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in _BETWEEN.split(cell) if part.strip()]


def _said_before(list_id: int) -> dict[str, dict[str, Any]]:
    found = session.scalars(
        sa.select(DutyItem).where(DutyItem.list_id == list_id).order_by(DutyItem.id)
    ).all()
    ids = [one.id for one in found]
    helps, codes = queries.cooperators_of(ids), queries.categories_of(ids)
    return {
        one.code: {
            "name": one.name,
            "lead": one.lead_unit_id,
            "cooperators": [unit.id for unit in helps.get(one.id, [])],
            "basis": one.legal_basis,
            "categories": codes.get(one.id, []),
            "lead_does": one.lead_does,
            "cooperator_does": one.cooperator_does,
            "town_does": one.town_does,
            "term": [one.term_value, one.term_unit] if one.term_unit else None,
        }
        for one in found
    }


def _compared(line: int, code: str, said: dict[str, Any], before: Mapping[str, dict[str, Any]]) -> ReadRow:
    known = before.get(code)
    if known is None:
        return ReadRow(line, RowKind.NEW, code, said)
    changed = tuple(COLUMNS[name] for name, value in said.items() if known[name] != value)
    return ReadRow(line, RowKind.CHANGED if changed else RowKind.SAME, code, said, changed)


def _left_out(told: Sequence[ReadRow], before: Mapping[str, dict[str, Any]]) -> Iterable[ReadRow]:
    """Items that the sheet does not name. While it has rows that nobody could read, nothing is left out: what they meant
    stays as it was."""
    unreadable = [one for one in told if one.kind == RowKind.UNREADABLE]
    named = {one.code for one in told if one.kind != RowKind.UNREADABLE}
    for code, said in before.items():
        if code in named:
            continue
        if unreadable:
            yield ReadRow(None, RowKind.SAME, code, said)
        else:
            yield ReadRow(None, RowKind.CHANGED, code, None, (LEFT_OUT,))
