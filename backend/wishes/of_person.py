"""What staff read of one resident's wishes: their own, and who called about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.journal import Actor, JournalLine
from backend.paging import KeysetQuery
from backend.people import queries as people
from backend.people.openings import OpeningTask
from backend.people.permissions import Permission
from backend.wishes.kinds import WishState
from backend.wishes.models import Wish
from backend.wishes.staff_queries import reached


@dataclass(frozen=True)
class OwnWish:
    """A wish on the page of the one who wished."""

    id: int
    number: str | None
    title: str
    state: str
    at: datetime


@dataclass(frozen=True)
class Call:
    """An opening of the contact to call back about a wish: who, when, and with which reason."""

    wish_id: int
    number: str | None
    title: str
    by_name: str
    at: datetime
    reason: str | None


def wishes_of(person_id: int, *, actor: Actor) -> KeysetQuery:
    """The person's own wishes, as far as this one reads wishes, the newest first."""
    wanted = sa.select(Wish).where(
        Wish.wisher_id == person_id, Wish.state != WishState.DRAFT, reached(actor, Permission.WISH_READ)
    )
    return KeysetQuery(wanted, (Wish.id.desc(),))


def view_wishes(rows: Sequence[Wish]) -> list[OwnWish]:
    return [
        OwnWish(one.id, one.number, one.title, one.state, one.submitted_at or one.created_at) for one in rows
    ]


def calls_about(person_id: int, *, actor: Actor) -> KeysetQuery:
    """Who opened the contact for a call-back, for whoever may do so themselves, the newest first."""
    facts: Any = JournalLine.facts
    wanted = (
        sa.select(JournalLine, Wish)
        .join(Wish, Wish.id == JournalLine.subject_id)
        .where(
            JournalLine.subject_kind == Wish.journal_kind,
            JournalLine.verb == "open_contact",
            facts["task"].as_string() == OpeningTask.CALL_BACK,
            Wish.wisher_id == person_id,
            reached(actor, Permission.WISH_CONTACT),
        )
    )
    return KeysetQuery(wanted, (JournalLine.id.desc(),))


def view_calls(rows: Sequence[tuple[JournalLine, Wish]]) -> list[Call]:
    """In one statement, however many."""
    names = people.officer_names({line.actor_id for line, _wish in rows if line.actor_id})
    return [
        Call(wish.id, wish.number, wish.title, names.get(line.actor_id or 0, ""), line.at, line.reason)
        for line, wish in rows
    ]
