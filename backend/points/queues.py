"""Which adjustments of points wait for whom: a query that the console pages and counts."""

import sqlalchemy as sa

from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people.permissions import Permission
from backend.points.models import Adjustment, AdjustmentState


def to_check(*, actor: Actor) -> KeysetQuery:
    """Adjustments that this one may decide, in the order in which they were proposed: neither for themselves nor
    proposed by them."""
    wanted = sa.select(Adjustment).where(
        Adjustment.state == AdjustmentState.PROPOSED,
        Adjustment.community_id.in_(permissions.reach_of(actor.id, Permission.POINTS_APPROVE_ADJUSTMENT)),
        Adjustment.proposed_by_id != actor.id,
        Adjustment.person_id != actor.id,
    )
    return KeysetQuery(wanted, (Adjustment.id,))
