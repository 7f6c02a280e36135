"""送货单: one paper, one giver, many lines: all of it is received, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend import clock, journal
from backend.db import lock_row
from backend.errors import InvalidInput
from backend.journal import Actor
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import limits, sealed
from backend.supermarket.actions import stock
from backend.supermarket.actions.baskets import NotInThisShop
from backend.supermarket.actions.receipts import AlreadyPastItsDay, DonorOfAPurchase, NotGoods, batch_like
from backend.supermarket.models import Item, ItemKind, Shop
from backend.supermarket.stock_models import Batch, Movement, MovementKind, StockSource


@dataclass(frozen=True)
class Delivered:
    """One line: units of an item, `cost` in yuan."""

    item_id: int
    quantity: int
    batch_no: str | None = None
    best_before: date | None = None
    cost: int | None = None


def deliver(
    shop_id: int,
    source: str,
    lines: Sequence[Delivered],
    *,
    document: str | None = None,
    donor: str | None = None,
    donor_public: bool = False,
    actor: Actor,
) -> list[Movement]:
    """Receives every line under one number, as `receipts.receive` does one.

    Raises InvalidInput, NotInThisShop, NotGoods, AlreadyPastItsDay, DonorOfAPurchase, NotFound, NotAllowed.
    """
    shop: Shop = lock_row(Shop, shop_id)
    permissions.require(actor.id, Permission.STOCK_RECEIVE, shop.place_id)
    if not 0 < len(lines) <= limits.DELIVERY_LINES_MAX:
        raise InvalidInput(lines=[f"请填写 1 到 {limits.DELIVERY_LINES_MAX} 行"])
    if donor is not None and source != StockSource.DONATION:
        raise DonorOfAPurchase()
    if any(one.best_before is not None and one.best_before < clock.today() for one in lines):
        raise AlreadyPastItsDay()
    items = _items(shop, lines)
    arriving = [(one, batch_like(items[one.item_id], one.batch_no, one.best_before)) for one in lines]
    # The day's counter is the last lock.
    number = stock.next_number("RK", shop.community_id)
    giver = {"donor": donor, "donor_public": bool(donor and donor_public)}
    events = []
    for count, (one, batch) in enumerate(arriving, start=1):
        told = {"source": source, "document": document, "cost": one.cost}
        reference = f"{number}:{count}"
        events.append(_book(items[one.item_id], batch, one.quantity, reference, giver, told, actor))
        facts = {"number": reference, "quantity": one.quantity, "source": source}
        journal.write("receive", "item", one.item_id, actor=actor, place=shop.place_id, facts=facts)
    return events


def _items(shop: Shop, lines: Sequence[Delivered]) -> dict[int, Item]:
    ids = {one.item_id for one in lines}
    items = stock.lock_items(ids)
    if set(items) != ids or any(item.shop_id != shop.id for item in items.values()):
        raise NotInThisShop()
    if any(item.kind != ItemKind.GOODS for item in items.values()):
        raise NotGoods()
    return items


def _book(
    item: Item,
    batch: Batch,
    units: int,
    reference: str,
    giver: dict[str, Any],
    told: dict[str, Any],
    actor: Actor,
) -> Movement:
    return stock.record_movement(
        item,
        MovementKind.RECEIPT,
        on_hand=units,
        batch=batch,
        reference=reference,
        actor=actor,
        donor_sealed=sealed.sealed_donor(reference, giver["donor"]),
        donor_public=giver["donor_public"],
        **told,
    )
