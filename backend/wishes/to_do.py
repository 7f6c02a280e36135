"""What waits for whom among wishes, for the first screen: one's own, and the queue of who reviews."""

import sqlalchemy as sa

from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people.permissions import Permission
from backend.to_do import Waits
from backend.wishes import queries, queues
from backend.wishes.kinds import WishState
from backend.wishes.models import Claim, Wish


def to_confirm(*, actor: Actor) -> KeysetQuery:
    """What was brought to the person, or to their child, and of which they have not said yet whether it helped."""
    own = sa.or_(Wish.wisher_id == actor.id, Wish.guardian_id == actor.id)
    return KeysetQuery(sa.select(Wish).where(Wish.state == WishState.FULFILLED, own), (Wish.id,))


def to_complete(*, actor: Actor) -> KeysetQuery:
    """What came back to be completed by whoever wrote it."""
    return queries.written_by(actor.id, [WishState.SENT_BACK])


def to_fulfil(*, actor: Actor) -> KeysetQuery:
    """What the person has promised and not brought yet."""
    open_still = (Claim.outcome.is_(None), Claim.fulfilled_at.is_(None))
    return KeysetQuery(sa.select(Claim).where(Claim.person_id == actor.id, *open_still), (Claim.id,))


TO_DO = (
    Waits("wishes_to_confirm", to_confirm, Wish.fulfilled_at),
    Waits("wishes_to_complete", to_complete, Wish.submitted_at),
    Waits("claims_to_fulfil", to_fulfil, Claim.claimed_at),
    Waits("wishes_to_review", queues.to_review, Wish.submitted_at, Permission.WISH_REVIEW),
)
