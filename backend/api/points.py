"""Points over HTTP: adjustments by two, earning rules, a community's figures."""

from functools import partial
from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import Boolean, Choice, DateTime, Day, Integer, List, QueryInteger, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import get, post, put
from backend.identity.sessions import Caller
from backend.ledger.rules import EVENTS
from backend.paging import KeysetRows, Pageable
from backend.people.permissions import Permission
from backend.points import actions, limits, queries
from backend.points.models import Adjustment, AdjustmentState
from backend.supermarket.queries import shelf_value

bp = APIBlueprint("points", __name__, url_prefix="/api/v1", tag="积分管理")


class AdjustmentIn(Schema):
    person_id = Integer("居民", required=True, least=1)
    points = Integer(
        "增加（正数）或扣减（负数）的积分",
        required=True,
        least=-limits.ADJUSTED_MAX,
        most=limits.ADJUSTED_MAX,
        example=-5,
    )
    reason = Text("原因，本人会看到", most=limits.REASON_MAX, required=True, example="活动时长录入有误")


class AdjustmentOut(Schema):
    id = Integer("编号")
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    person_id = Integer("居民")
    person_name = Text("居民姓名（脱敏）", most=20, example="宁**")
    points = Integer("增加（正数）或扣减（负数）的积分", least=-limits.ADJUSTED_MAX)
    reason = Text("原因", most=limits.REASON_MAX)
    state = Choice("状态", AdjustmentState)
    proposed_by = Text("提出人（脱敏）", most=20)
    proposed_at = DateTime("提出时间")
    decided_by = Text("处理人（脱敏）", most=20, allow_none=True)
    decided_at = DateTime("处理时间", allow_none=True)
    decision_reason = Text("驳回原因", most=limits.REASON_MAX, allow_none=True)
    actions = List("您现在可以做的操作", Text("操作", most=24), example=["approve", "reject"])


class AdjustmentQuery(PageQuery):
    state = Choice("状态", AdjustmentState, load_default=None)


class RuleIn(Schema):
    community_id = Integer("社区；不填为全市", least=1, load_default=None, allow_none=True)
    points = Integer(
        "每单位（一小时、一个心愿）的积分；0 为不奖励", required=True, most=limits.EARNED_MAX, example=1
    )
    cap_per_activity = Integer(
        "每次活动每人最多的积分；不填为不限",
        least=1,
        most=limits.EARNED_MAX,
        load_default=None,
        allow_none=True,
    )
    cap_per_day = Integer(
        "每天每人最多的积分；不填为不限", least=1, most=limits.EARNED_MAX, load_default=None, allow_none=True
    )
    effective_from = Day("生效日期，最早为今天", required=True)


class RuleOut(Schema):
    event = Choice("事项", EVENTS)
    community_id = Integer("社区；全市规则为 null", allow_none=True)
    community_name = Text("社区名称；全市规则为 null", most=80, allow_none=True)
    version = Integer("版本")
    points = Integer("每单位的积分")
    cap_per_activity = Integer("每次活动每人最多的积分", allow_none=True)
    cap_per_day = Integer("每天每人最多的积分", allow_none=True)
    effective_from = Day("生效日期")
    in_force = Boolean("今天是否生效；否则尚未开始")


class RulesQuery(PageQuery):
    community_id = QueryInteger("只看全市规则和这个社区的规则", least=1, load_default=None)


class LiabilityOut(Schema):
    issued = Integer("累计发放（已扣除冲正）", least=-(2**53))
    spent = Integer("在本社区超市用掉的积分")
    expired = Integer("到期的积分")
    adjusted = Integer("人工调整净增减", least=-(2**53))
    outstanding = Integer("本社区居民现有积分，含冻结")
    held = Integer("其中冻结")
    ending = Integer("其中 60 天内到期")
    ending_by = Day("到期统计截止日")
    shelf_value = Integer("本社区超市货架上的物品按积分计的总值，不含过期的")


def _serialize_many(found: list[Adjustment], caller: Caller) -> list[dict[str, Any]]:
    return [vars(one) for one in queries.view_adjustments(found, actor=caller)]


def _serialize(one: Adjustment, caller: Caller) -> dict[str, Any]:
    return _serialize_many([one], caller)[0]


@listing(
    bp,
    "/points/adjustments",
    "积分调整",
    AdjustmentOut,
    _serialize_many,
    guard=Permission.POINTS_READ,
    query=AdjustmentQuery,
)
def list_adjustments(caller: Caller, state: str | None) -> Pageable:
    return queries.adjustments(state, actor=caller)


@post(
    bp,
    "/points/adjustments",
    "提出积分调整",
    Permission.POINTS_ADJUST,
    body=AdjustmentIn,
    out=AdjustmentOut,
    status=201,
    description="由另一位工作人员批准后才生效。",
)
def propose_adjustment(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    return _serialize(actions.propose(**body, actor=caller), caller)


move = Moves(bp, "/points/adjustments/<id:adjustment_id>", AdjustmentOut, _serialize)
move("approve", "approve_adjustment", "批准积分调整", actions.approve, Permission.POINTS_APPROVE_ADJUSTMENT)
move(
    "reject",
    "reject_adjustment",
    "驳回积分调整",
    actions.reject,
    Permission.POINTS_APPROVE_ADJUSTMENT,
    body=ReasonIn,
)


def _serialize_rules(rows: list[queries.RuleView], _caller: Caller) -> list[dict[str, Any]]:
    return [vars(one) for one in rows]


@listing(
    bp,
    "/points/rules",
    "积分规则",
    RuleOut,
    _serialize_rules,
    query=RulesQuery,
    description="生效中和将要生效的规则。",
)
def list_rules(caller: Caller, community_id: int | None) -> Pageable:
    return KeysetRows(partial(queries.rules, community_id), lambda one: one.position, (str, int, str))


@put(
    bp,
    "/points/rules/<event>",
    "修改积分规则",
    Permission.RULE_CHANGE,
    body=RuleIn,
    out=RuleOut,
    description="每次修改是一个新版本，从生效日期起计；已发放的积分不变。同样的内容再提交一次，不会产生新版本。",
)
def change_rule(caller: Caller, event: str, body: dict[str, Any]) -> dict[str, Any]:
    (shown,) = queries.view_rules([actions.change_rule(event, **body, actor=caller)])
    return vars(shown)


@get(
    bp,
    "/communities/<id:community_id>/points-liability",
    "社区积分发放与结存",
    Permission.POINTS_LIABILITY,
    out=LiabilityOut,
)
def points_liability(caller: Caller, community_id: int) -> dict[str, Any]:
    return {**queries.liability(community_id, actor=caller), "shelf_value": shelf_value(community_id)}
