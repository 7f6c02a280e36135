"""Spreadsheets on their way in: checked row by row, then taken in step by step.

A step is one transaction, so that an import of thousands of rows holds nobody up, shows its progress, and goes
on where it stopped. The same sheet may come twice: what is there already is counted as known.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal, text
from backend.db import lock_row, savepoint, session
from backend.errors import NotFound, Refused
from backend.imports.models import Import
from backend.journal import Actor

MOST_ROWS = 20_000
STEP = 250
KEPT = timedelta(hours=24)

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


SHEETS: dict[str, Sheet] = {}


def offer(kind: str, sheet: Sheet) -> None:
    """Whoever knows what a kind of sheet says adds it: people, the supermarket, volunteering."""
    SHEETS[kind] = sheet


def begin(kind: str, file_name: str, table: list[list[str]], *, actor: Actor) -> Import:
    """Reads a sheet whose first line has the columns' names; nothing but the import itself is made yet.

    Raises ColumnsMissing, TooManyRows, NothingInside.
    """
    sheet = SHEETS[kind]
    rows, faults = _read(sheet, table)
    made = Import(
        kind=kind,
        by_id=actor.id,
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
    head = [_cell(cell)[0] for cell in table[0]] if table else []
    missing = [name for name in sheet.needed if name not in head]
    if missing:
        raise ColumnsMissing(missing="、".join(missing))
    if len(table) - 1 > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    rows: list[Any] = []
    faults: list[Any] = []
    keys: dict[Any, int] = {}
    for line, cells in enumerate(table[1:], start=2):
        told = dict(zip(head, map(_cell, cells), strict=False))
        if not any(value or sentence for value, sentence in told.values()):
            continue
        row = {name: told.get(name, ("", None))[0] for name in sheet.columns}
        unclean = {name: told[name][1] for name in sheet.columns if name in told and told[name][1]}
        wrong: list[Fault] = [(name, sentence) for name, sentence in unclean.items() if sentence]
        wrong += [(name, "请填写") for name in sheet.needed if not row[name] and name not in unclean]
        wrong += sheet.check(row)
        wrong += _repeated(sheet, row, line, keys)
        faults += [[line, name, sentence] for name, sentence in wrong]
        if not wrong:
            rows.append([line, row])
    if not rows and not faults:
        raise NothingInside()
    return rows, faults


def _cell(typed: str) -> tuple[str, str | None]:
    """What stands in a cell, clean: numbers in whatever width, texts as at every door; or what is wrong with it."""
    try:
        return text.searched(typed), None
    except text.Unclean as fault:
        return "", fault.sentence


def _repeated(sheet: Sheet, row: Row, line: int, keys: dict[Any, int]) -> list[Fault]:
    if sheet.key is None:
        return []
    first = keys.setdefault(sheet.key(row), line)
    return [] if first == line else [("", f"和第 {first} 行重复，请合并成一行")]


def own(import_id: int, *, actor: Actor) -> Import:
    """One's own import; anybody else's does not exist. Raises NotFound."""
    found = session.get(Import, import_id)
    if found is None or found.by_id != actor.id:
        raise NotFound()
    return found


def rows_of(found: Import) -> list[Any]:
    """The rows that wait, for whoever brought them. Raises ImportOver."""
    if found.rows_sealed is None:
        raise ImportOver()
    return json.loads(crypto.unseal(found.rows_sealed, _place(found)))


def step(import_id: int, *, actor: Actor) -> Import:
    """Takes in the next rows. A row that is refused is named with its line, and the others go on."""
    found = lock_row(Import, import_id)
    if found.by_id != actor.id:
        raise NotFound()
    rows, sheet = rows_of(found), SHEETS[found.kind]
    memory: dict[str, Any] = {}
    faults = list(found.faults)
    for line, row in rows[found.done : found.done + STEP]:
        try:
            with savepoint():
                new = sheet.take_in(row, memory, actor)
            found.made, found.known = found.made + new, found.known + (not new)
        except Refused as refusal:
            faults.append([line, "", refusal.sentence])
    found.done, found.faults = min(found.done + STEP, found.total), faults
    if found.done == found.total:
        _finish(found, actor)
    session.flush()
    return found


def _finish(found: Import, actor: Actor) -> None:
    found.finished_at, found.rows_sealed = clock.now(), None
    facts = {"kind": found.kind, "made": found.made, "known": found.known, "faults": len(found.faults)}
    journal.write("import", "import", found.id, actor=actor, facts=facts)


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
