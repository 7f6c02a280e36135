"""期初库存: what stood on the shelves before the first day, brought in from a spreadsheet.

It is received through the verb of every receipt, under a number that names item, batch and last good day. So
each batch is opened once: the same sheet may come twice, and another quantity is a stocktake's business.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock, spreadsheets
from backend.db import session
from backend.errors import Refused, StateConflict
from backend.imports import actions as imports
from backend.journal import Actor
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import limits
from backend.supermarket.actions import items, receipts
from backend.supermarket.models import Item, ItemKind, Shop
from backend.supermarket.stock_models import Movement, StockSource

KIND = "stock"
DOCUMENT = "期初库存"
_SOURCES = {"": StockSource.PURCHASE, "采购": StockSource.PURCHASE, "捐赠": StockSource.DONATION}


class OpenedOtherwise(Refused):
    code, message = 40958, "这一批期初已经登记为 {quantity}，数量不对请用盘点更正"


class NoSuchShop(Refused):
    code, message = 40959, "您管理的超市里没有“{name}”，请核对超市名称"


class TwoOfThatName(StateConflict):
    message = "超市里有几种都叫“{name}”，请在“积分”一列写明是哪一种，或先改成不同的名称"


class NewItemWithoutPoints(Refused):
    code, message = 42227, "超市里还没有“{name}”，请在“积分”一列写明兑换一{unit}要多少积分"


def open_stock(
    item_id: int,
    quantity: int,
    source: str,
    *,
    donor: str | None = None,
    batch_no: str | None = None,
    best_before: date | None = None,
    actor: Actor,
) -> bool:
    """Receives what was there before; False when this batch was opened already. Raises OpenedOtherwise."""
    number = f"opening:{item_id}:{best_before or ''}:{batch_no or ''}"
    item, _shop = receipts.of_keeper(item_id, Permission.STOCK_RECEIVE, actor)
    before = session.scalar(sa.select(Movement.on_hand_change).where(Movement.reference == number))
    if before is not None and before != quantity:
        raise OpenedOtherwise(quantity=before)
    if before is None:
        told: dict[str, Any] = {
            "donor": donor,
            "batch_no": batch_no,
            "best_before": best_before,
            "document": DOCUMENT,
        }
        receipts.receive(item.id, quantity, source, **told, number=number, actor=actor)
    return before is None


def _check(row: imports.Row) -> list[imports.Fault]:
    faults = [
        (name, f"最多 {most} 个字")
        for name, most in (
            ("物品", limits.ITEM_NAME_MAX),
            ("批号", limits.BATCH_MAX),
            ("单位", limits.UNIT_MAX),
            ("捐赠方", limits.DONOR_MAX),
        )
        if len(row[name]) > most
    ]
    if row["数量"] and not _between(row["数量"], 1, limits.UNITS_MAX):
        faults.append(("数量", f"应为 1 到 {limits.UNITS_MAX} 的整数"))
    if row["积分"] and not _between(row["积分"], 1, limits.POINTS_MAX):
        faults.append(("积分", f"应为 1 到 {limits.POINTS_MAX} 的整数"))
    if row["来源"] not in _SOURCES:
        faults.append(("来源", "应为采购或捐赠，不填按采购"))
    if row["捐赠方"] and row["来源"] != "捐赠":
        faults.append(("捐赠方", "来源是捐赠时才填"))
    return faults + _check_day(row["保质期"])


def _between(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most


def _check_day(text: str) -> list[imports.Fault]:
    try:
        day = spreadsheets.day(text)
    except spreadsheets.NotADay as fault:
        return [("保质期", fault.sentence)]
    return [("保质期", "保质期已过，不能入库")] if day is not None and day < clock.today() else []


def _take_in(row: imports.Row, memory: dict[str, Any], actor: Actor) -> bool:
    shop_id = _shop(row["超市"], memory, actor)
    item_id = _item(shop_id, row, memory, actor)
    return open_stock(
        item_id,
        int(row["数量"]),
        _SOURCES[row["来源"]],
        donor=row["捐赠方"] or None,
        batch_no=row["批号"] or None,
        best_before=spreadsheets.day(row["保质期"]),
        actor=actor,
    )


def _shop(name: str, memory: dict[str, Any], actor: Actor) -> int:
    if "shops" not in memory:
        reach = permissions.reach_of(actor.id, Permission.STOCK_RECEIVE)
        rows = session.execute(sa.select(Shop.name, Shop.id).where(Shop.community_id.in_(reach)))
        memory["shops"] = {}
        for known, shop_id in rows:
            memory["shops"].setdefault(known, []).append(shop_id)
    found = memory["shops"].get(name, [])
    if len(found) != 1:
        raise NoSuchShop(name=name)
    return found[0]


def _item(shop_id: int, row: imports.Row, memory: dict[str, Any], actor: Actor) -> int:
    """The goods of this name; a new one is put up. Nothing made here is remembered: its row may yet fail.

    Raises TwoOfThatName where several have it, and the points of the row do not tell which is meant.
    """
    key = f"items:{shop_id}"
    if key not in memory:
        memory[key] = {}
        for found in session.execute(_ITEMS, {"shop": shop_id}):
            memory[key].setdefault(found.name, []).append(found)
    known = memory[key].get(row["物品"], [])
    if not known:
        known = session.execute(_ITEMS.where(Item.name == row["物品"]), {"shop": shop_id}).all()
    meant = [one for one in known if row["积分"] and one.points == int(row["积分"])]
    if len(known) > 1 and len(meant) != 1:
        raise TwoOfThatName(name=row["物品"])
    if len(known) > 1:
        return meant[0].id
    return known[0].id if known else _create_item(shop_id, row, actor)


def _find(row: imports.Row, memory: dict[str, Any], actor: Actor) -> None:
    """Is the shop there, and the goods, or their points? Raises NoSuchShop, TwoOfThatName, NewItemWithoutPoints."""
    shop_id = _shop(row["超市"], memory, actor)
    key = f"names:{shop_id}"
    if key not in memory:
        memory[key] = {}
        for found in session.execute(_ITEMS, {"shop": shop_id}):
            memory[key].setdefault(found.name, []).append(str(found.points))
    known = memory[key].get(row["物品"], [])
    if len(known) > 1 and known.count(row["积分"]) != 1:
        raise TwoOfThatName(name=row["物品"])
    if not known and not row["积分"]:
        raise NewItemWithoutPoints(name=row["物品"], unit=row["单位"] or items.UNITS[ItemKind.GOODS])
    if not known:
        # A row before puts it up.
        memory[key][row["物品"]] = [row["积分"]]


_ITEMS = (
    sa.select(Item.id, Item.name, Item.points).where(Item.shop_id == sa.bindparam("shop")).order_by(Item.id)
)


def _create_item(shop_id: int, row: imports.Row, actor: Actor) -> int:
    unit = row["单位"] or items.UNITS[ItemKind.GOODS]
    if not row["积分"]:
        raise NewItemWithoutPoints(name=row["物品"], unit=unit)
    return items.create_item(
        shop_id, ItemKind.GOODS, row["物品"], int(row["积分"]), unit=unit, actor=actor
    ).id


imports.offer(
    KIND,
    imports.Sheet(
        ("超市", "物品", "数量", "单位", "积分", "批号", "保质期", "来源", "捐赠方"),
        ("超市", "物品", "数量"),
        Permission.STOCK_RECEIVE,
        _check,
        _take_in,
        lambda row: (row["超市"], row["物品"], row["批号"], row["保质期"]),
        reads={"保质期": spreadsheets.written_end},
        find=_find,
    ),
)
