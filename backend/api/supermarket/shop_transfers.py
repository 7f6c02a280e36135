"""Goods between shops over HTTP: sent by one, received by another, called back."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import Reason, ReasonIn
from backend.api.frame.fields import Actions, Choice, DateTime, Integer, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.route import get, post
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people.models import REAL_NAME_MAX
from backend.people.permissions import Permission
from backend.supermarket import limits, states, transfer_queries
from backend.supermarket.actions import receipts, shop_transfers
from backend.supermarket.stock_models import ShopTransfer, TransferState
from backend.supermarket.views import TransferView

bp = APIBlueprint("supermarket_transfers", __name__, url_prefix="/api/v1", tag="兑换超市")


class TransferIn(ReasonIn):
    to_shop_id = Integer("调到哪个超市", least=1, required=True)
    quantity = Integer("数量", least=1, most=limits.UNITS_MAX, required=True, example=5)


class ArrivedIn(Schema):
    received = Integer("实收数量", least=1, most=limits.UNITS_MAX, required=True, example=5)
    item_id = Integer("记在本超市的哪种物品下", least=1, required=True)
    reason = Reason("少收的原因", allow_none=True, load_default=None)


class ShopTransferOut(Schema):
    id = Integer("编号")
    number = Text("调拨单号", most=60, example="DB-松涛-20261123-0001")
    state = Choice("状态", TransferState)
    from_shop_id = Integer("调出超市")
    from_shop = Text("调出超市的名称", most=limits.SHOP_NAME_MAX)
    to_shop_id = Integer("调入超市")
    to_shop = Text("调入超市的名称", most=limits.SHOP_NAME_MAX)
    item_id = Integer("调出的物品")
    to_item_id = Integer("收到后记在哪种物品下", allow_none=True)
    name = Text("物品名称", most=limits.ITEM_NAME_MAX)
    unit = Text("单位", most=limits.UNIT_MAX)
    quantity = Integer("调出数量")
    received = Integer("实收数量；收到前为 null", allow_none=True)
    reason = Text("调拨原因", most=limits.REASON_MAX)
    closing_reason = Text("少收或撤回的原因", most=limits.REASON_MAX, allow_none=True)
    sent_by = Text("调出人", most=REAL_NAME_MAX)
    sent_at = DateTime("调出时间")
    closed_by = Text("收货或撤回的人", most=REAL_NAME_MAX, allow_none=True)
    closed_at = DateTime("收货或撤回时间", allow_none=True)
    actions = Actions(states.TRANSFER_ACTIONS, example=["receive"])


def _serialize_many(rows: list[ShopTransfer], caller: Caller) -> list[TransferView]:
    return transfer_queries.view(rows, actor=caller)


def _serialize(row: ShopTransfer, caller: Caller) -> TransferView:
    return _serialize_many([row], caller)[0]


def _may_send(item_id: int, *, actor: Caller) -> None:
    receipts.of_keeper(item_id, Permission.STOCK_TRANSFER, actor)


@post(
    bp,
    "/items/<id:item_id>/transfers",
    "调到另一个超市",
    Permission.STOCK_TRANSFER,
    body=TransferIn,
    out=ShopTransferOut,
    status=201,
    may=_may_send,
    description="只能调出没有预留、没有过期的；对方超市的管理员确认到货后才入对方的账。",
)
def send_goods(caller: Caller, item_id: int, body: dict[str, Any]) -> TransferView:
    sent = shop_transfers.send(item_id, body["to_shop_id"], body["quantity"], body["reason"], actor=caller)
    return _serialize(sent, caller)


@listing(
    bp,
    "/shops/<id:shop_id>/transfers",
    "调拨记录",
    ShopTransferOut,
    _serialize_many,
    guard=Permission.STOCK_READ,
)
def list_transfers(caller: Caller, shop_id: int) -> Pageable:
    return transfer_queries.of_shop(shop_id, actor=caller)


@get(bp, "/shop-transfers/<id:transfer_id>", "一次调拨", Permission.STOCK_READ, out=ShopTransferOut)
def get_transfer(caller: Caller, transfer_id: int) -> TransferView:
    return _serialize(transfer_queries.one(transfer_id, actor=caller), caller)


def _may_receive(transfer_id: int, *, actor: Caller) -> None:
    shop_transfers.lock_arriving(transfer_id, actor=actor)


@post(
    bp,
    "/shop-transfers/<id:transfer_id>/receive",
    "确认调拨到货",
    Permission.STOCK_TRANSFER,
    body=ArrivedIn,
    out=ShopTransferOut,
    may=_may_receive,
)
def receive_goods(caller: Caller, transfer_id: int, body: dict[str, Any]) -> TransferView:
    return _serialize(shop_transfers.receive(transfer_id, **body, actor=caller), caller)


move = Moves(bp, "/shop-transfers/<id:transfer_id>", ShopTransferOut, _serialize)
move(
    "call-back",
    "call_back_goods",
    "撤回调拨",
    shop_transfers.call_back,
    Permission.STOCK_TRANSFER,
    body=ReasonIn,
    may=shop_transfers.lock_leaving,
)
