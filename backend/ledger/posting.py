"""How points move: the purse is locked, lines are posted, balances follow. Every verb ends here.

The purse's lock serialises all movements of one person, and only persons' accounts store a balance, so no
two movements ever wait for each other's accounts.
"""

from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend import clock
from backend.db import AnySelect, dialect, session
from backend.errors import Refused
from backend.journal import Actor
from backend.ledger.lots import AccountRef, insert_once
from backend.ledger.writing import BalanceChange, HoldUpdate, WriteResult, purses, transfers, write
from backend.statements import Statement


class NotEnoughPoints(Refused):
    """`available` is what could be used now, `needed` what was asked for; both in points."""

    code, message = 40940, "积分不足：可用 {available} 分，需要 {needed} 分"


class ReferenceReused(Refused):
    """The reference already names another movement: other person, amount, kind or cause."""

    code, message = 40941, "编号 {reference} 已用于另一笔积分"


class NotAPositiveAmount(Refused):
    code, message = 42242, "积分必须是大于零的整数"


class PurseBalance(NamedTuple):
    """A person's points as they stand under the lock."""

    person_id: int
    available: int
    held: int


class Line(NamedTuple):
    """One transfer to be posted. What only some kinds carry stands empty for the others."""

    source: AccountRef
    target: AccountRef
    points: int
    reference: str
    kind: str
    title: str
    community_id: int
    rule_id: int | None = None
    units: int | None = None
    earned_on: date | None = None
    cap_group: str | None = None
    reverses_id: int | None = None

    @property
    def effect(self) -> int:
        """What it does to the points available: a person's lot is available, everything else is not."""
        return self.points * ((self.target.kind == "lot") - (self.source.kind == "lot"))


class TransferResult(NamedTuple):
    """A movement that stands: so many points, by this transfer."""

    points: int
    transfer_id: int


def positive(amount: int) -> int:
    """Refuses what is not a whole number above zero. Raises NotAPositiveAmount."""
    if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
        raise NotAPositiveAmount()
    return amount


_LOCK = Statement(
    sa.select(purses.c.person_id, purses.c.available, purses.c.held)
    .where(purses.c.person_id == sa.bindparam("person"))
    .with_for_update(),
    PurseBalance,
)


def lock_purse(person_id: int) -> PurseBalance:
    """Locks the person's purse until the transaction ends; makes an empty one for a newcomer.

    Whoever moves points of several persons in one transaction does so in the order of their ids.
    """
    purse = _LOCK.first({"person": person_id})
    if purse is None:
        empty = {"person_id": person_id, "available": 0, "held": 0}
        session.execute(insert_once(purses, "person_id", dialect()), empty)
        purse = _LOCK.one({"person": person_id})
    return purse


def with_purse(wanted: AnySelect, person_id: Any, then: Any) -> AnySelect:
    """A statement about something of a person who has a purse, which locks that purse and `then` that row,
    and answers the purse beside it: PostgreSQL locks in the order in which the tables are named."""
    beside = (purses.c.person_id, purses.c.available, purses.c.held)
    joined = wanted.add_columns(*beside).join(purses, purses.c.person_id == person_id)
    return joined.with_for_update(of=(purses, then))


_PRIOR = sa.select(transfers).where(transfers.c.reference == sa.bindparam("reference"))


def prior(reference: str) -> Any | None:
    """The transfer that bears this reference, or None."""
    return session.execute(_PRIOR, {"reference": reference}).one_or_none()


def same(found: Any, reference: str, **facts: Any) -> None:
    """A repeat must tell the same facts as the first time. Raises ReferenceReused."""
    if any(getattr(found, name) != value for name, value in facts.items()):
        raise ReferenceReused(reference=reference)


class Posted(NamedTuple):
    """A hold's movement that stands: the hold, and the transfers' ids in the order of their lines."""

    hold_id: int
    transfer_ids: list[int]


def post(purse: PurseBalance, lines: list[Line], *, actor: Actor | None) -> list[int]:
    """Writes the transfers and moves the balances with them; answers the ids in order.

    Raises ReferenceReused where another person's movement took the reference at the same moment, and
    NotEnoughPoints where a balance would fall below zero: the caller's transaction is then undone.
    """
    shift = _balance_change(purse, lines)
    return _judged(purse, lines, shift, write(_rows(purse, lines, actor), shift, None))


def post_with(
    hold: HoldUpdate, purse: PurseBalance, lines: list[Line], *, actor: Actor | None
) -> Posted | None:
    """The same together with a hold's own step, whose transfers then name it.

    None, with nothing moved, where the step reached no hold: it was opened or closed before.
    """
    shift = _balance_change(purse, lines)
    written = write(_rows(purse, lines, actor), shift, hold)
    if written.hold_id is None:
        return None
    return Posted(written.hold_id, _judged(purse, lines, shift, written))


def _judged(purse: PurseBalance, lines: list[Line], shift: BalanceChange, written: WriteResult) -> list[int]:
    for line in lines:
        if line.reference not in written.ids:
            raise ReferenceReused(reference=line.reference)
    if written.accounts != len(shift.accounts) or not written.purse:
        short = min([shift.available, *shift.accounts.values()])
        raise NotEnoughPoints(available=purse.available, needed=-short)
    return [written.ids[line.reference] for line in lines]


def _rows(purse: PurseBalance, lines: list[Line], actor: Actor | None) -> list[dict[str, Any]]:
    at, by_id, available, rows = clock.now(), actor.id if actor is not None else None, purse.available, []
    for line in lines:
        available += line.effect
        row = line._asdict()
        row.update(source_id=row.pop("source").id, target_id=row.pop("target").id, amount=row.pop("points"))
        rows.append({**row, "at": at, "by_id": by_id, "person_id": purse.person_id, "balance": available})
    return rows


def _balance_change(purse: PurseBalance, lines: list[Line]) -> BalanceChange:
    """Only persons' accounts store a balance; they are changed in the order of their ids."""
    changes: dict[int, int] = {}
    for line in lines:
        for side, points in ((line.source, -line.points), (line.target, line.points)):
            if side.kind in ("lot", "held"):
                changes[side.id] = changes.get(side.id, 0) + points
    changed = {account: points for account, points in sorted(changes.items()) if points}
    bound = sum(line.points * ((line.target.kind == "held") - (line.source.kind == "held")) for line in lines)
    return BalanceChange(purse.person_id, changed, sum(line.effect for line in lines), bound)
