"""Which other wishes a clerk should look at beside one: of the same wisher or household, or in similar words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.people import sealed
from backend.people.models import Residency
from backend.people.sameness import address_key
from backend.wishes.kinds import WishState
from backend.wishes.models import Wish

# Older wishes are not compared: a need may well come back after a year.
COMPARED_DAYS = 365
COMPARED_WISHES = 600
ALIKE = 0.5


@dataclass(frozen=True)
class Alike:
    """Another wish that may be the same one, and why we think so."""

    id: int
    number: str | None
    title: str
    state: str
    created_at: datetime
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
        .where(Wish.state.not_in((WishState.DRAFT, WishState.WITHDRAWN)))
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
            told.append(_alike(other, reasons))
    return sorted(told, key=lambda one: (not one.same_words, -one.why.count("、")))[:8]


def _alike(other: Wish, reasons: list[str]) -> Alike:
    why, same_words = "、".join(reasons), "内容相近" in reasons
    return Alike(other.id, other.number, other.title, other.state, other.created_at, why, same_words)


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
    addresses = {home.person_id: address_key(sealed.address(home) or "") for home in homes}
    own = addresses.get(wish.wisher_id)
    return {one for one, address in addresses.items() if own and address == own and one != wish.wisher_id}
