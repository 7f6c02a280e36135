"""Stock over HTTP: receipts, spoilage, the events of an item, stocktakes."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import (
    Actions,
    Boolean,
    Choice,
    DateTime,
    Day,
    Integer,
    List,
    Nested,
    Schema,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.route import get, post
from backend.api.supermarket.items import ItemOut
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people.models import REAL_NAME_MAX
from backend.people.permissions import Permission
from backend.supermarket import limits, queries, states, stock_queries
from backend.supermarket.actions import receipts, returned_goods, reversals, stocktakes
from backend.supermarket.stock_models import Movement, MovementKind, StockSource, Stocktake, StocktakeState
from backend.supermarket.views import BatchView, ItemView, MovementView, StocktakeView

bp = APIBlueprint("supermarket_stock", __name__, url_prefix="/api/v1", tag="兑换超市")


class ReceiptIn(Schema):
    quantity = Integer("数量", least=1, most=limits.UNITS_MAX, required=True, example=20)
    source = Choice("来源：采购或捐赠", StockSource, required=True)
    donor = Text("捐赠方", most=limits.DONOR_MAX, allow_none=True, load_default=None)
    donor_public = Boolean("捐赠方同意公开名称", load_default=False)
    batch_no = Text("批次", most=limits.BATCH_MAX, data_key="batch", allow_none=True, load_default=None)
    best_before = Day("保质期至（当天仍可发放）", allow_none=True, load_default=None)
    document = Text("票据号", most=limits.DOCUMENT_MAX, allow_none=True, load_default=None)
    cost = Integer("采购金额或捐赠估值（元）", most=limits.COST_MAX, allow_none=True, load_default=None)


class SpoilageIn(ReasonIn):
    quantity = Integer("数量", least=1, most=limits.UNITS_MAX, required=True, example=1)
    batch_id = Integer("批次的编号；不填时从最早到期的扣", least=1, allow_none=True, load_default=None)


class StockMovementOut(Schema):
    id = Integer("编号")
    item_id = Integer("物品")
    kind = Choice("类别", MovementKind)
    quantity = Integer("数量（增加为正，减少为负；预订和释放为预订数）", least=-(2**53))
    on_hand_change = Integer("库存增减", least=-(2**53))
    reserved_change = Integer("预订增减", least=-(2**53))
    on_hand_after = Integer("之后的库存")
    at = DateTime("时间")
    by_name = Text("经办人；系统办理时为 null", most=REAL_NAME_MAX, allow_none=True)
    reference = Text("单号", most=80)
    batch_id = Integer("批次的编号", allow_none=True)
    batch = Text("批次", most=limits.BATCH_MAX, allow_none=True)
    best_before = Day("保质期至", allow_none=True)
    source = Choice("来源", StockSource, allow_none=True)
    donor = Text("捐赠方", most=limits.DONOR_MAX, allow_none=True)
    donor_public = Boolean("捐赠方同意公开")
    document = Text("票据号", most=limits.DOCUMENT_MAX, allow_none=True)
    cost = Integer("金额（元）", allow_none=True)
    reason = Text("原因", most=limits.REASON_MAX, allow_none=True)
    redemption_id = Integer("兑换单", allow_none=True)
    redemption_number = Text("兑换单号", most=60, allow_none=True)
    reverses_id = Integer("冲销的是哪一条入库", allow_none=True)
    reverses = Text("冲销的入库单号", most=80, allow_none=True)
    reversed = Boolean("这条入库是否已被冲销")
    actions = Actions(states.MOVEMENT_ACTIONS, example=["reverse"])


class ReceivedOut(StockMovementOut):
    item = Nested(ItemOut, "在这之后的物品")


class BatchOut(Schema):
    id = Integer("编号")
    batch_no = Text("批次", most=limits.BATCH_MAX, data_key="batch", allow_none=True)
    best_before = Day("保质期至", allow_none=True)
    on_hand = Integer("现有")
    quarantined = Boolean("待检：退回后还没有看过，不能兑换")


class BatchesOut(Schema):
    list = List("有库存的批次，先到期的在前", Nested(BatchOut), most=1000)


class CountedIn(Schema):
    item_id = Integer("物品", least=1, required=True)
    counted = Integer("实盘数", most=limits.UNITS_MAX, required=True)
    reason = Text("盈亏原因", most=limits.REASON_MAX, allow_none=True, load_default=None)


class StocktakeIn(Schema):
    lines = List("盘点的物品", Nested(CountedIn), most=limits.COUNTED_ITEMS_MAX, required=True)


class ExplainedIn(Schema):
    item_id = Integer("物品", least=1, required=True)
    reason = Text("盈亏原因", least=1, most=limits.REASON_MAX, required=True, example="搬运中破损")


class ExplainIn(Schema):
    lines = List("有盈亏的物品", Nested(ExplainedIn), most=limits.COUNTED_ITEMS_MAX, required=True)


class StocktakeLineOut(Schema):
    item_id = Integer("物品")
    name = Text("名称", most=limits.ITEM_NAME_MAX)
    unit = Text("单位", most=limits.UNIT_MAX)
    book = Integer("账面数")
    counted = Integer("实盘数")
    difference = Integer("盈亏数", least=-(2**53))
    reason = Text("盈亏原因", most=limits.REASON_MAX, allow_none=True)


class StocktakeOut(Schema):
    id = Integer("编号")
    number = Text("盘点单号", most=60, example="PD-松涛-20261123-0001")
    shop_id = Integer("兑换超市")
    state = Choice("状态", StocktakeState)
    lines = List("盘点的物品", Nested(StocktakeLineOut), most=limits.COUNTED_ITEMS_MAX)
    proposed_by = Text("盘点人", most=REAL_NAME_MAX)
    proposed_at = DateTime("盘点时间")
    decided_by = Text("监盘人", most=REAL_NAME_MAX, allow_none=True)
    decided_at = DateTime("审核时间", allow_none=True)
    review_reason = Text("退回原因", most=limits.REASON_MAX, allow_none=True)
    actions = Actions(states.STOCKTAKE_ACTIONS, example=["approve", "reject"])


@post(
    bp,
    "/items/<id:item_id>/receipts",
    "入库",
    Permission.STOCK_RECEIVE,
    body=ReceiptIn,
    out=ReceivedOut,
    status=201,
)
def receive_stock(caller: Caller, item_id: int, body: dict[str, Any]) -> dict[str, Any]:
    event = receipts.receive(item_id, body.pop("quantity"), body.pop("source"), actor=caller, **body)
    return _with_item(event, caller)


@post(
    bp,
    "/items/<id:item_id>/receipts/<id:movement_id>/reverse",
    "冲销入库",
    Permission.STOCK_REVERSE,
    body=ReasonIn,
    out=ReceivedOut,
    status=201,
)
def reverse_receipt(caller: Caller, item_id: int, movement_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return _with_item(reversals.reverse_receipt(item_id, movement_id, body["reason"], actor=caller), caller)


def _with_item(event: Movement, caller: Caller) -> dict[str, Any]:
    (told,) = stock_queries.view_movements([event], actor=caller)
    return {**vars(told), "item": queries.view_items([queries.item(event.item_id)], actor=caller)[0]}


def _may_spoil(item_id: int, *, actor: Caller) -> None:
    receipts.of_keeper(item_id, Permission.STOCK_SPOIL, actor)


@post(
    bp,
    "/items/<id:item_id>/spoilage",
    "报损",
    Permission.STOCK_SPOIL,
    body=SpoilageIn,
    out=ItemOut,
    may=_may_spoil,
)
def spoil_stock(caller: Caller, item_id: int, body: dict[str, Any]) -> ItemView:
    found = receipts.spoil(item_id, body["quantity"], body["reason"], body["batch_id"], actor=caller)
    return queries.view_items([found], actor=caller)[0]


def _serialize_movements(rows: list[Movement], caller: Caller) -> list[MovementView]:
    return stock_queries.view_movements(rows, actor=caller)


@listing(
    bp,
    "/items/<id:item_id>/movements",
    "出入库流水",
    StockMovementOut,
    _serialize_movements,
    guard=Permission.STOCK_READ,
)
def item_movements(caller: Caller, item_id: int) -> Pageable:
    return stock_queries.movements(item_id, actor=caller)


@get(bp, "/items/<id:item_id>/batches", "有库存的批次", Permission.STOCK_READ, out=BatchesOut)
def item_batches(caller: Caller, item_id: int) -> dict[str, list[BatchView]]:
    return {"list": stock_queries.batches(item_id, actor=caller)}


@post(
    bp,
    "/items/<id:item_id>/batches/<id:batch_id>/release",
    "待检后上架",
    Permission.STOCK_SPOIL,
    out=ItemOut,
    description="退回待检的一批看过后放回货架；坏了的用报损（batchId）处理。",
)
def release_batch(caller: Caller, item_id: int, batch_id: int) -> ItemView:
    returned_goods.release_from_quarantine(item_id, batch_id, actor=caller)
    return queries.view_items([queries.item(item_id)], actor=caller)[0]


def _serialize_many(rows: list[Stocktake], caller: Caller) -> list[StocktakeView]:
    return stock_queries.view_stocktakes(rows, actor=caller)


def _serialize(stocktake: Stocktake, caller: Caller) -> StocktakeView:
    return _serialize_many([stocktake], caller)[0]


@post(
    bp,
    "/shops/<id:shop_id>/stocktakes",
    "提交盘点",
    Permission.STOCKTAKE_PROPOSE,
    body=StocktakeIn,
    out=StocktakeOut,
    status=201,
)
def propose_stocktake(caller: Caller, shop_id: int, body: dict[str, Any]) -> StocktakeView:
    counted = [(line["item_id"], line["counted"], line["reason"]) for line in body["lines"]]
    return _serialize(stocktakes.propose(shop_id, counted, actor=caller), caller)


@listing(
    bp,
    "/shops/<id:shop_id>/stocktakes",
    "盘点记录",
    StocktakeOut,
    _serialize_many,
    guard=Permission.STOCK_READ,
)
def list_stocktakes(caller: Caller, shop_id: int) -> Pageable:
    return stock_queries.stocktakes(shop_id, actor=caller)


@get(bp, "/stocktakes/<id:stocktake_id>", "一次盘点", Permission.STOCK_READ, out=StocktakeOut)
def get_stocktake(caller: Caller, stocktake_id: int) -> StocktakeView:
    return _serialize(stock_queries.stocktake(stocktake_id, actor=caller), caller)


@post(
    bp,
    "/stocktakes/<id:stocktake_id>/explain",
    "写明盈亏原因",
    Permission.STOCKTAKE_PROPOSE,
    body=ExplainIn,
    out=StocktakeOut,
    description="盘点时看不到账面数，提交后才知道哪些有盈亏。盈亏都写了原因才能通过；审核以前可以重写。",
)
def explain_stocktake(caller: Caller, stocktake_id: int, body: dict[str, Any]) -> StocktakeView:
    reasons = [(line["item_id"], line["reason"]) for line in body["lines"]]
    return _serialize(stocktakes.explain(stocktake_id, reasons, actor=caller), caller)


move = Moves(bp, "/stocktakes/<id:stocktake_id>", StocktakeOut, _serialize)
move("approve", "approve_stocktake", "盘点通过", stocktakes.approve, Permission.STOCKTAKE_APPROVE)
move("reject", "reject_stocktake", "盘点退回", stocktakes.reject, Permission.STOCKTAKE_APPROVE, body=ReasonIn)
