"""Corrections are new transfers the other way: nothing that was written is changed."""

from typing import Any

import sqlalchemy as sa

from backend import journal
from backend.db import session
from backend.errors import NotFound, Refused, StateConflict
from backend.journal import Actor
from backend.ledger.endings import expiry, has_ended
from backend.ledger.holds import HoldResult, holds
from backend.ledger.lots import AccountRef, Lot, accounts, get_or_create_accounts, lot_account
from backend.ledger.posting import (
    Line,
    NotEnoughPoints,
    PurseBalance,
    ReferenceReused,
    TransferResult,
    lock_purse,
    post,
    prior,
    same,
)
from backend.ledger.writing import transfers
from backend.people.one_person import remaining_id

REVERSIBLE = ("award", "opening", "settle")


class AlreadyReversed(Refused):
    code, message = 40943, "这笔积分已经冲正过"


class NotReversible(Refused):
    """A hold is released, not reversed; what ended has ended; a reversal stands."""

    code, message = 40944, "这类积分流水不能冲正"


class MoreThanSettled(StateConflict):
    """More points cannot come back than were spent and are not back yet."""

    message = "要退回的积分多于已扣减的积分"


def reverse(transfer_reference: str, *, reference: str, reason: str, actor: Actor) -> TransferResult:
    """Takes an award or opening balance back out of its lot, or gives a settled part back to its lot.

    At most once a transfer, and only as much as is still in the lot: raises NotEnoughPoints otherwise. A
    lot that ended meanwhile expires at once. Raises NotFound, AlreadyReversed, NotReversible (a hold is
    released instead), ReferenceReused.
    """
    original = prior(transfer_reference)
    if original is None:
        raise NotFound()
    if original.kind not in REVERSIBLE:
        raise NotReversible()
    purse = lock_purse(remaining_id(original.person_id))
    found = prior(reference)
    if found is not None:
        same(found, reference, kind="reverse", reverses_id=original.id)
        return TransferResult(found.amount, found.id)
    if _reversed_points([original.id]):
        raise AlreadyReversed()
    return _reverse(purse, original, original.amount, reference, reason, actor)


def _reverse(
    purse: PurseBalance, original: Any, points: int, reference: str, reason: str, actor: Actor
) -> TransferResult:
    ids = post(purse, _backwards(purse, original, points, reference), actor=actor)
    place = original.community_id
    journal.write("reverse", "transfer", original.id, actor=actor, reason=reason, place=place)
    return TransferResult(points, ids[0])


def _reversed_points(ids: list[int]) -> dict[int, int]:
    """Of these transfers, by id, the points that were taken back already."""
    wanted = sa.select(transfers.c.reverses_id, sa.func.sum(transfers.c.amount))
    wanted = wanted.where(transfers.c.reverses_id.in_(ids)).group_by(transfers.c.reverses_id)
    return {row[0]: int(row[1]) for row in session.execute(wanted)}


def _backwards(purse: PurseBalance, original: Any, points: int, reference: str) -> list[Line]:
    out_of_lot = original.kind != "settle"
    lot = _lot_behind(original.target_id if out_of_lot else original.source_id, purse.person_id)
    if out_of_lot and lot.balance < points:
        raise NotEnoughPoints(available=lot.balance, needed=points)
    here = AccountRef(lot.id, "lot")
    there = AccountRef(
        original.source_id if out_of_lot else original.target_id, "issuance" if out_of_lot else "spent"
    )
    source, target = (here, there) if out_of_lot else (there, here)
    place, title = original.community_id, f"冲正：{original.title}"
    line = Line(source, target, points, reference, "reverse", title, place, reverses_id=original.id)
    if out_of_lot or not has_ended(lot.ends_on):
        return [line]
    return [line, expiry(here, points, lot.ends_on, f"{reference}:expire", place)]


def _lot_behind(account_id: int, person_id: int) -> Any:
    """The lot that this account is, or whose held side it is: points come back to where they can be used. Where it was
    a joined record's, the person's own lot of that name."""
    one = session.execute(
        sa.select(accounts.c.lot, accounts.c.ends_on).where(accounts.c.id == account_id)
    ).one()
    (lot,) = get_or_create_accounts([lot_account(person_id, Lot(one.lot, one.ends_on))])
    wanted = sa.select(accounts.c.id, accounts.c.balance, accounts.c.ends_on).where(accounts.c.id == lot.id)
    return session.execute(wanted).one()


def give_back(
    hold_reference: str, *, reference: str, reason: str, actor: Actor, points: int | None = None
) -> HoldResult:
    """Goods were returned: a settled hold goes back to its lots, all that is not back yet or so many `points`.

    What was spent last comes back first, so that a person keeps the lots that last longest. Each part is a reversal
    `<reference>:<lot>`. A repeat answers the first time. Raises NotFound, AlreadyReversed where nothing is left,
    MoreThanSettled, ReferenceReused.
    """
    settled = _settled_parts(hold_reference)
    purse = lock_purse(settled[0].person_id)
    names = {
        one.id: f"{reference}:{one.reference.removeprefix(f'{hold_reference}:settle:')}" for one in settled
    }
    repeated = _given_back_as(settled[0].hold_id, list(names.values()))
    if repeated is not None:
        if points is not None and repeated.points != points:
            raise ReferenceReused(reference=reference)
        return repeated
    ended, made = 0, []
    parts = _still_out(settled, points)
    for original, amount in parts:
        made.append(_reverse(purse, original, amount, names[original.id], reason, actor).transfer_id)
        ended += amount if has_ended(_lot_behind(original.source_id, purse.person_id).ends_on) else 0
        purse = lock_purse(purse.person_id)
    back = sum(amount for _, amount in parts)
    return HoldResult(settled[0].hold_id, back, "settled", made, back, ended)


def _settled_parts(hold_reference: str) -> list[Any]:
    """What was spent of a hold, a transfer each lot, the oldest lot first. Raises NotFound."""
    wanted = sa.select(transfers).where(
        transfers.c.kind == "settle", transfers.c.hold_id.in_(_hold_id(hold_reference))
    )
    settled = list(session.execute(wanted.order_by(transfers.c.id)))
    if not settled:
        raise NotFound()
    return settled


def _given_back_as(hold_id: int, references: list[str]) -> HoldResult | None:
    ended = [f"{one}:expire" for one in references]
    wanted = sa.select(transfers.c.id, transfers.c.kind, transfers.c.amount).where(
        transfers.c.reference.in_([*references, *ended])
    )
    rows = session.execute(wanted.order_by(transfers.c.id)).all()
    if not rows:
        return None
    told = {kind: sum(row.amount for row in rows if row.kind == kind) for kind in ("reverse", "expire")}
    made = [row.id for row in rows if row.kind == "reverse"]
    return HoldResult(hold_id, told["reverse"], "settled", made, told["reverse"], told["expire"])


def _still_out(settled: list[Any], points: int | None) -> list[tuple[Any, int]]:
    """Of each part what comes back now. Raises AlreadyReversed, MoreThanSettled."""
    back = _reversed_points([one.id for one in settled])
    out = [(one, one.amount - back.get(one.id, 0)) for one in reversed(settled)]
    left = sum(amount for _, amount in out)
    if not left:
        raise AlreadyReversed()
    wanted = left if points is None else points
    if wanted > left:
        raise MoreThanSettled()
    picked = []
    for one, amount in out:
        taken = min(amount, wanted)
        if taken:
            picked.append((one, taken))
        wanted -= taken
    return picked


def _hold_id(hold_reference: str) -> Any:
    return sa.select(holds.c.id).where(holds.c.reference == hold_reference)
