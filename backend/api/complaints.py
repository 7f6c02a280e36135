"""Complaints and suggestions over HTTP."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import Reason, ReasonIn
from backend.api.frame.fields import (
    Actions,
    Boolean,
    Choice,
    DateTime,
    Day,
    Integer,
    Phone,
    Schema,
    Several,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import get, post
from backend.complaints import actions, queries, queues, states
from backend.complaints.models import About, Complaint, ComplaintKind, ComplaintState, SubjectKind
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people.permissions import Permission
from backend.reports import subjects

bp = APIBlueprint("complaints", __name__, url_prefix="/api/v1", tag="投诉与建议")


class ComplaintIn(Schema):
    kind = Choice("投诉、建议、减负反映", ComplaintKind, required=True)
    text = Text("内容；加密保存，只有承办的人能看", most=1000, required=True, lines=True)
    contact_back = Phone(
        "方便回电的手机号，或带区号的座机；不填也会答复", landline=True, load_default=None, allow_none=True
    )
    anonymous = Boolean("对承办的人匿名", load_default=False)
    about = Choice("说的是服务、社区工作人员还是街道工作人员", About, load_default=About.SERVICE)
    community_id = Integer(
        "关于哪个社区；不填为所说的事所在的社区，没有时是我居住的社区",
        least=1,
        load_default=None,
        allow_none=True,
    )
    subject_kind = Choice(
        "说的是哪一件事：心愿、活动、兑换单、物品、志愿队", SubjectKind, load_default=None, allow_none=True
    )
    subject_id = Integer("它的编号；要是自己看得到的", least=1, load_default=None, allow_none=True)


class ComplaintOut(Schema):
    id = Integer("编号")
    kind = Choice("类别", ComplaintKind)
    about = Choice("关于什么", About)
    state = Choice("状态", ComplaintState)
    anonymous = Boolean("匿名")
    by_name = Text("谁提的（脱敏）；匿名时不显示", most=40, example="裴**")
    text = Text("内容", most=3000, lines=True)
    contact_back = Text("回电号码（脱敏）", most=20, allow_none=True)
    place_id = Integer("现在由谁承办")
    place_name = Text("承办的组织", most=80)
    filed_at = DateTime("提交时间")
    due_on = Day("答复期限")
    subject_kind = Choice("说的是哪一件事", SubjectKind, allow_none=True)
    subject_id = Integer("它的编号；匿名的人说自己的兑换单时，承办的人看不到", allow_none=True)
    answer = Text("答复", most=1000, allow_none=True, lines=True)
    answered_at = DateTime("答复时间", allow_none=True)
    actions = Actions(states.COMPLAINT_ACTIONS, example=["answer"])


class ComplaintQuery(PageQuery):
    state = Several("状态", ComplaintState, load_default=None)


class ComplaintAnswerIn(Schema):
    answer = Text("答复", most=1000, required=True, lines=True)


class CallBackQuery(Schema):
    reason = Reason("查看的理由", required=True)


class CallBackOut(Schema):
    phone = Text("回电号码", most=20, allow_none=True)


def _serialize(complaint: Complaint, caller: Caller) -> dict[str, Any]:
    return _serialize_many([complaint], caller)[0]


def _serialize_many(rows: list[Complaint], caller: Caller) -> list[dict[str, Any]]:
    return [vars(one) for one in queries.view_complaints(rows, actor=caller)]


@post(
    bp,
    "/complaints",
    "投诉、建议、减负反映",
    body=ComplaintIn,
    out=ComplaintOut,
    status=201,
    while_suspended=True,
)
def file_complaint(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    kind, text, contact = body.pop("kind"), body.pop("text"), body.pop("contact_back")
    about = subjects.named(body.pop("subject_kind"), body.pop("subject_id"), actor=caller)
    community_id = body.pop("community_id") or about.community_id
    filed = actions.file(
        kind, text, contact=contact, community_id=community_id, subject=about.thing, **body, actor=caller
    )
    return _serialize(filed, caller)


@listing(bp, "/me/complaints", "我的投诉和建议", ComplaintOut, _serialize_many)
def my_complaints(caller: Caller) -> Pageable:
    return queries.mine(caller.id)


@listing(
    bp,
    "/complaints",
    "由我这里承办的投诉和建议",
    ComplaintOut,
    _serialize_many,
    guard=Permission.COMPLAINT_ANSWER,
    query=ComplaintQuery,
)
def complaints_to_handle(caller: Caller, state: list[str] | None) -> Pageable:
    return queues.to_handle(state, actor=caller)


@get(bp, "/complaints/<id:complaint_id>", "一条投诉或建议", out=ComplaintOut)
def get_complaint(caller: Caller, complaint_id: int) -> dict[str, Any]:
    return _serialize(queries.one(complaint_id, actor=caller), caller)


@get(
    bp,
    "/complaints/<id:complaint_id>/contact",
    "回电号码",
    Permission.COMPLAINT_ANSWER,
    query=CallBackQuery,
    out=CallBackOut,
    writes=True,
    description="承办的人要写明理由。每次查看都记入日志。",
)
def complaint_contact(caller: Caller, complaint_id: int, query: dict[str, Any]) -> dict[str, Any]:
    return {"phone": queries.contact(complaint_id, query["reason"], actor=caller)}


@post(
    bp,
    "/complaints/<id:complaint_id>/answer",
    "答复",
    Permission.COMPLAINT_ANSWER,
    body=ComplaintAnswerIn,
    out=ComplaintOut,
)
def answer_complaint(caller: Caller, complaint_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return _serialize(actions.answer(complaint_id, body["answer"], actor=caller), caller)


@post(
    bp,
    "/complaints/<id:complaint_id>/escalate",
    "提级办理",
    Permission.COMPLAINT_ESCALATE,
    body=ReasonIn,
    out=ComplaintOut,
)
def escalate_complaint(caller: Caller, complaint_id: int, body: dict[str, Any]) -> dict[str, Any]:
    told = _serialize(queries.one(complaint_id, actor=caller), caller)
    actions.escalate(complaint_id, body["reason"], actor=caller)
    # It lies with another level now, and may be none of the caller's business any more.
    return {**told, "state": ComplaintState.ESCALATED, "actions": []}


move = Moves(bp, "/complaints/<id:complaint_id>", ComplaintOut, _serialize)
move(
    "appeal",
    "appeal_complaint",
    "不满意答复，请上一级复核（一次）",
    actions.appeal,
    body=ReasonIn,
    while_suspended=True,
)
move("withdraw", "withdraw_complaint", "撤回", actions.withdraw, while_suspended=True)
