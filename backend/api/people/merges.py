"""Two records of one person: asking for one's old one, and what staff propose and decide."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import Reason, ReasonIn
from backend.api.frame.fields import (
    Actions,
    Boolean,
    Choice,
    Code,
    DateTime,
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
from backend.api.frame.route import post
from backend.identity.sessions import Caller
from backend.lifecycle import authorize_by_id
from backend.paging import Pageable
from backend.people.kinds import MergeProof, MergeState
from backend.people.models import REAL_NAME_MAX
from backend.people.permissions import Permission
from backend.people.person_merges import PersonMerge
from backend.people.states import MERGE_ACTIONS, PROPOSE_MERGE
from backend.rights import merge_queries, merging

bp = APIBlueprint("person_merges", __name__, url_prefix="/api/v1", tag="人员")
_WHO = Permission.PERSON_MERGE


class RecoveryIn(Schema):
    real_name = Text("原来档案上的姓名", most=REAL_NAME_MAX, required=True, example="鄂桂兰")
    card_number = Code(
        "原来的纸质卡号；没有就不填", most=16, load_default=None, allow_none=True, example="P000001"
    )


class RecoveryOut(Schema):
    state = Choice("已提交；有没有找到都一样，由社区核实", (MergeState.ASKED,))


class MergeQuery(PageQuery):
    community_id = QueryInteger("社区", least=1, load_default=None)
    state = Several("状态", MergeState, load_default=None)


class ProofIn(Schema):
    proof = Choice("凭什么知道是同一个人", MergeProof, required=True)
    reason = Reason("核实的情况", required=True)


class PersonMergeIn(ProofIn):
    from_id = Integer("要并入的档案", required=True, least=1)
    into_id = Integer("保留的档案", required=True, least=1)


class ProposeIn(ProofIn):
    from_id = Integer("要并入的档案，与找到的不是同一份时", least=1, load_default=None, allow_none=True)


class MergedRecordOut(Schema):
    id = Integer("人员编号")
    name = Text("姓名", most=REAL_NAME_MAX)
    phone = Text("手机号（脱敏）", most=20, allow_none=True)
    card = Text("纸质卡号", most=16, allow_none=True, data_key="cardNumber")
    birth_year = Integer("出生年份", allow_none=True)
    wechat = Boolean("是否有微信登录", data_key="hasWeChat")
    points = Integer("现有积分，含冻结的")
    minutes = Integer("服务时长（分钟）")
    sign_ups = Integer("活动报名数")


class MergeOut(Schema):
    id = Integer("编号")
    state = Choice("状态", MergeState)
    community_id = Integer("由哪个社区办理")
    community_name = Text("社区名称", most=80)
    gone = Nested(MergedRecordOut, "要并入的档案", data_key="from")
    stays = Nested(MergedRecordOut, "保留的档案", data_key="into")
    proof = Choice("凭什么知道是同一个人；本人申请、还没核实时为 null", MergeProof, allow_none=True)
    reason = Text("核实的情况", most=200, allow_none=True)
    points = Integer("并入的积分，含冻结的")
    minutes = Integer("并入的服务时长（分钟）")
    begun_at = DateTime("申请或提出的时间")
    proposed_by = Text("提出人", most=REAL_NAME_MAX, allow_none=True)
    decided_at = DateTime("处理时间", allow_none=True)
    decision_reason = Text("没有合并的原因", most=200, allow_none=True)
    actions = Actions(MERGE_ACTIONS, example=["approve", "reject"])


def _serialize(row: PersonMerge, caller: Caller) -> dict[str, Any]:
    return _serialize_many([row], caller)[0]


def _serialize_many(rows: list[PersonMerge], caller: Caller) -> list[dict[str, Any]]:
    return [vars(one) for one in merge_queries.view_merges(rows, actor=caller)]


@post(
    bp,
    "/me/recovery",
    "找回我原来的档案",
    body=RecoveryIn,
    out=RecoveryOut,
    description="要先登记手机号。姓名要与原来档案上的一致；有纸质卡填卡号，没有的按手机号找。"
    "无论有没有找到，回答都一样；找到的由社区两位工作人员核实后合并，本人会收到消息。每天次数有限。",
)
def recover(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    merging.ask(body["real_name"], body["card_number"], actor=caller)
    return {"state": MergeState.ASKED}


@listing(
    bp, "/person-merges", "合并档案的申请，新的在前", MergeOut, _serialize_many, guard=_WHO, query=MergeQuery
)
def person_merges(caller: Caller, community_id: int | None, state: list[str] | None) -> Pageable:
    return merge_queries.merges(community_id, state, actor=caller)


@post(
    bp,
    "/person-merges",
    "提出把两份档案合并成一份",
    _WHO,
    body=PersonMergeIn,
    out=MergeOut,
    status=201,
    description="`fromId` 并入 `intoId`。由看过凭据的工作人员提出，另一位工作人员同意后才合并。两份档案都要在本社区，"
    "其中一份可以还没有登记住址；别的社区的为 404，自己的为 403 `FOUR_EYES`。",
)
def begin_merge(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    made = merging.begin(body["from_id"], body["into_id"], body["proof"], body["reason"], actor=caller)
    return _serialize(made, caller)


def _may_propose(merge_id: int, *, actor: Caller) -> None:
    authorize_by_id(PROPOSE_MERGE, PersonMerge, merge_id, actor=actor)


@post(
    bp,
    "/person-merges/<id:merge_id>/propose",
    "核实本人的申请，提交复核",
    _WHO,
    body=ProposeIn,
    out=MergeOut,
    may=_may_propose,
)
def propose_merge(caller: Caller, merge_id: int, body: dict[str, Any]) -> dict[str, Any]:
    row = merging.propose(merge_id, body["proof"], body["reason"], body["from_id"], actor=caller)
    return _serialize(row, caller)


move = Moves(bp, "/person-merges/<id:merge_id>", MergeOut, _serialize)
move(
    "approve",
    "approve_merge",
    "同意合并，当场办完",
    merging.approve,
    _WHO,
    description="积分逐批、冻结、服务时长、心愿、认领、兑换、报名、志愿队、纸质卡和两个微信登录都归保留的档案，不能撤回。"
    "报名了同一个活动、服务时间重叠或一天超过 8 小时的为 409 `MERGE_CONFLICT`，`activities` 列出是哪些。",
)
move("reject", "reject_merge", "不合并", merging.reject, _WHO, body=ReasonIn)
