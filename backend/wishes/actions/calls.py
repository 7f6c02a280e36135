"""回访: a call that reached nobody is written down, with the day on which somebody tries again."""

from datetime import date

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import InvalidInput
from backend.journal import Actor
from backend.lifecycle import check_allowed
from backend.wishes import call_queries
from backend.wishes.call_models import CallAttempt
from backend.wishes.models import Wish
from backend.wishes.states import CONFIRM


def no_answer(wish_id: int, again_on: date, *, actor: Actor) -> Wish:
    """没打通: by whoever may register what the wisher says. The wish waits where that day stands in the queue.

    `again_on` is a day from today on, until which it may still be confirmed. Raises InvalidInput, NotFound, NotAllowed,
    FourEyes, WishMovedOn."""
    wish = lock_row(Wish, wish_id)
    check_allowed(CONFIRM, wish, actor)
    today, (last,) = clock.today(), call_queries.silent_until([wish])
    if not today <= again_on <= max(last, today):
        until = f"应在今天到 {last.month}月{last.day}日 之间：再晚就按没有回访办结了"
        raise InvalidInput({"again_on": [until]})
    session.add(CallAttempt(wish_id=wish.id, caller_id=actor.id, called_at=clock.now(), again_on=again_on))
    wish.call_again_at = clock.day_starts(again_on)
    session.flush()
    facts = {"again_on": again_on.isoformat()}
    journal.write("no_answer", "wish", wish.id, actor=actor, place=wish.place_id, facts=facts)
    return wish
