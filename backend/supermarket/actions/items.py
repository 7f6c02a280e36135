"""Items: what a shop offers, and for how many points."""

from typing import Any

from backend import clock, former_names, journal
from backend.db import lock_row, session
from backend.errors import StateConflict
from backend.files import actions as files
from backend.files import queries as pictures
from backend.former_names import Named
from backend.journal import Actor
from backend.lifecycle import FourEyes
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket.models import Item, ItemKind, Period, Shop
from backend.supermarket.timetable import NotAVenue, VenueKeepsItsDay

SLOT_MINUTES = 60
UNITS: dict[str, str] = {ItemKind.GOODS: "件", ItemKind.VENUE: "场", ItemKind.ACTIVITY_SUPPORT: "份"}


def create_item(shop_id: int, kind: str, name: str, points: int, *, actor: Actor, **more: Any) -> Item:
    """A new item; `more` may name unit, description, limit_per_person (units), limit_period, on_shelf,
    low_stock (units), pick_up_days (open days), file_ids of the maker's pictures and, for a venue, slot_minutes.
    Raises NotAVenue, FileNotUsable, NotFound for another's shop."""
    shop = lock_row(Shop, shop_id)
    permissions.require(actor.id, Permission.ITEM_MANAGE, shop.place_id)
    file_ids = more.pop("file_ids", None)
    values = {name: value for name, value in more.items() if value is not None}
    item = Item(
        shop_id=shop_id,
        kind=kind,
        name=name,
        points=points,
        unit=values.pop("unit", UNITS[kind]),
        description=values.pop("description", ""),
        limit_per_person=values.pop("limit_per_person", None),
        limit_period=values.pop("limit_period", Period.QUARTER),
        on_shelf=values.pop("on_shelf", True),
        low_stock=values.pop("low_stock", None),
        slot_minutes=_slot_length(kind, values.pop("slot_minutes", None)),
        pick_up_days=_days_to_collect(kind, values.pop("pick_up_days", None)),
        on_hand=0,
        reserved=0,
        created_at=clock.now(),
        **values,
    )
    session.add(item)
    session.flush()
    if file_ids:
        _show(item, file_ids, shop.place_id, actor)
    journal.write("put_up", "item", item.id, actor=actor, place=shop.place_id, facts={"points": points})
    return item


def _show(item: Item, file_ids: list[int], place_id: int, actor: Actor) -> None:
    """The pictures of an item. Goods show nobody: no consent is asked."""
    files.attach(("item", item.id), "item", file_ids, place_id=place_id, consent_of=None, actor=actor)


def _slot_length(kind: str, minutes: int | None) -> int | None:
    if kind == ItemKind.VENUE:
        return minutes or SLOT_MINUTES
    if minutes is not None:
        raise NotAVenue()
    return None


def _days_to_collect(kind: str, days: int | None) -> int | None:
    """Raises VenueKeepsItsDay."""
    if kind == ItemKind.VENUE and days is not None:
        raise VenueKeepsItsDay()
    return days


def change(item_id: int, changes: dict[str, Any], *, actor: Actor) -> Item:
    """Changes an item, or takes it off the shelf; what is absent stays. Standing orders keep their points.

    The kind stays for good. Raises NotAVenue where other items are given slots, FileNotUsable.
    """
    item = lock_row(Item, item_id)
    place_id = session.get_one(Shop, item.shop_id).place_id
    permissions.require(actor.id, Permission.ITEM_MANAGE, place_id)
    fields = sorted(changes)
    file_ids = changes.pop("file_ids", None)
    if file_ids is not None:
        _show(item, file_ids, place_id, actor)
    if "slot_minutes" in changes:
        changes["slot_minutes"] = _slot_length(item.kind, changes["slot_minutes"])
    if "pick_up_days" in changes:
        changes["pick_up_days"] = _days_to_collect(item.kind, changes["pick_up_days"])
    former_names.keep(Named.ITEM, item.id, item.name, changes.get("name", item.name))
    former_names.keep(Named.ITEM_UNIT, item.id, item.unit, changes.get("unit", item.unit))
    for name, value in changes.items():
        setattr(item, name, value)
    session.flush()
    journal.write(
        "change",
        "item",
        item.id,
        actor=actor,
        place=place_id,
        facts={"fields": fields, "points": item.points},
    )
    return item


def lock_looked_at(item_id: int, *, actor: Actor) -> tuple[Item, int]:
    """A locked item of whose pictures this person may judge, and its place. Raises NotFound, NotAllowed."""
    item = lock_row(Item, item_id)
    place_id = session.get_one(Shop, item.shop_id).place_id
    permissions.require(actor.id, Permission.ITEM_LOOK, place_id)
    return item, place_id


def look(item_id: int, passed: bool, reason: str | None = None, *, actor: Actor) -> Item:
    """Staff look at pictures of which WeChat was not sure, or which it did not check; never who took them.

    Raises ReasonNeeded, FourEyes, and StateConflict when nothing waits.
    """
    item, place_id = lock_looked_at(item_id, actor=actor)
    subject = ("item", item.id)
    waiting = [row for row in pictures.of([subject]).get(subject, ()) if row.state == "needs_look"]
    if any(row.owner_id == actor.id for row in waiting):
        raise FourEyes()
    if not files.look([subject], passed, reason, actor=actor):
        raise StateConflict("没有等待查看的图片，请刷新")
    journal.write(
        "look", "item", item.id, actor=actor, reason=reason, place=place_id, facts={"passed": passed}
    )
    return item
