"""Items: what a shop offers, and for how many points."""

from typing import Any

import sqlalchemy as sa

from backend import clock, former_names, journal, private_data, text
from backend.db import lock_row, session
from backend.errors import StateConflict
from backend.files import actions as files
from backend.files import queries as pictures
from backend.former_names import Named
from backend.journal import Actor
from backend.lifecycle import FourEyes
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import notices
from backend.supermarket.actions import watches
from backend.supermarket.models import Item, ItemKind, Period, Shop
from backend.supermarket.timetable import NotAVenue, VenueKeepsItsDay


class ItemNameTaken(StateConflict):
    message = "这个超市里已经有“{name}”，请核对；确实是另一种的，请在名称里写明规格，或确认同名"


class ItemOffShelfAlready(StateConflict):
    message = "它已经下架了，请刷新后再看"


SLOT_MINUTES = 60
UNITS: dict[str, str] = {ItemKind.GOODS: "件", ItemKind.VENUE: "场", ItemKind.ACTIVITY_SUPPORT: "份"}


def create_item(shop_id: int, kind: str, name: str, points: int, *, actor: Actor, **more: Any) -> Item:
    """A new item; `more` may name unit, description, limit_per_person (units), limit_period, on_shelf,
    low_stock (units), pick_up_days (open days), file_ids of the maker's pictures, for a venue slot_minutes, and
    `same_name` where two of one name are meant. Raises ItemNameTaken, NotAVenue, FileNotUsable, NotFound for
    another's shop."""
    shop = lock_row(Shop, shop_id)
    permissions.require(actor.id, Permission.ITEM_MANAGE, shop.place_id)
    if not more.pop("same_name", False):
        _check_name(shop_id, kind, name)
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
    fields = sorted(set(changes) - {"same_name"})
    file_ids = changes.pop("file_ids", None)
    if file_ids is not None:
        _show(item, file_ids, place_id, actor)
    same_name = changes.pop("same_name", False)
    if not same_name and _plain(changes.get("name", item.name)) != _plain(item.name):
        _check_name(item.shop_id, item.kind, changes["name"], but=item.id)
    if "slot_minutes" in changes:
        changes["slot_minutes"] = _slot_length(item.kind, changes["slot_minutes"])
    if "pick_up_days" in changes:
        changes["pick_up_days"] = _days_to_collect(item.kind, changes["pick_up_days"])
    former_names.keep(Named.ITEM, item.id, item.name, changes.get("name", item.name))
    former_names.keep(Named.ITEM_UNIT, item.id, item.unit, changes.get("unit", item.unit))
    put_up = bool(changes.get("on_shelf")) and not item.on_shelf
    for name, value in changes.items():
        setattr(item, name, value)
    session.flush()
    if put_up:
        watches.announce(item)
    journal.write(
        "change",
        "item",
        item.id,
        actor=actor,
        place=place_id,
        facts={"fields": fields, "points": item.points},
    )
    return item


def _plain(name: str) -> str:
    """A name as people compare it: in one width and case, without blanks."""
    return text.code(name).casefold()


def _check_name(shop_id: int, kind: str, name: str, but: int = 0) -> None:
    """Two items of one name are taken for one another, by clerks and by sheets. Raises ItemNameTaken."""
    if _is_taken(shop_id, kind, name, but):
        raise ItemNameTaken(name=name)


def _is_taken(shop_id: int, kind: str, name: str, but: int) -> bool:
    names = sa.select(Item.name).where(Item.shop_id == shop_id, Item.kind == kind, Item.id != but)
    return any(_plain(known) == _plain(name) for known in session.scalars(names))


def warnings(item: Item) -> list[str]:
    """What whoever keeps the item should look at, although it was taken."""
    taken = _is_taken(item.shop_id, item.kind, item.name, item.id)
    twice = [f"这个超市里还有一种“{item.name}”，请核对"] if taken else []
    found = private_data.found_in(item.name, item.description)
    # Where a venue is, is no secret.
    if item.kind == ItemKind.VENUE:
        found = [one for one in found if one != private_data.PrivateData.ADDRESS]
    return twice + private_data.warned(found)


def take_down(item_id: int, reason: str, *, actor: Actor) -> Item:
    """Staff take an item off the shelf at once, and whoever put it up is told why. Orders that stand stay.

    Raises NotFound, NotAllowed, ItemOffShelf where it is off already.
    """
    item, place_id = lock_taken_down(item_id, actor=actor)
    journal.check_reason(reason)
    if not item.on_shelf:
        raise ItemOffShelfAlready()
    item.on_shelf = False
    session.flush()
    journal.write("take_down", "item", item.id, actor=actor, reason=reason, place=place_id)
    author_id = next((one.actor_id for one in journal.lines("item", item.id) if one.verb == "put_up"), None)
    if author_id is not None and author_id != actor.id:
        notices.taken_down(item, author_id, reason)
    return item


def lock_taken_down(item_id: int, *, actor: Actor) -> tuple[Item, int]:
    """A locked item that this person may take down, and its place. Raises NotFound, NotAllowed."""
    item = lock_row(Item, item_id)
    place_id = session.get_one(Shop, item.shop_id).place_id
    permissions.require(actor.id, Permission.ITEM_TAKE_DOWN, place_id)
    return item, place_id


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
