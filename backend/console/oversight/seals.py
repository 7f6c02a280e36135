"""封存: the daily seals of points and journal, their check, and the short form to print for the notice board."""

from datetime import date
from typing import Any

from flask import request, url_for

from backend.console.frame import todo
from backend.console.frame.page import Staff, page, render
from backend.errors import NotFound
from backend.ledger import seal_checks
from backend.ledger import seals as ledger
from backend.people.permissions import Permission

PAGE = 60
# A day that somebody tampered with may bring thousands of sentences; the first ones say enough.
MOST_TOLD = 50


def _last_seal(_staff: Staff) -> list[todo.Panel]:
    """For the auditor: the newest seal, whether it is sound and follows the one before it, and days that lack one."""
    found = ledger.listed(None, 2)
    if not found:
        return [todo.Panel("最近一次封存", (), "还没有封存过。")]
    newest = found[0]
    sound = seal_checks.chained(found)[newest.day]
    behind = ledger.days_behind()
    said = "核对无误" if sound else "核对不上，请点开查看"
    lines = [
        todo.Line(
            f"{newest.day.month}月{newest.day.day}日　{newest.short}　{said}",
            url_for("console.seal", day=newest.day.isoformat()),
        )
    ]
    if behind > 1:
        lines.append(todo.Line(f"有 {behind} 天还没有封存，请告诉运维", url_for("console.seals")))
    return [todo.Panel("最近一次封存", tuple(lines))]


todo.TELLERS.append(todo.Teller(Permission.JOURNAL_READ, _last_seal))


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
