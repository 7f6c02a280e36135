"""A person leaves for good: what of theirs is still open among the wishes, and how it ends.

Nobody else shall pay for it: a wish somebody already works on is ended with a word to them, and a claim goes
back to the wall without any penalty.
"""

from typing import Any

import sqlalchemy as sa

from backend import clock, screening
from backend.db import lock_row, session
from backend.journal import Actor
from backend.leaving import LeavingStep
from backend.lifecycle import transition
from backend.wishes import notices, states
from backend.wishes.actions import claims, endings, writing
from backend.wishes.kinds import ClaimOutcome, WishState
from backend.wishes.models import Claim, Wish

WHY = "本人注销账号"
WHO_LEFT = "认领人注销账号"
# Of a wish that the public never saw, not even the words are kept.
GONE = "（已删除）"
_OPEN = (*states.WITHDRAW.sources - {WishState.DRAFT}, WishState.CLAIMED, WishState.FULFILLED)


def open_wishes(person_id: int) -> list[dict[str, Any]]:
    """The person's own wishes that are on their way; a draft is nothing to wait for."""
    wanted = sa.select(Wish.id, Wish.number, Wish.title, Wish.state).where(
        Wish.wisher_id == person_id, Wish.state.in_(_OPEN)
    )
    return [dict(row) for row in session.execute(wanted.order_by(Wish.id)).mappings()]


def open_claims(person_id: int) -> list[dict[str, Any]]:
    """Wishes the person promised to fulfil and has not."""
    wanted = (
        sa.select(Wish.id, Wish.number, Wish.title, Wish.state)
        .join(Claim, Claim.wish_id == Wish.id)
        .where(Claim.person_id == person_id, Claim.outcome.is_(None), Claim.fulfilled_at.is_(None))
    )
    return [dict(row) for row in session.execute(wanted.order_by(Wish.id)).mappings()]


def withdraw_all(person_id: int, *, actor: Actor) -> None:
    """Ends all wishes of a person who leaves, whatever they wait for."""
    ids = session.scalars(
        sa.select(Wish.id)
        .where(Wish.wisher_id == person_id, Wish.state.in_((WishState.DRAFT, *_OPEN)))
        .order_by(Wish.id)
    ).all()
    for wish_id in ids:
        _end(lock_row(Wish, wish_id), actor)


def _end(wish: Wish, actor: Actor) -> None:
    if wish.state == WishState.FULFILLED:
        # Nobody is left who could say whether it helped; that is not satisfaction.
        transition(states.CLOSE_UNCONFIRMED, wish, actor=None, reason=WHY, closed_at=clock.now())
        current = endings.current_claim(wish.id)
        endings.end(current, ClaimOutcome.CLOSED_UNCONFIRMED, WHY)
        notices.closed_unconfirmed(wish, current)
        return
    if wish.state == WishState.CLAIMED:
        ended = endings.put_back(states.EXPIRE, wish, ClaimOutcome.RELEASED, reason=WHY, actor=None)
        notices.wisher_left(wish, ended)
    if wish.state in states.WITHDRAW.sources:
        writing.withdraw(wish.id, actor=actor)


def release_all(person_id: int, *, actor: Actor) -> None:
    """Gives back every wish the person has claimed and not fulfilled. What they fulfilled stays theirs."""
    for row in open_claims(person_id):
        claims.release(row["id"], WHO_LEFT, screening.harmless(WHO_LEFT), actor=actor)


def unfinished_among(persons: Any) -> set[int]:
    """Which of these people (a SELECT of their ids) still have an open wish or claim."""
    wishers = sa.select(Wish.wisher_id).where(
        Wish.state.in_((WishState.DRAFT, *_OPEN)), Wish.wisher_id.in_(persons)
    )
    claimers = sa.select(Claim.person_id).where(
        Claim.outcome.is_(None), Claim.fulfilled_at.is_(None), Claim.person_id.in_(persons)
    )
    return {*session.scalars(wishers.limit(500)), *session.scalars(claimers.limit(500))}


def forget_phones_of_guardian(person_id: int) -> None:
    """A child's wish carries the phone of its guardian, and belongs to the child: it goes with the guardian.

    Always, open or closed, whoever wrote it: where the child lives is known to its community.
    """
    session.execute(
        sa.update(Wish).where(Wish.guardian_id == person_id).values(phone_sealed=None),
        execution_options={"synchronize_session": False},
    )


def forget_unpublished(person_id: int) -> None:
    """Removes the words of wishes that never were public."""
    session.execute(
        sa.update(Wish)
        .where(Wish.wisher_id == person_id, Wish.published_at.is_(None))
        .values(title=GONE, description="", comment=None),
        execution_options={"synchronize_session": False},
    )


STEPS = (
    LeavingStep("wishes", open_wishes, withdraw_all, position=10),
    LeavingStep("claims", open_claims, release_all, position=20),
)
