"""Nine exchange supermarkets with 48 goods, 6 venues and 5 kinds of support, and a quarter of orders.

The two of the demo's named cast are counted first; the others are opened, stocked and used through the verbs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.ledger import actions as ledger
from backend.people.models import Person
from backend.seeds.stories import Story
from backend.seeds.supermarket import HOURS
from backend.seeds.tieli.city import City, Community, first
from backend.supermarket import sealed
from backend.supermarket.actions import approvals, counter, items, receipts, requests, shops, stocktakes
from backend.supermarket.models import Item, ItemKind, Redemption

# Name, unit, points, limit a quarter, received, donor, days until its best-before day.
GOODS: tuple[tuple[str, str, int, int | None, int, str | None, int | None], ...] = (
    ("东北大米 5 公斤", "袋", 44, 2, 30, None, 300),
    ("大豆油 1.8 升", "桶", 30, 2, 20, "街口粮油店", 240),
    ("香皂", "块", 10, 4, 60, None, 700),
    ("抽纸 3 包", "提", 12, 4, 50, None, None),
    ("洗衣液 2 公斤", "瓶", 25, 2, 20, None, 600),
    ("挂面 1 公斤", "把", 8, 4, 40, "社区商户联盟", 180),
    ("食用盐", "袋", 3, 10, 60, None, 900),
    ("棉线手套", "双", 6, None, 50, "园区业主", None),
    ("保温杯", "个", 35, 1, 12, None, None),
    ("毛巾", "条", 15, None, 30, None, None),
    ("牙膏", "支", 9, 4, 40, None, 500),
    ("环保购物袋", "个", 5, None, 60, None, None),
)
VENUES = (("多功能活动室", 20, 60), ("书画室", 12, 90), ("乒乓球室", 10, 90), ("会议室", 15, 60))
SUPPORTS = (("活动物料包", 15), ("宣传单印制（100 张）", 10), ("音响借用", 12))
OPENED, FIRST_ORDER = 200, 110
OPENING_POINTS = 60
# What nobody has to save for.
AFFORDABLE = 25


@dataclass(frozen=True)
class Order:
    """An order before it is told; `ends` is how it ends."""

    place: Community
    person: Person
    days: int
    # Which of the affordable things in the shop, counted round.
    turn: int
    ends: str


def stories(city: City) -> list[Story]:
    """Opening, one story a shop; then the orders; nothing in the demo's own shops but what the demo put there."""
    mine = city.communities[2 : city.figures.shops]
    stock = _stock(city, mine)
    return [
        *(_opened(city, one, *stock[number]) for number, one in enumerate(mine)),
        *(_ordered(city, order) for order in _orders(city, mine)),
        *(_counted(city, one) for one in mine),
    ]


def _stock(city: City, mine: Sequence[Community]) -> list[tuple[list[Any], list[Any], list[Any]]]:
    """What each of these shops puts up, so that the city has what its figures promise."""
    figures = (city.figures.goods, city.figures.venues, city.figures.supports)
    missing = [wanted - _there(kind) for kind, wanted in zip(ItemKind, figures, strict=True)]
    found: list[tuple[list[Any], list[Any], list[Any]]] = [([], [], []) for _ in mine]
    for kind, (lists, wanted) in enumerate(zip((GOODS, VENUES, SUPPORTS), missing, strict=True)):
        for number in range(wanted):
            shop, own = number % len(mine), number // len(mine)
            # Each shop begins elsewhere in the list, so that no two offer the same.
            found[shop][kind].append(lists[(own + shop * 5) % len(lists)])
    return found


def _there(kind: str) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(Item).where(Item.kind == kind)).one()


def _opened(city: City, one: Community, goods: list[Any], venues: list[Any], supports: list[Any]) -> Story:
    yield city.ago(OPENED, 9)
    shop = shops.open_shop(
        one.id,
        f"{one.name}兑换超市",
        address=f"{one.name}党群服务中心一楼",
        opening_hours=HOURS,
        actor=one.clerks[0],
    )
    one.shop["shop"] = shop
    yield city.ago(OPENED - 1, 9)
    for told in goods:
        one.shop[told[0]] = _create_item(shop.id, told, one.keeper)
    for name, cost, minutes in venues:
        items.create_item(shop.id, "venue", name, cost, slot_minutes=minutes, actor=one.keeper)
    for name, cost in supports:
        items.create_item(shop.id, "activity_support", name, cost, actor=one.keeper)
    yield city.ago(OPENED - 2, 9)
    for number, person in enumerate(_customers(one)):
        ledger.grant(
            person.id,
            OPENING_POINTS,
            reference=f"opening:{one.short}:{number + 1}",
            title="纸质存折积分结转",
            community_id=one.id,
            actor=one.clerks[0],
        )


def _create_item(shop_id: int, told: Any, keeper: Person) -> Item:
    name, unit, cost, limit, received, donor, days = told
    item = items.create_item(
        shop_id, "goods", name, cost, unit=unit, limit_per_person=limit, low_stock=5, actor=keeper
    )
    receipts.receive(
        item.id,
        received,
        "donation" if donor else "purchase",
        donor=donor,
        donor_public=donor is not None,
        batch_no=f"{clock.today():%Y%m}",
        best_before=clock.today() + timedelta(days=OPENED + days) if days else None,
        document=f"票 {item.id:05d}",
        cost=received * cost,
        actor=keeper,
    )
    return item


def _customers(one: Community) -> list[Person]:
    """Residents who brought their points over from the paper book."""
    return one.residents[-8:]


def _orders(city: City, mine: Sequence[Community]) -> list[Order]:
    """One in eight by a proxy; now and then one is given up, refused, or brought back."""
    made = []
    for number in range(city.figures.orders):
        one = mine[number % len(mine)]
        person = city.next_of(f"customer:{one.id}", _customers(one))
        ends = {1: "proxy", 3: "cancelled", 5: "rejected", 7: "returned"}.get(number % 13, "handed_over")
        days = FIRST_ORDER - number * (FIRST_ORDER - 10) // city.figures.orders
        made.append(Order(one, person, days, number, ends))
    return made


def _ordered(city: City, order: Order) -> Story:
    place, (keeper, clerk) = order.place, (order.place.keeper, order.place.clerks[1])
    yield city.ago(order.days, 10)
    made = _ask(order)
    yield city.ago(order.days - 1, 9)
    if order.ends == "cancelled":
        approvals.cancel(made.id, actor=order.person)
        return
    if order.ends == "rejected":
        approvals.reject(made.id, "这一批留给八十岁以上老人", actor=clerk)
        return
    approvals.approve(made.id, actor=clerk)
    yield city.ago(order.days - 2, 14)
    _hand_over(made, keeper, "邻居代领" if order.ends == "proxy" else None)
    if order.ends == "proxy":
        city.note("proxy", "redemption", made.id)
    if order.ends == "returned":
        yield city.ago(order.days - 4, 15)
        approvals.give_back(made.id, "包装破损", actor=place.supervisor)
        city.note("returned", "redemption", made.id)


def _ask(order: Order) -> Redemption:
    shop = order.place.shop["shop"]
    offered = [row for name, row in order.place.shop.items() if name != "shop" and row.points <= AFFORDABLE]
    wanted = offered[order.turn % len(offered)]
    return requests.request(shop.id, [(wanted.id, 1)], actor=order.person)


def _hand_over(made: Redemption, keeper: Person, proxy: str | None) -> None:
    order = session.get_one(Redemption, made.id, populate_existing=True)
    counter.hand_over(
        order.id, sealed.code_of(order) or "", "proxy" if proxy else "self", proxy, actor=keeper
    )


def _counted(city: City, one: Community) -> Story:
    """盘点 of the quarter: everything was there."""
    yield city.ago(8, 16)
    goods = first(4, (row for name, row in one.shop.items() if name != "shop"))
    rows = [session.get_one(Item, row.id, populate_existing=True) for row in goods]
    found = stocktakes.propose(
        one.shop["shop"].id, [(row.id, row.on_hand, None) for row in rows], actor=one.keeper
    )
    yield city.ago(7, 10)
    stocktakes.approve(found.id, actor=one.supervisor)
