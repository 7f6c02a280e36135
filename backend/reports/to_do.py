"""What waits for a person, counted: what the capabilities declare in `to_do.py`, in one statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from backend import app_pages, capabilities
from backend.db import session
from backend.journal import Actor
from backend.people import permissions
from backend.to_do import Waits


@dataclass(frozen=True)
class ToDo:
    """How many of a kind wait, the oldest since when, and the page that shows them."""

    kind: str
    count: int
    oldest_at: datetime
    page: str


@cache
def kinds() -> tuple[Waits, ...]:
    """All kinds that there are, one's own first."""
    found = [one for module in capabilities.modules("to_do") for one in module.TO_DO]
    return tuple(sorted(found, key=lambda one: one.word is not None))


def to_do(*, actor: Actor) -> list[ToDo]:
    """What waits for this person; what nothing waits of is left out. Two statements."""
    words = permissions.permissions_anywhere(actor.id)
    asked = [one for one in kinds() if one.word is None or one.word in words]
    rows = session.execute(sa.union_all(*(_counted(one, actor) for one in asked)))
    found = {row.kind: row for row in rows if row.number}
    return [
        ToDo(one.kind, found[one.kind].number, found[one.kind].oldest, app_pages.page_of(one.kind))
        for one in asked
        if one.kind in found
    ]


def _counted(one: Waits, actor: Actor) -> sa.Select[Any]:
    columns = (
        sa.literal(one.kind, sa.String).label("kind"),
        sa.func.count().label("number"),
        sa.func.min(one.since).label("oldest"),
    )
    return one.find(actor=actor).wanted.order_by(None).with_only_columns(*columns, maintain_column_froms=True)


def of_all_staff() -> list[tuple[str, int]]:
    """What waits for anybody of the staff today, in words, and how many there are: each thing once, however many of them
    may decide it, and nothing that nobody may. One statement for each of them, and two more."""
    asked = [one for one in kinds() if one.word is not None]
    found: dict[str, set[Any]] = {one.kind: set() for one in asked}
    for person_id, words in permissions.staff_today():
        theirs = [one for one in asked if one.word in words]
        if theirs:
            actor = _OfStaff(person_id)
            for kind, key in session.execute(sa.union_all(*(_keys(one, actor) for one in theirs))):
                found[kind].add(key)
    return [(app_pages.label_of(one.kind), len(found[one.kind])) for one in asked if found[one.kind]]


@dataclass(frozen=True)
class _OfStaff:
    id: int


def _keys(one: Waits, actor: Actor) -> sa.Select[Any]:
    wanted = one.find(actor=actor).wanted.order_by(None)
    (key,) = sa.inspect(wanted.column_descriptions[0]["entity"]).primary_key
    return wanted.with_only_columns(
        sa.literal(one.kind, sa.String).label("kind"), key.label("key"), maintain_column_froms=True
    )


def pages() -> Iterator[str]:
    """Every page that the list may name."""
    return (app_pages.page_of(one.kind) for one in kinds())
