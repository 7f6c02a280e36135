"""What waits for whom in the supermarket, for the first screen: what one may fetch, and the queue of who approves."""

from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people.permissions import Permission
from backend.supermarket import queries, queues
from backend.supermarket.models import Redemption, RedemptionState
from backend.to_do import Waits


def to_collect(*, actor: Actor) -> KeysetQuery:
    """The person's orders that lie ready."""
    return queries.orders_of(actor.id, [RedemptionState.APPROVED])


TO_DO = (
    Waits("redemptions_to_collect", to_collect, Redemption.approved_at),
    Waits(
        "redemptions_to_approve", queues.to_approve, Redemption.requested_at, Permission.REDEMPTION_APPROVE
    ),
)
