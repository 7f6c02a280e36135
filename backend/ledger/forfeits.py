"""Giving points up: a person leaves for good, and what they have goes where ended points go."""

from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor
from backend.ledger.holds import holds, release
from backend.ledger.lots import AccountRef, accounts, community_account, get_or_create_accounts
from backend.ledger.posting import Line, lock_purse, post
from backend.ledger.writing import transfers

TITLE = "账号注销，放弃积分"


def give_up(person_id: int, *, actor: Actor) -> int:
    """Takes everything out of all lots of the person, into the account `expired`; answers the points.

    Holds that no order closed by itself are released first. A repeat finds nothing more to take.
    """
    purse = lock_purse(person_id)
    for reference in open_holds(person_id):
        release(reference, actor=actor)
    purse = lock_purse(person_id)
    lots = session.execute(
        sa.select(accounts)
        .where(
            accounts.c.person_id == person_id,
            accounts.c.kind == sa.literal_column("'lot'"),
            accounts.c.balance > 0,
        )
        .order_by(accounts.c.id)
    ).all()
    lines = [_line(lot) for lot in lots]
    if lines:
        post(purse, lines, actor=actor)
    return sum(line.points for line in lines)


def open_holds(person_id: int) -> list[str]:
    """References of what is still set aside for the person."""
    wanted = sa.select(holds.c.reference).where(
        holds.c.person_id == person_id, holds.c.state == sa.literal_column("'open'")
    )
    return list(session.scalars(wanted.order_by(holds.c.id)))


def _line(lot: Any) -> Line:
    """Out of the lot in the name of the community that last put points into it."""
    into, out = transfers.c.target_id == lot.id, transfers.c.source_id == lot.id
    last = sa.select(transfers.c.community_id).where(into).order_by(transfers.c.id.desc()).limit(1)
    before = sa.select(sa.func.count()).where(out, transfers.c.kind == "expire")
    community_id = session.scalars(last).one()
    (expired,) = get_or_create_accounts([community_account(community_id, "expired")])
    reference = f"given_up:{lot.id}:{session.scalars(before).one() + 1}"
    return Line(AccountRef(lot.id, "lot"), expired, lot.balance, reference, "expire", TITLE, community_id)
