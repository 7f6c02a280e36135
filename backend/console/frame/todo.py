"""今日待办: one list of what waits for me, by my roles and places, what is due first at its head; and beside it what
there is to know: no round that collects, the last seal.

Each queue is a provider (see `decisions.register`): it answers a few `Waiting`s for whoever has its word. The list
never asks what kind of thing it shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import g

from backend import clock
from backend.console.frame.page import Staff, page, render

# So many of a kind are fetched; a longer queue says that there is more and is worked off from its head.
MOST = 50
# What is due within so many days stands before all that has no last day.
SOON_DAYS = 7


@dataclass(frozen=True)
class Waiting:
    """Something that waits for someone: what, where, since when, until which day, and the page that decides.

    For what is still to come `since` only says where in the list it stands: nobody waits for it yet. `note` says what
    one knows before opening it.
    """

    kind: str
    title: str
    place: str
    since: datetime
    address: str
    due: date | None = None
    to_come: bool = False
    note: str = ""

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < clock.today()

    @property
    def pressing(self) -> str:
        """How a page marks it: `late`, `today`, or not at all."""
        if self.late:
            return "late"
        return "today" if self.due == clock.today() else ""

    @property
    def order(self) -> tuple[int, date, datetime]:
        """Where it stands: what is due soon, then what has no last day, the oldest first, then what has time."""
        if self.due is None:
            return 1, date.max, self.since
        near = self.due <= clock.today() + timedelta(days=SOON_DAYS)
        return (0 if near else 2), self.due, self.since


def head(found: list[Waiting], most: int) -> dict[str, Any]:
    """What the page of a queue shows of `most` + 1 at most, and how many where there are more."""
    return {"waiting": found[:most], "only": most if len(found) > most else None}


Find = Callable[[Staff, int], list[Waiting]]


@dataclass(frozen=True)
class Provider:
    """Finds what waits, all of one kind, for whoever has this permission word in some place, and says how many there
    are."""

    word: str
    find: Find
    count: Callable[[Staff], int]
    # The rule of its pages below `/console`, by which the menu finds the line that leads to them.
    rule: str = ""


PROVIDERS: list[Provider] = []


@dataclass(frozen=True)
class Line:
    """One thing to know, and where it is looked at or done."""

    words: str
    address: str | None = None


@dataclass(frozen=True)
class Panel:
    """What there is to know beside the list: `empty` is said where there is nothing, without it the panel is left out."""

    title: str
    lines: tuple[Line, ...]
    empty: str = ""


@dataclass(frozen=True)
class Teller:
    """Tells panels to whoever has this permission word in some place."""

    word: str
    tell: Callable[[Staff], list[Panel]]


TELLERS: list[Teller] = []


def panels(staff: Staff) -> list[Panel]:
    """What there is to know for this person today."""
    told = (panel for one in TELLERS if one.word in staff.words for panel in one.tell(staff))
    return [one for one in told if one.lines or one.empty]


def waiting(staff: Staff) -> tuple[list[Waiting], dict[str, int]]:
    """What waits for this person, what is due first at the head, and how many there are of each kind.

    The menu of this page says the same numbers, each beside the line that leads there. They are counted here alone: on
    every page they would take longer than the page itself.
    """
    found: list[Waiting] = []
    counted: dict[str, int] = {}
    by_rule: dict[str, int] = g.setdefault("waits", {})
    for provided in PROVIDERS:
        if provided.word not in staff.words:
            continue
        some = provided.find(staff, MOST + 1)
        if some:
            number = provided.count(staff) if len(some) > MOST else len(some)
            counted[some[0].kind] = number
            by_rule[provided.rule] = by_rule.get(provided.rule, 0) + number
        found += some[:MOST]
    return sorted(found, key=lambda one: one.order), counted


@page("/")
def today(staff: Staff) -> Any:
    found, counted = waiting(staff)
    late = sum(one.late for one in found)
    return render(
        "today/page.html", waiting=found, counted=counted, late=late, panels=panels(staff), now=clock.now()
    )
