"""How a movement is written: in one statement where the database can, else in one for each table.

Decides nothing: `posting` says which rows and by how much, and judges what was reached. PostgreSQL is asked
once, because each statement is a way to the server; SQLite, which cannot change several tables at once, has
no such way to save.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend.db import Moment, dialect, session, unnested
from backend.ledger.lots import accounts, insert_once
from backend.ledger.models import Purse as PurseRow
from backend.ledger.models import Transfer

purses = PurseRow.__table__
transfers = Transfer.__table__
# These name the hold that they open or close.
OF_A_HOLD = ("hold", "settle", "release")


class HoldUpdate(NamedTuple):
    """What happens to a hold together with its transfers: a statement that answers the id of the hold it
    reached, and what it is given. Where it reaches none, nothing moves."""

    statement: Any
    given: dict[str, Any]


class BalanceChange(NamedTuple):
    """By how many points one person's accounts and purse change: +/−, accounts by id."""

    person_id: int
    accounts: dict[int, int]
    available: int
    held: int


class WriteResult(NamedTuple):
    """What was reached: the hold, the new transfers' ids by reference, how many accounts, and the purse."""

    hold_id: int | None
    ids: dict[str, int]
    accounts: int
    purse: bool


def write(rows: Sequence[dict[str, Any]], shift: BalanceChange, hold: HoldUpdate | None) -> WriteResult:
    """Writes transfers and shifts balances, guarded: a balance that would fall below zero is not reached, nor
    is a transfer whose reference is taken."""
    if dialect() == "sqlite":
        return _one_by_one(rows, shift, hold)
    return _at_once(rows, shift, hold)


def _where_it_stays(changes: Any, person: Any) -> tuple[Any, ...]:
    """Of this person, and not below zero afterwards."""
    return accounts.c.person_id == person, accounts.c.balance + changes >= 0


_PERSON = sa.bindparam("shifted_person", type_=sa.BigInteger)
_SHIFT_PURSE = (
    sa.update(purses)
    .where(
        purses.c.person_id == _PERSON,
        purses.c.available + sa.bindparam("free") >= 0,
        purses.c.held + sa.bindparam("bound") >= 0,
    )
    .values(available=purses.c.available + sa.bindparam("free"), held=purses.c.held + sa.bindparam("bound"))
    .returning(purses.c.person_id)
)


def _purses(shift: BalanceChange) -> dict[str, Any]:
    return {"shifted_person": shift.person_id, "free": shift.available, "bound": shift.held}


# --- one after the other -----------------------------------------------------------------------------


def _one_by_one(rows: Sequence[dict[str, Any]], shift: BalanceChange, hold: HoldUpdate | None) -> WriteResult:
    hold_id = None
    if hold is not None:
        hold_id = session.scalar(hold.statement, hold.given)
        if hold_id is None:
            return WriteResult(None, {}, 0, False)
        rows = [{**row, "hold_id": hold_id if row["kind"] in OF_A_HOLD else None} for row in rows]
    insert = insert_once(transfers, "reference", "sqlite").returning(transfers.c.reference, transfers.c.id)
    ids = dict(session.execute(insert, rows).all())
    moved = 0
    if shift.accounts:
        given = {f"account_{n}": account for n, account in enumerate(shift.accounts)}
        given |= {f"points_{n}": points for n, points in enumerate(shift.accounts.values())}
        shifted = session.execute(_cases(len(shift.accounts)), given | {"shifted_person": shift.person_id})
        moved = len(shifted.all())
    purse = session.execute(_SHIFT_PURSE, _purses(shift)).one_or_none()
    return WriteResult(hold_id, ids, moved, purse is not None)


@cache
def _cases(count: int) -> Any:
    """One UPDATE for `count` accounts."""
    account = [sa.bindparam(f"account_{n}", type_=accounts.c.id.type) for n in range(count)]
    points = [sa.bindparam(f"points_{n}", type_=sa.Integer()) for n in range(count)]
    change = sa.case(*((accounts.c.id == one, by) for one, by in zip(account, points, strict=True)))
    return (
        sa.update(accounts)
        .where(accounts.c.id.in_(account), *_where_it_stays(change, _PERSON))
        .values(balance=accounts.c.balance + change)
        .returning(accounts.c.id)
    )


# --- all at once -------------------------------------------------------------------------------------

# Of each line its own; the others are the same for all.
_EACH = (
    "source_id",
    "target_id",
    "amount",
    "reference",
    "kind",
    "community_id",
    "title",
    "balance",
    "rule_id",
    "units",
    "earned_on",
    "cap_group",
    "reverses_id",
)


def _at_once(rows: Sequence[dict[str, Any]], shift: BalanceChange, hold: HoldUpdate | None) -> WriteResult:
    given = {f"each_{name}": [row[name] for row in rows] for name in _EACH}
    given |= {"posted_at": rows[0]["at"], "posted_by": rows[0]["by_id"]}
    given |= {"change_account": list(shift.accounts), "change_points": list(shift.accounts.values())}
    statement = _statement(hold.statement if hold else None)
    told = session.execute(statement, {**given, **_purses(shift), **(hold.given if hold else {})}).all()
    ids = {row.reference: row.id for row in told if row.id is not None}
    return WriteResult(told[0].hold_id, ids, told[0].accounts, bool(told[0].purses))


@cache
def _statement(hold_statement: Any) -> Any:
    """The whole movement; with a hold, all of it only where the hold's own statement reached one."""
    hold = hold_statement.cte("hold") if hold_statement is not None else None
    there = (sa.exists().select_from(hold),) if hold is not None else ()
    written, shifted = _transfers(hold, there), _accounts(there)
    purse = _SHIFT_PURSE.where(*there).cte("purse")
    reached = sa.select(sa.literal(1)).subquery("reached")
    return sa.select(
        (sa.select(hold.c.id).scalar_subquery() if hold is not None else sa.null()).label("hold_id"),
        sa.select(sa.func.count()).select_from(shifted).scalar_subquery().label("accounts"),
        sa.select(sa.func.count()).select_from(purse).scalar_subquery().label("purses"),
        written.c.reference,
        written.c.id,
    ).select_from(reached.outerjoin(written, sa.true()))


def _transfers(hold: Any, there: tuple[Any, ...]) -> Any:
    line = unnested("each", {name: transfers.c[name].type for name in _EACH})
    values = {name: line.c[name] for name in _EACH}
    if hold is not None:
        found = sa.select(hold.c.id).scalar_subquery()
        values["hold_id"] = sa.case(
            (line.c.kind.in_(sa.literal_column(repr(one)) for one in OF_A_HOLD), found)
        )
    values |= {
        "at": sa.bindparam("posted_at", type_=Moment),
        "by_id": sa.bindparam("posted_by", type_=sa.BigInteger),
        "person_id": _PERSON,
    }
    insert = insert_once(transfers, "reference", "postgresql").from_select(
        list(values), sa.select(*values.values()).select_from(line).where(*there)
    )
    return insert.returning(transfers.c.reference, transfers.c.id).cte("written")


def _accounts(there: tuple[Any, ...]) -> Any:
    change = unnested("change", {"account": sa.BigInteger(), "points": sa.Integer()})
    return (
        sa.update(accounts)
        .where(accounts.c.id == change.c.account, *_where_it_stays(change.c.points, _PERSON), *there)
        .values(balance=accounts.c.balance + change.c.points)
        .returning(accounts.c.id)
        .cte("shifted")
    )
