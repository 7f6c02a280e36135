"""The cases of the supermarket's queues."""

from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from backend import clock
from backend.db import columns_of, session, transaction
from backend.files import queries as files
from backend.files.models import File
from backend.people import permissions
from backend.supermarket import states
from backend.supermarket.models import Item, Line, Redemption, Shop
from backend.supermarket.stock_models import Batch, Stocktake
from tests.house.queue_case import Case, by_another, ended, may, multiply, numbers
from tests.supermarket import cast

# --- orders ------------------------------------------------------------------------------------------


def copy_order(order, more, **values):
    """So many more like it, with what it is for."""
    multiply(order, more, number=numbers("抄"), **values)
    copied = session.scalars(sa.select(Redemption.id).where(Redemption.number.like("抄-%"))).all()
    lines = session.scalars(sa.select(Line).where(Line.redemption_id == order.id)).all()
    for line in lines if copied else ():
        plain = columns_of(line)
        session.execute(sa.insert(Line), [{**plain, "redemption_id": one} for one in copied])


def _item(town):
    cast.rich(town, "wulan")
    shop_id = cast.opened(town)
    return shop_id, cast.goods(town, shop_id, points=1)


def write_requested(town, number):
    if number:
        shop_id, item_id = _item(town)
        order = cast.order(cast.asked(town, shop_id, {item_id: 1}))
        with transaction():
            copy_order(order, number - 1)


def other_requests(town):
    """Of tong's own, asked for by tong, and of another community."""
    shop_id, item_id = _item(town)
    cast.rich(town, "tong")
    cast.rich(town, "e")
    cast.asked(town, shop_id, {item_id: 1}, "tong")
    on_behalf_of = (town.person("e").id, "没有手机")
    cast.asked(town, shop_id, {item_id: 1}, "tong", on_behalf_of=on_behalf_of)
    there = cast.asked(town, shop_id, {item_id: 1})
    with transaction():
        cast.order(there).community_id = town.baihua


def write_approved(town, number):
    """Orders whose last day is today."""
    if number:
        shop_id, item_id = _item(town)
        order_id = cast.approved(town, shop_id, {item_id: 1})
        with transaction():
            order = cast.order(order_id)
            order.pick_up_until = clock.today()
            session.flush()
            copy_order(order, number - 1, pick_up_code_index=numbers("码"))


def other_approved(town):
    """Of another day, and of another community."""
    shop_id, item_id = _item(town)
    cast.approved(town, shop_id, {item_id: 1})
    order_id = cast.approved(town, shop_id, {item_id: 1})
    with transaction():
        there = cast.order(order_id)
        there.community_id, there.pick_up_until = town.baihua, clock.today()


def to_collect_today(row, actor):
    """Whoever stands at the counter knows of all, though a colleague may have to hand it over."""
    words = permissions.permissions_in(actor.id, row.place_id)
    return (
        row.state == "approved"
        and row.pick_up_until <= clock.today()
        and states.HAND_OVER.permission in words
    )


def no_order(state):
    return lambda: ended(Redemption, "cancelled", state, closed_at=clock.now())


# --- stock -------------------------------------------------------------------------------------------


def write_low(town, number):
    if number:
        first = cast.item(cast.goods(town, cast.opened(town), stock=3, low_stock=5))
        with transaction():
            multiply(first, number - 1)


def other_low(town):
    """Enough of it, off the shelf, and without a mark."""
    shop_id = cast.opened(town)
    cast.goods(town, shop_id, stock=6, low_stock=5)
    cast.goods(town, shop_id, stock=3, low_stock=5, on_shelf=False)
    cast.goods(town, shop_id, stock=3)


def _receives(actor, shop_id):
    place_id = session.get(Shop, shop_id).place_id
    return "stock:receive" in permissions.permissions_in(actor.id, place_id)


def low_waits(row, actor):
    low = row.on_shelf and row.low_stock is not None and row.on_hand - row.reserved <= row.low_stock
    return low and _receives(actor, row.shop_id)


def write_ending(town, number):
    if number:
        item_id = cast.goods(town, cast.opened(town), stock=3, days=3)
        first = session.scalar(sa.select(Batch).where(Batch.item_id == item_id))
        with transaction():
            multiply(first, number - 1)


def other_batches(town):
    """One that ends later, and one of which nothing is left."""
    item_id = cast.goods(town, cast.opened(town), days=300)
    late = session.scalar(sa.select(Batch).where(Batch.item_id == item_id))
    with transaction():
        multiply(late, 1, best_before=clock.today() + timedelta(days=2), on_hand=0)


def ending_waits(row, actor):
    if not row.on_hand or row.best_before is None or row.best_before > clock.today() + timedelta(days=30):
        return False
    return _receives(actor, session.get(Item, row.item_id).shop_id)


def write_stocktakes(town, number, name="bu"):
    """A shop with a stocktake for each: a shop has one at a time."""
    if not number:
        return
    first = session.get(Shop, cast.opened(town))
    facts = {"community_id": first.community_id, "state": "proposed", "proposed_at": clock.now()}
    with transaction():
        multiply(first, number - 1, name=numbers(first.name))
        shops = session.scalars(sa.select(Shop.id).where(Shop.name.startswith(first.name))).all()
        facts["proposed_by_id"] = town.person(name).id
        rows = [{**facts, "shop_id": one, "number": f"PD-{first.name}-{one}"} for one in shops]
        session.execute(sa.insert(Stocktake), rows)


def no_stocktake():
    decided = by_another(Stocktake.proposed_by_id)
    return ended(Stocktake, "rejected", "proposed", review_reason="请重新清点", **decided)


# --- pictures ----------------------------------------------------------------------------------------


def write_pictures(town, number, name="bu"):
    """Items with a picture that somebody took and nobody has looked at."""
    if not number:
        return
    first = cast.item(cast.goods(town, cast.opened(town), stock=0))
    with transaction():
        multiply(first, number - 1)
        items = session.scalars(sa.select(Item.id).where(Item.name == first.name)).all()
        session.execute(
            sa.insert(File), [picture("needs_look", town.person(name).id, one, town) for one in items]
        )


def picture(state, owner_id, item_id, town, position=0):
    facts = {
        "owner_id": owner_id,
        "purpose": "item",
        "state": state,
        "key": uuid4().hex,
        "position": position,
    }
    where = {"subject_kind": "item", "subject_id": item_id, "place_id": town.songtao}
    return {**facts, **where, "width": 10, "height": 10, "created_at": clock.now()}


def other_pictures(town):
    """One that tong took beside one of bu's, and one that has been looked at."""
    shop_id, tong, bu = cast.opened(town), town.person("tong").id, town.person("bu").id
    both, passed = cast.goods(town, shop_id, stock=0), cast.goods(town, shop_id, stock=0)
    rows = [
        picture("needs_look", bu, both, town),
        picture("needs_look", tong, both, town, 1),
        picture("passed", bu, passed, town),
    ]
    with transaction():
        session.execute(sa.insert(File), rows)


def picture_waits(row, actor):
    place_id = session.get(Shop, row.shop_id).place_id
    if "item:look" not in permissions.permissions_in(actor.id, place_id):
        return False
    found = files.of([("item", row.id)]).get(("item", row.id), [])
    waiting = [one for one in found if one.state == "needs_look"]
    return bool(waiting) and actor.id not in {one.owner_id for one in waiting}


def _update(model, **values):
    return lambda: session.execute(
        sa.update(model).values(**values), execution_options={"synchronize_session": False}
    )


CASES = {
    "审批兑换": Case(
        Redemption,
        write_requested,
        no_order("requested"),
        lambda row, actor: may(states.APPROVE, row, actor),
        path="/redemptions/to-approve",
        action="approve",
        page="/console/redemptions",
        others=other_requests,
    ),
    "今天领取": Case(
        Redemption,
        write_approved,
        no_order("approved"),
        to_collect_today,
        reader="bu",
        others=other_approved,
        shows="凭取货码发放",
    ),
    "库存不多": Case(
        Item,
        write_low,
        _update(Item, low_stock=None),
        low_waits,
        reader="bu",
        others=other_low,
        shows='action="{address}/receive"',
    ),
    "快到保质期": Case(
        Batch,
        write_ending,
        _update(Batch, best_before=None),
        ending_waits,
        reader="bu",
        others=other_batches,
        shows='action="{address}/spoil"',
    ),
    "查看商品图片": Case(
        Item,
        write_pictures,
        lambda: ended(File, "passed", "needs_look"),
        picture_waits,
        path="/items/to-look",
        page="/console/item-pictures",
        others=other_pictures,
    ),
    "审核盘点": Case(
        Stocktake,
        write_stocktakes,
        no_stocktake,
        lambda row, actor: may(states.APPROVE_STOCKTAKE, row, actor),
        reader="yan",
        others=lambda town: write_stocktakes(town, 1, "yan"),
    ),
}
