"""Items over HTTP: goods, venues with their slots, support of activities."""

from typing import Any

from apiflask import APIBlueprint

from backend import clock
from backend.api.frame.bodies import LookIn, PictureOut
from backend.api.frame.fields import Boolean, Choice, DateTime, Day, Integer, List, Nested, Schema, Text
from backend.api.frame.paging import PageQuery, after, page
from backend.api.frame.route import paged, route
from backend.identity.sessions import Caller
from backend.supermarket import queries
from backend.supermarket.actions import items
from backend.supermarket.models import ITEM_KINDS, PERIODS

bp = APIBlueprint("supermarket_items", __name__, url_prefix="/api/v1", tag="兑换超市")

MOST_POINTS = 100_000
MOST_UNITS = 100_000


class ItemOut(Schema):
    id = Integer("编号")
    shop_id = Integer("兑换超市")
    kind = Choice("类别：物品、场地、活动支持", ITEM_KINDS)
    name = Text("名称", most=60, example="东北大米 5 公斤")
    description = Text("说明", least=0, most=500, lines=True)
    unit = Text("单位", most=12, example="袋")
    points = Integer("每单位的积分", example=44)
    available = Integer("可兑换的数量；场地和活动支持没有库存，为 null", allow_none=True)
    limit_per_person = Integer("每人每期限兑；不限为 null", allow_none=True)
    limit_period = Choice("限兑的周期", PERIODS)
    on_shelf = Boolean("是否上架")
    slot_minutes = Integer("场地每个时段的分钟数", allow_none=True)
    donors = List("同意公开的捐赠方", Text("捐赠方", most=60), most=1000)
    files = List("图片", Nested(PictureOut), most=3)
    on_hand = Integer("现有库存（仅工作人员可见）", allow_none=True)
    reserved = Integer("已预订（仅工作人员可见）", allow_none=True)
    low_stock = Integer("少于等于多少时提醒（仅工作人员可见）", allow_none=True)


class ItemContent(Schema):
    name = Text("名称", most=60, required=True, example="东北大米 5 公斤")
    description = Text("说明", least=0, most=500, lines=True)
    unit = Text("单位", most=12, example="袋")
    points = Integer("每单位的积分，至少 1", least=1, most=MOST_POINTS, required=True, example=44)
    limit_per_person = Integer("每人每期限兑；不填为不限", least=1, most=MOST_UNITS, allow_none=True)
    limit_period = Choice("限兑的周期，默认季度", PERIODS, example="quarter")
    on_shelf = Boolean("是否上架")
    low_stock = Integer("少于等于多少时提醒", most=MOST_UNITS, allow_none=True)
    slot_minutes = Integer("场地每个时段的分钟数，默认 60", least=15, most=720, allow_none=True)
    file_ids = List("图片，最多三张，先用 POST /files 上传（用途 item）", Integer("编号", least=1), most=3)


class ItemIn(ItemContent):
    shop_id = Integer("兑换超市", required=True, least=1)
    kind = Choice("类别：物品、场地、活动支持", ITEM_KINDS, required=True)


class ItemQuery(PageQuery):
    kind = Choice("类别", ITEM_KINDS, load_default=None)


class SlotOut(Schema):
    id = Integer("时段编号，预订时用", example=1200003456780)
    starts_at = DateTime("开始")
    ends_at = DateTime("结束")
    free = Boolean("是否还可以预订")


class SlotsOut(Schema):
    list = List("当天的时段", Nested(SlotOut), most=1000)


class SlotQuery(Schema):
    date = Day("日期；不填为今天", load_default=None)


@route(
    bp, "GET", "/shops/<id:shop_id>/items", query=ItemQuery, out=paged(ItemOut), summary="超市里可以兑换的"
)
def list_items(caller: Caller, shop_id: int, query: dict[str, Any]) -> dict[str, Any]:
    start, limit = after(query["cursor"], int), query["limit"]
    rows = queries.items(shop_id, query["kind"], start[0] if start else None, limit + 1, actor=caller)
    told = page(rows, limit, lambda one: (one.id,))
    return {**told, "list": queries.shown_items(told["list"], actor=caller)}


@route(
    bp,
    "GET",
    "/items/to-look",
    guard="item:look",
    query=PageQuery,
    out=paged(ItemOut),
    summary="图片待查看的物品",
)
def items_to_look_at(caller: Caller, query: dict[str, Any]) -> dict[str, Any]:
    start, limit = after(query["cursor"], int), query["limit"]
    rows = queries.to_look(start[0] if start else None, limit + 1, actor=caller)
    told = page(rows, limit, lambda one: (one.id,))
    return {**told, "list": queries.shown_items(told["list"], actor=caller)}


@route(bp, "GET", "/items/<id:item_id>", out=ItemOut, summary="一件物品、场地或活动支持")
def get_item(caller: Caller, item_id: int) -> dict[str, Any]:
    return queries.shown_items([queries.item(item_id)], actor=caller)[0]


@route(bp, "GET", "/items/<id:item_id>/slots", query=SlotQuery, out=SlotsOut, summary="场地一天的时段")
def item_slots(caller: Caller, item_id: int, query: dict[str, Any]) -> dict[str, Any]:
    return {"list": queries.slots(item_id, query["date"] or clock.today())}


@route(bp, "POST", "/items", guard="item:manage", body=ItemIn, out=ItemOut, status=201, summary="新增")
def put_up_item(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    made = items.create_item(
        body.pop("shop_id"), body.pop("kind"), body.pop("name"), body.pop("points"), actor=caller, **body
    )
    return queries.shown_items([made], actor=caller)[0]


@route(
    bp,
    "PUT",
    "/items/<id:item_id>",
    guard="item:manage",
    body=ItemContent(partial=True),
    out=ItemOut,
    summary="修改、上架或下架",
)
def change_item(caller: Caller, item_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return queries.shown_items([items.change(item_id, body, actor=caller)], actor=caller)[0]


@route(
    bp,
    "POST",
    "/items/<id:item_id>/look",
    guard="item:look",
    body=LookIn,
    out=ItemOut,
    summary="查看存疑的物品图片",
    description="内容安全检查存疑或未能检查的图片，由上传人以外的工作人员查看后决定是否展示。",
)
def look_at_item(caller: Caller, item_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return queries.shown_items([items.look(item_id, **body, actor=caller)], actor=caller)[0]
