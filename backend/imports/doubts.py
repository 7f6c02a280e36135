"""Rows of a sheet that may mean somebody who is here already: kept sealed until the clerk has said who is meant."""

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from backend import crypto
from backend.db import session
from backend.imports.models import ImportDoubt


@dataclass(frozen=True)
class Doubt:
    """A row by its line, whom it may mean, the likeliest first, and what speaks for it."""

    line: int
    row: dict[str, str]
    likely: list[int]
    why: str


def keep(import_id: int, doubt: Doubt) -> None:
    key = secrets.token_hex(16)
    told = json.dumps([doubt.row, doubt.likely, doubt.why], ensure_ascii=False)
    sealed = crypto.seal(told, f"import_doubts.row:{key}")
    session.add(ImportDoubt(import_id=import_id, line=doubt.line, key=key, row_sealed=sealed))
    session.flush()


def count(import_id: int) -> int:
    wanted = sa.select(sa.func.count()).where(ImportDoubt.import_id == import_id)
    return session.scalars(wanted).one()


def waiting(import_id: int, most: int, lines: Collection[int] | None = None) -> list[Doubt]:
    """The doubtful rows in the order of their lines, or those of these lines."""
    wanted = sa.select(ImportDoubt).where(ImportDoubt.import_id == import_id)
    if lines is not None:
        wanted = wanted.where(ImportDoubt.line.in_(lines))
    found = []
    for one in session.scalars(wanted.order_by(ImportDoubt.line).limit(most)):
        row, likely, why = json.loads(crypto.unseal(one.row_sealed, f"import_doubts.row:{one.key}"))
        found.append(Doubt(one.line, row, likely, why))
    return found


def forget(import_id: int, line: int | None = None) -> None:
    """One row, or all of the import."""
    gone = sa.delete(ImportDoubt).where(ImportDoubt.import_id == import_id)
    session.execute(gone if line is None else gone.where(ImportDoubt.line == line))
