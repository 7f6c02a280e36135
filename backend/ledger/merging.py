"""Two records of one person become one: their points go over lot by lot, what is held stays held.

No point is made or lost, and none changes its last day. A transfer `merge` of its own goes from each lot of the record
that goes into the same lot of the one that remains; it stands in the statement of the latter, as one line.
"""

from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import StateConflict
from backend.journal import Actor
from backend.ledger.holds import holds
from backend.ledger.lots import AccountRef, Lot, accounts, get_or_create_accounts, lot_account
from backend.ledger.posting import PurseBalance, lock_purse
from backend.ledger.writing import purses, transfers

TITLE = "合并档案：原来的积分转入"


class PointsMovedOn(StateConflict):
    message = "合并时积分有变动，请再试一次"


def move_points(gone_id: int, remaining_id: int, *, merge_id: int, community_id: int, actor: Actor) -> int:
    """Moves all lots and holds; answers the points, held ones too. A repeat moves what has come in since.

    The caller has locked both persons. Both purses are locked in the order of their ids, so that neither is spent or
    held meanwhile. Raises PointsMovedOn where a balance is not what was read: the transaction is then undone.
    """
    found = {one: lock_purse(one) for one in sorted((gone_id, remaining_id))}
    goes, stays = found[gone_id], found[remaining_id]
    lots = _lots(gone_id)
    if lots:
        _write(lots, goes, stays, f"merge:{merge_id}", community_id, actor)
    # A hold that is closed goes on saying whose points it took.
    still_open = (holds.c.person_id == gone_id, holds.c.state == sa.literal_column("'open'"))
    session.execute(sa.update(holds).where(*still_open).values(person_id=remaining_id))
    return sum(lot.balance for lot in lots)


def _lots(person_id: int) -> list[Any]:
    """All with points in them, also those whose last day is past and whose points were not taken out yet."""
    wanted = sa.select(accounts).where(accounts.c.person_id == person_id, accounts.c.balance > 0)
    return list(session.execute(wanted.order_by(accounts.c.lot, accounts.c.kind, accounts.c.id)))


def _write(
    lots: list[Any], goes: PurseBalance, stays: PurseBalance, reference: str, place: int, actor: Actor
) -> None:
    targets = _targets(lots, stays.person_id)
    before = session.scalars(
        sa.select(sa.func.count()).where(transfers.c.reference.startswith(f"{reference}:", autoescape=True))
    ).one()
    at, available, rows = clock.now(), stays.available, []
    for number, lot in enumerate(lots, before + 1):
        available += lot.balance * (lot.kind == "lot")
        rows.append(
            {
                "source_id": lot.id,
                "target_id": targets[lot.id].id,
                "amount": lot.balance,
                "reference": f"{reference}:{number}:{lot.lot}:{lot.kind}",
                "kind": "merge",
                "at": at,
                "by_id": actor.id,
                "person_id": stays.person_id,
                "community_id": place,
                "title": TITLE,
                "balance": available,
            }
        )
    session.execute(sa.insert(transfers), rows)
    for lot in lots:
        _change_balance(lot.id, -lot.balance)
        _change_balance(targets[lot.id].id, lot.balance)
    free = sum(lot.balance for lot in lots if lot.kind == "lot")
    bound = sum(lot.balance for lot in lots if lot.kind == "held")
    _change_purse(goes, -free, -bound)
    _change_purse(stays, free, bound)


def _targets(lots: list[Any], person_id: int) -> dict[int, AccountRef]:
    """By account the same lot of the other record, made where it has none yet."""
    wanted = [lot_account(person_id, Lot(lot.lot, lot.ends_on)) for lot in lots]
    get_or_create_accounts({row["address"]: row for row in wanted}.values())
    rows = session.execute(
        sa.select(accounts.c.id, accounts.c.lot, accounts.c.kind).where(accounts.c.person_id == person_id)
    )
    theirs = {(row.lot, row.kind): AccountRef(row.id, row.kind) for row in rows}
    return {lot.id: theirs[lot.lot, lot.kind] for lot in lots}


def _change_balance(account_id: int, points: int) -> None:
    changed = (
        sa.update(accounts)
        .where(accounts.c.id == account_id, accounts.c.balance + points >= 0)
        .values(balance=accounts.c.balance + points)
    )
    if session.scalar(changed.returning(accounts.c.id)) is None:
        raise PointsMovedOn()


def _change_purse(purse: PurseBalance, free: int, bound: int) -> None:
    """Neither side may be another one than was read under its lock."""
    changed = (
        sa.update(purses)
        .where(
            purses.c.person_id == purse.person_id,
            purses.c.available == purse.available,
            purses.c.held == purse.held,
        )
        .values(available=purse.available + free, held=purse.held + bound)
    )
    if session.scalar(changed.returning(purses.c.person_id)) is None:
        raise PointsMovedOn()
