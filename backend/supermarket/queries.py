"""Reading shops, items and orders; stock is read in stock_queries. Lists cost a fixed number of statements."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import clock, config
from backend.db import session, view_of
from backend.errors import NotFound
from backend.files import queries as files
from backend.journal import Actor
from backend.lifecycle import open_to
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.paging import KeysetQuery, containing
from backend.people import guests, permissions
from backend.people import queries as people
from backend.people.masking import level_of
from backend.people.permissions import Permission
from backend.supermarket import open_days, order_rows, sealed, states, timetable
from backend.supermarket.demand_models import Watch
from backend.supermarket.models import (
    OPEN_STATES,
    Item,
    ItemKind,
    Line,
    Redemption,
    RedemptionState,
    Shop,
    Slot,
    requesting_in,
)
from backend.supermarket.order_rows import OrderLine
from backend.supermarket.stock_models import Batch, Movement, MovementKind
from backend.supermarket.views import ItemView, LineView, OpenOrder, RedemptionView, ShopView, SlotView

# What only who works with the orders of a place has: they hand over, and call people by name.
WORK_WITH_ORDERS = (
    Permission.REDEMPTION_APPROVE,
    Permission.REDEMPTION_HAND_OVER,
    Permission.REDEMPTION_REQUEST_FOR,
)

# --- shops and items ---------------------------------------------------------------------------------


def shops(community_id: int | None) -> KeysetQuery:
    """Shops in the order of their ids; a community's are also those of what was merged into it."""
    wanted = sa.select(Shop)
    if community_id is not None:
        merged = sa.select(Organisation.id).where(Organisation.merged_into_id == community_id)
        wanted = wanted.where(sa.or_(Shop.community_id == community_id, Shop.community_id.in_(merged)))
    return KeysetQuery(wanted, (Shop.id,))


def shop(shop_id: int) -> Shop:
    """Raises NotFound."""
    found = session.get(Shop, shop_id)
    if found is None:
        raise NotFound()
    return found


def view_shops(found: Sequence[Shop]) -> list[ShopView]:
    """Shops, with the names of their communities."""
    names = places.names({one.community_id for one in found})
    return [view_of(ShopView, one, community_name=names[one.community_id]) for one in found]


def shop_of_staff(shop_id: int, word: str, *, actor: Actor) -> Shop:
    """A shop in whose place `actor` is granted `word`. Raises NotFound, NotAllowed."""
    found = shop(shop_id)
    permissions.require(actor.id, word, found.place_id)
    return found


def items(shop_id: int, kind: str | None, q: str | None = None, *, actor: Actor) -> KeysetQuery:
    """What the shop offers, of a kind, with these words in its name; its own staff also see what is off the shelf."""
    found = shop(shop_id)
    wanted = sa.select(Item).where(Item.shop_id == shop_id)
    if not permissions.appointed(actor.id, Permission.STOCK_READ, found.place_id):
        wanted = wanted.where(Item.on_shelf)
    if kind is not None:
        wanted = wanted.where(Item.kind == kind)
    if q is not None:
        wanted = wanted.where(containing(q, Item.name))
    return KeysetQuery(wanted, (Item.id,))


def item(item_id: int) -> Item:
    """Raises NotFound."""
    found = session.get(Item, item_id)
    if found is None:
        raise NotFound()
    return found


def view_items(found: Sequence[Item], *, actor: Actor) -> list[ItemView]:
    """Items as this person sees them: what can be redeemed for all, the stock's numbers for the shop's staff."""
    ids = [one.id for one in found]
    ended = past_their_day(ids) if ids else {}
    # Who gave agreed to be named among neighbours, not on the open internet.
    donors = {} if guests.is_guest(actor) else _donors(ids)
    place_of = dict(
        session.execute(
            sa.select(Shop.id, Shop.community_id).where(Shop.id.in_({o.shop_id for o in found}))
        ).all()
    )
    words = permissions.permissions_in_many(actor.id, set(place_of.values()))
    pictures = files.of([("item", one.id) for one in found])
    waiting = _waiting(ids, actor)
    told = []
    for one in found:
        granted = words.get(place_of[one.shop_id], frozenset())
        inside = Permission.STOCK_READ in granted
        view = "look" if Permission.ITEM_LOOK in granted else "inside"
        shown = files.picture_links(pictures.get(("item", one.id), ()), view, actor.id)
        free = max(one.on_hand - one.reserved - ended.get(one.id, 0), 0)
        hidden: dict[str, Any] = {} if inside else {"on_hand": None, "reserved": None, "low_stock": None}
        watched, watching = waiting.get(one.id, (0, 0))
        hidden |= {"watching": bool(watching), "waiting": watched if inside else None}
        available = free if one.kind == ItemKind.GOODS else None
        told.append(
            view_of(ItemView, one, available=available, donors=donors.get(one.id, []), files=shown, **hidden)
        )
    return told


def _waiting(ids: list[int], actor: Actor) -> dict[int, tuple[int, int]]:
    """By item: how many want to be told when it is there again, and whether this person is one of them."""
    if not ids:
        return {}
    mine = sa.func.sum(sa.case((Watch.person_id == actor.id, 1), else_=0))
    wanted = sa.select(Watch.item_id, sa.func.count(), mine).where(Watch.item_id.in_(ids))
    return {row[0]: (row[1], row[2]) for row in session.execute(wanted.group_by(Watch.item_id))}


def shelf_value(community_id: int) -> int:
    """What the goods on the shelves of a community's shops cost in points, less what is past its day.

    Reserved units count: their points are held, and held points are outstanding too.
    """
    wanted = (
        sa.select(sa.func.coalesce(sa.func.sum((Item.on_hand - ended_units()) * Item.points), 0))
        .join(Shop, Shop.id == Item.shop_id)
        .where(Shop.community_id == community_id, Item.kind == ItemKind.GOODS, Item.on_shelf)
    )
    return int(session.scalars(wanted).one())


def stands() -> sa.ColumnElement[bool]:
    """Is the receipt one that nobody has taken back?"""
    red = aliased(Movement)
    return ~sa.exists().where(red.reverses_id == Movement.id)


def _donors(ids: list[int]) -> dict[int, list[str]]:
    """Who gave an item and agreed to be named (捐赠榜), in order of their gifts; never by how much."""
    if not ids:
        return {}
    rows = session.execute(
        sa.select(Movement.item_id, Movement.reference, Movement.donor_sealed)
        .where(
            Movement.item_id.in_(ids), Movement.donor_public, Movement.kind == MovementKind.RECEIPT, stands()
        )
        .order_by(Movement.id)
    )
    told: dict[int, list[str]] = {}
    for row in rows:
        name = sealed.donor_of(row.reference, row.donor_sealed)
        if name is not None and name not in told.setdefault(row.item_id, []):
            told[row.item_id].append(name)
    return told


def for_somebody() -> sa.ColumnElement[bool]:
    """Is the batch one that may be given to people: not past its day, nor waiting for somebody to look at it?"""
    good = sa.or_(Batch.best_before.is_(None), Batch.best_before >= clock.today())
    return sa.and_(good, sa.not_(Batch.quarantined))


def for_nobody(today: Any = None) -> sa.ColumnElement[bool]:
    return sa.or_(Batch.quarantined, Batch.best_before < (clock.today() if today is None else today))


def ended_units(item_id: Any = Item.id, today: Any = None) -> sa.ScalarSelect[int]:
    """Of each row's item the units whose best-before day is past, or that wait in quarantine: on hand still, but for
    nobody.

    What is decided on it is decided in a statement after the item's lock, which sees what the one before us
    left.
    """
    return (
        sa.select(sa.func.coalesce(sa.func.sum(Batch.on_hand), 0))
        .where(Batch.item_id == item_id, Batch.on_hand > 0, for_nobody(today))
        .correlate(Item)
        .scalar_subquery()
    )


def free_units() -> sa.ColumnElement[int]:
    """Of each item the units that somebody can still have: neither reserved nor for nobody."""
    return Item.on_hand - Item.reserved - ended_units()


def can_be_had() -> sa.ColumnElement[bool]:
    """Of each item whether it can be redeemed now: it is on the shelf, and of goods there are some."""
    return sa.and_(Item.on_shelf, sa.or_(Item.kind != ItemKind.GOODS, free_units() > 0))


def past_their_day(ids: Iterable[int]) -> dict[int, int]:
    """The same of these items, by id, where there are any."""
    wanted = (
        sa.select(Batch.item_id, sa.func.sum(Batch.on_hand))
        .where(Batch.item_id.in_(list(ids)), Batch.on_hand > 0, for_nobody())
        .group_by(Batch.item_id)
    )
    return dict(session.execute(wanted).all())


def ends_soon() -> sa.ColumnElement[bool]:
    """The condition that a batch of `Item` ends within BATCH_WARNING_DAYS open days of its shop, or has ended."""
    count = config.settings().batch_warning_days
    return open_days.within(Batch.best_before, Item.shop_id, count, at_least=clock.today())


def slots(item_id: int, day: date) -> list[timetable.Offered]:
    """A venue's slots of a day. Raises NotFound, NotAVenue."""
    found = item(item_id)
    if found.kind != ItemKind.VENUE:
        raise timetable.NotAVenue()
    return timetable.slots_of(found, shop(found.shop_id), day)


# --- orders ------------------------------------------------------------------------------------------


def order(order_id: int, *, actor: Actor) -> Redemption:
    """An order that the person may see; else NotFound."""
    found = session.get(Redemption, order_id)
    if found is None:
        raise NotFound()
    words = permissions.permissions_in(actor.id, found.place_id)
    if not found.visible_to(actor.id, words, found.facts_about(actor.id)):
        raise NotFound()
    return found


def orders_of(person_id: int, among: Collection[str] | None = None) -> KeysetQuery:
    """The person's orders, newest first."""
    return _in_states(sa.select(Redemption).where(Redemption.person_id == person_id), among)


def open_orders_of(item_id: int) -> list[OpenOrder]:
    """Orders with this item that are neither handed over nor closed, the oldest first."""
    wanted = sa.select(Redemption.id, Redemption.number, Redemption.state)
    wanted = wanted.join(Line, Line.redemption_id == Redemption.id).where(Line.item_id == item_id)
    rows = session.execute(
        wanted.where(Redemption.state.in_(OPEN_STATES)).order_by(Redemption.id).limit(1000)
    )
    return [view_of(OpenOrder, row) for row in rows]


def orders_in(
    shop_id: int, among: Collection[str] | None, collect_on: date | None = None, *, actor: Actor
) -> KeysetQuery:
    """A shop's orders, newest first, for the staff of its place; those that are to be collected on a day, where one is
    given. Raises NotFound, NotAllowed."""
    shop_of_staff(shop_id, Permission.REDEMPTION_READ, actor=actor)
    wanted = sa.select(Redemption).where(Redemption.shop_id == shop_id)
    if collect_on is not None:
        wanted = wanted.where(Redemption.collect_on == collect_on)
    return _in_states(wanted, among)


def _in_states(wanted: sa.Select[Any], among: Collection[str] | None) -> KeysetQuery:
    if among:
        wanted = wanted.where(Redemption.state.in_(among))
    return KeysetQuery(wanted, (Redemption.id.desc(),))


def view_redemptions(orders: Sequence[Redemption], *, actor: Actor) -> list[RedemptionView]:
    """Orders as this person sees them; a fixed number of statements for a page."""
    if not orders:
        return []
    lines = order_rows.lines_of([one.id for one in orders], actor)
    booked = _slots_of([one.id for one in orders if one.item_kind == ItemKind.VENUE])
    asking = requesting_in(orders, actor.id)
    return [_to_view(one, lines[one.id], booked.get(one.id, []), asking, actor) for one in orders]


def _to_view(
    one: Redemption, lines: list[OrderLine], booked: list[Slot], asking: set[int], actor: Actor
) -> RedemptionView:
    row = lines[0]
    facts, words = one.facts_of(actor.id, asking), permissions.parse_roles(row.roles)
    actions = _open_moves(one, words, facts)
    # Written to be judged: it is for who asked, and for whoever may approve it while it waits.
    judges = "requesting" in facts or states.APPROVE.name in actions
    return view_of(
        RedemptionView,
        one,
        kind=one.item_kind,
        shop_name=row.shop,
        community_name=row.community,
        person_name=people.masked_name(
            one.person_id, row.real_name_sealed, level_of(words, *WORK_WITH_ORDERS)
        ),
        on_behalf=one.requested_by_id is not None,
        on_behalf_reason=one.on_behalf_reason if judges else None,
        lines=[view_of(LineView, line) for line in lines],
        slots=[
            view_of(SlotView, slot, id=timetable.slot_id(slot.item_id, slot.starts_at)) for slot in booked
        ],
        team_name=row.team,
        pick_up_code=_code(one, facts, row.openid is None),
        pick_up_qr=None,
        proxy_name=sealed.proxy_of(one) if Permission.REDEMPTION_READ in words else None,
        reason=one.closing_reason,
        actions=actions,
    )


def _open_moves(one: Redemption, words: frozenset[str], facts: frozenset[str]) -> list[str]:
    moves = open_to(states.REDEMPTION_MOVES, one, words, facts)
    # A venue's buttons wait for their time, and end with it, as the verbs do.
    over: dict[str, str] = {
        RedemptionState.REQUESTED: states.APPROVE.name,
        RedemptionState.APPROVED: states.CANCEL.name,
    }
    hidden = {over.get(one.state) if one.slot_begun() else states.NO_SHOW.name}
    if one.item_kind == ItemKind.VENUE:
        hidden.add(states.EXTEND.name)
    return [name for name in moves if name not in hidden]


def _code(one: Redemption, facts: frozenset[str], phoneless: bool) -> str | None:
    """The code is for its owner; for an owner without WeChat, for the clerk or the relative who asked, as long as they
    may ask for them."""
    mine = "owner" in facts or (phoneless and bool(facts & {"requesting", "family"}))
    return sealed.code_of(one) if mine and one.state == RedemptionState.APPROVED else None


def lines_of(order_id: int) -> list[Line]:
    """What an order is for, in the order of the items' ids."""
    return list(session.scalars(sa.select(Line).where(Line.redemption_id == order_id).order_by(Line.item_id)))


def lines_of_many(ids: Sequence[int]) -> dict[int, list[Line]]:
    """The same of many orders, in one statement."""
    told: dict[int, list[Line]] = {one: [] for one in ids}
    if ids:
        for line in session.scalars(
            sa.select(Line).where(Line.redemption_id.in_(ids)).order_by(Line.item_id)
        ):
            told[line.redemption_id].append(line)
    return told


def _slots_of(ids: list[int]) -> dict[int, list[Slot]]:
    told: dict[int, list[Slot]] = {}
    if not ids:
        return told
    wanted = sa.select(Slot).where(Slot.redemption_id.in_(ids)).order_by(Slot.starts_at)
    for slot in session.scalars(wanted):
        told.setdefault(slot.redemption_id, []).append(slot)
    return told
