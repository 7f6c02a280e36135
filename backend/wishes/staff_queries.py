"""What staff read of the wishes of their places: lists with filters, the board of the rounds, who wished."""

from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor
from backend.people import permissions
from backend.people.models import Person, Residency
from backend.people.permissions import Permission
from backend.wishes.kinds import RoundState, WishState
from backend.wishes.models import Claim, Round, Wish

# Of each community's rounds that have ended the board shows the newest, and how many there are.
CLOSED = 12


def reached(actor: Actor, word: str) -> sa.ColumnElement[bool]:
    """Wishes in the places where this word is granted, down to a grid worker's own grid."""
    reach = permissions.reach_of(actor.id, word)
    return sa.or_(Wish.community_id.in_(reach), Wish.grid_id.in_(reach))


def listed(
    *,
    state: str | None,
    community_id: int | None,
    text: str | None,
    before: int | None,
    most: int,
    actor: Actor,
) -> list[Wish]:
    """Wishes this person may read, newest first; `text` is part of a number or a title."""
    wanted = sa.select(Wish).where(Wish.state != WishState.DRAFT, reached(actor, Permission.WISH_READ))
    if state:
        wanted = wanted.where(Wish.state == state)
    if community_id:
        wanted = wanted.where(Wish.community_id == community_id)
    if text:
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        wanted = wanted.where(
            sa.or_(
                Wish.number.like(f"%{escaped}%", escape="\\"), Wish.title.like(f"%{escaped}%", escape="\\")
            )
        )
    if before:
        wanted = wanted.where(Wish.id < before)
    return list(session.scalars(wanted.order_by(Wish.id.desc()).limit(most)))


def carried_of(community_ids: list[int]) -> list[Wish]:
    """What waits for the next round because nobody claimed it in the last one."""
    wanted = sa.select(Wish).where(
        sa.text("wishes.state = 'carried_over'"), Wish.community_id.in_(community_ids)
    )
    return list(session.scalars(wanted.order_by(Wish.id)))


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


def of_round(found: Round, *states: str) -> list[Wish]:
    """The round's wishes in these states, in order."""
    wanted = sa.select(Wish).where(Wish.round_id == found.id, Wish.state.in_(states))
    return list(session.scalars(wanted.order_by(Wish.id)))


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


def note_waits(wish: Wish) -> bool:
    """Does the note of the current claim wait for a look?"""
    wanted = sa.select(sa.literal(1)).where(Claim.wish_id == wish.id, Claim.needs_look, Claim.is_current)
    return session.scalar(wanted.limit(1)) is not None


def wisher_summary(wish: Wish) -> dict[str, Any]:
    """The wisher as staff see one before any opening: card, year of birth, state of the residency."""
    person, home = session.execute(
        sa.select(Person, Residency)
        .outerjoin(Residency, Residency.person_id == Person.id)
        .where(Person.id == wish.wisher_id)
    ).one()
    return {"person": person, "home": home}
