"""What pages about wishes read: queues by scope, a filtered list, what carries over, what is alike."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.console.frame.page import Staff
from backend.db import session
from backend.people import permissions, sealed
from backend.people.models import Person, Residency
from backend.wishes.models import WISH_STATES, Claim, Round, Wish

# Older wishes are not compared: a need may well come back after a year.
COMPARED_DAYS = 365
COMPARED_WISHES = 600
ALIKE = 0.5


def reached(staff: Staff, word: str) -> sa.ColumnElement[bool]:
    """Wishes in the places where this word is granted, down to a grid worker's own grid."""
    reach = permissions.reach_of(staff.id, word)
    return sa.or_(Wish.community_id.in_(reach), Wish.grid_id.in_(reach))


def _not_mine(staff: Staff) -> sa.ColumnElement[bool]:
    """Nobody reviews what they wish or reported."""
    return sa.and_(
        Wish.wisher_id != staff.id, sa.or_(Wish.reporter_id.is_(None), Wish.reporter_id != staff.id)
    )


def to_review(staff: Staff, most: int, after: int = 0) -> list[Wish]:
    """Submitted wishes that this clerk may decide, oldest first."""
    wanted = sa.select(Wish).where(
        sa.text("wishes.state = 'submitted'"),
        reached(staff, "wish:review"),
        _not_mine(staff),
        Wish.id > after,
    )
    return list(session.scalars(wanted.order_by(Wish.id).limit(most)))


def next_to_review(staff: Staff, after: int) -> int | None:
    """The next one behind this one, else the first that waits."""
    found = to_review(staff, 1, after) or to_review(staff, 1)
    return found[0].id if found else None


def for_a_colleague(staff: Staff) -> int:
    """How many submitted wishes this clerk may not decide, because they reported them."""
    wanted = sa.select(sa.func.count()).where(
        sa.text("wishes.state = 'submitted'"), reached(staff, "wish:review"), sa.not_(_not_mine(staff))
    )
    return session.scalar(wanted)


def to_call(staff: Staff, most: int) -> list[Wish]:
    """Fulfilled wishes of people who may not answer by themselves; neither my claim nor my review."""
    claimed_by_me = sa.exists().where(
        Claim.wish_id == Wish.id, Claim.person_id == staff.id, Claim.outcome.is_(None)
    )
    wanted = sa.select(Wish).where(
        sa.text("wishes.state = 'fulfilled'"),
        reached(staff, "wish:confirm"),
        Wish.wisher_id != staff.id,
        Wish.reviewer_id != staff.id,
        ~claimed_by_me,
    )
    return list(session.scalars(wanted.order_by(Wish.fulfilled_at).limit(most)))


def escalated(staff: Staff, most: int) -> list[Wish]:
    """Wishes that nobody claimed in two rounds, for the street."""
    wanted = sa.select(Wish).where(sa.text("wishes.state = 'escalated'"), reached(staff, "wish:coordinate"))
    return list(session.scalars(wanted.order_by(Wish.id).limit(most)))


def listed(
    staff: Staff,
    *,
    state: str | None,
    community_id: int | None,
    text: str | None,
    before: int | None,
    most: int,
) -> list[Wish]:
    """Wishes this person may read, newest first; `text` is part of a number or a title."""
    wanted = sa.select(Wish).where(Wish.state != "draft", reached(staff, "wish:read"))
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
    return list(session.scalars(wanted.order_by(Wish.id).limit(200)))


def of_round(found: Round, *states: str) -> list[Wish]:
    """The round's wishes in these states, in order."""
    wanted = sa.select(Wish).where(Wish.round_id == found.id, Wish.state.in_(states))
    return list(session.scalars(wanted.order_by(Wish.id).limit(500)))


def counts_of_rounds(round_ids: list[int]) -> dict[int, dict[str, int]]:
    """Wishes by state in each of these rounds."""
    rows = session.execute(
        sa.select(Wish.round_id, Wish.state, sa.func.count())
        .where(Wish.round_id.in_(round_ids))
        .group_by(Wish.round_id, Wish.state)
    )
    found = {(round_id, state): number for round_id, state, number in rows}
    return {
        one: {state: found[one, state] for state in WISH_STATES if (one, state) in found} for one in round_ids
    }


@dataclass(frozen=True)
class Alike:
    """Another wish that may be the same one, and why we think so."""

    wish: Wish
    why: str
    same_words: bool


def alike(wish: Wish) -> list[Alike]:
    """The wisher's other wishes of a year, those of the same household, and those in similar words.

    Similar means that half of all pairs of neighbouring characters are the same: simple enough to be
    explained, and only a hint: the clerk decides.
    """
    since = clock.now() - timedelta(days=COMPARED_DAYS)
    wanted = (
        sa.select(Wish)
        .where(Wish.community_id == wish.community_id, Wish.id != wish.id, Wish.created_at >= since)
        .where(Wish.state.not_in(("draft", "withdrawn")))
        .order_by(Wish.id.desc())
        .limit(COMPARED_WISHES)
    )
    others = list(session.scalars(wanted))
    household = _household(wish, {one.wisher_id for one in others})
    own = _pairs(wish)
    told = []
    for other in others:
        reasons = [
            *(["同一位居民"] if other.wisher_id == wish.wisher_id else []),
            *(["同一个住址"] if other.wisher_id in household else []),
            *(["内容相近"] if _share(own, _pairs(other)) >= ALIKE else []),
        ]
        if reasons:
            told.append(Alike(other, "、".join(reasons), "内容相近" in reasons))
    return sorted(told, key=lambda one: (not one.same_words, -one.why.count("、")))[:8]


def _pairs(wish: Wish) -> frozenset[str]:
    text = "".join(sign for sign in wish.title + wish.description if sign.isalnum())
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def _household(wish: Wish, person_ids: set[int]) -> set[int]:
    """Which of these persons gave the wisher's own address. Compared by the machine, shown to nobody."""
    homes = session.scalars(
        sa.select(Residency).where(
            Residency.person_id.in_({*person_ids, wish.wisher_id}), Residency.address_sealed.is_not(None)
        )
    )
    addresses = {home.person_id: _plain(sealed.address(home)) for home in homes}
    own = addresses.get(wish.wisher_id)
    return {one for one, address in addresses.items() if own and address == own and one != wish.wisher_id}


def _plain(address: str | None) -> str:
    return "".join(sign for sign in address or "" if sign.isalnum())


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
