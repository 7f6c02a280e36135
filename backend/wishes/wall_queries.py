"""The wall of wishes, as everybody who is signed in reads it."""

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from backend import config
from backend.db import Moment, session, view_of
from backend.journal import Actor
from backend.paging import KeysetRows, Place, containing
from backend.people import guests, permissions
from backend.people import queries as people
from backend.statements import Statement
from backend.wishes import wish_rows
from backend.wishes.kinds import RoundState, WishState
from backend.wishes.models import Round, Wish
from backend.wishes.queries import ON_THE_WALL_NOW, to_views
from backend.wishes.views import RoundCard, WishView
from backend.wishes.wish_rows import OPEN_CLAIMS, VIEW_SELECT, ReadWish


def wall(
    *, q: str | None = None, claimable: bool = False, actor: Actor, **asked: int | str | list[str] | None
) -> KeysetRows:
    """What is published, claimed, fulfilled or confirmed, newest publication first, as this person sees it: of a
    `community_id`, `round_id`, `category`, `beneficiary_group`, `service_role`, in any of the states of `state`, with the
    words of `q` in its number or title; or what this person may claim now."""
    filters: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    # Few words, which are a part of the statement.
    states = tuple(filters.pop("state", ()))

    def read(after: Place | None, limit: int) -> list[WishView]:
        behind = {"published_at": after[0], "last": after[1]} if after else {}
        given = {**permissions.bind_viewer(actor.id), "size": limit, **filters, **behind}
        if q is None and not claimable:
            return to_views(_wall(frozenset(filters | behind), states).all(given), actor)
        wanted = _select(frozenset(filters | behind), states)
        if q is not None:
            wanted = wanted.where(containing(q, Wish.title, number=Wish.number))
        if claimable:
            wanted = wanted.where(_claimable())
        return to_views(wish_rows.read(wanted, given), actor)

    return KeysetRows(read, lambda one: (one.published_at, one.id), (datetime, int))


@cache
def _wall(asked: frozenset[str], states: tuple[str, ...]) -> Statement[ReadWish]:
    """The statement for these filters, with or without a place to go on from: built once for each choice."""
    return Statement(_select(asked, states), ReadWish.of)


def _select(asked: frozenset[str], states: tuple[str, ...]) -> sa.Select[Any]:
    wanted = VIEW_SELECT.where(ON_THE_WALL_NOW)
    if states:
        wanted = wanted.where(Wish.state.in_([sa.literal_column(f"'{WishState(one)}'") for one in states]))
    for name in sorted(asked - {"published_at", "last"}):
        column = getattr(Wish, name)
        wanted = wanted.where(column == sa.bindparam(name, type_=column.type))
    if "last" in asked:
        last = sa.bindparam("published_at", type_=Moment), sa.bindparam("last", type_=sa.BigInteger)
        wanted = wanted.where(sa.tuple_(Wish.published_at, Wish.id) < sa.tuple_(*last))
    newest = (Wish.published_at.desc(), Wish.id.desc())
    return wanted.order_by(*newest).limit(sa.bindparam("size", type_=sa.Integer))


def _claimable() -> sa.ColumnElement[bool]:
    """Whether the viewer may claim it now: as the move asks it of one wish, and with room for one more claim."""
    strangers = (Wish.wisher_id, Wish.reporter_id, Wish.guardian_id, Wish.reviewer_id)
    return sa.and_(
        Wish.state == WishState.PUBLISHED,
        Wish.community_id == people.REGISTERED_IN,
        *(sa.func.coalesce(one, 0) != permissions.VIEWER for one in strangers),
        OPEN_CLAIMS.scalar_subquery() < config.settings().claim_limit,
    )


def round_now(community_id: int, *, actor: Actor) -> RoundCard | None:
    """The round that a community is in: what is published before what is still reviewed or collects; to guests only what
    is published."""
    shown = RoundState.PUBLISHED if guests.is_guest(actor) else None
    running = Round.state == shown if shown else Round.state != RoundState.CLOSED
    published_first = sa.case((Round.state == RoundState.PUBLISHED, 0), else_=1)
    wanted = sa.select(Round).where(Round.community_id == community_id, running)
    found = session.scalar(wanted.order_by(published_first, Round.id.desc()).limit(1))
    return view_of(RoundCard, found) if found else None
