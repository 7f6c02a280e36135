"""Rounds over HTTP: opened, reviewed, published, closed by staff."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import (
    Actions,
    Choice,
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
from backend.api.frame.route import GUESTS, post
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people.permissions import Permission
from backend.wishes import queries, states
from backend.wishes.actions import rounds
from backend.wishes.kinds import RoundState
from backend.wishes.models import Round

bp = APIBlueprint("rounds", __name__, url_prefix="/api/v1", tag="微心愿")


class RoundOut(Schema):
    id = Integer("编号")
    community_id = Integer("社区")
    number = Integer("第几期")
    title = Text("名称", most=60)
    state = Choice("状态", RoundState)
    collect_until = Day("征集截止日")
    publish_until = Day("发布截止日")
    opened_at = DateTime("开始征集的时间")
    published_at = DateTime("发布时间", allow_none=True)
    closed_at = DateTime("结束时间", allow_none=True)
    actions = Actions(states.ROUND_ACTIONS, example=["publish"])


class RoundIn(Schema):
    community_id = Integer("社区", required=True, least=1)
    title = Text("名称", most=60, required=True, example="2026年12月微心愿")
    collect_until = Day("征集截止日", required=True)
    publish_until = Day("发布截止日", required=True)


class EverywhereIn(Schema):
    organisation_id = Integer("城市或街道", required=True, least=1)
    title = Text("名称", most=60, required=True)
    collect_until = Day("征集截止日", required=True)
    publish_until = Day("发布截止日", required=True)


class EverywhereOut(Schema):
    list = List("开启的期", Nested(RoundOut), most=1000)
    skipped = List("已有一期而跳过的社区", Integer("社区"), most=1000)


class RoundQuery(PageQuery):
    community_id = QueryInteger("社区", least=1, load_default=None)
    state = Several("状态", RoundState, load_default=None)


def _serialize_many(found: list[Round], caller: Caller) -> list[dict[str, Any]]:
    return [vars(one) for one in queries.view_rounds(found, actor=caller)]


def _serialize(one: Round, caller: Caller) -> dict[str, Any]:
    return _serialize_many([one], caller)[0]


@listing(
    bp,
    "/rounds",
    "各期",
    RoundOut,
    _serialize_many,
    guard=GUESTS,
    query=RoundQuery,
    description="没有登录时只列出正在发布的。",
)
def list_rounds(caller: Caller, community_id: int | None, state: list[str] | None) -> Pageable:
    return queries.rounds(community_id, state, actor=caller)


@post(bp, "/rounds", "开启新一期征集", Permission.ROUND_OPEN, body=RoundIn, out=RoundOut, status=201)
def open_round(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    return _serialize(rounds.open_round(**body, actor=caller), caller)


@post(
    bp,
    "/rounds/everywhere",
    "为全市（或一个街道）各社区同时开启一期",
    Permission.ROUND_OPEN_EVERYWHERE,
    body=EverywhereIn,
    out=EverywhereOut,
    status=201,
)
def open_rounds_everywhere(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    opened, skipped = rounds.open_everywhere(**body, actor=caller)
    return {"list": _serialize_many(opened, caller), "skipped": skipped}


move = Moves(bp, "/rounds/<id:round_id>", RoundOut, _serialize)
move("review", "review_round", "停止征集，开始审核", rounds.review)
move("publish", "publish_round", "发布这一期", rounds.publish)
move("close", "close_round", "结束这一期", rounds.close)
