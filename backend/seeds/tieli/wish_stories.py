"""What becomes of a wish, told from its first word to its end by the people who had a hand in it.

Reported by the grid worker where the wisher has no phone, looked at by one clerk, and called back by the other.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend import clock
from backend.people.models import Person
from backend.screening import harmless
from backend.seeds.stories import Story
from backend.seeds.tieli import wish_words
from backend.seeds.tieli.city import City, Community
from backend.seeds.tieli.rounds import PUBLISH, at
from backend.wishes.actions import claims, deadlines, reviewing, writing
from backend.wishes.models import Wish
from backend.wishes.states import WishNotOpen

CALLED, SIGNED, APP = "call", "signature", "app"
_NOTES = ("已送到家里并教会使用", "约好时间上门办好了", "试过了，好用", "和邻居一起办好的")
_ON_BEHALF = "老人没有手机，上门填报"


@dataclass(frozen=True)
class Plan:
    """A wish before it is told: where, in which round, of whom, and what becomes of it."""

    city: City
    place: Community
    round: int
    content: dict[str, Any]
    # Somebody with a phone, or a card holder with their grid.
    wisher: Person
    grid: int | None
    # Falls the same way each time: the days between the steps.
    days: tuple[int, int, int, int]

    def at(self, day: int, hour: int = 9) -> datetime:
        return at(self.city, self.round, day, hour, self.days[0] * 5)

    @property
    def reporter(self) -> Person | None:
        return self.place.grid_workers[self.grid] if self.grid else None

    @property
    def reviewer(self) -> Person:
        return self.place.clerks[0]

    @property
    def caller(self) -> Person:
        """Who calls back: never the clerk who reviewed it."""
        return self.place.clerks[1]


def write(plan: Plan, content: dict[str, Any] | None = None) -> Wish:
    """Written and handed in, by the wisher or by the grid worker for them."""
    behalf = (plan.wisher.id, _ON_BEHALF) if plan.reporter else None
    by = plan.reporter or plan.wisher
    wish = writing.write(plan.place.id, {**(content or plan.content)}, on_behalf_of=behalf, actor=by)
    writing.submit(wish.id, harmless(*writing.public_texts(wish)), actor=by)
    return wish


def accepted(plan: Plan, wish: Wish) -> Story:
    yield plan.at(plan.days[0] + 1, 10)
    reviewing.accept(wish.id, actor=plan.reviewer)


def lit(plan: Plan) -> Story:
    """Claimed within a week, fulfilled, and confirmed by the wisher or after a call."""
    yield plan.at(plan.days[0], 9)
    wish = write(plan)
    yield from accepted(plan, wish)
    yield from lit_from(plan, wish, claimer_of(plan), PUBLISH + 1 + plan.days[1])


def lit_from(plan: Plan, wish: Wish, claimer: Person, day: int, party: str = "personal") -> Story:
    """From the claim on, on this day of its round."""
    yield plan.at(day, 12)
    claims.claim(wish.id, party, actor=claimer)
    yield plan.at(day + plan.days[2], 15)
    fulfil(wish, claimer, _NOTES[plan.days[0] % len(_NOTES)])
    yield plan.at(day + plan.days[2] + plan.days[3], 16)
    confirm(plan, wish)


def claimer_of(plan: Plan) -> Person:
    return plan.city.next_of(f"claimer:{plan.place.id}", plan.place.members)


def fulfil(wish: Wish, claimer: Person, note: str) -> None:
    claims.fulfil(wish.id, note, harmless(note), actor=claimer)


def confirm(plan: Plan, wish: Wish, comment: str | None = None) -> None:
    """Most with a phone confirm themselves; one in twenty was not helped, and says so."""
    solved = plan.days[1:] != (5, 6, 5)
    satisfaction = (5, 4, 5, 5, 3, 4)[plan.days[1]] if solved else 2
    by_wisher = plan.reporter is None and plan.days[3] != 3
    method = APP if by_wisher else (CALLED, SIGNED)[plan.days[2] % 2]
    claims.confirm(
        wish.id, solved, satisfaction, method, comment, actor=plan.wisher if by_wisher else plan.caller
    )


def claimed(plan: Plan) -> Story:
    """Promised and on its way: the promise still has time."""
    yield plan.at(plan.days[0], 9)
    wish = write(plan)
    yield from accepted(plan, wish)
    yield plan.city.ago(2 + plan.days[1] + plan.days[2], 12)
    claims.claim(wish.id, actor=claimer_of(plan))


def unclaimed(plan: Plan) -> Story:
    """Nobody claims it in two rounds: it goes up to the street by itself."""
    yield plan.at(plan.days[0], 9)
    yield from accepted(plan, write(plan))


def refused(plan: Plan) -> Story:
    """Cash, renovation, paving faults: declined, or referred to who can help."""
    yield plan.at(plan.days[0], 9)
    content, to, told = wish_words.refused(plan.city.next_of("refused", range(1000)))
    wish = write(plan, {**plan.content, **content})
    yield plan.at(plan.days[0] + 1, 11)
    if to is None:
        reviewing.decline(wish.id, told, actor=plan.reviewer)
    else:
        reviewing.refer(wish.id, to, told, actor=plan.reviewer)


def withdrawn(plan: Plan) -> Story:
    """Settled otherwise, and taken back before anyone claimed it."""
    yield plan.at(plan.days[0], 9)
    wish = write(plan)
    if plan.days[1] % 2:
        yield from accepted(plan, wish)
    yield plan.at(plan.days[0] + 2, 18)
    writing.withdraw(wish.id, actor=plan.reporter or plan.wisher)


def released(plan: Plan) -> Story:
    """The promised day passes, the reminder too: it is on the wall again, and waits for another."""
    yield plan.at(plan.days[0], 9)
    wish = write(plan)
    yield from accepted(plan, wish)
    yield plan.at(PUBLISH + 2, 12)
    promised = clock.business_day(plan.at(PUBLISH + 15))
    claims.claim(wish.id, promised_on=promised, actor=claimer_of(plan))
    yield plan.at(PUBLISH + 18, 1)
    deadlines.remind(wish.id)
    yield plan.at(PUBLISH + 22, 1)
    deadlines.release_overdue(wish.id)


def race(wish: Wish, winner: Person, loser: Person) -> None:
    """Two at the same moment: the database lets one of them through."""
    claims.claim(wish.id, actor=winner)
    with suppress(WishNotOpen):
        claims.claim(wish.id, actor=loser)
        raise LookupError("both claims went through")
