"""Where people can have typed words: every text of every table that is neither a code nor somebody's own identity.

Read from what the columns say of themselves (`backend/personal.py`), so that a new text is searched because it is
there. Looking at all of them changes nothing and locks nothing; what is found is changed a few rows at a time.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend import crypto, erasable
from backend.crypto import without_numbers
from backend.db import Base, dialect, session
from backend.erasable import ERASED, GONE
from backend.personal import DIGEST, OnErasure, declaration
from backend.rights import sealed
from backend.rights.sealed import SealedColumn

Row = dict[str, Any]
PAGE = 1000


@dataclass(frozen=True)
class TextTable:
    """The texts of one table, by name: as they are, and sealed."""

    table: sa.Table
    plain: tuple[str, ...]
    sealed: dict[str, SealedColumn]

    @property
    def keys(self) -> list[Any]:
        return list(self.table.primary_key.columns)

    def place_of(self, row: Row) -> sa.ColumnElement[bool]:
        """The condition that a row is this one."""
        return sa.and_(*(key == row[key.name] for key in self.keys))


def tables() -> list[TextTable]:
    """All of them, the tables in the order of their names."""
    found = []
    for _, table in sorted(Base.metadata.tables.items()):
        seals = sealed.of(table.name)
        names = [column.name for column in table.columns if is_text(column)]
        plain = tuple(name for name in names if name not in seals)
        if names:
            found.append(TextTable(table, plain, {name: seals[name] for name in names if name in seals}))
    return found


def is_text(column: sa.Column[Any]) -> bool:
    """Whether somebody can have typed another one's name into it."""
    said = declaration(column)
    typed = isinstance(column.type, sa.String | sa.JSON) and not (column.primary_key or column.unique)
    about_nobody = said.code or said.not_exported == DIGEST or (said.not_exported == said.not_personal != "")
    # What identifies somebody else is theirs, and goes with them.
    theirs = said.identifies or said.on_erasure == OnErasure.CLEAR
    return typed and bool(said.purpose or said.not_personal) and not (about_nobody or theirs)


def pattern_of(words: Iterable[str]) -> re.Pattern[str]:
    """Finds each of these words, in plain text and as JSON writes them. The longest first, so that a part of it does
    not spoil the whole; a number is the same number with blanks or dashes between its digits."""
    return re.compile("|".join(map(_spelled, sorted(words, key=len, reverse=True))))


def _spelled(word: str) -> str:
    digits = _digits_of(word)
    if digits:
        return r"[\s\-–—]*".join(map(re.escape, digits))
    plain, written = re.escape(word), re.escape(json.dumps(word)[1:-1])
    return plain if plain == written else f"{plain}|{written}"


def _digits_of(word: str) -> str:
    """Of a number its digits, with the + of another country; nothing of anything else."""
    digits = word.replace("-", "")
    return digits if digits.removeprefix("+").isdigit() else ""


def without(words: re.Pattern[str], text: str) -> str:
    """The text without these words; where one of them stood, numbers by which a person is found go with it."""
    return without_numbers(words.sub(GONE, text)) if words.search(text) else text


def candidates(where: TextTable, words: Iterable[str]) -> Iterator[Row]:
    """The rows that may hold one of the words. What is sealed the database cannot search: it is all looked at."""
    held: list[sa.ColumnElement[bool]] = [where.table.c[name].is_not(None) for name in where.sealed]
    held += [_may_hold(where.table.c[name], word) for name in where.plain for word in words]
    wanted = sa.select(where.table).where(sa.or_(*held)).order_by(*where.keys)
    if len(where.keys) > 1:
        yield from map(dict, session.execute(wanted).mappings().all())
        return
    (key,), after = where.keys, None
    while True:
        page = wanted if after is None else wanted.where(key > after)
        rows = [dict(row) for row in session.execute(page.limit(PAGE)).mappings()]
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1][key.name]


def _may_hold(column: Any, word: str) -> sa.ColumnElement[bool]:
    """Of a number its first digits: between the others there may be blanks."""
    json_text = isinstance(column.type, sa.JSON)
    written = json.dumps(word)[1:-1] if json_text else word
    position = sa.func.instr if dialect() == "sqlite" else sa.func.strpos
    text = sa.cast(column, sa.Text) if json_text else column
    digits = _digits_of(word)
    sought = {digits[:3]} if digits else {word, written}
    return sa.or_(*(position(text, one) > 0 for one in sorted(sought)))


def read(where: TextTable, row: Row) -> dict[str, Any]:
    """The texts of a row in clear, by name; of one that cannot be opened nothing."""
    told = {name: row[name] for name in where.plain}
    return told | {name: sealed.opened(seal, row) for name, seal in where.sealed.items()}


def cleaned(where: TextTable, row: Row, words: re.Pattern[str]) -> dict[str, Any]:
    """The columns of an UPDATE that takes the words out of a row; empty where it holds none of them."""
    changed: dict[str, Any] = {}
    for name, value in read(where, row).items():
        left = _left_of(value, words)
        if left != value:
            changed |= written(where.table.c[name], row, left, where.sealed.get(name))
    return changed


def _left_of(value: Any, words: re.Pattern[str]) -> Any:
    """An answer that is kept is JSON in a text: what is left of it must still be JSON."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            told = json.loads(value)
        except ValueError:
            return without(words, value)
        left = _left_of(told, words)
        return value if left == told else json.dumps(left, ensure_ascii=False)
    if isinstance(value, dict):
        return {name: _left_of(one, words) for name, one in value.items()}
    if isinstance(value, list):
        return [_left_of(one, words) for one in value]
    return without(words, value) if isinstance(value, str) else value


def written(column: sa.Column[Any], row: Row, left: Any, seal: SealedColumn | None) -> dict[str, Any]:
    """How what is left of a text is kept: sealed again, within the column's length, beside its digest in a row that
    is never changed otherwise, and still different from its neighbours where no two may be alike."""
    if seal is not None:
        return {column.name: crypto.seal(left, seal.place_of(row))}
    if isinstance(left, str):
        left = left + str(row["id"]) if _alone(column) else left
        left = left if len(left) <= (getattr(column.type, "length", None) or len(left)) else ERASED
    if column.name in erasable.texts(column.table):
        # The trigger lets through what says that something was deleted.
        return erasable.erased(row, column.name, left if GONE in left else ERASED)
    return {column.name: left}


def _alone(column: sa.Column[Any]) -> bool:
    """Whether a constraint keeps two rows from saying the same here."""
    unique = (one for one in column.table.constraints if isinstance(one, sa.UniqueConstraint))
    return any(column.name in one.columns for one in unique)
