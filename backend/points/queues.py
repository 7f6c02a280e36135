"""Which adjustments of points and which opening balances wait for whom: queries that the console pages and counts."""

import sqlalchemy as sa

from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people.permissions import Permission
from backend.points.models import Adjustment, AdjustmentState
from backend.points.opening_models import OpeningSheet, OpeningState


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


def to_confirm(*, actor: Actor) -> KeysetQuery:
    """Sheets of opening balances that this one may decide, in the order in which they came: none of their own."""
    wanted = sa.select(OpeningSheet).where(
        OpeningSheet.state == OpeningState.PROPOSED,
        OpeningSheet.community_id.in_(permissions.reach_of(actor.id, Permission.POINTS_APPROVE_ADJUSTMENT)),
        OpeningSheet.uploaded_by_id != actor.id,
    )
    return KeysetQuery(wanted, (OpeningSheet.id,))
