"""How a claim ends, whoever or whatever ends it."""

from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.journal import Actor
from backend.lifecycle import transition
from backend.moves import Move
from backend.wishes import notices, states
from backend.wishes.kinds import RoundState
from backend.wishes.models import Claim, Round, Wish


def current_claim(wish_id: int) -> Claim:
    """The claim that stands on a claimed or fulfilled wish."""
    return session.scalars(_current(wish_id), execution_options={"populate_existing": True}).one()


def lock_current_claim(wish_id: int) -> Claim | None:
    """The claim that stands on a wish, or stood to its end; None where there is none."""
    return session.scalar(_current(wish_id).with_for_update())


def _current(wish_id: int) -> sa.Select[Claim]:
    return sa.select(Claim).where(Claim.wish_id == wish_id, Claim.is_current)


def end(claim: Claim, outcome: str, reason: str | None = None) -> None:
    claim.outcome, claim.ended_at, claim.reason = outcome, clock.now(), reason
    session.flush()


def put_back(
    move: Move,
    wish: Wish,
    outcome: str,
    *,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
    actor: Actor | None,
) -> Claim:
    """Ends the claim and puts the wish on the wall again; where its round has closed meanwhile, it goes the
    way of what that round left unclaimed. Answers the claim that ended."""
    transition(move, wish, actor=actor, reason=reason, details=details, claimer_id=None)
    ended = current_claim(wish.id)
    end(ended, outcome, reason)
    if _closed(wish.round_id):
        leave_round(wish)
    return ended


def _closed(round_id: int | None) -> bool:
    """Read under a lock, so that a round which is being closed at this moment is waited for: it found the wish
    claimed and left it behind, and nobody would come back for it."""
    wanted = sa.select(Round.state).where(Round.id == round_id).with_for_update(read=True)
    return session.scalar(wanted) == RoundState.CLOSED


def leave_round(wish: Wish) -> None:
    """An unclaimed wish of a closed round: into the next one once, a second time up to the street."""
    if wish.carried:
        transition(states.ESCALATE, wish, actor=None)
        notices.escalated([wish])
    else:
        transition(states.CARRY_OVER, wish, actor=None, carried=1)
        notices.carried_over([wish])
