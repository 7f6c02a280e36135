"""Points over HTTP: adjustments and opening balances by two, earning rules, a community's figures."""

from functools import partial
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
    Nested,
    QueryInteger,
    Schema,
    Several,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import GUESTS, get, post, put
from backend.api.frame.sheets import LARGEST_FORM, SheetFile, table_of
from backend.db import transaction
from backend.identity.sessions import Caller
from backend.ledger.rules import EVENTS
from backend.paging import KeysetRows, Pageable
from backend.people.models import REAL_NAME_MAX
from backend.people.permissions import Permission
from backend.points import actions, limits, opening_balances, opening_queries, opening_sheets, queries, states
from backend.points.models import Adjustment, AdjustmentState
from backend.points.opening_models import OpeningRow, OpeningSheet, OpeningState, RowKind
from backend.points.opening_sheets import ReadRow
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
    person_name = Text(
        "居民姓名（本社区办理的人和同事看到全名，其他人看到脱敏的）", most=REAL_NAME_MAX, example="宁**"
    )
    points = Integer("增加（正数）或扣减（负数）的积分", least=-limits.ADJUSTED_MAX)
    reason = Text("原因", most=limits.REASON_MAX)
    state = Choice("状态", AdjustmentState)
    proposed_by = Text("提出人（本社区办理的人和同事看到全名，其他人看到脱敏的）", most=REAL_NAME_MAX)
    proposed_at = DateTime("提出时间")
    decided_by = Text(
        "处理人（本社区办理的人和同事看到全名，其他人看到脱敏的）", most=REAL_NAME_MAX, allow_none=True
    )
    decided_at = DateTime("处理时间", allow_none=True)
    decision_reason = Text("驳回原因", most=limits.REASON_MAX, allow_none=True)
    actions = Actions(states.ADJUSTMENT_ACTIONS, example=["approve", "reject"])


class AdjustmentQuery(PageQuery):
    state = Several("状态", AdjustmentState, load_default=None)


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


class OpeningIn(Schema):
    file = SheetFile(opening_sheets.LAYOUT.columns)
    community_id = QueryInteger("社区", required=True, least=1)


class OpeningCountsOut(Schema):
    new = Integer("要入账的行")
    same = Integer("原来就有的行：同一位居民、同一年，以前已经入账")
    unreadable = Integer("没有读懂的行")


class OpeningOut(Schema):
    id = Integer("编号")
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    state = Choice("状态", OpeningState)
    file_name = Text("文件名", most=120)
    counts = Nested(OpeningCountsOut, "各有多少行")
    points = Integer("要入账的积分合计")
    booked = Integer("已经入账的行；确认后分批入账，和 counts.new 相同时就全部入账了")
    uploaded_by = Text("上传人（脱敏）", most=20)
    uploaded_at = DateTime("上传时间")
    decided_by = Text(
        "确认人（本社区办理的人和同事看到全名，其他人看到脱敏的）", most=REAL_NAME_MAX, allow_none=True
    )
    decided_at = DateTime("确认时间", allow_none=True)
    actions = Actions(states.OPENING_ACTIONS, example=["confirm", "reject"])


class OpeningRowOut(Schema):
    line = Integer("表格里的第几行")
    kind = Choice("新增、原来就有、没有读懂", RowKind)
    person_id = Integer("居民", allow_none=True)
    person_name = Text("居民姓名，本社区的工作人员看到全名", most=60, allow_none=True)
    card_number = Text("卡号", most=16, allow_none=True)
    points = Integer("积分", allow_none=True)
    year = Integer("到期年份，积分可用到这一年年底", allow_none=True)
    problem = Text("没有读懂的原因：哪一列，什么问题", most=1000, allow_none=True)


class OpeningRowsQuery(PageQuery):
    kind = Choice("只看一种行", RowKind, load_default=None)


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
def list_adjustments(caller: Caller, state: list[str] | None) -> Pageable:
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
    guard=GUESTS,
    query=RulesQuery,
    description="没有登录也可以看。生效中和将要生效的规则。",
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


def _openings(found: list[OpeningSheet], caller: Caller) -> list[dict[str, Any]]:
    return [vars(one) for one in opening_queries.view_sheets(found, actor=caller)]


def _opening(found: OpeningSheet, caller: Caller) -> dict[str, Any]:
    return _openings([found], caller)[0]


def _read_sheet(caller: Caller, body: dict[str, Any]) -> list[ReadRow]:
    """All that is slow, outside any transaction."""
    return opening_sheets.read(table_of(body["file"]), body["community_id"], actor=caller)


@post(
    bp,
    "/points/opening-balances",
    "上传期初积分表",
    Permission.POINTS_ADJUST,
    form=OpeningIn,
    largest=LARGEST_FORM,
    out=OpeningOut,
    status=201,
    precheck=_read_sheet,
    description="把纸质账本上的积分带进来。这里只读表、核对居民，由另一位工作人员确认后才入账。"
    "同一位居民同一年到期的积分只入账一次。",
)
def upload_opening_balances(
    caller: Caller, body: dict[str, Any], precheck_result: list[ReadRow]
) -> dict[str, Any]:
    name = body["file"].filename or ""
    made = opening_balances.propose(body["community_id"], name, precheck_result, actor=caller)
    return _opening(made, caller)


@listing(bp, "/points/opening-balances", "期初积分表", OpeningOut, _openings, guard=Permission.POINTS_READ)
def list_opening_balances(caller: Caller) -> Pageable:
    return opening_queries.sheets(actor=caller)


@get(bp, "/points/opening-balances/<id:opening_id>", "一张期初积分表", Permission.POINTS_READ, out=OpeningOut)
def get_opening_balances(caller: Caller, opening_id: int) -> dict[str, Any]:
    return _opening(opening_queries.sheet(opening_id, actor=caller), caller)


def _opening_rows(found: list[OpeningRow], caller: Caller) -> list[dict[str, Any]]:
    return [vars(one) for one in opening_queries.view_rows(found, actor=caller)]


@listing(
    bp,
    "/points/opening-balances/<id:opening_id>/rows",
    "期初积分表的行",
    OpeningRowOut,
    _opening_rows,
    guard=Permission.POINTS_READ,
    query=OpeningRowsQuery,
)
def list_opening_rows(caller: Caller, opening_id: int, kind: str | None) -> Pageable:
    return opening_queries.rows(opening_id, kind, actor=caller)


def _confirm_opening(caller: Caller, opening_id: int) -> None:
    """The decision, and the first parts of what it books, each in a transaction of its own."""
    with transaction():
        opening_balances.confirm(opening_id, actor=caller)
    for part in opening_balances.waiting_parts(opening_id)[: opening_balances.PARTS_AT_ONCE]:
        with transaction():
            opening_balances.book_part(part)


@post(
    bp,
    "/points/opening-balances/<id:opening_id>/confirm",
    "确认期初积分表",
    Permission.POINTS_APPROVE_ADJUSTMENT,
    out=OpeningOut,
    precheck=_confirm_opening,
    description="由另一位工作人员和纸质账本核对后确认。随后分批入账：行数多时，其余的由后台接着入账，见 booked。",
)
def confirm_opening_balances(caller: Caller, opening_id: int, precheck_result: None) -> dict[str, Any]:
    return _opening(opening_queries.sheet(opening_id, actor=caller), caller)


move_opening = Moves(bp, "/points/opening-balances/<id:opening_id>", OpeningOut, _opening)
move_opening(
    "reject",
    "reject_opening_balances",
    "驳回期初积分表",
    opening_balances.reject,
    Permission.POINTS_APPROVE_ADJUSTMENT,
    body=ReasonIn,
    may=opening_balances.may_decide,
)
