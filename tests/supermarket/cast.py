"""A shop of its own for each test, and who does what in it."""

import itertools
from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.ledger import actions as ledger
from backend.ledger import queries as points
from backend.people import actions as people
from backend.people.models import Person, Residency
from backend.supermarket import sealed, timetable
from backend.supermarket.actions import approvals, counter, items, receipts, requests, shops
from backend.supermarket.models import Item, Redemption, Shop
from tests.wishes.cast import By

_names = itertools.count(1)
ALL_WEEK = [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in range(1, 8)]


def by(town, name):
    return By(town.person(name).id)


def opened(town, **more):
    """A new shop of 松涛社区, open every day from nine to five."""
    with transaction():
        made = shops.open_shop(
            town.songtao, f"小超市 {next(_names)}", opening_hours=ALL_WEEK, actor=by(town, "tong"), **more
        )
    return made.id


def goods(town, shop_id, stock=10, points=10, days=None, name=None, **more):
    """Goods on the shelf with so many units, of a batch that ends in `days`."""
    with transaction():
        item = items.create_item(
            shop_id, "goods", name or f"物品 {next(_names)}", points, actor=by(town, "bu"), **more
        )
    if stock:
        received(town, item.id, stock, days)
    return item.id


def received(town, item_id, units, days=None, **more):
    best_before = None if days is None else clock.today() + timedelta(days=days)
    with transaction():
        return receipts.receive(
            item_id, units, "purchase", best_before=best_before, actor=by(town, "bu"), **more
        )


def venue(town, shop_id, points=10, **more):
    with transaction():
        return items.create_item(
            shop_id, "venue", f"场地 {next(_names)}", points, actor=by(town, "bu"), **more
        ).id


def support(town, shop_id, points=10, **more):
    with transaction():
        name = f"支持 {next(_names)}"
        return items.create_item(shop_id, "activity_support", name, points, actor=by(town, "bu"), **more).id


def slot_ids(item_id, days=1):
    """Ids of the venue's free slots on a day from now."""
    found = item(item_id)
    day = clock.today() + timedelta(days=days)
    slots = timetable.slots_of(found, session.get(Shop, found.shop_id), day)
    return [slot.id for slot in slots if slot.free]


def rich(town, name, amount=500):
    """Gives a person points."""
    with transaction():
        ledger.grant(
            town.person(name).id,
            amount,
            reference=f"test:{next(_names)}",
            title="结转",
            community_id=town.songtao,
            actor=by(town, "tong"),
        )


def asked(town, shop_id, lines, name="wulan", **more):
    """A request of `lines` ({item id: units})."""
    with transaction():
        return requests.request(shop_id, list(lines.items()), actor=by(town, name), **more).id


def booked(town, shop_id, slots, name="wulan"):
    with transaction():
        return requests.request(shop_id, [], slot_ids=slots, actor=by(town, name)).id


def approved(town, shop_id, lines, name="wulan", approver="tong", **more):
    order_id = asked(town, shop_id, lines, name, **more)
    with transaction():
        approvals.approve(order_id, actor=by(town, approver))
    return order_id


def handed_over(town, shop_id, lines, name="wulan"):
    order_id = approved(town, shop_id, lines, name)
    hand_over(town, order_id)
    return order_id


def hand_over(town, order_id, name="bu", **more):
    with transaction():
        return counter.hand_over(
            order_id, code(order_id), more.pop("collected_by", "self"), **more, actor=by(town, name)
        )


def order(order_id):
    return session.get(Redemption, order_id, populate_existing=True)


def code(order_id):
    return sealed.code_of(order(order_id))


def item(item_id):
    return session.get(Item, item_id, populate_existing=True)


def stock(item_id):
    found = item(item_id)
    return found.on_hand, found.reserved


def purse(town, name):
    told = points.balance(town.person(name).id)
    return told["available"], told["held"]


def second_keeper(town, name="shao"):
    with transaction():
        people.appoint(
            town.person(name).id, "shop_keeper", town.songtao, clock.today(), None, actor=by(town, "admin")
        )


def count(model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def newcomer(town, amount):
    """A neighbour of 松涛社区 nobody knew before, with points; inside a transaction."""
    person = Person(nickname="邻居", created_at=clock.now(), state="active")
    session.add(person)
    session.flush()
    home = {"community_id": town.songtao, "state": "verified", "declared_at": clock.now()}
    session.add(Residency(person_id=person.id, decided_by_id=town.person("tong").id, **home))
    ledger.grant(
        person.id,
        amount,
        reference=f"test:{next(_names)}",
        title="结转",
        community_id=town.songtao,
        actor=None,
    )
    return By(person.id)
