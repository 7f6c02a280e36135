"""Adjusting by hand: points given or taken for a reason that no rule knows. Who may do so is decided above."""

from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.journal import Actor
from backend.ledger.lots import (
    accounts,
    community_account,
    get_or_create_accounts,
    live_lots,
    lot_account,
    lot_of,
    oldest_first,
)
from backend.ledger.posting import (
    Line,
    NotEnoughPoints,
    ReferenceReused,
    TransferResult,
    lock_purse,
    positive,
    post,
    prior,
    same,
)
from backend.ledger.writing import transfers


def adjust(
    person_id: int, points: int, *, reference: str, title: str, community_id: int, actor: Actor
) -> TransferResult:
    """Gives (`points` above zero, into the lot of today) or takes (below zero, oldest lot first).

    The other side is the community's account `adjusted`. Taking from several lots, the first transfer bears
    the reference itself, the next ones add their lot (`adjustment:9:2028`). Raises NotEnoughPoints (what is
    held, and points whose last day is past, are not taken), ReferenceReused, NotAPositiveAmount for zero.
    """
    positive(points if points > 0 else -points)
    purse = lock_purse(person_id)
    found = prior(reference)
    if found is not None:
        same(found, reference, kind="adjust", person_id=person_id, community_id=community_id)
        return _adjusted_before(found, reference, points)
    facts: dict[str, Any] = {"kind": "adjust", "title": title, "community_id": community_id}
    lines = (
        _opening_lines(person_id, points, reference, facts)
        if points > 0
        else _deduction_lines(purse, -points, reference, facts)
    )
    return TransferResult(points, post(purse, lines, actor=actor)[0])


def _opening_lines(person_id: int, points: int, reference: str, facts: dict[str, Any]) -> list[Line]:
    lot = lot_account(person_id, lot_of(clock.today()))
    source, target = get_or_create_accounts([community_account(facts["community_id"], "adjusted"), lot])
    return [Line(source, target, points, reference, **facts)]


def _deduction_lines(purse: Any, points: int, reference: str, facts: dict[str, Any]) -> list[Line]:
    lots = live_lots(purse.person_id)
    usable = sum(lot.points for lot in lots)
    if usable < points:
        raise NotEnoughPoints(available=usable, needed=points)
    (target,) = get_or_create_accounts([community_account(facts["community_id"], "adjusted")])
    return [
        Line(part.lot, target, part.points, f"{reference}:{part.name}" if n else reference, **facts)
        for n, part in enumerate(oldest_first(lots, points))
    ]


def _adjusted_before(first: Any, reference: str, points: int) -> TransferResult:
    """The first adjustment under this reference. Raises ReferenceReused where it was over other points."""
    lots = session.scalars(
        sa.select(accounts.c.lot).where(accounts.c.person_id == first.person_id).distinct()
    )
    names = [reference, *(f"{reference}:{lot}" for lot in lots)]
    total = session.scalar(sa.select(sa.func.sum(transfers.c.amount)).where(transfers.c.reference.in_(names)))
    gave = session.scalar(sa.select(accounts.c.kind).where(accounts.c.id == first.target_id)) == "lot"
    if points != (total if gave else -total):
        raise ReferenceReused(reference=reference)
    return TransferResult(points, first.id)
