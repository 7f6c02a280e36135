"""The day on which somebody means to collect goods: one of their shop's open days, within the days to collect. Their
deadline is what it is without it."""

from collections.abc import Iterable
from datetime import date, timedelta

from backend import clock
from backend.errors import InvalidInput
from backend.supermarket.actions.baskets import Basket
from backend.supermarket.models import Item, ItemKind, Redemption, Shop
from backend.supermarket.open_days import OpenTimes


def days_of(shop: Shop, items: Iterable[Item] = ()) -> list[date]:
    """What may be chosen today: whenever it is approved, its last day is not before these."""
    times, first = OpenTimes.of(shop), clock.today()
    last = times.after(
        first, min((one.pick_up_days or shop.pick_up_days for one in items), default=shop.pick_up_days)
    )
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if times.is_open(day)]


def check(basket: Basket, day: date | None) -> None:
    """Raises InvalidInput."""
    if day is None:
        return
    if basket.item_kind != ItemKind.GOODS:
        raise InvalidInput({"collectOn": ["只有兑换物品可以选领取日"]})
    offered = days_of(basket.shop, basket.items.values())
    if day not in offered:
        last = f"{offered[-1]:%m月%d日}" if offered else ""
        raise InvalidInput({"collectOn": [f"请选超市开门的一天，最晚 {last}"]})


def still_to_come(order: Redemption, times: OpenTimes) -> date | None:
    """The day that was chosen, or the next open one where it is past or closed by now."""
    if order.collect_on is None:
        return None
    return times.on_or_after(max(order.collect_on, clock.today()))
