"""Shops over HTTP: where they are, when they are open, and what the counter has before it today."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import (
    Boolean,
    Choice,
    DateTime,
    Day,
    Integer,
    List,
    Nested,
    QueryInteger,
    Schema,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.opening_hours import OpeningHours
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import GUESTS, get, post, put
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people.permissions import Permission
from backend.supermarket import limits, queries, stock_queries
from backend.supermarket.actions import shops
from backend.supermarket.actions.closings import Effect
from backend.supermarket.models import RedemptionState, Shop
from backend.supermarket.views import ShopView, Today

bp = APIBlueprint("supermarket_shops", __name__, url_prefix="/api/v1", tag="兑换超市")


class ShopOut(Schema):
    id = Integer("编号")
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    name = Text("名称", most=limits.SHOP_NAME_MAX, example="松涛社区兑换超市")
    address = Text("地址", least=0, most=limits.ADDRESS_MAX)
    opening_hours = List("开放时间", Nested(OpeningHours), most=50)
    closed_days = List("休息日", Text("日期", most=10, example="2026-10-01"), most=limits.CLOSED_DAYS_MAX)
    four_eyes_hand_over = Boolean("审批人不能核销（由街道批准才能关闭）")
    approve_days = Integer("审批期限（营业日）")
    pick_up_days = Integer("领取期限（营业日）")


class ShopIn(Schema):
    community_id = Integer("社区", required=True, least=1)
    name = Text("名称", most=limits.SHOP_NAME_MAX, required=True, example="松涛社区兑换超市")
    address = Text("地址", least=0, most=limits.ADDRESS_MAX)
    opening_hours = List("开放时间", Nested(OpeningHours), most=50)
    closed_days = List("休息日", Day("日期"), most=limits.CLOSED_DAYS_MAX)
    approve_days = Integer("审批期限（营业日）", least=1, most=limits.APPROVE_DAYS_MAX)
    pick_up_days = Integer("领取期限（营业日）", least=1, most=limits.PICK_UP_DAYS_MAX)


class ShopChange(Schema):
    name = Text("名称", most=limits.SHOP_NAME_MAX)
    address = Text("地址", least=0, most=limits.ADDRESS_MAX)
    opening_hours = List("开放时间", Nested(OpeningHours), most=50)
    closed_days = List("休息日", Day("日期"), most=limits.CLOSED_DAYS_MAX)
    approve_days = Integer("审批期限（营业日）", least=1, most=limits.APPROVE_DAYS_MAX)
    pick_up_days = Integer("领取期限（营业日）", least=1, most=limits.PICK_UP_DAYS_MAX)


class ShopChangeIn(ShopChange):
    end_bookings = List(
        "确认取消的场地预订；没有写全的，得到 409 BOOKINGS_IN_THE_WAY，data.bookings 里有这些单",
        Integer("兑换单", least=1),
        most=limits.ENDED_AT_ONCE,
    )


class BookingInTheWayOut(Schema):
    redemption_id = Integer("兑换单")
    number = Text("单号", most=60)
    item_name = Text("场地", most=limits.ITEM_NAME_MAX)
    starts_at = DateTime("开始")
    ends_at = DateTime("结束")


class MovedOut(Schema):
    redemption_id = Integer("兑换单")
    number = Text("单号", most=60)
    state = Choice("待审批的是审批期限，待领取的是领取期限", RedemptionState)
    before = Day("原来的期限")
    after = Day("顺延到")


class EffectOut(Schema):
    bookings = List("会被取消的场地预订", Nested(BookingInTheWayOut), most=10_000)
    deadlines = List("会顺延的兑换单", Nested(MovedOut), most=10_000)


class FourEyesIn(ReasonIn):
    on = Boolean("审批与核销须由两人办理", required=True)


class ShopQuery(PageQuery):
    community_id = QueryInteger("社区", least=1, load_default=None)


class LowOut(Schema):
    id = Integer("编号")
    name = Text("名称", most=limits.ITEM_NAME_MAX)
    unit = Text("单位", most=limits.UNIT_MAX)
    on_hand = Integer("现有")
    reserved = Integer("已预订")


class EndingOut(Schema):
    item_id = Integer("物品")
    name = Text("名称", most=limits.ITEM_NAME_MAX)
    unit = Text("单位", most=limits.UNIT_MAX)
    batch_no = Text("批次", most=limits.BATCH_MAX, allow_none=True)
    best_before = Day("保质期至")
    on_hand = Integer("现有")


class BookedOut(Schema):
    item_id = Integer("场地")
    name = Text("名称", most=limits.ITEM_NAME_MAX)
    starts_at = DateTime("开始")
    ends_at = DateTime("结束")
    redemption_id = Integer("兑换单")
    number = Text("单号", most=60)
    state = Choice("状态", RedemptionState)


class TodayOut(Schema):
    date = Day("今天")
    shop_id = Integer("超市")
    to_approve = Integer("待审批")
    to_pick_up = Integer("待领取")
    last_day = Integer("今天是最后领取日的")
    late = Integer("到了期限还没有办的")
    handed_over_today = Integer("今天已核销")
    low_stock = List("库存不多的物品", Nested(LowOut), most=1000)
    ending_batches = List("快到或已过保质期的批次", Nested(EndingOut), most=1000)
    venue_slots = List("今天的场地预订", Nested(BookedOut), most=1000)


def _serialize_many(found: list[Shop], _caller: Caller) -> list[ShopView]:
    return queries.view_shops(found)


def _serialize(shop: Shop) -> ShopView:
    return queries.view_shops([shop])[0]


@listing(
    bp,
    "/shops",
    "兑换超市",
    ShopOut,
    _serialize_many,
    guard=GUESTS,
    query=ShopQuery,
    description="没有登录也可以看。",
)
def list_shops(caller: Caller, community_id: int | None) -> Pageable:
    return queries.shops(community_id)


@get(bp, "/shops/<id:shop_id>", "一家兑换超市", GUESTS, out=ShopOut, description="没有登录也可以看。")
def get_shop(caller: Caller, shop_id: int) -> ShopView:
    return _serialize(queries.shop(shop_id))


@post(bp, "/shops", "开设兑换超市", Permission.SHOP_MANAGE, body=ShopIn, out=ShopOut, status=201)
def open_shop(caller: Caller, body: dict[str, Any]) -> ShopView:
    return _serialize(shops.open_shop(body.pop("community_id"), body.pop("name"), actor=caller, **body))


@put(
    bp,
    "/shops/<id:shop_id>",
    "修改开放时间和期限",
    Permission.SHOP_MANAGE,
    body=ShopChangeIn,
    out=ShopOut,
    description="期限按营业日算：休息日或开放时间一变，待办的兑换单期限随之顺延（不会提前），并通知本人。",
)
def change_shop(caller: Caller, shop_id: int, body: dict[str, Any]) -> ShopView:
    return _serialize(shops.change_shop(shop_id, actor=caller, **body))


@post(
    bp,
    "/shops/<id:shop_id>/preview-change",
    "修改开放时间会影响哪些兑换单，不作改动",
    Permission.SHOP_MANAGE,
    body=ShopChange,
    out=EffectOut,
)
def preview_shop_change(caller: Caller, shop_id: int, body: dict[str, Any]) -> Effect:
    return shops.preview_change(shop_id, actor=caller, **body)


@put(
    bp,
    "/shops/<id:shop_id>/four-eyes",
    "街道批准或收回“一人审批并核销”的例外",
    Permission.SHOP_EXEMPT,
    body=FourEyesIn,
    out=ShopOut,
    may=shops.lock_exempted,
)
def set_four_eyes(caller: Caller, shop_id: int, body: dict[str, Any]) -> ShopView:
    return _serialize(shops.set_four_eyes(shop_id, body["on"], body["reason"], actor=caller))


@get(bp, "/shops/<id:shop_id>/today", "柜台今天的工作", Permission.STOCK_READ, out=TodayOut)
def shop_today(caller: Caller, shop_id: int) -> Today:
    return stock_queries.today(shop_id, actor=caller)
