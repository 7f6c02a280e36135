"""Redemptions over HTTP: requested, approved, looked up by their code, handed over, given up, returned."""

from dataclasses import replace
from datetime import date
from typing import Any

import segno
from apiflask import APIBlueprint
from flask import Response
from marshmallow import ValidationError, validate, validates_schema

from backend.api.frame.bodies import OnBehalfIn, Reason, ReasonIn
from backend.api.frame.fields import (
    Actions,
    Boolean,
    Choice,
    Code,
    DateTime,
    Day,
    Integer,
    List,
    Nested,
    QueryInteger,
    Schema,
    Several,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import get, post, refused
from backend.errors import Refused
from backend.identity.sessions import Caller
from backend.lifecycle import authorize_by_id
from backend.paging import Pageable
from backend.people.models import REAL_NAME_MAX
from backend.people.permissions import Permission
from backend.supermarket import limits, queries, queues, states
from backend.supermarket.actions import approvals, counter, extensions, requests, series
from backend.supermarket.actions.returned_goods import Back
from backend.supermarket.models import Collector, ItemKind, Redemption, RedemptionState
from backend.supermarket.return_models import Fate
from backend.supermarket.views import RedemptionView

bp = APIBlueprint("supermarket_redemptions", __name__, url_prefix="/api/v1", tag="兑换超市")

CODE = validate.Regexp(r"^[0-9]{8}$", error="取货码是 8 位数字")


class LineIn(Schema):
    item_id = Integer("物品、场地或活动支持", least=1, required=True)
    quantity = Integer("数量；场地为时段数", least=1, most=limits.UNITS_MAX, required=True, example=1)


class RedemptionIn(Schema):
    shop_id = Integer("兑换超市", least=1, required=True)
    lines = List("要兑换的；只订场地时可以不填", Nested(LineIn), most=limits.LINES_MAX, load_default=list)
    slot_ids = List(
        "场地的时段", Integer("时段编号"), most=limits.SLOTS_MAX, allow_none=True, load_default=None
    )
    purpose = Text("活动支持的用途", most=limits.PURPOSE_MAX, lines=True, allow_none=True, load_default=None)
    team_id = Integer("志愿队", least=1, allow_none=True, load_default=None)
    on_behalf_of = Nested(OnBehalfIn, "代没有手机的居民兑换", allow_none=True, load_default=None)
    collect_on = Day(
        "打算哪天来领：超市开门的一天，在领取期限内；只有物品可以选，领取期限不变",
        allow_none=True,
        load_default=None,
    )


class SeriesIn(Schema):
    shop_id = Integer("兑换超市", least=1, required=True)
    slot_ids = List("第一次的时段", Integer("时段编号"), most=limits.SLOTS_MAX, required=True)
    weeks = Integer("每周同一时段，共几次", least=2, most=limits.SERIES_MAX, required=True, example=4)
    leave_out = List("不订的日子", Day("日期"), most=limits.SERIES_MAX, load_default=list)
    purpose = Text("用途", most=limits.PURPOSE_MAX, lines=True, allow_none=True, load_default=None)
    team_id = Integer("志愿队", least=1, allow_none=True, load_default=None)
    on_behalf_of = Nested(OnBehalfIn, "代没有手机的居民预订", allow_none=True, load_default=None)


class RedemptionLineOut(Schema):
    item_id = Integer("物品、场地或活动支持")
    name = Text("名称", most=limits.ITEM_NAME_MAX)
    unit = Text("单位", most=limits.UNIT_MAX)
    quantity = Integer("数量")
    unit_points = Integer("单价积分")
    points = Integer("合计积分")
    handed_over = Integer("已发放的数量；发放前为 null", allow_none=True)
    returned = Integer("发放后已退回的数量")


class RedemptionSlotOut(Schema):
    id = Integer("时段编号")
    item_id = Integer("场地")
    starts_at = DateTime("开始")
    ends_at = DateTime("结束")


class RedemptionOut(Schema):
    id = Integer("编号")
    number = Text("兑换单号", most=60, example="DH-松涛-20261123-0007")
    state = Choice("状态", RedemptionState)
    kind = Choice("类别", ItemKind)
    shop_id = Integer("兑换超市")
    shop_name = Text("超市名称", most=limits.SHOP_NAME_MAX)
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    person_name = Text(
        "兑换人（本社区办理的人和同事看到全名，其他人看到脱敏的）", most=REAL_NAME_MAX, example="宁**"
    )
    on_behalf = Boolean("是否由工作人员代办")
    points = Integer("合计积分")
    points_spent = Integer("实际使用的积分：已发放且没有退回的；发放前为 null", allow_none=True)
    lines = List("兑换的内容", Nested(RedemptionLineOut), most=limits.LINES_MAX)
    slots = List("场地的时段", Nested(RedemptionSlotOut), most=limits.SLOTS_MAX)
    purpose = Text("用途", most=limits.PURPOSE_MAX, lines=True, allow_none=True)
    team_id = Integer("志愿队", allow_none=True)
    team_name = Text("志愿队名称", most=60, allow_none=True)
    requested_at = DateTime("申请时间")
    approve_until = Day("审批期限：营业日")
    approved_at = DateTime("审批时间", allow_none=True)
    pick_up_code = Text("取货码：审批后只给本人（本人没有微信时给代办人打印）", most=8, allow_none=True)
    pick_up_qr = Text("取货码的二维码（SVG），只在单独查看时给出", most=20_000, allow_none=True)
    pick_up_until = Day("最后领取日：营业日", allow_none=True)
    collect_on = Day("打算来领的那一天；没有选时为 null", allow_none=True)
    handed_over_at = DateTime("核销时间", allow_none=True)
    collected_by = Choice("本人或代领", Collector, allow_none=True)
    closed_at = DateTime("办结时间", allow_none=True)
    reason = Text("未通过、取消、过期或退回的原因", most=limits.REASON_MAX, allow_none=True)
    series_id = Integer("所属的每周预订（第一张单的编号）", allow_none=True)
    actions = Actions(states.REDEMPTION_ACTIONS, example=["cancel"])


class SeriesOut(Schema):
    series_id = Integer("每周预订的编号")
    list = List("每次一张兑换单", Nested(RedemptionOut), most=limits.SERIES_MAX)


class ApproveQuery(PageQuery):
    shop_id = QueryInteger("兑换超市", least=1, load_default=None)


class OrdersQuery(PageQuery):
    state = Several("状态", RedemptionState, load_default=None)


class ShopOrdersQuery(OrdersQuery):
    collect_on = Day("选了这一天来领的", load_default=None)


class GiveUpIn(Schema):
    reason = Reason("代为取消时的原因", allow_none=True, load_default=None)


class ExtendIn(ReasonIn):
    until = Day("延长到哪一天：超市营业的日子", required=True)


class PreviewIn(Schema):
    pick_up_code = Code("取货码", most=8, validate=CODE, required=True, example="20261123")


class HandOverIn(PreviewIn):
    collected_by = Choice("本人或代领", Collector, required=True)
    proxy_name = Text("代领人姓名；加密保存", most=limits.PROXY_NAME_MAX, allow_none=True, load_default=None)
    lines = List(
        "实际发放的；不填为全部。没有发放的部分取消，积分和库存退回",
        Nested(LineIn),
        most=limits.LINES_MAX,
        allow_none=True,
        load_default=None,
    )


class ReturnedLineIn(LineIn):
    write_off = Boolean("坏了：退回的同时报损", load_default=False)
    quarantine = Boolean("待检：先不上架，看过再决定", load_default=False)

    @validates_schema
    def one_fate(self, data: dict[str, Any], **_more: Any) -> None:
        if data["write_off"] and data["quarantine"]:
            raise ValidationError("报损和待检只能选一种", "quarantine")


class ReturnIn(ReasonIn):
    lines = List(
        "退回的；不填为发放后还没有退回的全部",
        Nested(ReturnedLineIn),
        most=2 * limits.LINES_MAX,
        allow_none=True,
        load_default=None,
    )


def serialize_many(orders: list[Redemption], caller: Caller) -> list[RedemptionView]:
    """Orders as RedemptionOut wants them, as this caller may see them."""
    return queries.view_redemptions(orders, actor=caller)


def _serialize(order: Redemption, caller: Caller) -> RedemptionView:
    (shown,) = serialize_many([order], caller)
    if shown.pick_up_code is None:
        return shown
    drawn = segno.make(shown.pick_up_code, micro=False, error="m")
    return replace(shown, pick_up_qr=drawn.svg_inline(scale=6, dark="#000", light="#fff"))


def _answered(answer: Any, caller: Caller) -> RedemptionView | Response:
    """A wrong code is answered, not raised: the count of wrong codes is kept with the answer."""
    return refused(answer) if isinstance(answer, Refused) else _serialize(answer, caller)


@post(
    bp,
    "/redemptions",
    "兑换",
    body=RedemptionIn,
    out=RedemptionOut,
    status=201,
    description="冻结积分并预留库存，同时成功或同时不成。一张单只兑一类：物品、场地或活动支持。",
)
def request_redemption(caller: Caller, body: dict[str, Any]) -> RedemptionView | Response:
    lines = [(line["item_id"], line["quantity"]) for line in body.pop("lines")]
    proxy = body.pop("on_behalf_of")
    on_behalf_of = (proxy["person_id"], proxy["reason"]) if proxy else None
    answer = requests.request_or_note(
        body.pop("shop_id"), lines, on_behalf_of=on_behalf_of, actor=caller, **body
    )
    return _answered(answer, caller)


@post(
    bp,
    "/redemptions/series",
    "每周预订场地",
    body=SeriesIn,
    out=SeriesOut,
    status=201,
    description="每次一张兑换单，可以单独取消。有订不到的日子时全部不订，409 的 data.dates 是那几天；写进 leaveOut 再提交。",
)
def request_series(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    proxy = body.pop("on_behalf_of")
    on_behalf_of = (proxy["person_id"], proxy["reason"]) if proxy else None
    orders = series.request_series(
        body.pop("shop_id"),
        body.pop("slot_ids"),
        body.pop("weeks"),
        on_behalf_of=on_behalf_of,
        actor=caller,
        **body,
    )
    return {"series_id": orders[0].id, "list": serialize_many(orders, caller)}


@get(bp, "/redemptions/<id:redemption_id>", "一张兑换单", out=RedemptionOut)
def get_redemption(caller: Caller, redemption_id: int) -> RedemptionView:
    return _serialize(queries.order(redemption_id, actor=caller), caller)


@listing(bp, "/me/redemptions", "我的兑换", RedemptionOut, serialize_many, query=OrdersQuery)
def my_redemptions(caller: Caller, state: list[str] | None) -> Pageable:
    return queries.orders_of(caller.id, state)


@listing(
    bp,
    "/redemptions/to-approve",
    "待审批的兑换单",
    RedemptionOut,
    serialize_many,
    guard=Permission.REDEMPTION_APPROVE,
    query=ApproveQuery,
)
def redemptions_to_approve(caller: Caller, shop_id: int | None) -> Pageable:
    return queues.to_approve(shop_id, actor=caller)


@listing(
    bp,
    "/shops/<id:shop_id>/redemptions",
    "超市的兑换单",
    RedemptionOut,
    serialize_many,
    guard=Permission.REDEMPTION_READ,
    query=ShopOrdersQuery,
)
def shop_redemptions(
    caller: Caller, shop_id: int, state: list[str] | None, collect_on: date | None
) -> Pageable:
    return queries.orders_in(shop_id, state, collect_on, actor=caller)


move = Moves(bp, "/redemptions/<id:redemption_id>", RedemptionOut, _serialize)
move("approve", "approve_redemption", "审批通过", approvals.approve)
move("reject", "reject_redemption", "不予通过", approvals.reject, body=ReasonIn)
move(
    "cancel",
    "cancel_redemption",
    "取消",
    approvals.cancel,
    body=GiveUpIn,
    description="本人随时可以取消，不影响以后兑换；工作人员代为取消要写明原因。",
)


def _may_extend(redemption_id: int, *, actor: Caller) -> None:
    extensions.may_extend(redemption_id, actor=actor)


@post(
    bp,
    "/redemptions/<id:redemption_id>/extend",
    "延长一张兑换单的领取期限",
    body=ExtendIn,
    out=RedemptionOut,
    may=_may_extend,
    description="只对待领取的物品和活动支持；告诉本人新的期限，到期前重新提醒。",
)
def extend_redemption(caller: Caller, redemption_id: int, body: dict[str, Any]) -> RedemptionView:
    return _serialize(extensions.extend(redemption_id, body["until"], body["reason"], actor=caller), caller)


move("no-show", "redemption_not_shown", "场地未使用", approvals.no_show)


@post(
    bp,
    "/redemptions/preview",
    "按取货码查看，不作改动",
    Permission.REDEMPTION_HAND_OVER,
    body=PreviewIn,
    out=RedemptionOut,
)
def preview_redemption(caller: Caller, body: dict[str, Any]) -> RedemptionView | Response:
    return _answered(counter.preview(body["pick_up_code"], actor=caller), caller)


@post(
    bp,
    "/redemptions/<id:redemption_id>/hand-over",
    "核销：扣减积分，发放物品",
    body=HandOverIn,
    out=RedemptionOut,
)
def hand_over_redemption(
    caller: Caller, redemption_id: int, body: dict[str, Any]
) -> RedemptionView | Response:
    given = body["lines"]
    lines = None if given is None else [(line["item_id"], line["quantity"]) for line in given]
    answer = counter.hand_over(
        redemption_id, body["pick_up_code"], body["collected_by"], body["proxy_name"], lines, actor=caller
    )
    return _answered(answer, caller)


def _may_return(redemption_id: int, *, actor: Caller) -> None:
    authorize_by_id(states.RETURN, Redemption, redemption_id, actor=actor)


@post(
    bp,
    "/redemptions/<id:redemption_id>/return",
    "退回（冲正）",
    body=ReturnIn,
    out=RedemptionOut,
    may=_may_return,
    description="全部或一部分退回：退回的积分按批次冲正；物品放回货架、待检或报损。全部退回后状态为 returned。",
)
def return_redemption(caller: Caller, redemption_id: int, body: dict[str, Any]) -> RedemptionView:
    given = body["lines"]
    back = None if given is None else [_back(line) for line in given]
    return _serialize(approvals.give_back(redemption_id, body["reason"], back, actor=caller), caller)


def _back(line: dict[str, Any]) -> Back:
    fates = {"write_off": Fate.WRITTEN_OFF, "quarantine": Fate.QUARANTINE}
    fate = next((fates[name] for name in fates if line[name]), Fate.SHELF)
    return Back(line["item_id"], line["quantity"], fate)
