"""Adjusting by hand: points given or taken for a reason that no rule knows. Who may do so is decided above."""

from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.ledger.lots import accounts, communitys, live_lots, lot_of, oldest_first, persons_lot, sides
from backend.ledger.posting import (
    Line,
    Moved,
    NotEnoughPoints,
    ReferenceReused,
    positive,
    post,
    prior,
    same,
    take_purse,
)
from backend.ledger.writing import transfers


def adjust(person_id: int, points: int, *, reference: str, title: str, community_id: int, by: Any) -> Moved:
    """Gives (`points` above zero, into the lot of today) or takes (below zero, oldest lot first).

    The other side is the community's account `adjusted`. Taking from several lots, the first transfer bears
    the reference itself, the next ones add their lot (`adjustment:9:2028`). Raises NotEnoughPoints (what is
    held, and points whose last day is past, are not taken), ReferenceReused, NotAPositiveAmount for zero.
    """
    positive(points if points > 0 else -points)
    purse = take_purse(person_id)
    found = prior(reference)
    if found is not None:
        facts = {"person_id": person_id, "community_id": community_id}
        same(found, reference, kind="adjust", **facts)
        return _adjusted_before(found, reference, points)
    facts = {"kind": "adjust", "title": title, "community_id": community_id}
    lines = (
        _given(person_id, points, reference, facts)
        if points > 0
        else _taken(purse, -points, reference, facts)
    )
    return Moved(points, post(purse, lines, by=by)[0])


def _given(person_id: int, points: int, reference: str, facts: dict[str, Any]) -> list[Line]:
    lot = persons_lot(person_id, lot_of(clock.today()))
    source, target = sides([communitys(facts["community_id"], "adjusted"), lot])
    return [Line(source, target, points, reference, **facts)]


def _taken(purse: Any, points: int, reference: str, facts: dict[str, Any]) -> list[Line]:
    lots = live_lots(purse.person_id)
    usable = sum(lot.points for lot in lots)
    if usable < points:
        raise NotEnoughPoints(available=usable, needed=points)
    (target,) = sides([communitys(facts["community_id"], "adjusted")])
    return [
        Line(part.lot, target, part.points, f"{reference}:{part.name}" if n else reference, **facts)
        for n, part in enumerate(oldest_first(lots, points))
    ]


def _adjusted_before(first: Any, reference: str, points: int) -> Moved:
    """The first adjustment under this reference. Raises ReferenceReused where it was over other points."""
    lots = session.scalars(
        sa.select(accounts.c.lot).where(accounts.c.person_id == first.person_id).distinct()
    )
    names = [reference, *(f"{reference}:{lot}" for lot in lots)]
    total = session.scalar(sa.select(sa.func.sum(transfers.c.amount)).where(transfers.c.reference.in_(names)))
    gave = session.scalar(sa.select(accounts.c.kind).where(accounts.c.id == first.target_id)) == "lot"
    if points != (total if gave else -total):
        raise ReferenceReused(reference=reference)
    return Moved(points, first.id)
