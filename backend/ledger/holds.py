"""Holds: points set aside, then settled (spent) or released (given back), once."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from backend import clock
from backend.db import dialect, session
from backend.errors import NotFound, Refused
from backend.ledger.endings import expiry, has_ended
from backend.ledger.lots import Part, Side, accounts, insert_once, live_lots, oldest_first, shops, sides
from backend.ledger.models import Hold
from backend.ledger.posting import (
    Line,
    NotEnoughPoints,
    Purse,
    ReferenceReused,
    positive,
    post,
    same,
    take_purse,
    transfers,
)

holds = Hold.__table__


class HoldClosed(Refused):
    """A hold ends once: what was settled cannot be released, nor the other way round."""

    code, message = 40942, "这笔冻结积分已经处理（{state}），不能再改"


class Held(NamedTuple):
    """A hold as it stands after a verb, with that verb's transfers: one a lot, the oldest lot first."""

    hold_id: int
    points: int
    state: str
    transfer_ids: list[int]


# --- opening -----------------------------------------------------------------------------------------


def hold(
    person_id: int,
    amount: int,
    *,
    reference: str,
    title: str,
    by: Any,
    community_id: int,
    purse: Purse | None = None,
) -> Held:
    """Sets `amount` points aside, from the lots that end first, in the name of `community_id`.

    `purse` is the person's, if the caller has it under its lock and moved no points since.

    A repeat with the same person and amount answers the first hold, whatever became of it since. Raises
    NotEnoughPoints (points whose last day is past do not count), ReferenceReused.
    """
    positive(amount)
    purse = purse or take_purse(person_id)
    lots = live_lots(person_id)
    usable = sum(lot.points for lot in lots)
    hold_id = _open(person_id, amount, reference) if usable >= amount else None
    if hold_id is None:
        repeated = _repeated(person_id, amount, reference, community_id)
        if repeated is None:
            raise NotEnoughPoints(available=usable, needed=amount)
        return repeated
    lines = [
        Line(part.lot, part.held, part.points, f"{reference}:hold:{part.name}", "hold", title, community_id)
        for part in oldest_first(lots, amount)
    ]
    ids = post(purse, [line._replace(hold_id=hold_id) for line in lines], by=by)
    return Held(hold_id, amount, "open", ids)


def _open(person_id: int, amount: int, reference: str) -> int | None:
    """The new hold's id, or None where the reference already has one."""
    values = {"person_id": person_id, "amount": amount, "reference": reference}
    statement = insert_once(holds, "reference", dialect()).returning(holds.c.id)
    return session.scalar(statement, {**values, "state": "open", "opened_at": clock.now()})


def _repeated(person_id: int, amount: int, reference: str, community_id: int) -> Held | None:
    found = session.execute(_HOLD, {"reference": reference}).all()
    if not found:
        return None
    same(found[0], reference, person_id=person_id, amount=amount, community_id=community_id)
    return Held(found[0].hold_id, amount, found[0].state, [row.transfer_id for row in found])


# --- closing -----------------------------------------------------------------------------------------

_lot = accounts.alias("lot")
_HOLD = (
    sa.select(
        holds.c.id.label("hold_id"),
        holds.c.person_id,
        holds.c.amount,
        holds.c.state,
        transfers.c.id.label("transfer_id"),
        transfers.c.amount.label("points"),
        transfers.c.source_id,
        transfers.c.target_id,
        transfers.c.community_id,
        transfers.c.title,
        _lot.c.lot,
        _lot.c.ends_on,
    )
    .select_from(holds)
    .join(transfers, transfers.c.hold_id == holds.c.id)
    .join(_lot, _lot.c.id == transfers.c.source_id)
    .where(holds.c.reference == sa.bindparam("reference"), transfers.c.kind == sa.literal_column("'hold'"))
    .order_by(transfers.c.id)
)
_CLOSE = (
    sa.update(holds)
    .where(holds.c.id == sa.bindparam("hold"), holds.c.state == sa.literal_column("'open'"))
    .values(state=sa.bindparam("target"), closed_at=sa.bindparam("at"))
    .returning(holds.c.id)
)


class _Closing(NamedTuple):
    """A hold on its way to `state`, with the purse locked; `first` is set where it already is there."""

    purse: Purse
    hold_id: int
    points: int
    parts: list[Part]
    community_id: int
    title: str
    first: Held | None


def _close(reference: str, state: str, kind: str) -> _Closing:
    """Raises NotFound, HoldClosed."""
    # What a hold took never changes, so it may be read before the lock; its state is decided after it.
    rows = session.execute(_HOLD, {"reference": reference}).all()
    if not rows:
        raise NotFound()
    head = rows[0]
    purse = take_purse(head.person_id)
    closed = session.scalar(_CLOSE, {"hold": head.hold_id, "target": state, "at": clock.now()})
    first = None if closed else _closed_before(head.hold_id, head.amount, state, kind)
    parts = [
        Part(Side(row.source_id, "lot"), Side(row.target_id, "held"), row.lot, row.ends_on, row.points)
        for row in rows
    ]
    return _Closing(purse, head.hold_id, head.amount, parts, head.community_id, head.title, first)


def _closed_before(hold_id: int, amount: int, state: str, kind: str) -> Held:
    stands = session.scalar(sa.select(holds.c.state).where(holds.c.id == hold_id))
    if stands != state:
        raise HoldClosed(state={"settled": "已扣减", "released": "已解冻"}[stands])
    wanted = sa.select(transfers.c.id).where(transfers.c.hold_id == hold_id, transfers.c.kind == kind)
    return Held(hold_id, amount, state, list(session.scalars(wanted.order_by(transfers.c.id))))


def settle(hold_reference: str, *, shop_id: int, by: Any) -> Held:
    """What is held is spent in this shop. A repeat answers the first settlement.

    Raises NotFound, HoldClosed after a release, ReferenceReused where another shop settled it.
    """
    closing = _close(hold_reference, "settled", "settle")
    (spent,) = sides([shops(shop_id, closing.community_id)])
    if closing.first:
        _settled_here(closing.first, spent, hold_reference)
        return closing.first
    lines = [
        Line(
            part.held,
            spent,
            part.points,
            f"{hold_reference}:settle:{part.name}",
            "settle",
            closing.title,
            closing.community_id,
            hold_id=closing.hold_id,
        )
        for part in closing.parts
    ]
    return Held(closing.hold_id, closing.points, "settled", post(closing.purse, lines, by=by))


def _settled_here(first: Held, spent: Side, reference: str) -> None:
    target = session.scalar(sa.select(transfers.c.target_id).where(transfers.c.id == first.transfer_ids[0]))
    if target != spent.id:
        raise ReferenceReused(reference=reference)


def release(hold_reference: str, *, by: Any) -> Held:
    """What is held goes back to the lots it came from; a lot that ended meanwhile expires at once.

    A repeat answers the first release. Raises NotFound, HoldClosed after a settlement.
    """
    closing = _close(hold_reference, "released", "release")
    if closing.first:
        return closing.first
    back = [
        Line(
            part.held,
            part.lot,
            part.points,
            f"{hold_reference}:release:{part.name}",
            "release",
            f"退回：{closing.title}",
            closing.community_id,
            hold_id=closing.hold_id,
        )
        for part in closing.parts
    ]
    ended = [
        expiry(
            part.lot, part.points, part.ends_on, f"{hold_reference}:expire:{part.name}", closing.community_id
        )
        for part in closing.parts
        if has_ended(part.ends_on)
    ]
    ids = post(closing.purse, back + ended, by=by)
    return Held(closing.hold_id, closing.points, "released", ids[: len(back)])
