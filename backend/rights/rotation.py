"""Rotating the keys: everything sealed is sealed again under the first key of SEAL_KEYS, and every blind
index is computed again under INDEX_KEY.

Put the new pair in front of SEAL_KEYS and start the processes anew: from then on the new key seals and both
open. Then this runs beside them, in small transactions, and may be stopped at any moment: what is sealed
under the first key already is not looked at again. When it says that nothing is left, the old key may go.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend import crypto
from backend.db import session, transaction
from backend.rights import personal_tables, sealed
from backend.rights.sealed import SealedColumn

BATCH = 200
Say = Callable[[str], object]


@dataclass(frozen=True)
class Index:
    """A blind index and the sealed column beside it that tells what it is the index of."""

    seal: SealedColumn
    name: str
    kind: str

    @property
    def column(self) -> Any:
        return self.seal.table.c[self.name]


def indexes() -> Iterator[Index]:
    """Each `x_index` with its `x_sealed`: the kind it is computed for is `x`."""
    for seal in sealed.columns():
        kind = seal.name.removesuffix("_sealed")
        if f"{kind}_index" in seal.table.c:
            yield Index(seal, f"{kind}_index", kind)


def not_rotated() -> set[str]:
    """The indexes that nobody computes again, as they say themselves: they are forgotten before it matters."""
    return {str(column) for column, said in personal_tables.declarations() if said.not_rotated}


def rotate(say: Say) -> int:
    """Rotates everything; tells `say` how far it got. Answers how many values could not be opened."""
    faults = 0
    for column in sealed.columns():
        faults += _rotate_column(column, say)
    for index in indexes():
        _rotate_index(index, say)
    return faults


def _old(column: SealedColumn) -> Any:
    """Sealed, and not as it would be sealed today."""
    today = column.column.startswith(crypto.sealing_head(), autoescape=True)
    return sa.and_(column.column.is_not(None), sa.not_(today))


def _left(column: SealedColumn) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(column.table).where(_old(column))).one()


def _rotate_column(column: SealedColumn, say: Say) -> int:
    total, done, faults = _left(column), 0, 0
    for rows in _batches(column, _old(column)):
        with transaction():
            broken = [row[column.row_key.name] for row in rows if not _reseal(column, row)]
        done, faults = done + len(rows) - len(broken), faults + len(broken)
        for row_id in broken:
            say(f"{column.key}: row {row_id} cannot be opened with any key of SEAL_KEYS")
        say(f"{column.key}: {done} of {total} sealed anew")
    return faults


def _batches(column: SealedColumn, wanted: Any) -> Iterator[list[dict[str, Any]]]:
    """Rows in the order of their key, a batch at a time. Each batch is read outside of a transaction."""
    after: Any = None
    while True:
        step = sa.select(column.table).where(wanted).order_by(column.row_key).limit(BATCH)
        if after is not None:
            step = step.where(column.row_key > after)
        rows = [dict(row) for row in session.execute(step).mappings()]
        if not rows:
            return
        yield rows
        after = rows[-1][column.row_key.name]


def _reseal(column: SealedColumn, row: dict[str, Any]) -> bool:
    """Only where the value is still the one that was read: who changed it meanwhile has sealed it anew."""
    text = sealed.opened(column, row)
    if text is None:
        return False
    session.execute(
        sa.update(column.table)
        .where(column.row_key == row[column.row_key.name], column.column == row[column.name])
        .values({column.name: crypto.seal(text, column.place_of(row))})
    )
    return True


def _rotate_index(index: Index, say: Say) -> None:
    """An index does not tell its key, so each is computed again; equal ones are left alone."""
    changed, seen = 0, 0
    for rows in _batches(index.seal, index.column.is_not(None)):
        with transaction():
            changed += sum(_reindex(index, row) for row in rows)
        seen += len(rows)
    told = f"{changed} of {seen} computed anew" if changed else f"all {seen} stand as they are"
    say(f"{index.seal.table.name}.{index.name}: {told}")


def _reindex(index: Index, row: dict[str, Any]) -> bool:
    text, key = sealed.opened(index.seal, row), index.seal.row_key
    if text is None:
        return False
    fresh = crypto.blind_index(index.kind, text)
    if fresh == row[index.name]:
        return False
    session.execute(
        sa.update(index.seal.table)
        .where(key == row[key.name], index.seal.column == row[index.seal.name])
        .values({index.name: fresh})
    )
    return True
