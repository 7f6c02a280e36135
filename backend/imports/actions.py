"""Spreadsheets on their way in: read and checked outside any transaction, then taken in part by part.

A part is one transaction, so that an import of thousands of rows holds nobody up, shows its progress, and goes
on where it stopped. The same sheet may come twice: what is there already is counted as known.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

import sqlalchemy as sa

from backend import clock, crypto, journal
from backend.db import lock_row, savepoint, session
from backend.errors import NotFound, Refused
from backend.imports import cells, doubts
from backend.imports.doubts import Doubt
from backend.imports.models import Import, ImportDoubt, ImportPart
from backend.journal import Actor

MOST_ROWS = 20_000
# Rows of one transaction, and of one request, after which the page shows how far it is.
PART, STEP = 20, 500
KEPT = timedelta(hours=24)

Row = dict[str, str]
Fault = tuple[str, str]


# What a clerk may say of a doubtful row, beside the id of who is meant.
NEW, LEFT_OUT = "new", "left_out"
LEFT_OUT_SENTENCE = "没有导入：您选了不导入这一行"


class ColumnsMissing(Refused):
    code, message = 42254, "第一行要写列名，这张表里没有找到：{missing}"


class TooManyRows(Refused):
    code, message = 42255, "一次最多导入 {most} 行，请拆成几张表"


class NothingInside(Refused):
    code, message = 42256, "这张表里没有内容"


class ImportOver(Refused):
    code, message = 40954, "这次导入已经完成或过期，请重新选择文件"


class Layout(Protocol):
    """What is asked of a sheet before anything is done with it; see `Sheet`."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def needed(self) -> tuple[str, ...]: ...

    @property
    def check(self) -> Callable[[Row], list[Fault]]: ...

    @property
    def key(self) -> Callable[[Row], Any] | None: ...

    @property
    def reads(self) -> Mapping[str, cells.Read]: ...


@dataclass(frozen=True)
class Sheet:
    """What a kind of sheet is made of. `check` names what is wrong with a row before anything is done;
    `take_in` answers whether the row was new, or raises Doubtful, and `decide` is asked again once the clerk has said
    who is meant. Where two rows of one `key` would be one thing, the second is
    named: it would not be counted.

    What takes long to find out about the rows to come is found by `look_ahead`, outside any transaction, and kept
    in the memory that `take_in` is given; `look_again` begins each transaction, and adds what came since.
    """

    columns: tuple[str, ...]
    needed: tuple[str, ...]
    permission: str
    check: Callable[[Row], list[Fault]]
    take_in: Callable[[Row, dict[str, Any], Any], "bool | Taken"]
    key: Callable[[Row], Any] | None = None
    look_ahead: Callable[[list[Row], dict[str, Any], Any], None] | None = None
    look_again: Callable[[dict[str, Any]], None] | None = None
    # How the cells of a column are read, where that is not as any text.
    reads: Mapping[str, cells.Read] = field(default_factory=dict)
    # Looks for what a row names and is not in the sheet, and raises the refusal that `take_in` would; it makes nothing.
    find: Callable[[Row, dict[str, Any], Any], object] | None = None
    # Takes in a row that was doubtful, as the person of this id or as a new one.
    decide: Callable[[Row, int | None, dict[str, Any], Any], "bool | Taken"] | None = None


@dataclass(frozen=True)
class Taken:
    """A row that was taken in: was it new, and what the clerk should look at all the same."""

    new: bool
    warnings: tuple[str, ...] = ()


class Doubtful(Exception):
    """A row may mean one of these who are here already: the clerk is asked, nothing is decided."""

    def __init__(self, likely: list[int], why: str) -> None:
        super().__init__(why)
        self.likely, self.why = likely, why


@dataclass(frozen=True)
class Checked:
    """A sheet that was read: its good rows as (line, values), and what is wrong with the others as (line, column,
    sentence)."""

    kind: str
    rows: list[Any]
    faults: list[Any]


@dataclass(frozen=True)
class Ahead:
    """The rows of an import that are next, by how many come before them, and what is known about them."""

    import_id: int
    parts: list[tuple[int, list[Any]]]
    memory: dict[str, Any] = field(default_factory=dict)


SHEETS: dict[str, Sheet] = {}


def offer(kind: str, sheet: Sheet) -> None:
    """Whoever knows what a kind of sheet says adds it: people, the supermarket, volunteering."""
    SHEETS[kind] = sheet


def check(kind: str, table: list[list[str]]) -> Checked:
    """Reads a sheet whose first line has the columns' names. Slow: outside any transaction.

    Raises ColumnsMissing, TooManyRows, NothingInside.
    """
    return Checked(kind, *read_rows(SHEETS[kind], table))


def read_rows(sheet: Layout, table: list[list[str]]) -> tuple[list[Any], list[Any]]:
    """The good rows of a sheet and what is wrong with the others, as in `Checked`. Raises as `check`."""
    head = cells.heads(table[0], sheet.columns) if table else []
    missing = [name for name in sheet.needed if name not in head]
    if missing:
        raise ColumnsMissing(missing="、".join(missing))
    if len(table) - 1 > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    rows: list[Any] = []
    faults: list[Any] = []
    keys: dict[Any, int] = {}
    for line, typed in enumerate(table[1:], start=2):
        if not any(one.strip() for one in typed):
            continue
        row, unclean = cells.row(dict(zip(head, typed, strict=False)), sheet.columns, sheet.reads)
        wrong: list[Fault] = list(unclean.items())
        wrong += [(name, "请填写") for name in sheet.needed if not row[name] and name not in unclean]
        wrong += sheet.check(row)
        wrong += _repeated(sheet, row, line, keys)
        faults.extend([line, name, sentence] for name, sentence in wrong)
        if not wrong:
            rows.append([line, row])
    if not rows and not faults:
        raise NothingInside()
    return rows, faults


def _repeated(sheet: Layout, row: Row, line: int, keys: dict[Any, int]) -> list[Fault]:
    if sheet.key is None:
        return []
    first = keys.setdefault(sheet.key(row), line)
    return [] if first == line else [("", f"和第 {first} 行重复，请合并成一行")]


def look_up(checked: Checked, *, actor: Actor) -> Checked:
    """The same sheet, in which whatever a row names was looked for, too: who is told that so many rows can be imported is
    told the truth. Slow: outside any transaction."""
    find = SHEETS[checked.kind].find
    if find is None:
        return checked
    memory: dict[str, Any] = {}
    rows, faults = [], list(checked.faults)
    for line, row in checked.rows:
        try:
            find(row, memory, actor)
            rows.append([line, row])
        except Refused as refusal:
            faults.append([line, "", refusal.sentence])
    return Checked(checked.kind, rows, sorted(faults, key=lambda one: int(one[0])))


def begin(file_name: str, checked: Checked, *, actor: Actor) -> Import:
    """Keeps the rows until they are taken in; nothing but the import itself is made yet."""
    made = Import(
        kind=checked.kind,
        by_id=actor.id,
        file_name=file_name[:120],
        total=len(checked.rows),
        done=0,
        made=0,
        known=0,
        faults=checked.faults,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    parts = [_sealed(made.id, at, checked.rows[at : at + PART]) for at in range(0, made.total, PART)]
    if parts:
        session.execute(sa.insert(ImportPart), parts)
    return made


def _sealed(import_id: int, begins: int, rows: list[Any]) -> dict[str, Any]:
    key = secrets.token_hex(16)
    sealed = crypto.seal(json.dumps(rows, ensure_ascii=False), f"import_parts.rows:{key}")
    return {"import_id": import_id, "begins": begins, "key": key, "rows_sealed": sealed}


def own(import_id: int, *, actor: Actor) -> Import:
    """One's own import; anybody else's does not exist. Raises NotFound."""
    found = session.get(Import, import_id)
    if found is None or found.by_id != actor.id:
        raise NotFound()
    return found


def first_rows(found: Import) -> list[Any]:
    """Some of the rows that are next, for whoever brought them; none when all are in, or were forgotten."""
    return next((rows for _begins, rows in _parts(found, 1)), [])


def _parts(found: Import, most: int) -> Iterator[tuple[int, list[Any]]]:
    """The parts that wait, in their order, opened one by one; at most so many."""
    if found.rows_sealed is not None:
        rows = json.loads(crypto.unseal(found.rows_sealed, f"imports.rows:{found.id}"))
        places = range(found.done, found.total, PART)[:most]
        yield from ((at, rows[at : at + PART]) for at in places)
        return
    waiting = sa.select(ImportPart.begins, ImportPart.key, ImportPart.rows_sealed)
    ours = waiting.where(ImportPart.import_id == found.id).order_by(ImportPart.begins)
    for begins, key, sealed in session.execute(ours.limit(most)):
        yield begins, json.loads(crypto.unseal(sealed, f"import_parts.rows:{key}"))


def look_ahead(import_id: int, *, actor: Actor) -> Ahead:
    """The parts that are next, a step of them, and what is to be known about their rows. Slow: outside any
    transaction. Raises NotFound, ImportOver."""
    found = own(import_id, actor=actor)
    ahead = Ahead(import_id, list(_parts(found, STEP // PART)))
    if not ahead.parts:
        raise ImportOver()
    sheet = SHEETS[found.kind]
    if sheet.look_ahead is not None:
        coming = [row for _begins, rows in ahead.parts for _line, row in rows]
        sheet.look_ahead(coming, ahead.memory, actor)
    return ahead


def take_in(ahead: Ahead, part: tuple[int, list[Any]], *, actor: Actor) -> Import:
    """Takes in the rows of a part, once: who comes second finds it done. A row that is refused is named with its
    line, and the others go on."""
    found, (begins, rows) = lock_row(Import, ahead.import_id), part
    if found.by_id != actor.id:
        raise NotFound()
    if found.finished_at is not None or found.done != begins:
        return found
    _take_rows(found, rows, ahead.memory, actor)
    found.done += len(rows)
    mine = (ImportPart.import_id == found.id, ImportPart.begins == begins)
    session.execute(sa.delete(ImportPart).where(*mine))
    _finish_if_over(found, actor)
    session.flush()
    return found


def _take_rows(found: Import, rows: list[Any], memory: dict[str, Any], actor: Actor) -> None:
    sheet = SHEETS[found.kind]
    if sheet.look_again is not None:
        sheet.look_again(memory)
    for line, row in rows:
        try:
            _take_row(found, line, partial(sheet.take_in, row, memory, actor))
        except Doubtful as doubtful:
            doubts.keep(found.id, Doubt(line, row, doubtful.likely, doubtful.why))


def _take_row(found: Import, line: int, take_in: Callable[[], bool | Taken]) -> None:
    try:
        with savepoint():
            answer = take_in()
    except Refused as refusal:
        found.faults = [*found.faults, [line, "", refusal.sentence]]
        return
    taken = answer if isinstance(answer, Taken) else Taken(answer)
    found.made, found.known = found.made + taken.new, found.known + (not taken.new)
    if taken.warnings:
        found.warnings = [*found.warnings, *([line, "", sentence] for sentence in taken.warnings)]


def decide(import_id: int, answers: Mapping[int, str], *, actor: Actor) -> Import:
    """What the clerk said of doubtful rows, by line: the id of the person who is meant, NEW, or LEFT_OUT. Lines that do
    not wait any more are passed over. Raises NotFound."""
    found = lock_row(Import, import_id)
    if found.by_id != actor.id:
        raise NotFound()
    memory: dict[str, Any] = {}
    for doubt in doubts.waiting(found.id, len(answers), answers):
        _decide(found, doubt, answers[doubt.line], memory, actor)
    _finish_if_over(found, actor)
    session.flush()
    return found


def _decide(found: Import, doubt: Doubt, answer: str, memory: dict[str, Any], actor: Actor) -> None:
    sheet = SHEETS[found.kind]
    meant = {str(one): one for one in doubt.likely}.get(answer)
    if sheet.decide is None or (meant is None and answer not in (NEW, LEFT_OUT)):
        return
    doubts.forget(found.id, doubt.line)
    if answer == LEFT_OUT:
        found.faults = [*found.faults, [doubt.line, "", LEFT_OUT_SENTENCE]]
        return
    _take_row(found, doubt.line, partial(sheet.decide, doubt.row, meant, memory, actor))


def _finish_if_over(found: Import, actor: Actor) -> None:
    if found.done == found.total and not doubts.count(found.id):
        _finish(found, actor)


def _finish(found: Import, actor: Actor) -> None:
    found.finished_at, found.rows_sealed = clock.now(), None
    facts = {"kind": found.kind, "made": found.made, "known": found.known, "faults": len(found.faults)}
    journal.write("import", "import", found.id, actor=actor, facts=facts)


def stale() -> list[int]:
    """Imports that nobody finished within a day, for the cleaning job."""
    waiting = sa.or_(
        Import.rows_sealed.is_not(None),
        sa.exists().where(ImportPart.import_id == Import.id).correlate(Import),
        sa.exists().where(ImportDoubt.import_id == Import.id).correlate(Import),
    )
    wanted = sa.select(Import.id).where(waiting, Import.created_at <= clock.now() - KEPT)
    return list(session.scalars(wanted.limit(100)))


def forget(import_id: int) -> None:
    """The rows may name people: they are not kept for an import that was given up."""
    session.execute(sa.update(Import).where(Import.id == import_id).values(rows_sealed=None))
    session.execute(sa.delete(ImportPart).where(ImportPart.import_id == import_id))
    doubts.forget(import_id)
