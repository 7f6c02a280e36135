"""Items over HTTP: goods, venues with their slots, support of activities."""

from typing import Any

from apiflask import APIBlueprint

from backend import clock
from backend.api.frame.bodies import LookIn, PictureOut, ReasonIn
from backend.api.frame.fields import (
    Boolean,
    Choice,
    DateTime,
    Day,
    Integer,
    List,
    Nested,
    Schema,
    Sought,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import GUESTS, delete, get, post, put
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people.permissions import Permission
from backend.supermarket import limits, queries, queues
from backend.supermarket.actions import items, watches
from backend.supermarket.models import Item, ItemKind, Period, RedemptionState
from backend.supermarket.views import ItemView

WITHOUT_SIGNING_IN = "没有登录也可以看，但没有捐赠方。"
bp = APIBlueprint("supermarket_items", __name__, url_prefix="/api/v1", tag="兑换超市")


class ItemOut(Schema):
    id = Integer("编号")
    shop_id = Integer("兑换超市")
    kind = Choice("类别：物品、场地、活动支持", ItemKind)
    name = Text("名称", most=limits.ITEM_NAME_MAX, example="东北大米 5 公斤")
    description = Text("说明", least=0, most=limits.DESCRIPTION_MAX, lines=True)
    unit = Text("单位", most=limits.UNIT_MAX, example="袋")
    points = Integer("每单位的积分", example=44)
    available = Integer("可兑换的数量；场地和活动支持没有库存，为 null", allow_none=True)
    limit_per_person = Integer("每人每期限兑；不限为 null", allow_none=True)
    limit_period = Choice("限兑的周期", Period)
    on_shelf = Boolean("是否上架")
    slot_minutes = Integer("场地每个时段的分钟数", allow_none=True)
    pick_up_days = Integer("审批后几个营业日内领取；按超市的期限为 null", allow_none=True)
    donors = List("同意公开的捐赠方；没有登录时是空的", Text("捐赠方", most=limits.DONOR_MAX), most=1000)
    files = List("图片", Nested(PictureOut), most=3)
    on_hand = Integer("现有库存（仅工作人员可见）", allow_none=True)
    reserved = Integer("已预订（仅工作人员可见）", allow_none=True)
    low_stock = Integer("少于等于多少时提醒（仅工作人员可见）", allow_none=True)
    watching = Boolean("到货时是否通知我")
    waiting = Integer("等到货通知的人数（仅工作人员可见）", allow_none=True)


class ItemKeptOut(ItemOut):
    warnings = List("请核对的事项，例如与另一种同名", Text("提醒", most=200), most=5)


class ItemContent(Schema):
    name = Text("名称", most=limits.ITEM_NAME_MAX, required=True, example="东北大米 5 公斤")
    description = Text("说明", least=0, most=limits.DESCRIPTION_MAX, lines=True)
    unit = Text("单位", most=limits.UNIT_MAX, example="袋")
    points = Integer("每单位的积分，至少 1", least=1, most=limits.POINTS_MAX, required=True, example=44)
    limit_per_person = Integer("每人每期限兑；不填为不限", least=1, most=limits.UNITS_MAX, allow_none=True)
    limit_period = Choice("限兑的周期，默认季度", Period, example=Period.QUARTER)
    on_shelf = Boolean("是否上架")
    low_stock = Integer("少于等于多少时提醒", most=limits.UNITS_MAX, allow_none=True)
    slot_minutes = Integer(
        "场地每个时段的分钟数，默认 60",
        least=limits.SLOT_MINUTES_MIN,
        most=limits.SLOT_MINUTES_MAX,
        allow_none=True,
    )
    pick_up_days = Integer(
        "审批后几个营业日内领取，生鲜可以是 1；不填按超市的期限；场地没有",
        least=1,
        most=limits.PICK_UP_DAYS_MAX,
        allow_none=True,
    )
    same_name = Boolean("与超市里另一种同名时：true 或不填，照办并提醒；false，不办（409）")
    file_ids = List("图片，最多三张，先用 POST /files 上传（用途 item）", Integer("编号", least=1), most=3)


class ItemIn(ItemContent):
    shop_id = Integer("兑换超市", required=True, least=1)
    kind = Choice("类别：物品、场地、活动支持", ItemKind, required=True)


class OpenOrderOut(Schema):
    id = Integer("编号")
    number = Text("兑换单号", most=60)
    state = Choice("状态", RedemptionState)


class ItemQuery(PageQuery):
    kind = Choice("类别", ItemKind, load_default=None)
    q = Sought("名称里的词")


class TakenDownOut(ItemOut):
    open_orders = List("还没有办完的兑换单，仍然有效", Nested(OpenOrderOut), most=1000)


class SlotOut(Schema):
    id = Integer("时段编号，预订时用", example=1200003456780)
    starts_at = DateTime("开始")
    ends_at = DateTime("结束")
    free = Boolean("是否还可以预订")


class SlotsOut(Schema):
    list = List("当天的时段", Nested(SlotOut), most=1000)


class SlotQuery(Schema):
    date = Day("日期；不填为今天", load_default=None)


def serialize_many(found: list[Item], caller: Caller) -> list[ItemView]:
    """Items as ItemOut wants them, as this caller may see them."""
    return queries.view_items(found, actor=caller)


def _serialize(item: Item, caller: Caller) -> ItemView:
    return serialize_many([item], caller)[0]


@listing(
    bp,
    "/shops/<id:shop_id>/items",
    "超市里可以兑换的",
    ItemOut,
    serialize_many,
    guard=GUESTS,
    query=ItemQuery,
    description=WITHOUT_SIGNING_IN,
)
def list_items(caller: Caller, shop_id: int, kind: str | None, q: str | None) -> Pageable:
    return queries.items(shop_id, kind, q, actor=caller)


def _serialize_waiting(rows: list[tuple[Item, int]], caller: Caller) -> list[ItemView]:
    return serialize_many([item for item, _community_id in rows], caller)


@listing(bp, "/items/to-look", "图片待查看的物品", ItemOut, _serialize_waiting, guard=Permission.ITEM_LOOK)
def items_to_look_at(caller: Caller) -> Pageable:
    return queues.to_look_at(actor=caller)


@get(
    bp, "/items/<id:item_id>", "一件物品、场地或活动支持", GUESTS, out=ItemOut, description=WITHOUT_SIGNING_IN
)
def get_item(caller: Caller, item_id: int) -> ItemView:
    return _serialize(queries.item(item_id), caller)


@get(
    bp,
    "/items/<id:item_id>/slots",
    "场地一天的时段",
    GUESTS,
    query=SlotQuery,
    out=SlotsOut,
    description="没有登录也可以看。",
)
def item_slots(caller: Caller, item_id: int, query: dict[str, Any]) -> dict[str, Any]:
    return {"list": queries.slots(item_id, query["date"] or clock.today())}


@post(bp, "/items", "新增", Permission.ITEM_MANAGE, body=ItemIn, out=ItemKeptOut, status=201)
def put_up_item(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    body = {"same_name": True, **body}
    made = items.create_item(
        body.pop("shop_id"), body.pop("kind"), body.pop("name"), body.pop("points"), actor=caller, **body
    )
    return _kept(made, caller)


def _kept(item: Item, caller: Caller) -> dict[str, Any]:
    return {**vars(_serialize(item, caller)), "warnings": items.warnings(item)}


@put(
    bp,
    "/items/<id:item_id>",
    "修改、上架或下架",
    Permission.ITEM_MANAGE,
    body=ItemContent(partial=True),
    out=ItemKeptOut,
)
def change_item(caller: Caller, item_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return _kept(items.change(item_id, {"same_name": True, **body}, actor=caller), caller)


@post(bp, "/items/<id:item_id>/watch", "到货时通知我", out=ItemOut, description="再可兑换时通知一次。")
def watch_item(caller: Caller, item_id: int) -> ItemView:
    return _serialize(watches.watch(item_id, actor=caller), caller)


@delete(bp, "/items/<id:item_id>/watch", "到货时不用通知我", out=ItemOut)
def unwatch_item(caller: Caller, item_id: int) -> ItemView:
    return _serialize(watches.unwatch(item_id, actor=caller), caller)


@post(
    bp,
    "/items/<id:item_id>/take-down",
    "撤下",
    Permission.ITEM_TAKE_DOWN,
    body=ReasonIn,
    out=TakenDownOut,
    may=items.lock_taken_down,
    description="立即下架并告诉上架的人；已提交的兑换单仍然有效，列在应答里。",
)
def take_down_item(caller: Caller, item_id: int, body: dict[str, Any]) -> dict[str, Any]:
    found = items.take_down(item_id, body["reason"], actor=caller)
    return {**vars(_serialize(found, caller)), "open_orders": queries.open_orders_of(item_id)}


@post(
    bp,
    "/items/<id:item_id>/look",
    "查看存疑的物品图片",
    Permission.ITEM_LOOK,
    body=LookIn,
    out=ItemOut,
    may=items.lock_looked_at,
    description="内容安全检查存疑或未能检查的图片，由上传人以外的工作人员查看后决定是否展示。",
)
def look_at_item(caller: Caller, item_id: int, body: dict[str, Any]) -> ItemView:
    return _serialize(items.look(item_id, **body, actor=caller), caller)
