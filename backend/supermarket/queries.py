"""Reading shops, items and orders; stock is read in stock_queries. Lists cost a fixed number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import columns_of, session
from backend.errors import NotFound
from backend.lifecycle import open_to
from backend.organisations import queries as places
from backend.people import permissions
from backend.people import queries as people
from backend.people.models import Person, Team
from backend.supermarket import sealed, states, timetable
from backend.supermarket.models import Item, Line, Redemption, Shop, Slot
from backend.supermarket.stock_models import Batch, Movement

# --- shops and items ---------------------------------------------------------------------------------


def shops(community_id: int | None, after: int | None, limit: int) -> list[Shop]:
    """Shops in the order of their ids."""
    wanted = sa.select(Shop)
    if community_id is not None:
        wanted = wanted.where(Shop.community_id == community_id)
    if after is not None:
        wanted = wanted.where(Shop.id > after)
    return list(session.scalars(wanted.order_by(Shop.id).limit(limit)))


def shop(shop_id: int) -> Shop:
    """Raises NotFound."""
    found = session.get(Shop, shop_id)
    if found is None:
        raise NotFound()
    return found


def shop_of_staff(shop_id: int, word: str, *, by: Any) -> Shop:
    """A shop in whose place `by` is granted `word`. Raises NotFound, NotAllowed."""
    found = shop(shop_id)
    permissions.require(by.id, word, found.place_id)
    return found


def items(shop_id: int, kind: str | None, after: int | None, limit: int, *, by: Any) -> list[Item]:
    """What the shop offers; its own staff also see what is off the shelf."""
    found = shop(shop_id)
    wanted = sa.select(Item).where(Item.shop_id == shop_id)
    if not permissions.appointed(by.id, "stock:read", found.place_id):
        wanted = wanted.where(Item.on_shelf)
    if kind is not None:
        wanted = wanted.where(Item.kind == kind)
    if after is not None:
        wanted = wanted.where(Item.id > after)
    return list(session.scalars(wanted.order_by(Item.id).limit(limit)))


def item(item_id: int) -> Item:
    """Raises NotFound."""
    found = session.get(Item, item_id)
    if found is None:
        raise NotFound()
    return found


def shown_items(found: Sequence[Item], *, by: Any) -> list[dict[str, Any]]:
    """Items as this person sees them: what can be redeemed for all, the stock's numbers for the shop's staff.

    `available` is in units; None where there is no stock to run out of.
    """
    ids = [one.id for one in found]
    ended = past_their_day(ids) if ids else {}
    donors = _donors(ids)
    place_of = dict(
        session.execute(
            sa.select(Shop.id, Shop.community_id).where(Shop.id.in_({o.shop_id for o in found}))
        ).all()
    )
    words = permissions.words_in(by.id, set(place_of.values()))
    told = []
    for one in found:
        inside = "stock:read" in words.get(place_of[one.shop_id], ())
        plain = columns_of(one)
        free = max(one.on_hand - one.reserved - ended.get(one.id, 0), 0)
        hidden = {} if inside else {"on_hand": None, "reserved": None, "low_stock": None}
        available = free if one.kind == "goods" else None
        told.append({**plain, "available": available, "donors": donors.get(one.id, []), **hidden})
    return told


def _donors(ids: list[int]) -> dict[int, list[str]]:
    """Who gave an item and agreed to be named (捐赠榜), in order of their gifts; never by how much."""
    if not ids:
        return {}
    rows = session.execute(
        sa.select(Movement.item_id, Movement.reference, Movement.donor_sealed)
        .where(Movement.item_id.in_(ids), Movement.donor_public, Movement.kind == "receipt")
        .order_by(Movement.id)
    )
    told: dict[int, list[str]] = {}
    for row in rows:
        name = sealed.donor_of(row.reference, row.donor_sealed)
        if name not in told.setdefault(row.item_id, []):
            told[row.item_id].append(name)
    return told


def past_their_day(ids: Iterable[int]) -> dict[int, int]:
    """Units of each item whose best-before day is past: on hand still, but for nobody any more.

    Asked in a statement after the lock, so that it sees what the one before us left.
    """
    wanted = (
        sa.select(Batch.item_id, sa.func.sum(Batch.on_hand))
        .where(Batch.item_id.in_(list(ids)), Batch.on_hand > 0, Batch.best_before < clock.today())
        .group_by(Batch.item_id)
    )
    return dict(session.execute(wanted).all())


def slots(item_id: int, day: date) -> list[timetable.Offered]:
    """A venue's slots of a day. Raises NotFound, NotAVenue."""
    found = item(item_id)
    if found.kind != "venue":
        raise timetable.NotAVenue()
    return timetable.slots_of(found, shop(found.shop_id), day)


# --- orders ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """An order as one viewer may see it, with the moves open to that viewer."""

    order: Redemption
    lines: list[Line]
    slots: list[Slot]
    shop: str
    community: str
    person: str
    team: str | None
    code: str | None
    actions: list[str]


def order(order_id: int, *, by: Any) -> Redemption:
    """An order that the person may see; else NotFound."""
    found = session.get(Redemption, order_id)
    if found is None:
        raise NotFound()
    words = permissions.granted_words(by.id, found.place_id)
    if not found.visible_to(by.id, words, found.facts_about(by.id)):
        raise NotFound()
    return found


def orders_of(person_id: int, after: int | None, limit: int) -> list[Redemption]:
    """The person's orders, newest first."""
    wanted = sa.select(Redemption).where(Redemption.person_id == person_id)
    if after is not None:
        wanted = wanted.where(Redemption.id < after)
    return list(session.scalars(wanted.order_by(Redemption.id.desc()).limit(limit)))


def to_approve(shop_id: int | None, after: int | None, limit: int, *, by: Any) -> list[Redemption]:
    """Requests in the clerk's places, oldest first. Another place's shop is NotFound."""
    if shop_id is not None:
        shop_of_staff(shop_id, "redemption:approve", by=by)
    wanted = sa.select(Redemption).where(
        sa.text("redemptions.state = 'requested'"),
        Redemption.community_id.in_(permissions.reach_of(by.id, "redemption:approve")),
    )
    if shop_id is not None:
        wanted = wanted.where(Redemption.shop_id == shop_id)
    if after is not None:
        wanted = wanted.where(Redemption.id > after)
    return list(session.scalars(wanted.order_by(Redemption.id).limit(limit)))


def orders_in(shop_id: int, state: str | None, after: int | None, limit: int, *, by: Any) -> list[Redemption]:
    """A shop's orders, newest first, for the staff of its place. Raises NotFound, NotAllowed."""
    shop_of_staff(shop_id, "redemption:read", by=by)
    wanted = sa.select(Redemption).where(Redemption.shop_id == shop_id)
    if state is not None:
        wanted = wanted.where(Redemption.state == state)
    if after is not None:
        wanted = wanted.where(Redemption.id < after)
    return list(session.scalars(wanted.order_by(Redemption.id.desc()).limit(limit)))


def shown(orders: Sequence[Redemption], *, by: Any) -> list[Shown]:
    """Orders as this person sees them; a fixed number of statements for a page."""
    if not orders:
        return []
    ids = [one.id for one in orders]
    lines, booked = _lines_of(ids), _slots_of(ids)
    words = permissions.words_in(by.id, {one.place_id for one in orders})
    shop_names = dict(
        session.execute(
            sa.select(Shop.id, Shop.name).where(Shop.id.in_({one.shop_id for one in orders}))
        ).all()
    )
    communities = places.names({one.community_id for one in orders})
    names = people.masked_names({one.person_id for one in orders})
    teams = _team_names({one.team_id for one in orders if one.team_id})
    phoneless = _without_phone({one.person_id for one in orders if one.requested_by_id == by.id})
    return [
        Shown(
            one,
            lines.get(one.id, []),
            booked.get(one.id, []),
            shop_names[one.shop_id],
            communities[one.community_id],
            names[one.person_id],
            teams.get(one.team_id),
            _code(one, by, phoneless),
            _open_moves(one, words.get(one.place_id, frozenset()), by),
        )
        for one in orders
    ]


def _open_moves(one: Redemption, words: frozenset[str], by: Any) -> list[str]:
    moves = open_to(states.REDEMPTION_MOVES, one, words, one.facts_about(by.id))
    begun = one.starts_at is not None and one.starts_at <= clock.now()
    # A venue's button waits for its time, as the verbs do.
    hidden = {"approve"} if begun else {"no_show"}
    return [name for name in moves if name not in hidden]


def _code(one: Redemption, by: Any, phoneless: set[int]) -> str | None:
    """The code is for its owner; for an owner without WeChat, for the clerk who asked, to print it."""
    mine = one.person_id == by.id or (one.requested_by_id == by.id and one.person_id in phoneless)
    if not mine or one.state != "approved":
        return None
    return sealed.code_of(one)


def _lines_of(ids: list[int]) -> dict[int, list[Line]]:
    told: dict[int, list[Line]] = {}
    wanted = sa.select(Line).where(Line.redemption_id.in_(ids)).order_by(Line.item_id)
    for line in session.scalars(wanted):
        told.setdefault(line.redemption_id, []).append(line)
    return told


def _slots_of(ids: list[int]) -> dict[int, list[Slot]]:
    told: dict[int, list[Slot]] = {}
    wanted = sa.select(Slot).where(Slot.redemption_id.in_(ids)).order_by(Slot.starts_at)
    for slot in session.scalars(wanted):
        told.setdefault(slot.redemption_id, []).append(slot)
    return told


def _team_names(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(session.execute(sa.select(Team.id, Team.name).where(Team.id.in_(ids))).all())


def _without_phone(ids: set[int]) -> set[int]:
    if not ids:
        return set()
    return set(session.scalars(sa.select(Person.id).where(Person.id.in_(ids), Person.openid.is_(None))))
