"""Numbers that people read, without gaps: of cards, wishes, orders, receipts, certificates."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, dialect, insert, session
from backend.personal import not_personal


class Counter(Model):
    """A number that goes up without gaps, under its row's lock: paper cards, for one."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True, info=not_personal("a counter's"))
    value: Mapped[int] = mapped_column(sa.Integer)


# The space of the locks that keep who wants a number in line.
COUNTING = 7_310_003


def next_number(name: str) -> int:
    """The next number of a counter; two at once wait for each other, and a rollback leaves no gap."""
    return session.scalars(bump(name)).one()


def keep_others_out(name: str) -> None:
    """Nobody else gets a number of this counter until the transaction ends: for whoever decides by what is there
    already whether a number is wanted. SQLite has one writer at a time."""
    if dialect() == "postgresql":
        session.execute(sa.select(_line_of(name)))


def _line_of(name: str | sa.BindParameter[str]) -> Any:
    return sa.func.pg_advisory_xact_lock(sa.literal_column(str(COUNTING)), sa.func.hashtext(name))


def padded(number: Any, dialect_name: str) -> sa.ColumnElement[str]:
    """A number with at least four digits, as a column."""
    if dialect_name == "sqlite":
        return sa.func.printf(sa.literal_column("'%04d'"), number)
    digits = sa.cast(number, sa.String)
    return sa.func.lpad(
        digits, sa.func.greatest(sa.literal_column("4"), sa.func.length(digits)), sa.literal_column("'0'")
    )


def bump(name: str | sa.BindParameter[str]) -> Any:
    """Who comes first is served first: on the row alone PostgreSQL wakes all who wait, and any of them, or a
    newcomer, may be next."""
    row: Any = sa.select(sa.literal(name) if isinstance(name, str) else name, sa.literal_column("1"))
    # SQLite takes the ON of ON CONFLICT for a join's, where nothing stands between.
    row = row.select_from(_line_of(name)) if dialect() == "postgresql" else row.where(sa.true())
    return (
        insert(Counter)
        .from_select(["name", "value"], row)
        .on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + 1})
        .returning(Counter.value)
    )
