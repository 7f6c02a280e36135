"""How a movement is written: transfers, accounts and purse, with a hold's own step, as one `Writing`.

Decides nothing: `posting` says which rows and by how much, and judges what was reached.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend.db import Moment
from backend.ledger.lots import accounts, insert_once
from backend.ledger.models import Purse as PurseRow
from backend.ledger.models import Transfer
from backend.statements import Piece, Sources, Writing

purses = PurseRow.__table__
transfers = Transfer.__table__
# These name the hold that they open or close.
OF_A_HOLD = ("hold", "settle", "release")


class HoldUpdate(NamedTuple):
    """What happens to a hold together with its transfers: a piece that returns the id of the hold it reached, and what
    it is given. Where it reaches none, nothing moves."""

    piece: Piece
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
    changes = [{"account": account, "points": points} for account, points in shift.accounts.items()]
    given = {"each": rows, "change": changes, "posted_at": rows[0]["at"], "posted_by": rows[0]["by_id"]}
    given |= {"shifted_person": shift.person_id, "free": shift.available, "bound": shift.held}
    reached = _movement(hold.piece if hold else None).run(given | (hold.given if hold else {}))
    step = reached.get("hold")
    ids = dict(reached["transfers"])
    return WriteResult(step[0][0] if step else None, ids, len(reached["accounts"]), bool(reached["purse"]))


@cache
def _movement(step: Piece | None) -> Writing:
    """The whole movement; with a hold's step, all of it only where that reached one."""
    after: dict[str, Piece] = {"transfers": _transfers, "accounts": _accounts, "purse": _purse}
    pieces = after if step is None else {"hold": step, **after}
    # Nobody keeps these rows in the session.
    return Writing(answers=tuple(pieces), keeps=True, **pieces)


def _there(of: Sources) -> tuple[Any, ...]:
    return (sa.exists().select_from(of["hold"]),) if "hold" in of else ()


_PERSON = sa.bindparam("shifted_person", type_=sa.BigInteger)
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


def _transfers(of: Sources) -> Any:
    line = of.each("each", {name: transfers.c[name].type for name in _EACH})
    values = {name: line.c[name] for name in _EACH}
    if "hold" in of:
        found = sa.select(of["hold"].c.id).scalar_subquery()
        kinds: list[sa.ColumnElement[str]] = [sa.literal_column(repr(one)) for one in OF_A_HOLD]
        values["hold_id"] = sa.case((line.c.kind.in_(kinds), found))
    values |= {
        "at": sa.bindparam("posted_at", type_=Moment),
        "by_id": sa.bindparam("posted_by", type_=sa.BigInteger),
        "person_id": _PERSON,
    }
    # SQLite takes the ON of ON CONFLICT for a join's, where nothing stands between.
    wanted = sa.select(*values.values()).select_from(line).where(sa.true(), *_there(of))
    once = insert_once(transfers, "reference", of.dialect_name)
    return once.from_select(list(values), wanted).returning(transfers.c.reference, transfers.c.id)


def _accounts(of: Sources) -> Any:
    """Of this person, and not below zero afterwards."""
    change = of.each("change", {"account": sa.BigInteger(), "points": sa.Integer()})
    after = accounts.c.balance + change.c.points
    return (
        sa.update(accounts)
        .where(accounts.c.id == change.c.account, accounts.c.person_id == _PERSON, after >= 0, *_there(of))
        .values(balance=after)
        .returning(accounts.c.id)
    )


def _purse(of: Sources) -> Any:
    free = purses.c.available + sa.bindparam("free", type_=sa.Integer)
    bound = purses.c.held + sa.bindparam("bound", type_=sa.Integer)
    return (
        sa.update(purses)
        .where(purses.c.person_id == _PERSON, free >= 0, bound >= 0, *_there(of))
        .values(available=free, held=bound)
        .returning(purses.c.person_id)
    )
