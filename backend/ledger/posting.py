"""How points move: the purse is locked, lines are posted, balances follow. Every verb ends here.

The purse's lock serialises all movements of one person, and only persons' accounts store a balance, so no
two movements ever wait for each other's accounts.
"""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend import clock
from backend.db import dialect, session
from backend.errors import Refused
from backend.ledger.lots import Side, accounts, insert_once
from backend.ledger.models import Purse as PurseRow
from backend.ledger.models import Transfer

purses = PurseRow.__table__
transfers = Transfer.__table__


class NotEnoughPoints(Refused):
    """`available` is what could be used now, `needed` what was asked for; both in points."""

    code, message = 40940, "积分不足：可用 {available} 分，需要 {needed} 分"


class ReferenceReused(Refused):
    """The reference already names another movement: other person, amount, kind or cause."""

    code, message = 40941, "编号 {reference} 已用于另一笔积分"


class NotAPositiveAmount(Refused):
    code, message = 42242, "积分必须是大于零的整数"


class Purse(NamedTuple):
    """A person's points as they stand under the lock."""

    person_id: int
    available: int
    held: int


class Line(NamedTuple):
    """One transfer to be posted. What only some kinds carry stands empty for the others."""

    source: Side
    target: Side
    points: int
    reference: str
    kind: str
    title: str
    community_id: int
    rule_id: int | None = None
    units: int | None = None
    earned_on: date | None = None
    cap_group: str | None = None
    hold_id: int | None = None
    reverses_id: int | None = None

    @property
    def effect(self) -> int:
        """What it does to the points available: a person's lot is available, everything else is not."""
        return self.points * ((self.target.kind == "lot") - (self.source.kind == "lot"))


class Moved(NamedTuple):
    """A movement that stands: so many points, by this transfer."""

    points: int
    transfer_id: int


def positive(amount: int) -> int:
    """Refuses what is not a whole number above zero. Raises NotAPositiveAmount."""
    if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
        raise NotAPositiveAmount()
    return amount


_LOCK = (
    sa.select(purses.c.person_id, purses.c.available, purses.c.held)
    .where(purses.c.person_id == sa.bindparam("person"))
    .with_for_update()
)


def take_purse(person_id: int) -> Purse:
    """Locks the person's purse until the transaction ends; makes an empty one for a newcomer.

    Whoever moves points of several persons in one transaction does so in the order of their ids.
    """
    row = session.execute(_LOCK, {"person": person_id}).one_or_none()
    if row is None:
        empty = {"person_id": person_id, "available": 0, "held": 0}
        session.execute(insert_once(purses, "person_id", dialect()), empty)
        row = session.execute(_LOCK, {"person": person_id}).one()
    return Purse(*row)


def with_purse(wanted: sa.Select[Any], person_id: Any, then: Any) -> sa.Select[Any]:
    """A statement about something of a person who has a purse, which locks that purse and `then` that row:
    PostgreSQL locks in the order in which the tables are named."""
    return wanted.join(purses, purses.c.person_id == person_id).with_for_update(of=(purses, then))


_PRIOR = sa.select(transfers).where(transfers.c.reference == sa.bindparam("reference"))


def prior(reference: str) -> Any | None:
    """The transfer that bears this reference, or None."""
    return session.execute(_PRIOR, {"reference": reference}).one_or_none()


def same(found: Any, reference: str, **facts: Any) -> None:
    """A repeat must tell the same facts as the first time. Raises ReferenceReused."""
    if any(getattr(found, name) != value for name, value in facts.items()):
        raise ReferenceReused(reference=reference)


def post(purse: Purse, lines: list[Line], *, by: Any) -> list[int]:
    """Writes the transfers and moves the balances with them, in three statements; answers the ids in order.

    Raises ReferenceReused where another person's movement took the reference at the same moment, and
    NotEnoughPoints where a balance would fall below zero.
    """
    ids = _write(purse, lines, by)
    _shift_accounts(purse, lines)
    _shift_purse(purse, lines)
    return ids


@cache
def _insert_transfers(dialect_name: str) -> Any:
    return insert_once(transfers, "reference", dialect_name).returning(transfers.c.reference, transfers.c.id)


def _write(purse: Purse, lines: list[Line], by: Any) -> list[int]:
    at, by_id, available, rows = clock.now(), by.id if by is not None else None, purse.available, []
    for line in lines:
        available += line.effect
        row = line._asdict()
        row.update(source_id=row.pop("source").id, target_id=row.pop("target").id, amount=row.pop("points"))
        rows.append({**row, "at": at, "by_id": by_id, "person_id": purse.person_id, "balance": available})
    made = dict(session.execute(_insert_transfers(dialect()), rows).all())
    for line in lines:
        if line.reference not in made:
            raise ReferenceReused(reference=line.reference)
    return [made[line.reference] for line in lines]


def _shift_accounts(purse: Purse, lines: list[Line]) -> None:
    changes: dict[int, int] = {}
    for line in lines:
        for side, points in ((line.source, -line.points), (line.target, line.points)):
            if side.kind in ("lot", "held"):
                changes[side.id] = changes.get(side.id, 0) + points
    changes = {account: points for account, points in sorted(changes.items()) if points}
    if not changes:
        return
    values = {f"account_{n}": account for n, account in enumerate(changes)}
    values |= {f"points_{n}": points for n, points in enumerate(changes.values())}
    moved = session.execute(_shift(len(changes)), values | {"person": purse.person_id}).all()
    if len(moved) != len(changes):
        raise NotEnoughPoints(available=purse.available, needed=-min(changes.values()))


@cache
def _shift(count: int) -> Any:
    """One UPDATE for `count` accounts, guarded: an account that would fall below zero is left out."""
    account = [sa.bindparam(f"account_{n}", type_=accounts.c.id.type) for n in range(count)]
    points = [sa.bindparam(f"points_{n}", type_=sa.Integer()) for n in range(count)]
    after = accounts.c.balance + sa.case(
        *((accounts.c.id == one, change) for one, change in zip(account, points, strict=True))
    )
    return (
        sa.update(accounts)
        .where(accounts.c.id.in_(account), accounts.c.person_id == sa.bindparam("person"), after >= 0)
        .values(balance=after)
        .returning(accounts.c.id)
    )


_SHIFT_PURSE = (
    sa.update(purses)
    .where(
        purses.c.person_id == sa.bindparam("person"),
        purses.c.available + sa.bindparam("free") >= 0,
        purses.c.held + sa.bindparam("bound") >= 0,
    )
    .values(available=purses.c.available + sa.bindparam("free"), held=purses.c.held + sa.bindparam("bound"))
    .returning(purses.c.available)
)


def _shift_purse(purse: Purse, lines: list[Line]) -> None:
    free = sum(line.effect for line in lines)
    bound = sum(line.points * ((line.target.kind == "held") - (line.source.kind == "held")) for line in lines)
    moved = session.execute(_SHIFT_PURSE, {"person": purse.person_id, "free": free, "bound": bound})
    if moved.one_or_none() is None:
        raise NotEnoughPoints(available=purse.available, needed=-free)
