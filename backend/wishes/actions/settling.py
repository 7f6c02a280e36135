"""How a claim ends, whoever or whatever ends it."""

from typing import Any

from backend import clock
from backend.db import session
from backend.lifecycle import Move, make
from backend.wishes import notices, states
from backend.wishes.models import Claim, Round, Wish


def end(standing: Claim, outcome: str, reason: str | None = None) -> None:
    standing.outcome, standing.ended_at, standing.reason = outcome, clock.now(), reason
    session.flush()


def put_back(
    move: Move, wish: Wish, standing: Claim, outcome: str, *, reason: str | None = None, by: Any
) -> None:
    """Ends the claim and puts the wish on the wall again; where its round has closed meanwhile, it goes the
    way of what that round left unclaimed."""
    make(move, wish, by=by, reason=reason)
    end(standing, outcome, reason)
    found = session.get(Round, wish.round_id)
    if found is not None and found.state == "closed":
        leave_round(wish)


def leave_round(wish: Wish) -> None:
    """An unclaimed wish of a closed round: into the next one once, a second time up to the street."""
    if wish.carried:
        make(states.ESCALATE, wish, by=None)
        notices.escalated([wish])
    else:
        make(states.CARRY_OVER, wish, by=None, carried=1)
        notices.carried_over([wish])
