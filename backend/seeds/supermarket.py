"""Two exchange supermarkets of the demo city, stocked and with orders in every state, through the verbs.

The cast's promised points are not touched: the orders are those of card holders and of neighbours who come
with this file.
"""

from datetime import date, timedelta
from typing import Any

from backend import clock
from backend.db import session
from backend.identity import sessions
from backend.ledger import actions as ledger
from backend.people import actions as people
from backend.people import sealed
from backend.people.models import Person
from backend.seeds import consents
from backend.seeds.calendar import days_ago
from backend.supermarket import sealed as sealed_in_shop
from backend.supermarket import timetable
from backend.supermarket.actions import approvals, counter, items, receipts, requests, shops, stocktakes
from backend.supermarket.models import Item, Redemption, Shop
from backend.wechat.simulator.rules import openid_of

SONGTAO, BAIHUA = "松涛社区", "白桦社区"
HOURS = [
    {"weekday": weekday, "opens": opens, "closes": closes}
    for weekday in range(1, 7)
    for opens, closes in (("08:30", "11:30"), ("13:30", "17:00"))
]
# name at the simulator: (real name, community, role there, opening points)
NEIGHBOURS = {
    "song": ("宋知春", SONGTAO, None, 180),
    "yu": ("方晓雨", SONGTAO, None, 150),
    "xia": ("夏青禾", SONGTAO, None, 90),
    "mei": ("梅雨时", BAIHUA, "shop_keeper", 0),
    "luo": ("罗景行", BAIHUA, "supervisor", 0),
}
# key: (name, unit, points, limit a quarter, low-stock mark, received, donor, best before in days)
GOODS: dict[str, dict[str, tuple[Any, ...]]] = {
    SONGTAO: {
        "rice": ("东北大米 5 公斤", "袋", 44, 2, 6, 40, None, 300),
        "oil": ("大豆油 1.8 升", "桶", 30, 2, 5, 24, "青松粮油公司", 12),
        "soap": ("香皂", "块", 10, 4, 10, 80, None, 700),
        "tissue": ("抽纸 3 包", "提", 12, 4, 10, 60, None, None),
        "towel": ("毛巾", "条", 15, None, 5, 30, "市水务局工会", None),
        "cup": ("保温杯", "个", 35, 1, 3, 12, None, None),
        "salt": ("食用盐", "袋", 3, 10, 10, 50, None, 900),
        "noodles": ("挂面 1 公斤", "把", 8, 4, 8, 36, "松涛商户联盟", 180),
    },
    BAIHUA: {
        "rice": ("东北大米 5 公斤", "袋", 44, 2, 6, 20, None, 280),
        "detergent": ("洗衣液 2 公斤", "瓶", 25, 2, 4, 18, None, 600),
        "gloves": ("棉线手套", "双", 6, None, 10, 50, "林语苑业主", None),
        "bag": ("环保购物袋", "个", 5, None, 10, 60, None, None),
    },
}


def seed(found: dict[str, int], who: dict[str, Person]) -> None:
    """Both shops with their history, at the days on which it happened."""
    with days_ago(40):
        _neighbours(found, who)
        stock = {
            SONGTAO: _open(SONGTAO, found, who["tong"], who["bu"]),
            BAIHUA: _open(BAIHUA, found, who["bai"], who["mei"]),
        }
        _services(stock, who)
    _history(stock[SONGTAO], who)
    _waiting(stock, found, who)


def _neighbours(found: dict[str, int], who: dict[str, Person]) -> None:
    for number, (name, (real_name, place, role, points)) in enumerate(NEIGHBOURS.items(), start=1):
        person = who[name] = sessions.person_of(openid_of(name))
        person.nickname = real_name
        sealed.keep_real_name(person, real_name)
        sealed.keep_phone(person, f"111{90000000 + number}")
        session.flush()
        if role:
            people.write_appointment(person.id, role, found[place], clock.today(), None, actor=who["admin"])
        consents.agree(person)
        people.declare_residency(found[place], actor=person)
        people.decide_residency(person.id, True, actor=who["tong"] if place == SONGTAO else who["bai"])
        _grant(person, name, points, found[place], who["tong"])
    _grant(who["e"], "e", 160, found[SONGTAO], who["tong"])


def _grant(person: Person, name: str, points: int, community_id: int, clerk: Person) -> None:
    if points:
        title = "纸质存折积分结转"
        ledger.grant(
            person.id,
            points,
            reference=f"opening:{name}",
            title=title,
            community_id=community_id,
            actor=clerk,
        )


def _open(place: str, found: dict[str, int], clerk: Person, keeper: Person) -> dict[str, Any]:
    shop = shops.open_shop(
        found[place],
        f"{place}兑换超市",
        address=f"{place}党群服务中心一楼",
        opening_hours=HOURS,
        closed_days=[date(clock.today().year + 1, 1, 1)],
        actor=clerk,
    )
    stock: dict[str, Any] = {"shop": shop}
    for key, (name, unit, points, limit, low, received, donor, days) in GOODS[place].items():
        item = items.create_item(
            shop.id, "goods", name, points, unit=unit, limit_per_person=limit, low_stock=low, actor=keeper
        )
        receipts.receive(
            item.id,
            received,
            "donation" if donor else "purchase",
            donor=donor,
            donor_public=donor is not None,
            batch_no=f"{clock.today():%Y%m}",
            best_before=clock.today() + timedelta(days=40 + days) if days else None,
            document=f"票 {item.id:05d}",
            cost=received * points,
            actor=keeper,
        )
        stock[key] = item
    return stock


def _services(stock: dict[str, dict[str, Any]], who: dict[str, Person]) -> None:
    """Two venues and two kinds of support."""
    here, there, bu, mei = stock[SONGTAO], stock[BAIHUA], who["bu"], who["mei"]
    here["hall"] = items.create_item(
        here["shop"].id,
        "venue",
        "多功能活动室",
        20,
        slot_minutes=60,
        description="可坐 30 人，有投影。",
        actor=bu,
    )
    there["court"] = items.create_item(
        there["shop"].id, "venue", "乒乓球室", 10, slot_minutes=90, limit_per_person=4, actor=mei
    )
    here["materials"] = items.create_item(
        here["shop"].id, "activity_support", "活动物料包", 15, limit_per_person=6, actor=bu
    )
    here["print"] = items.create_item(
        here["shop"].id, "activity_support", "宣传单印制（100 张）", 10, unit="份", actor=bu
    )


def _history(here: dict[str, Any], who: dict[str, Person]) -> None:
    """What has come to its end in 松涛社区: collected, by a proxy, refused, given up, too late, brought back."""
    song, yu, holder = who["song"], who["yu"], who["e"]
    with days_ago(30):
        rice = _ask(here, {"rice": 1, "soap": 2}, holder, behalf=who["shao"])
        oil = _ask(here, {"oil": 1}, song)
        refused = _ask(here, {"cup": 1}, yu)
        given_up = _ask(here, {"tissue": 2}, song)
        late = _ask(here, {"towel": 1}, yu)
        meeting = _ask_hall(here, 2, song)
        unused = _ask_hall(here, 3, yu)
    with days_ago(29):
        for order in (rice, oil, late, meeting, unused):
            approvals.approve(order.id, actor=who["tong"])
        approvals.reject(refused.id, "这一批保温杯留给八十岁以上老人", actor=who["lan"])
        approvals.cancel(given_up.id, actor=song)
    with days_ago(28):
        _hand_over(rice, who["bu"], proxy="邵景川")
        _hand_over(oil, who["bu"])
        _hand_over(meeting, who["bu"])
    with days_ago(26):
        approvals.give_back(oil.id, "油桶有渗漏", actor=who["yan"])
        receipts.spoil(here["oil"].id, 1, "渗漏", actor=who["bu"])
        approvals.no_show(unused.id, actor=who["bu"])
    with days_ago(20):
        approvals.expire(late.id, "超过领取期限没有领取")
    with days_ago(10):
        counted = [(here[key].id, _on_hand(here[key]) - less, why) for key, less, why in _COUNTED]
        found = stocktakes.propose(here["shop"].id, counted, actor=who["bu"])
    with days_ago(9):
        stocktakes.approve(found.id, actor=who["yan"])


_COUNTED = (("rice", 0, None), ("salt", 3, "搬运中破损"), ("soap", 0, None))


def _waiting(stock: dict[str, dict[str, Any]], found: dict[str, int], who: dict[str, Person]) -> None:
    """What a first visitor finds open: to be approved, to be collected, a venue booked for the coming days."""
    here = stock[SONGTAO]
    with days_ago(1):
        _ask(here, {"tissue": 1, "noodles": 2}, who["xia"])
        approved = _ask(here, {"soap": 1, "towel": 1}, who["song"])
        card = _ask(here, {"noodles": 1, "salt": 2}, who["e"], behalf=who["tong"])
        support = _ask(here, {"materials": 2}, who["yu"], purpose="楼院清雪活动的手套和热水")
        approvals.approve(approved.id, actor=who["lan"])
        approvals.approve(card.id, actor=who["lan"])
        approvals.approve(support.id, actor=who["tong"])
        _ask_hall(here, 3, who["xia"])


def _ask(
    here: dict[str, Any],
    wanted: dict[str, int],
    person: Person,
    *,
    behalf: Person | None = None,
    purpose: str | None = None,
) -> Redemption:
    lines = [(here[key].id, units) for key, units in wanted.items()]
    return requests.request(
        here["shop"].id,
        lines,
        purpose=purpose,
        on_behalf_of=(person.id, "老人没有手机，上门代办") if behalf else None,
        actor=behalf or person,
    )


def _ask_hall(here: dict[str, Any], days: int, person: Person) -> Redemption:
    """The first free slot of the first open day, so many days on or later."""
    hall, shop = _now(Item, here["hall"]), _now(Shop, here["shop"])
    for later in range(days, days + 7):
        free = [
            one for one in timetable.slots_of(hall, shop, clock.today() + timedelta(days=later)) if one.free
        ]
        if free:
            return requests.request(here["shop"].id, [], slot_ids=[free[0].id], actor=person)
    raise LookupError("the hall is closed all week")


def _hand_over(order: Redemption, keeper: Person, proxy: str | None = None) -> None:
    code = sealed_in_shop.code_of(_now(Redemption, order)) or ""
    counter.hand_over(order.id, code, "proxy" if proxy else "self", proxy, actor=keeper)


def _on_hand(item: Item) -> int:
    return _now(Item, item).on_hand


def _now(model: Any, row: Any) -> Any:
    return session.get_one(model, row.id, populate_existing=True)
