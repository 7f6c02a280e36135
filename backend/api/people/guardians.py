"""Guardians and children under fourteen."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import Boolean, Choice, DateTime, Integer, List, Nested, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.route import Done, delete, get, post
from backend.api.people.people import decisions
from backend.db import columns_of
from backend.identity.sessions import Caller
from backend.journal import REASON_MAX
from backend.paging import Pageable
from backend.people import guardians, queues, sealed
from backend.people.guardians import Guardianship
from backend.people.kinds import GuardianshipState, Relation
from backend.people.masking import Kind, masked
from backend.people.models import BIRTH_YEAR_MAX, BIRTH_YEAR_MIN, REAL_NAME_MAX
from backend.people.permissions import Permission
from backend.rights import consent

bp = APIBlueprint("guardians", __name__, url_prefix="/api/v1", tag="监护人")


class ChildIn(Schema):
    real_name = Text("孩子的姓名；加密保存，从不公开", most=REAL_NAME_MAX, required=True)
    birth_year = Integer("出生年份", least=BIRTH_YEAR_MIN, most=BIRTH_YEAR_MAX, required=True)
    relation = Choice("您是孩子的", Relation, required=True)


class ChildOut(Schema):
    id = Integer("监护登记的编号")
    child_id = Integer("孩子的人员编号；代孩子填心愿时用")
    name = Text("姓名（脱敏）", most=20, allow_none=True)
    relation = Choice("关系", Relation)
    state = Choice("状态", GuardianshipState, data_key="status")
    reason = Text("未通过的原因", most=REASON_MAX, allow_none=True)
    declared_at = DateTime("登记时间")


class ChildrenOut(Schema):
    list = List("我监护的孩子", Nested(ChildOut))


class GuardianLinkIn(Schema):
    guardian_id = Integer("监护人的人员编号", least=1, required=True)
    child_id = Integer("孩子的人员编号", least=1, required=True)
    relation = Choice("关系", Relation, required=True)
    agreed = Boolean("监护人当面看过《敏感信息单独同意》并替孩子同意", load_default=False)


class GuardianshipOut(Schema):
    id = Integer("编号")
    guardian_id = Integer("监护人")
    guardian_name = Text("监护人姓名", most=REAL_NAME_MAX, allow_none=True)
    child_id = Integer("孩子")
    child_name = Text("孩子姓名", most=REAL_NAME_MAX, allow_none=True)
    community_id = Integer("社区")
    relation = Choice("关系", Relation)
    state = Choice("状态", GuardianshipState, data_key="status")
    declared_at = DateTime("登记时间")


def _children(caller: Caller) -> dict[str, Any]:
    return {"list": [_child(*row) for row in guardians.children_of(caller.id)]}


def _child(row: Guardianship, child: Any) -> dict[str, Any]:
    return {**columns_of(row), "name": masked(Kind.NAME, sealed.real_name(child))}


def _serialize_many(rows: list[Guardianship], _caller: Caller) -> list[dict[str, Any]]:
    return [vars(one) for one in guardians.view_guardianships(rows)]


@get(bp, "/me/children", "我监护的孩子", out=ChildrenOut)
def my_children(caller: Caller) -> dict[str, Any]:
    return _children(caller)


@post(bp, "/me/children", "登记我监护的孩子", body=ChildIn, out=ChildrenOut, status=201)
def declare_child(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    made = guardians.declare(**body, actor=caller)
    # Whoever files it is the guardian and has read the document: the mini-program shows it on this page.
    consent.give_for_child(made.child_id, guardian_id=caller.id, actor=caller)
    return _children(caller)


@delete(bp, "/me/children/<id:guardianship_id>", "结束监护登记", out=Done)
def end_guardianship(caller: Caller, guardianship_id: int) -> None:
    guardians.end(guardianship_id, actor=caller)


@listing(
    bp,
    "/guardianships/to-verify",
    "待核实的监护登记",
    GuardianshipOut,
    _serialize_many,
    guard=Permission.GUARDIAN_VERIFY,
)
def guardianships_to_verify(caller: Caller) -> Pageable:
    return queues.guardianships_to_verify(actor=caller)


@post(
    bp,
    "/guardianships",
    "当面核实后登记监护关系",
    Permission.GUARDIAN_VERIFY,
    body=GuardianLinkIn,
    out=GuardianshipOut,
    status=201,
)
def link_guardian(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    return _serialize_many([consent.link_guardian(**body, actor=caller)], caller)[0]


decisions(
    bp,
    "/guardianships/<id:guardianship_id>",
    "guardianship",
    "监护登记",
    Permission.GUARDIAN_VERIFY,
    guardians.decide,
)
