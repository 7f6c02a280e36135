"""Items: what a shop offers, and for how many points."""

from typing import Any

from backend import clock, journal
from backend.db import session, take
from backend.people import permissions
from backend.supermarket.models import Item, Shop
from backend.supermarket.timetable import NotAVenue

SLOT_MINUTES = 60
UNITS = {"goods": "件", "venue": "场", "activity_support": "份"}


def put_up(shop_id: int, kind: str, name: str, points: int, *, by: Any, **more: Any) -> Item:
    """A new item; `more` may name unit, description, limit_per_person (units), limit_period, on_shelf,
    low_stock (units) and, for a venue, slot_minutes. Raises NotAVenue, NotFound for another's shop."""
    shop = take(Shop, shop_id)
    permissions.require(by.id, "item:manage", shop.place_id)
    values = {name: value for name, value in more.items() if value is not None}
    item = Item(
        shop_id=shop_id,
        kind=kind,
        name=name,
        points=points,
        unit=values.pop("unit", UNITS[kind]),
        description=values.pop("description", ""),
        limit_per_person=values.pop("limit_per_person", None),
        limit_period=values.pop("limit_period", "quarter"),
        on_shelf=values.pop("on_shelf", True),
        low_stock=values.pop("low_stock", None),
        slot_minutes=_slot_length(kind, values.pop("slot_minutes", None)),
        on_hand=0,
        reserved=0,
        created_at=clock.now(),
        **values,
    )
    session.add(item)
    session.flush()
    journal.write("put_up", "item", item.id, by=by, place=shop.place_id, facts={"points": points})
    return item


def _slot_length(kind: str, minutes: int | None) -> int | None:
    if kind == "venue":
        return minutes or SLOT_MINUTES
    if minutes is not None:
        raise NotAVenue()
    return None


def change(item_id: int, changes: dict[str, Any], *, by: Any) -> Item:
    """Changes an item, or takes it off the shelf; what is absent stays. Standing orders keep their points.

    The kind stays for good. Raises NotAVenue where other items are given slots.
    """
    item = take(Item, item_id)
    place_id = session.get_one(Shop, item.shop_id).place_id
    permissions.require(by.id, "item:manage", place_id)
    if "slot_minutes" in changes:
        changes["slot_minutes"] = _slot_length(item.kind, changes["slot_minutes"])
    for name, value in changes.items():
        setattr(item, name, value)
    session.flush()
    journal.write(
        "change",
        "item",
        item.id,
        by=by,
        place=place_id,
        facts={"fields": sorted(changes), "points": item.points},
    )
    return item
