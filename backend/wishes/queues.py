"""What waits for whom among wishes and rounds: in the asker's places, and such that the asker may decide it.

Each is a query that both doors page and count. Who may not decide something (their own, what they reported, what they
claimed) does not find it here; the moves say so again when it is decided (`never_by` in states).
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.files import queries as files
from backend.journal import Actor
from backend.paging import KeysetQuery, count
from backend.people import permissions
from backend.people.permissions import Permission
from backend.wishes.kinds import RoundState, WishState
from backend.wishes.models import Claim, Round, Wish
from backend.wishes.staff_queries import reached

# So many days before its end a round waits for whoever manages it.
SOON = 2


def to_review(community_id: int | None = None, *, actor: Actor) -> KeysetQuery:
    """Submitted wishes, in the order in which they were written. Another community is NotFound."""
    if community_id is not None:
        permissions.require(actor.id, Permission.WISH_REVIEW, community_id)
    wanted = _submitted(actor).where(_of_others(actor))
    if community_id is not None:
        wanted = wanted.where(Wish.community_id == community_id)
    return KeysetQuery(wanted, (Wish.id,))


def for_a_colleague(*, actor: Actor) -> int:
    """How many submitted wishes wait for somebody else, because this person reported them or speaks for the wisher."""
    return count(_submitted(actor).where(sa.not_(_of_others(actor))))


def _submitted(actor: Actor) -> sa.Select[Any]:
    # A literal, so that the planner can prove a partial index.
    return sa.select(Wish).where(
        sa.text(f"wishes.state = '{WishState.SUBMITTED}'"), reached(actor, Permission.WISH_REVIEW)
    )


def _of_others(actor: Actor) -> sa.ColumnElement[bool]:
    """Nobody reviews what they wish, reported, or speak for."""
    own = (Wish.wisher_id, Wish.reporter_id, Wish.guardian_id)
    return sa.and_(*(column.is_distinct_from(actor.id) for column in own))


def to_call_back(*, actor: Actor) -> KeysetQuery:
    """Fulfilled wishes of which nobody has said yet whether they helped, longest fulfilled first; where nobody was
    reached, it is the day on which somebody tries again that counts.

    Neither one's own claim nor one's own review; and the wisher, and who speaks for a child, say it in the app.
    """
    wanted = sa.select(Wish).where(
        sa.text("wishes.state = 'fulfilled'"),
        reached(actor, Permission.WISH_CONFIRM),
        Wish.wisher_id != actor.id,
        Wish.reviewer_id != actor.id,
        Wish.claimer_id != actor.id,
        Wish.guardian_id.is_distinct_from(actor.id),
    )
    return KeysetQuery(wanted, (sa.func.coalesce(Wish.call_again_at, Wish.fulfilled_at), Wish.id))


def to_look_at(*, actor: Actor) -> KeysetQuery:
    """Wishes of which a picture or the claimer's note waits for a look, in the order in which they were written."""
    claims = sa.select(Claim.wish_id).where(
        sa.or_(Claim.needs_look, Claim.id.in_(files.waiting_for_a_look("claim"))), Claim.is_current
    )
    wanted = sa.select(Wish).where(
        Wish.community_id.in_(permissions.reach_of(actor.id, Permission.WISH_REVIEW)),
        Wish.state != WishState.DRAFT,
        sa.or_(Wish.id.in_(files.waiting_for_a_look("wish")), Wish.id.in_(claims)),
    )
    return KeysetQuery(wanted, (Wish.id,))


def escalated(*, actor: Actor) -> KeysetQuery:
    """Wishes that nobody claimed in two rounds, for the street, in the order in which they were written."""
    waiting = sa.text(f"wishes.state = '{WishState.ESCALATED}'")
    return KeysetQuery(sa.select(Wish).where(waiting, reached(actor, Permission.WISH_COORDINATE)), (Wish.id,))


def rounds_to_review(*, actor: Actor) -> KeysetQuery:
    """Rounds whose last days of collecting have come, or are over."""
    return _rounds(RoundState.COLLECTING, actor, Round.collect_until <= clock.today() + timedelta(days=SOON))


def rounds_to_publish(*, actor: Actor) -> KeysetQuery:
    """Rounds that are being reviewed, whatever their day."""
    return _rounds(RoundState.REVIEWING, actor)


def rounds_to_close(*, actor: Actor) -> KeysetQuery:
    """Published rounds whose last days have come, or are over."""
    return _rounds(RoundState.PUBLISHED, actor, Round.publish_until <= clock.today() + timedelta(days=SOON))


def _rounds(state: str, actor: Actor, *conditions: sa.ColumnElement[bool]) -> KeysetQuery:
    """A community has at most one of each: in the order of their ids is the order in which they were opened."""
    mine = Round.community_id.in_(permissions.reach_of(actor.id, Permission.ROUND_MANAGE))
    return KeysetQuery(sa.select(Round).where(Round.state == state, mine, *conditions), (Round.id,))
