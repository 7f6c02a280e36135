"""The end of a lot: what is left after its last day leaves it, by a transfer of its own."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotFound
from backend.ledger.lots import AccountRef, accounts, community_account, get_or_create_accounts
from backend.ledger.posting import Line, TransferResult, lock_purse, post
from backend.ledger.writing import transfers


def has_ended(ends_on: Any) -> bool:
    """Is the last day past?"""
    return ends_on is not None and ends_on < clock.today()


def expiry(lot: AccountRef, points: int, ends_on: Any, reference: str, community_id: int) -> Line:
    """The line that takes ended points out of a lot."""
    (expired,) = get_or_create_accounts([community_account(community_id, "expired")])
    title = f"积分到期（{ends_on.isoformat()} 止）"
    return Line(lot, expired, points, reference, "expire", title, community_id)


def lots_to_expire(person_id: int | None = None) -> list[int]:
    """Ids of the lots whose last day is past and that still have points: of one person or of all."""
    wanted = sa.select(accounts.c.id).where(
        accounts.c.kind == sa.literal_column("'lot'"),
        accounts.c.ends_on < clock.today(),
        accounts.c.balance > 0,
    )
    if person_id is not None:
        wanted = wanted.where(accounts.c.person_id == person_id)
    return list(session.scalars(wanted.order_by(accounts.c.id)))


def expire(account_id: int) -> TransferResult | None:
    """Takes out what is left in a lot whose last day is past; None where nothing is due (any more).

    It leaves in the name of the community that last put points into the lot. Raises NotFound.
    """
    owner = session.scalar(sa.select(accounts.c.person_id).where(accounts.c.id == account_id))
    if owner is None:
        raise NotFound()
    purse = lock_purse(owner)
    lot = session.execute(sa.select(accounts).where(accounts.c.id == account_id)).one()
    if lot.kind != "lot" or lot.balance == 0 or not has_ended(lot.ends_on):
        return None
    line = _ending(AccountRef(lot.id, "lot"), lot.balance, lot.ends_on)
    return TransferResult(lot.balance, post(purse, [line], actor=None)[0])


def _ending(lot: AccountRef, points: int, ends_on: date) -> Line:
    into, out = transfers.c.target_id == lot.id, transfers.c.source_id == lot.id
    last = sa.select(transfers.c.community_id).where(into).order_by(transfers.c.id.desc()).limit(1)
    before = sa.select(sa.func.count()).where(out, transfers.c.kind == "expire")
    reference = f"expire:{lot.id}:{session.scalars(before).one() + 1}"
    return expiry(lot, points, ends_on, reference, session.scalars(last).one())
