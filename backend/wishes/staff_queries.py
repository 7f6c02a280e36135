"""What staff read of the wishes of their places: lists with filters, the board of the rounds, who wished."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend import text
from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.people import permissions
from backend.people.kinds import ResidencyState
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.wishes.kinds import RoundState, WishState
from backend.wishes.models import Round, Wish
from backend.wishes.views import WishLine

# Of each community's rounds that have ended the board shows the newest, and how many there are.
CLOSED = 12


def reached(actor: Actor, word: str) -> sa.ColumnElement[bool]:
    """Wishes in the places where this word is granted, down to a grid worker's own grid."""
    reach = permissions.reach_of(actor.id, word)
    return sa.or_(Wish.community_id.in_(reach), Wish.grid_id.in_(reach))


def carried_of(community_ids: list[int], *, actor: Actor) -> list[WishLine]:
    """What waits for the next round because nobody claimed it in the last one, as far as this person may read it."""
    wanted = sa.select(Wish).where(
        sa.text("wishes.state = 'carried_over'"),
        Wish.community_id.in_(community_ids),
        reached(actor, Permission.WISH_READ),
    )
    return _lines(wanted.order_by(Wish.id))


def _lines(wanted: sa.Select[Wish]) -> list[WishLine]:
    return [
        WishLine(one.id, one.community_id, one.number, one.title, one.state, bool(one.carried))
        for one in session.scalars(wanted)
    ]


def closed_rounds(community_ids: list[int]) -> list[tuple[Round, int]]:
    """The newest CLOSED rounds that have ended in each of these communities, newest first, each with the number of all
    that have ended there."""
    each: dict[str, Any] = {"partition_by": Round.community_id}
    ended = (
        sa.select(
            Round.id,
            sa.func.row_number().over(order_by=Round.id.desc(), **each).label("place"),
            sa.func.count().over(**each).label("ended"),
        )
        .where(Round.state == RoundState.CLOSED, Round.community_id.in_(community_ids))
        .subquery()
    )
    wanted = (
        sa.select(Round, ended.c.ended).join(ended, ended.c.id == Round.id).where(ended.c.place <= CLOSED)
    )
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(Round.id.desc()))]


def collecting_in(community_ids: Collection[int]) -> set[int]:
    """Those of these communities in which a round collects, or is being reviewed, so that no other can be opened."""
    wanted = sa.select(Round.community_id).where(
        Round.state.in_((RoundState.COLLECTING, RoundState.REVIEWING)), Round.community_id.in_(community_ids)
    )
    return set(session.scalars(wanted))


def opened_since(moment: datetime, community_ids: Collection[int]) -> set[int]:
    """Those of these communities in which a round was opened since then, or one collects still."""
    wanted = sa.select(Round.community_id).where(
        Round.opened_at >= moment, Round.community_id.in_(community_ids)
    )
    return set(session.scalars(wanted)) | collecting_in(community_ids)


def published_in(community_id: int) -> Round | None:
    """The round that a community has published now."""
    wanted = sa.select(Round).where(Round.community_id == community_id, Round.state == RoundState.PUBLISHED)
    return session.scalar(wanted)


def of_round(round_id: int, *states: str, actor: Actor) -> list[WishLine]:
    """The round's wishes in these states, in order, as far as this person may read them."""
    wanted = sa.select(Wish).where(
        Wish.round_id == round_id, Wish.state.in_(states), reached(actor, Permission.WISH_READ)
    )
    return _lines(wanted.order_by(Wish.id))


def counts_of_rounds(round_ids: list[int]) -> dict[int, dict[str, int]]:
    """Wishes by state in each of these rounds."""
    rows = session.execute(
        sa.select(Wish.round_id, Wish.state, sa.func.count())
        .where(Wish.round_id.in_(round_ids))
        .group_by(Wish.round_id, Wish.state)
    )
    found = {(round_id, state): number for round_id, state, number in rows}
    return {
        one: {state: found[one, state] for state in WishState if (one, state) in found} for one in round_ids
    }


def community_of(wish_id: int) -> int:
    """The community in which a wish was made. Raises NotFound."""
    found = session.scalar(sa.select(Wish.community_id).where(Wish.id == wish_id))
    if found is None:
        raise NotFound()
    return found


def numbered(number: str, *, actor: Actor) -> int | None:
    """The wish with this number, or without one with this id, where this person may read it."""
    plain = text.reference(number)
    known = Wish.id == int(plain) if plain.isdecimal() and len(plain) < 18 else Wish.number == plain
    wanted = sa.select(Wish.id).where(known, Wish.state != WishState.DRAFT)
    return session.scalar(wanted.where(reached(actor, Permission.WISH_READ)))


@dataclass(frozen=True)
class WisherSummary:
    """The wisher as staff see one before any opening."""

    card: str | None
    verified: bool


def wisher_summary(wish_id: int) -> WisherSummary:
    """Card and residency of who wished, for staff of the place."""
    card, state = session.execute(
        sa.select(Person.card_number, Residency.state)
        .select_from(Wish)
        .join(Person, Person.id == Wish.wisher_id)
        .outerjoin(Residency, Residency.person_id == Person.id)
        .where(Wish.id == wish_id)
    ).one()
    return WisherSummary(card, state == ResidencyState.VERIFIED)


def wishers_cards(wish_ids: Sequence[int]) -> dict[int, str | None]:
    """Of each wish the card of who wished."""
    wanted = sa.select(Wish.id, Person.card_number).join(Person, Person.id == Wish.wisher_id)
    return dict(session.execute(wanted.where(Wish.id.in_(wish_ids))).all())


@dataclass(frozen=True)
class KnownContact:
    """Whether there is anything to be opened: what it is takes a reason."""

    phone: bool
    address: bool


def known_contact(wish_id: int) -> KnownContact:
    """Is there a phone to call, an address to go to? For a child its guardian is called."""
    called = sa.case((Wish.for_child, Wish.guardian_id), else_=Wish.wisher_id)
    phone, address = session.execute(
        sa.select(
            sa.func.coalesce(Wish.phone_sealed, Person.phone_sealed),
            sa.func.coalesce(Wish.address_sealed, Residency.address_sealed),
        )
        .select_from(Wish)
        .outerjoin(Person, Person.id == called)
        .outerjoin(Residency, Residency.person_id == Wish.wisher_id)
        .where(Wish.id == wish_id)
    ).one()
    return KnownContact(phone is not None, address is not None)
