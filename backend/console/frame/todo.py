"""今日待办: one list of what waits for me, by my roles and places, the oldest first.

Each queue is a provider (see `decisions.register`): it answers a few `Waiting`s for whoever has its word. The list
never asks what kind of thing it shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backend import clock
from backend.console.frame.page import Staff, page, render

# So many of a kind are fetched; a longer queue says that there is more and is worked off from its head.
MOST = 50


@dataclass(frozen=True)
class Waiting:
    """Something that waits for someone: what, where, since when, until which day, and the page that decides.

    For what is still to come `since` only says where in the list it stands: nobody waits for it yet.
    """

    kind: str
    title: str
    place: str
    since: datetime
    address: str
    due: date | None = None
    to_come: bool = False

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < clock.today()


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


PROVIDERS: list[Provider] = []


def waiting(staff: Staff) -> tuple[list[Waiting], dict[str, int]]:
    """What waits for this person, oldest first, and how many there are of each kind."""
    found: list[Waiting] = []
    counted: dict[str, int] = {}
    for provided in PROVIDERS:
        if provided.word not in staff.words:
            continue
        some = provided.find(staff, MOST + 1)
        if some:
            counted[some[0].kind] = provided.count(staff) if len(some) > MOST else len(some)
        found += some[:MOST]
    return sorted(found, key=lambda one: one.since), counted


@page("/")
def today(staff: Staff) -> Any:
    found, counted = waiting(staff)
    return render("today/page.html", waiting=found, counted=counted, now=clock.now())
