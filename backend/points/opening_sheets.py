"""What a sheet of opening balances says: read and matched with the residents outside any transaction."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, text
from backend.db import session
from backend.imports import actions as imports
from backend.imports import cells
from backend.imports.actions import Fault, Row
from backend.journal import Actor
from backend.people import permissions, sealed
from backend.people.kinds import PersonState, ResidencyState
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.people.sameness import name_key
from backend.points import limits
from backend.points.opening_models import OpeningRow, RowKind

# Rows that one statement looks up.
_AT_ONCE = 500
_CARD = re.compile(r"P[0-9]{3,12}")


@dataclass(frozen=True)
class ReadRow:
    """A row as it will be kept."""

    line: int
    kind: RowKind
    person_id: int | None = None
    points: int | None = None
    year: int | None = None
    problem: str | None = None


@dataclass(frozen=True)
class _Resident:
    id: int
    name: str
    card: str | None
    phone: str | None


def _check(row: Row) -> list[Fault]:
    faults = [] if row["卡号"] or row["手机号"] else [("卡号", "卡号和手机号至少填一项")]
    if row["卡号"] and not _CARD.fullmatch(row["卡号"].upper()):
        faults.append(("卡号", "应为 P 和数字，如 P000123"))
    if row["积分"] and not _whole(row["积分"], 1, limits.OPENED_MAX):
        faults.append(("积分", f"应为 1 到 {limits.OPENED_MAX} 的整数"))
    this_year = clock.today().year
    if row["到期年份"] and not _whole(_year(row), this_year, this_year + limits.YEARS_AHEAD):
        faults.append(
            ("到期年份", f"应为 {this_year} 到 {this_year + limits.YEARS_AHEAD} 的年份，如 {this_year}")
        )
    return faults


def _year(row: Row) -> str:
    return row["到期年份"].removesuffix("年")


def _whole(text: str, least: int, most: int) -> bool:
    # Not the number of whatever somebody sends: `1_0` is none, and Python makes none of thousands of digits.
    return text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most


@dataclass(frozen=True)
class _Layout:
    columns: tuple[str, ...] = ("卡号", "手机号", "姓名", "积分", "到期年份")
    needed: tuple[str, ...] = ("姓名", "积分", "到期年份")
    check = staticmethod(_check)
    key = None
    reads: Mapping[str, cells.Read] = field(
        default_factory=lambda: {"手机号": text.phone, "卡号": text.card, "到期年份": text.code}
    )


LAYOUT = _Layout()


def read(table: list[list[str]], community_id: int, *, actor: Actor) -> list[ReadRow]:
    """The rows of a sheet in their order, each with whose points it means. Slow: outside any transaction.

    Raises NotFound and NotAllowed out of place, and what `imports.check` raises.
    """
    permissions.require(actor.id, Permission.POINTS_ADJUST, community_id)
    rows, faults = imports.read_rows(LAYOUT, table)
    read = [*_faulty(faults), *_matched(rows, community_id, actor)]
    return _each_once(sorted(read, key=lambda one: one.line))


def _faulty(faults: Iterable[Any]) -> list[ReadRow]:
    """A row may have several faults, and is one row all the same."""
    told: dict[int, list[str]] = {}
    for line, column, sentence in faults:
        told.setdefault(line, []).append(f"{column}：{sentence}" if column else sentence)
    return [ReadRow(line, RowKind.UNREADABLE, problem="；".join(said)) for line, said in told.items()]


def _matched(rows: list[Any], community_id: int, actor: Actor) -> list[ReadRow]:
    found: list[ReadRow] = []
    for begun in range(0, len(rows), _AT_ONCE):
        found += _match(rows[begun : begun + _AT_ONCE], community_id, actor)
    return found


def _match(rows: Sequence[Any], community_id: int, actor: Actor) -> list[ReadRow]:
    own = session.scalar(sa.select(Person.phone_index).where(Person.id == actor.id))
    residents = _residents(rows, community_id)
    read = [_whose(line, row, residents, actor.id, own) for line, row in rows]
    booked = _booked({one.person_id for one in read if one.person_id})
    return [_judged(one, booked) for one in read]


def _residents(rows: Sequence[Any], community_id: int) -> list[_Resident]:
    """Verified residents of the community who have one of these cards or numbers."""
    cards = {row["卡号"].upper() for _line, row in rows if row["卡号"]}
    phones = {index for _line, row in rows for index in _indexes(row)}
    found = session.execute(
        sa.select(Person.id, Person.real_name_sealed, Person.card_number, Person.phone_index)
        .join(Residency, Residency.person_id == Person.id)
        .where(
            Person.state == PersonState.ACTIVE,
            Residency.community_id == community_id,
            Residency.state == ResidencyState.VERIFIED,
            sa.or_(Person.card_number.in_(cards), Person.phone_index.in_(phones)),
        )
    )
    return [
        _Resident(one, name_key(sealed.unsealed_name(one, name) or ""), card, phone)
        for one, name, card, phone in found
    ]


def _indexes(row: Row) -> list[str]:
    number = re.sub(r"[\s-]", "", row["手机号"])
    return list(crypto.blind_indexes("phone", number)) if number else []


def _whose(line: int, row: Row, residents: list[_Resident], own_id: int, own_phone: str | None) -> ReadRow:
    """By card, by phone or by both, and always by the name too, so that a slip of the pen credits nobody else."""
    card, phones, name = row["卡号"].upper(), _indexes(row), name_key(row["姓名"])
    meant = [
        one
        for one in residents
        if one.name == name and (not card or one.card == card) and (not phones or one.phone in phones)
    ]
    if len(meant) != 1:
        return ReadRow(line, RowKind.UNREADABLE, problem=_NOBODY if not meant else _SEVERAL)
    if meant[0].id == own_id or (own_phone is not None and meant[0].phone == own_phone):
        return ReadRow(line, RowKind.UNREADABLE, problem="不能为自己导入积分，请别人来办")
    return ReadRow(line, RowKind.NEW, meant[0].id, int(row["积分"]), int(_year(row)))


_NOBODY = "本社区没有这位已核实的居民，请核对卡号（或手机号）和姓名"
_SEVERAL = "有几位居民的手机号和姓名相同，请写卡号"


def _booked(ids: set[int]) -> dict[tuple[int, int], int]:
    """What was brought over for these persons before, by person and year."""
    wanted = sa.select(OpeningRow).where(OpeningRow.person_id.in_(ids), OpeningRow.booked_at.is_not(None))
    told = (row.balance for row in session.scalars(wanted))
    return {(one.person_id, one.year): one.points for one in told}


def _judged(row: ReadRow, booked: dict[tuple[int, int], int]) -> ReadRow:
    if row.person_id is None or row.year is None:
        return row
    before = booked.get((row.person_id, row.year))
    if before is None:
        return row
    if before == row.points:
        return replace(row, kind=RowKind.SAME)
    return replace(row, kind=RowKind.UNREADABLE, problem=other_points(row.year, before))


def other_points(year: int, before: int) -> str:
    """What is said of points that were brought over before, and were other ones."""
    return f"这位居民 {year} 年到期的积分以前导入过，是 {before} 分，没有改动"


def _each_once(rows: list[ReadRow]) -> list[ReadRow]:
    """A person may stand in two rows, once by card and once by phone: the second would not be booked."""
    first: dict[tuple[int | None, int | None], int] = {}
    told = []
    for row in rows:
        line = first.setdefault((row.person_id, row.year), row.line) if row.person_id else row.line
        if line != row.line:
            problem = f"和第 {line} 行是同一位居民、同一年，请合并成一行"
            row = replace(row, kind=RowKind.UNREADABLE, problem=problem)
        told.append(row)
    return told
