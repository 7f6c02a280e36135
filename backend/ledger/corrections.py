"""Corrections are new transfers the other way: nothing that was written is changed."""

from typing import Any

import sqlalchemy as sa

from backend import journal
from backend.db import session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.ledger.endings import expiry, has_ended
from backend.ledger.holds import holds
from backend.ledger.lots import AccountRef, Lot, accounts, get_or_create_accounts, lot_account
from backend.ledger.posting import (
    Line,
    NotEnoughPoints,
    PurseBalance,
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
    if session.scalar(sa.select(transfers.c.id).where(transfers.c.reverses_id == original.id)):
        raise AlreadyReversed()
    ids = post(purse, _backwards(purse, original, reference), actor=actor)
    place = original.community_id
    journal.write("reverse", "transfer", original.id, actor=actor, reason=reason, place=place)
    return TransferResult(original.amount, ids[0])


def _backwards(purse: PurseBalance, original: Any, reference: str) -> list[Line]:
    out_of_lot = original.kind != "settle"
    lot = _lot_behind(original.target_id if out_of_lot else original.source_id, purse.person_id)
    if out_of_lot and lot.balance < original.amount:
        raise NotEnoughPoints(available=lot.balance, needed=original.amount)
    here = AccountRef(lot.id, "lot")
    there = AccountRef(
        original.source_id if out_of_lot else original.target_id, "issuance" if out_of_lot else "spent"
    )
    source, target = (here, there) if out_of_lot else (there, here)
    place, title = original.community_id, f"冲正：{original.title}"
    line = Line(source, target, original.amount, reference, "reverse", title, place, reverses_id=original.id)
    if out_of_lot or not has_ended(lot.ends_on):
        return [line]
    return [line, expiry(here, original.amount, lot.ends_on, f"{reference}:expire", place)]


def _lot_behind(account_id: int, person_id: int) -> Any:
    """The lot that this account is, or whose held side it is: points come back to where they can be used. Where it was
    a joined record's, the person's own lot of that name."""
    one = session.execute(
        sa.select(accounts.c.lot, accounts.c.ends_on).where(accounts.c.id == account_id)
    ).one()
    (lot,) = get_or_create_accounts([lot_account(person_id, Lot(one.lot, one.ends_on))])
    wanted = sa.select(accounts.c.id, accounts.c.balance, accounts.c.ends_on).where(accounts.c.id == lot.id)
    return session.execute(wanted).one()


def give_back(hold_reference: str, *, reference: str, reason: str, actor: Actor) -> int:
    """Goods were returned: every part of a settled hold goes back to its lot; answers the points.

    Each part is a reversal `<reference>:<lot>`. Raises NotFound, AlreadyReversed, ReferenceReused.
    """
    prefix = f"{hold_reference}:settle:"
    wanted = sa.select(transfers.c.reference).where(
        transfers.c.kind == "settle", transfers.c.hold_id.in_(_hold_id(hold_reference))
    )
    settled = list(session.scalars(wanted.order_by(transfers.c.id)))
    if not settled:
        raise NotFound()
    parts = [(one, f"{reference}:{one.removeprefix(prefix)}") for one in settled]
    return sum(reverse(one, reference=name, reason=reason, actor=actor).points for one, name in parts)


def _hold_id(hold_reference: str) -> Any:
    return sa.select(holds.c.id).where(holds.c.reference == hold_reference)
