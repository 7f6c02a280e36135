"""A person leaves for good: their open orders are given up, so that points and goods are free again."""

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor
from backend.leaving import Facts, LeavingStep
from backend.supermarket.actions import approvals
from backend.supermarket.models import OPEN_STATES, Redemption


def open_orders(person_id: int) -> Facts:
    """The person's orders that are requested or approved: id, number, state, points."""
    wanted = sa.select(Redemption.id, Redemption.number, Redemption.state, Redemption.points).where(
        Redemption.person_id == person_id, Redemption.state.in_(OPEN_STATES)
    )
    return [dict(row) for row in session.execute(wanted.order_by(Redemption.id)).mappings()]


def cancel_all(person_id: int, *, actor: Actor) -> None:
    """Cancels them in the person's own name."""
    for row in open_orders(person_id):
        approvals.cancel(row["id"], "本人注销账号", leaving_for_good=True, actor=actor)


STEPS = (LeavingStep("redemptions", open_orders, cancel_all, position=40),)
