"""封存: the daily seals of points and journal, their check, and the short form to print for the notice board."""

from datetime import date
from typing import Any

from flask import request

from backend.console.frame.page import Staff, page, render
from backend.errors import NotFound
from backend.ledger import seal_checks
from backend.ledger import seals as ledger
from backend.people.permissions import Permission

PAGE = 60
# A day that somebody tampered with may bring thousands of sentences; the first ones say enough.
MOST_TOLD = 50


def _day(text: str) -> date:
    """A day in an address. Raises NotFound for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound() from None


@page("/seals", guard=Permission.JOURNAL_READ)
def seals(staff: Staff) -> Any:
    """The newest first, each checked by itself and as a link of the chain; a day's page checks its rows."""
    before = request.args.get("before")
    found = ledger.listed(_day(before) if before else None, PAGE + 1)
    return render(
        "seals/list.html",
        seals=found[:PAGE],
        sound=seal_checks.chained(found),
        following=found[PAGE - 1].day if len(found) > PAGE else None,
    )


@page("/seals/<day>", guard=Permission.JOURNAL_READ)
def seal(staff: Staff, day: str) -> Any:
    """One day recomputed from every row it seals, while one waits; and its short form, to print."""
    found = ledger.of_day(_day(day))
    if found is None:
        raise NotFound()
    wrong = seal_checks.of_day(found.day)
    return render("seals/one.html", seal=found, wrong=wrong[:MOST_TOLD], more=max(len(wrong) - MOST_TOLD, 0))
