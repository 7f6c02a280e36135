"""What is known before a call-back: whether there is a phone, how often nobody answered, until when it may be tried."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from backend import clock, config, working_days
from backend.db import session
from backend.people import queries as people
from backend.people.models import Person
from backend.wishes.call_models import CallAttempt
from backend.wishes.models import Wish


@dataclass(frozen=True)
class AttemptView:
    """A call in vain as colleagues read it."""

    at: datetime
    by_name: str
    again_on: date


def attempts(wishes: Sequence[Wish]) -> dict[int, list[CallAttempt]]:
    """The calls in vain since each was fulfilled, the oldest first, in one statement."""
    wanted = (
        sa.select(CallAttempt)
        .join(Wish, Wish.id == CallAttempt.wish_id)
        .where(
            CallAttempt.wish_id.in_([one.id for one in wishes]), CallAttempt.called_at >= Wish.fulfilled_at
        )
        .order_by(CallAttempt.id)
    )
    found: dict[int, list[CallAttempt]] = defaultdict(list)
    for one in session.scalars(wanted) if wishes else ():
        found[one.wish_id].append(one)
    return found


def view_attempts(wish_id: int) -> list[AttemptView]:
    """Those of one wish, with who called."""
    found = attempts(list(session.scalars(sa.select(Wish).where(Wish.id == wish_id))))[wish_id]
    names = people.officer_names({one.caller_id for one in found})
    return [AttemptView(one.called_at, names[one.caller_id], one.again_on) for one in found]


def with_phone(wishes: Sequence[Wish]) -> set[int]:
    """For which of these there is a number to call, without opening any: the wish's own, or else that of whoever is
    asked, for a child of its guardian."""
    asked = {one.id: one.guardian_id if one.for_child else one.wisher_id for one in wishes}
    wanted = sa.select(Person.id).where(Person.id.in_(asked.values()), Person.phone_sealed.is_not(None))
    reached = set(session.scalars(wanted)) if asked else set()
    return {one.id for one in wishes if one.phone_sealed or asked[one.id] in reached}


def silent_until(wishes: Sequence[Wish]) -> list[date]:
    """Until when each may still be confirmed: on a free day nothing ends."""
    silence = timedelta(days=config.settings().silence_days)
    days = [clock.business_day(one.fulfilled_at or clock.now()) + silence for one in wishes]
    last = working_days.on_or_after_each(days)
    return [last[day] for day in days]


def notes(wishes: Sequence[Wish]) -> list[str]:
    """What whoever calls knows of each before opening it."""
    tried, reachable = attempts(wishes), with_phone(wishes)
    return [_note(tried[one.id], one.id in reachable) for one in wishes]


def _note(tried: list[CallAttempt], reachable: bool) -> str:
    told = [] if reachable else ["没有登记电话"]
    if tried:
        again = tried[-1].again_on
        told.append(f"{len(tried)} 次没打通，{again.month}月{again.day}日再打")
    return "；".join(told)
