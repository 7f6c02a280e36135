"""Reading stock: events, batches, stocktakes, and what the counter has before it today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend import clock, config
from backend.db import session, view_of
from backend.errors import NotFound
from backend.journal import Actor
from backend.lifecycle import open_to
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people import queries as people
from backend.people.permissions import Permission
from backend.supermarket import sealed, states
from backend.supermarket.models import OPEN_STATES, Item, Redemption, RedemptionState, Shop, Slot
from backend.supermarket.open_days import OpenTimes
from backend.supermarket.queries import ends_soon, item, shop, shop_of_staff
from backend.supermarket.stock_models import (
    Batch,
    Movement,
    MovementKind,
    Stocktake,
    StocktakeLine,
    StocktakeState,
)
from backend.supermarket.views import (
    BatchView,
    BookedView,
    CountedView,
    EndingView,
    LowView,
    MovementView,
    StocktakeView,
    Today,
)


def movements(item_id: int, *, actor: Actor) -> KeysetQuery:
    """An item's events, newest first, for the staff of its place. Raises NotFound, NotAllowed."""
    shop_of_staff(item(item_id).shop_id, Permission.STOCK_READ, actor=actor)
    return KeysetQuery(sa.select(Movement).where(Movement.item_id == item_id), (Movement.id.desc(),))


def receipt(item_id: int, movement_id: int, *, actor: Actor) -> MovementView:
    """One receipt of an item, for the staff of its place. Raises NotFound, NotAllowed."""
    shop_of_staff(item(item_id).shop_id, Permission.STOCK_READ, actor=actor)
    found = session.get(Movement, movement_id)
    if found is None or found.item_id != item_id or found.kind != MovementKind.RECEIPT:
        raise NotFound()
    return view_movements([found], actor=actor)[0]


@dataclass(frozen=True)
class OrderMovement:
    """What one order did to the stock of an item, in units."""

    id: int
    item_id: int
    item_name: str
    kind: str
    units: int
    at: datetime


def of_order(order: Redemption) -> list[OrderMovement]:
    """Everything that moved in stock for one order, in its order."""
    units = sa.func.abs(
        sa.case((Movement.on_hand_change != 0, Movement.on_hand_change), else_=Movement.reserved_change)
    )
    wanted = (
        sa.select(Movement.id, Movement.item_id, Item.name, Movement.kind, units, Movement.at)
        .join(Item, Item.id == Movement.item_id)
        .where(Movement.redemption_id == order.id)
        .order_by(Movement.id)
    )
    return [OrderMovement(*row) for row in session.execute(wanted)]


def view_movements(found: Sequence[Movement], *, actor: Actor) -> list[MovementView]:
    """Events of one item with their batch, donor, order, who did it (masked), the receipt that each takes back and
    the move open to the person; a fixed number of statements for a page."""
    ids = {one.batch_id for one in found if one.batch_id}
    batches = (
        {row.id: row for row in session.scalars(sa.select(Batch).where(Batch.id.in_(ids)))} if ids else {}
    )
    orders = _numbers({one.redemption_id for one in found if one.redemption_id})
    names = people.officer_names({one.by_id for one in found if one.by_id})
    taken_back, receipts = _reversals(found)
    may_reverse = _may_reverse(found, actor)
    told = []
    for one in found:
        batch = batches.get(one.batch_id or 0)
        told.append(
            view_of(
                MovementView,
                one,
                quantity=one.on_hand_change or one.reserved_change,
                batch=batch.batch_no if batch else None,
                best_before=batch.best_before if batch else None,
                donor=sealed.donor_of(one.reference, one.donor_sealed),
                redemption_number=orders.get(one.redemption_id),
                by_name=names.get(one.by_id),
                reverses=receipts.get(one.reverses_id or 0),
                reversed=one.id in taken_back,
                actions=["reverse"] if one.id in may_reverse - taken_back else [],
            )
        )
    return told


def _reversals(found: Sequence[Movement]) -> tuple[set[int], dict[int, str]]:
    """Which of these receipts were taken back, and of red entries the number of their receipt."""
    receipts = [one.id for one in found if one.kind == MovementKind.RECEIPT]
    wanted = sa.select(Movement.reverses_id).where(Movement.reverses_id.in_(receipts))
    taken_back = set(session.scalars(wanted)) if receipts else set()
    ids = {one.reverses_id for one in found if one.reverses_id}
    rows = sa.select(Movement.id, Movement.reference).where(Movement.id.in_(ids))
    return {one for one in taken_back if one}, dict(session.execute(rows).all()) if ids else {}


def _may_reverse(found: Sequence[Movement], actor: Actor) -> set[int]:
    """The receipts that this person did not book, where they may take one back at all."""
    theirs = {one.id for one in found if one.kind == MovementKind.RECEIPT and one.by_id != actor.id}
    if not theirs:
        return set()
    shop = session.get_one(Shop, item(found[0].item_id).shop_id)
    words = permissions.permissions_in(actor.id, shop.place_id)
    return theirs if Permission.STOCK_REVERSE in words else set()


def _numbers(ids: set[int]) -> dict[int | None, str]:
    if not ids:
        return {}
    rows = session.execute(sa.select(Redemption.id, Redemption.number).where(Redemption.id.in_(ids)))
    return dict(rows.all())


def batches(item_id: int, *, actor: Actor) -> list[BatchView]:
    """What is left of each batch, what ends first first, for the staff of its place."""
    shop_of_staff(item(item_id).shop_id, Permission.STOCK_READ, actor=actor)
    wanted = sa.select(Batch).where(Batch.item_id == item_id, Batch.on_hand > 0)
    ordered = wanted.order_by(Batch.best_before.is_(None), Batch.best_before, Batch.id)
    return [view_of(BatchView, one) for one in session.scalars(ordered)]


def stocktakes(shop_id: int, *, actor: Actor) -> KeysetQuery:
    """A shop's stocktakes, newest first, for the staff of its place."""
    shop_of_staff(shop_id, Permission.STOCK_READ, actor=actor)
    return KeysetQuery(sa.select(Stocktake).where(Stocktake.shop_id == shop_id), (Stocktake.id.desc(),))


def stocktake(stocktake_id: int, *, actor: Actor) -> Stocktake:
    """One, for the staff of its place. Raises NotFound, NotAllowed."""
    found = session.get(Stocktake, stocktake_id)
    if found is None:
        raise NotFound()
    permissions.require(actor.id, Permission.STOCK_READ, found.place_id)
    return found


def view_stocktakes(found: Sequence[Stocktake], *, actor: Actor) -> list[StocktakeView]:
    """Stocktakes with their lines and the moves open to the person."""
    if not found:
        return []
    rows = session.execute(
        sa.select(StocktakeLine, Item.name, Item.unit)
        .join(Item, Item.id == StocktakeLine.item_id)
        .where(StocktakeLine.stocktake_id.in_([one.id for one in found]))
        .order_by(StocktakeLine.item_id)
    )
    lines: dict[int, list[CountedView]] = {}
    for line, name, unit in rows:
        told = view_of(
            CountedView,
            line,
            name=name,
            unit=unit,
            difference=line.counted - line.book,
            unexplained=line.unexplained,
        )
        lines.setdefault(line.stocktake_id, []).append(told)
    words = permissions.permissions_in_many(actor.id, {one.place_id for one in found})
    names = people.officer_names(
        {who for one in found for who in (one.proposed_by_id, one.decided_by_id) if who}
    )
    return [
        view_of(
            StocktakeView,
            one,
            lines=lines.get(one.id, []),
            proposed_by=names.get(one.proposed_by_id),
            decided_by=names.get(one.decided_by_id),
            actions=_actions(one, lines.get(one.id, []), words.get(one.place_id, frozenset()), actor),
        )
        for one in found
    ]


def _actions(one: Stocktake, lines: list[CountedView], words: frozenset[str], actor: Actor) -> list[str]:
    """Approving is open once nothing is left to explain; explaining, to keepers, while somebody may still decide."""
    moves = open_to(states.STOCKTAKE_MOVES, one, words, one.facts_about(actor.id))
    if any(line.unexplained for line in lines):
        moves = [move for move in moves if move != states.APPROVE_STOCKTAKE.name]
    waits = one.state == StocktakeState.PROPOSED and Permission.STOCKTAKE_PROPOSE in words
    return moves + (["explain"] if waits and any(line.difference for line in lines) else [])


def today(shop_id: int, *, actor: Actor) -> Today:
    """What the counter has before it today, for the staff of its place. Raises NotFound, NotAllowed."""
    found = shop_of_staff(shop_id, Permission.STOCK_READ, actor=actor)
    low = sa.select(Item).where(
        Item.shop_id == shop_id,
        Item.on_shelf,
        Item.low_stock.is_not(None),
        Item.on_hand - Item.reserved <= Item.low_stock,
    )
    return Today(
        date=clock.today(),
        shop_id=found.id,
        **_counts(shop_id),
        low_stock=[view_of(LowView, one) for one in session.scalars(low.order_by(Item.id))],
        ending_batches=_ending(shop_id),
        venue_slots=_booked_today(shop_id),
    )


def _counts(shop_id: int) -> dict[str, int]:
    today = clock.today()
    count = sa.func.count

    def of(*conditions: sa.ColumnElement[bool]) -> Any:
        return count(sa.case((sa.and_(*conditions), 1)))

    requested = Redemption.state == RedemptionState.REQUESTED
    approved = Redemption.state == RedemptionState.APPROVED
    begins, ends = clock.day_starts(today), clock.day_ends(today)
    handed = sa.select(count()).where(
        Redemption.shop_id == shop_id,
        Redemption.state == RedemptionState.HANDED_OVER,
        Redemption.handed_over_at >= begins,
        Redemption.handed_over_at < ends,
    )
    row = session.execute(
        sa.select(
            of(requested).label("to_approve"),
            of(approved).label("to_pick_up"),
            of(approved, Redemption.pick_up_until == today).label("last_day"),
            of(
                sa.or_(
                    sa.and_(requested, Redemption.approve_until <= today),
                    sa.and_(approved, Redemption.pick_up_until < today),
                )
            ).label("late"),
            handed.scalar_subquery().label("handed_over_today"),
        ).where(Redemption.shop_id == shop_id, Redemption.state.in_(OPEN_STATES))
    ).one()
    return dict(row._mapping)


def warned_until(shop_id: int) -> date:
    """The last day of the BATCH_WARNING_DAYS open days of a shop in which a batch ends soon."""
    return OpenTimes.of(shop(shop_id)).after(clock.today(), config.settings().batch_warning_days)


def _ending(shop_id: int) -> list[EndingView]:
    rows = session.execute(
        sa.select(Batch.item_id, Item.name, Item.unit, Batch.batch_no, Batch.best_before, Batch.on_hand)
        .join(Item, Item.id == Batch.item_id)
        .where(Item.shop_id == shop_id, Batch.on_hand > 0, ends_soon())
        .order_by(Batch.best_before, Batch.id)
    )
    return [view_of(EndingView, row) for row in rows]


def _booked_today(shop_id: int) -> list[BookedView]:
    today = clock.today()
    rows = session.execute(
        sa.select(
            Slot.item_id,
            Item.name,
            Slot.starts_at,
            Slot.ends_at,
            Slot.redemption_id,
            Redemption.number,
            Redemption.state,
        )
        .join(Item, Item.id == Slot.item_id)
        .join(Redemption, Redemption.id == Slot.redemption_id)
        .where(
            Item.shop_id == shop_id,
            sa.text("venue_slots.live"),
            Slot.starts_at >= clock.day_starts(today),
            Slot.starts_at < clock.day_ends(today),
        )
        .order_by(Slot.starts_at, Slot.item_id)
    )
    return [view_of(BookedView, row) for row in rows]
