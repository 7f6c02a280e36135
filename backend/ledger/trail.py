"""One movement of points with all that hangs together with it: for whoever follows a point through the books.

Changes nothing; who may follow whose points is decided above.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.db import session, view_of
from backend.ledger.models import EarningRule, Hold, Transfer


@dataclass(frozen=True)
class TransferView:
    """A movement as the books have it."""

    id: int
    kind: str
    # Of a hold: whether it is open, settled or released by now.
    hold_state: str | None
    amount: int
    title: str
    reference: str
    at: datetime
    by_id: int | None
    person_id: int
    community_id: int
    hold_id: int | None
    reverses_id: int | None
    rule_id: int | None


def _wanted() -> sa.Select[Transfer, str]:
    return sa.select(Transfer, Hold.state).outerjoin(Hold, Hold.id == Transfer.hold_id)


def _views(wanted: sa.Select[Transfer, str]) -> list[TransferView]:
    return [
        view_of(TransferView, row, hold_state=state if row.kind == "hold" else None)
        for row, state in session.execute(wanted.order_by(Transfer.id))
    ]


def one(transfer_id: int) -> TransferView | None:
    """A movement by its number."""
    return next(iter(_views(_wanted().where(Transfer.id == transfer_id))), None)


def named(reference: str) -> int | None:
    """The number of the movement with this reference."""
    return session.scalar(sa.select(Transfer.id).where(Transfer.reference == reference))


def around(found: TransferView) -> list[TransferView]:
    """What else moved with it: the other steps of its hold, what it reverses and what reversed it, in their order."""
    tied = [Transfer.reverses_id == found.id]
    if found.hold_id:
        tied.append(Transfer.hold_id == found.hold_id)
        steps = sa.select(Transfer.id).where(Transfer.hold_id == found.hold_id)
        tied.append(Transfer.reverses_id.in_(steps))
    if found.reverses_id:
        tied.append(Transfer.id == found.reverses_id)
    return _views(_wanted().where(sa.or_(*tied), Transfer.id != found.id))


def of_hold(hold_reference: str) -> list[TransferView]:
    """All that moved for one hold: set aside, settled, released, given back."""
    steps = (
        sa.select(Transfer.id).join(Hold, Hold.id == Transfer.hold_id).where(Hold.reference == hold_reference)
    )
    return _views(_wanted().where(sa.or_(Transfer.id.in_(steps), Transfer.reverses_id.in_(steps))))


def hold_states(transfer_ids: Collection[int]) -> dict[int, str]:
    """Of those of these movements that set points aside: what became of the hold, in one statement."""
    wanted = sa.select(Transfer.id, Hold.state).join(Hold, Hold.id == Transfer.hold_id)
    return dict(session.execute(wanted.where(Transfer.id.in_(transfer_ids), Transfer.kind == "hold")).all())


def reversed_since(moment: datetime, communities: sa.Select[int], limit: int) -> Sequence[TransferView]:
    """The newest corrections since then, booked in the name of these communities."""
    newest = (
        sa.select(Transfer.id)
        .where(Transfer.kind == "reverse", Transfer.at >= moment, Transfer.community_id.in_(communities))
        .order_by(Transfer.id.desc())
        .limit(limit)
    )
    return _views(_wanted().where(Transfer.id.in_(list(session.scalars(newest)))))[::-1]


def rule_version(rule_id: int | None) -> int | None:
    """The version of the earning rule by which an award was counted."""
    return (
        session.scalar(sa.select(EarningRule.version).where(EarningRule.id == rule_id)) if rule_id else None
    )
