"""Links from a line of the books to the thing that it tells of, by the number under which people know that thing.

Each folder says in THINGS of its `__init__.py` which page shows what the journal calls by a kind; each capability says in
`public_names.py` by which column its things are called (backend/reports). A page that the reader may not open is no link.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, url_for

from backend.console.frame.journal_words import KINDS
from backend.console.frame.page import PUBLIC, SIGNED_IN, Staff, bp
from backend.db import MAX_ID
from backend.reports import public_names


@dataclass(frozen=True)
class Page:
    """The page of one kind of thing: its endpoint and what it calls the id; without one it is a list of them."""

    endpoint: str
    argument: str = ""


# By kind the pages that show it: the first that the reader may open.
_pages: dict[str, list[Page]] = {}
# What the ledger calls the reasons of its movements: `redemption:7`, `activity:9:person:23:hours`.
_REFERENCE = re.compile(r"(wish|activity|redemption|adjustment|correction|backfill):(\d{1,18})(?::|$)")


def use(things: Iterable[tuple[str, str, str]]) -> None:
    """What the folders say in THINGS: the kind, the endpoint below the console, the argument."""
    _pages.clear()
    for kind, endpoint, argument in things:
        _pages.setdefault(kind, []).append(Page(f"console.{endpoint}", argument))


def address_of(kind: str, thing_id: int, staff: Staff) -> str | None:
    """Where this person reads of it; None where no page of theirs shows it."""
    for one in _pages.get(kind, ()):
        guard = getattr(current_app.view_functions[one.endpoint], "guard", SIGNED_IN)
        if guard in (SIGNED_IN, PUBLIC) or guard in staff.words:
            parts: dict[str, Any] = {one.argument: thing_id} if one.argument else {}
            return url_for(one.endpoint, **parts)
    return None


def of_reference(reference: str) -> tuple[str, int] | None:
    """The thing for which points moved."""
    found = _REFERENCE.match(reference)
    return (found[1], int(found[2])) if found and int(found[2]) <= MAX_ID else None


def names(things: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], str]:
    """What people call these things, in a statement for each kind; a thing without a name of its own by its id."""
    wanted: dict[str, set[int]] = {}
    for kind, thing_id in things:
        wanted.setdefault(kind, set()).add(thing_id)
    told: dict[tuple[str, int], str] = {}
    for kind, ids in wanted.items():
        own, called = KINDS.get(kind, kind), public_names.of(kind, ids)
        told |= {(kind, one): f"{own} {called.get(one, one)}" for one in ids}
    return told


@bp.app_template_filter("thing_address")
def thing_address(thing: tuple[str, int]) -> str | None:
    return address_of(*thing, g.staff)


@dataclass(frozen=True)
class Link:
    """What a reference is called, and where it is read of."""

    words: str
    address: str | None


def links(references: Iterable[str], staff: Staff) -> dict[str, Link]:
    """By reference the thing for which points moved; what has no page is called as the books call it."""
    things = {one: of_reference(one) for one in set(references)}
    called = names(thing for thing in things.values() if thing)
    return {
        one: Link(called[thing], address_of(*thing, staff)) if thing else Link(one, None)
        for one, thing in things.items()
    }
