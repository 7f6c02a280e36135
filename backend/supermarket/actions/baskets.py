"""What an order asks for: its items, units and slots, and whether this person may have so much of them."""

from dataclasses import dataclass

from backend.db import session
from backend.errors import Refused
from backend.supermarket import queries, timetable
from backend.supermarket.actions import stock
from backend.supermarket.labels import PERIODS
from backend.supermarket.models import Item, ItemKind, Shop


class NothingAsked(Refused):
    code, message = 42280, "请选择要兑换的物品、场地时段或活动支持"


class NotInThisShop(Refused):
    code, message = 42272, "所选的内容不在这家兑换超市里"


class MixedKinds(Refused):
    code, message = 42271, "物品、场地和活动支持请分开兑换"


class SlotsNeeded(Refused):
    code, message = 42273, "场地请选择时段，时段数要与数量一致"


class SlotNotOffered(Refused):
    code, message = 42274, "场地没有这个时段，请重新选择"


class ItemOffShelf(Refused):
    """By its id: it may have been taken down because of what its name said."""

    code, message = 40972, "选的物品里有已经下架的，请刷新后重新选择"


class LimitReached(Refused):
    code, message = 40973, "“{item}”{period}每人限兑 {limit}，您已兑 {taken}，这次要 {needed}"


class SlotTaken(Refused):
    code, message = 40974, "这个时段已被预订或已经开始，请另选时段"


@dataclass(frozen=True)
class Basket:
    """A shop's items under their locks, units of each by id, what the person had of each, a venue's slots."""

    shop: Shop
    items: dict[int, Item]
    wanted: dict[int, int]
    taken: dict[int, int]
    slots: list[timetable.Offered]

    @property
    def item_kind(self) -> str:
        return next(iter(self.items.values())).kind

    @property
    def points(self) -> int:
        return sum(self.items[key].points * units for key, units in self.wanted.items())


def fill(shop_id: int, lines: list[tuple[int, int]], slot_ids: list[int], person_id: int) -> Basket:
    """The basket of `lines` (item id, units) and slots for a person whose purse is locked, its items locked.

    Raises NothingAsked, NotFound, NotInThisShop, MixedKinds, SlotsNeeded, SlotNotOffered, SlotTaken,
    ItemOffShelf. Whether there is enough is decided where it is set aside.
    """
    wanted = _wanted(lines, slot_ids)
    found = stock.lock_items_for(person_id, wanted)
    items = {item.id: item for item, _, _ in found}
    if set(items) != set(wanted) or any(item.shop_id != shop_id for item in items.values()):
        queries.shop(shop_id)
        raise NotInThisShop()
    for item in items.values():
        if not item.on_shelf:
            raise ItemOffShelf(item_id=item.id)
    if len({item.kind for item in items.values()}) > 1:
        raise MixedKinds()
    shop = found[0][1]
    slots = _slots(shop, items, wanted, slot_ids)
    return Basket(shop, items, wanted, {item.id: taken for item, _, taken in found}, slots)


def _wanted(lines: list[tuple[int, int]], slot_ids: list[int]) -> dict[int, int]:
    wanted: dict[int, int] = {}
    for item_id, units in lines:
        wanted[item_id] = wanted.get(item_id, 0) + units
    # A client may name the slots alone: each is one unit of its venue.
    for slot in set(slot_ids) if not wanted else ():
        wanted[timetable.venue_of(slot)] = wanted.get(timetable.venue_of(slot), 0) + 1
    if not wanted:
        raise NothingAsked()
    return wanted


def _slots(
    shop: Shop, items: dict[int, Item], wanted: dict[int, int], slot_ids: list[int]
) -> list[timetable.Offered]:
    chosen: dict[int, int] = {}
    for slot in set(slot_ids):
        chosen[timetable.venue_of(slot)] = chosen.get(timetable.venue_of(slot), 0) + 1
    venues = {key: units for key, units in wanted.items() if items[key].kind == ItemKind.VENUE}
    if chosen != venues or len(set(slot_ids)) != len(slot_ids):
        raise SlotsNeeded()
    if not slot_ids:
        return []
    # Waits for who changes its hours, and sees them; who puts an order under its items only points to it.
    pointing = {"read": True, "key_share": True}
    shop = session.get_one(Shop, shop.id, with_for_update=pointing, populate_existing=True)
    found = []
    for slot in sorted(slot_ids):
        offer = timetable.offered(items[timetable.venue_of(slot)], shop, slot)
        if offer is None:
            raise SlotNotOffered()
        if not offer.free:
            raise SlotTaken()
        found.append(offer)
    return found


def check_limits(basket: Basket) -> list[Item]:
    """Many small orders, or many at once, bring no more than one: what the person had was counted under the
    lock of their purse. Answers the items of which they have all that they may have with this basket.

    Raises LimitReached.
    """
    full = []
    for item in basket.items.values():
        if item.limit_per_person is None:
            continue
        taken, needed = basket.taken[item.id], basket.wanted[item.id]
        if taken + needed > item.limit_per_person:
            raise LimitReached(
                item=item.name,
                period=PERIODS[item.limit_period],
                limit=item.limit_per_person,
                taken=taken,
                needed=needed,
            )
        if taken + needed == item.limit_per_person:
            full.append(item)
    return full


def check_stock(basket: Basket) -> None:
    """Refuses early, before anything is written, what is plainly not there: so the keeper can be told that it was
    wanted. What is past its day is judged where stock is set aside. Raises OutOfStock."""
    for item in basket.items.values():
        free, needed = item.on_hand - item.reserved, basket.wanted[item.id]
        if item.kind == ItemKind.GOODS and free < needed:
            refusal = stock.OutOfStock(item=item.name, available=free, needed=needed)
            refusal.asked = (item.id, needed)
            raise refusal
