"""Barcodes of goods, and delivery notes with many lines, over HTTP."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import Boolean, Choice, Code, Day, Integer, List, Nested, Schema, Text
from backend.api.frame.route import delete, get, post
from backend.api.supermarket.stock import StockMovementOut
from backend.errors import InvalidInput
from backend.identity.sessions import Caller
from backend.people.permissions import Permission
from backend.supermarket import barcode_queries, limits, stock_queries
from backend.supermarket.actions import barcodes, deliveries
from backend.supermarket.actions.deliveries import Delivered
from backend.supermarket.stock_models import StockSource
from backend.supermarket.views import BarcodeView

bp = APIBlueprint("supermarket_deliveries", __name__, url_prefix="/api/v1", tag="兑换超市")


class BarcodeIn(Schema):
    code = Code("商品条码（GTIN，8、12、13 或 14 位）", most=14, required=True, example="6901234567892")
    factor = Integer("扫一次算几件：单件 1，整箱填箱内件数", least=1, most=limits.UNITS_MAX, load_default=1)


class BarcodeOut(Schema):
    id = Integer("编号")
    item_id = Integer("物品")
    code = Text("商品条码，补足 14 位", most=14, example="06901234567892")
    factor = Integer("扫一次算几件")


class BarcodesOut(Schema):
    list = List("物品的条码", Nested(BarcodeOut), most=1000)


class DeliveredIn(Schema):
    item_id = Integer("物品；填了条码可以不填", least=1, allow_none=True, load_default=None)
    barcode = Code("商品条码；数量按箱内件数折算", most=14, allow_none=True, load_default=None)
    quantity = Integer("数量；用条码时为扫到的个数", least=1, most=limits.UNITS_MAX, required=True)
    batch_no = Text("批次", most=limits.BATCH_MAX, data_key="batch", allow_none=True, load_default=None)
    best_before = Day("保质期至", allow_none=True, load_default=None)
    cost = Integer("金额（元）", most=limits.COST_MAX, allow_none=True, load_default=None)


class DeliveryIn(Schema):
    source = Choice("来源：采购或捐赠", StockSource, required=True)
    document = Text("票据号", most=limits.DOCUMENT_MAX, allow_none=True, load_default=None)
    donor = Text("捐赠方", most=limits.DONOR_MAX, allow_none=True, load_default=None)
    donor_public = Boolean("捐赠方同意公开名称", load_default=False)
    lines = List("到货的物品", Nested(DeliveredIn), most=limits.DELIVERY_LINES_MAX, required=True)


class DeliveryOut(Schema):
    number = Text("入库单号", most=80, example="RK-松涛-20261123-0001")
    list = List("每行一条入库", Nested(StockMovementOut), most=limits.DELIVERY_LINES_MAX)


@get(bp, "/items/<id:item_id>/barcodes", "物品的条码", Permission.STOCK_READ, out=BarcodesOut)
def item_barcodes(caller: Caller, item_id: int) -> dict[str, list[BarcodeView]]:
    return {"list": barcode_queries.of_item(item_id, actor=caller)}


@post(
    bp,
    "/items/<id:item_id>/barcodes",
    "登记条码",
    Permission.STOCK_RECEIVE,
    body=BarcodeIn,
    out=BarcodeOut,
    status=201,
)
def add_barcode(caller: Caller, item_id: int, body: dict[str, Any]) -> Any:
    return barcodes.add(item_id, body["code"], body["factor"], actor=caller)


@delete(bp, "/items/<id:item_id>/barcodes/<id:barcode_id>", "删除条码", Permission.STOCK_RECEIVE)
def remove_barcode(caller: Caller, item_id: int, barcode_id: int) -> None:
    barcodes.remove(item_id, barcode_id, actor=caller)


@get(bp, "/shops/<id:shop_id>/barcodes/<string:code>", "按条码找物品", Permission.STOCK_READ, out=BarcodeOut)
def find_barcode(caller: Caller, shop_id: int, code: str) -> BarcodeView:
    return barcode_queries.scanned_one(shop_id, barcodes.gtin(code), actor=caller)


@post(
    bp,
    "/shops/<id:shop_id>/deliveries",
    "整张送货单入库",
    Permission.STOCK_RECEIVE,
    body=DeliveryIn,
    out=DeliveryOut,
    status=201,
    description="一张单据、一个来源、多行物品，全部入库或全部不入。",
)
def receive_delivery(caller: Caller, shop_id: int, body: dict[str, Any]) -> dict[str, Any]:
    given = body.pop("lines")
    codes = [barcodes.gtin(line["barcode"] or "") or "" for line in given]
    known = barcode_queries.scanned(shop_id, codes, actor=caller)
    lines = [_line(line, known.get(code)) for line, code in zip(given, codes, strict=True)]
    events = deliveries.deliver(shop_id, body.pop("source"), lines, **body, actor=caller)
    number = events[0].reference.partition(":")[0]
    return {"number": number, "list": stock_queries.view_movements(events, actor=caller)}


def _line(line: dict[str, Any], code: BarcodeView | None) -> Delivered:
    named, scanned = line.pop("item_id"), line.pop("barcode")
    if scanned is not None and (code is None or named not in (None, code.item_id)):
        raise InvalidInput(lines=[f"条码 {scanned} 在本超市没有登记，或不是这种物品的"])
    if code is None and named is None:
        raise InvalidInput(lines=["每行请填写物品或条码"])
    units = line.pop("quantity") * (code.factor if code else 1)
    return Delivered(code.item_id if code else named, units, **line)
