"""Over HTTP: what was published is taken down or blacked out; what was not solved is taken up again."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import Reason, ReasonIn
from backend.api.frame.fields import DateTime, Integer, List, Nested, Schema, Text
from backend.api.frame.moves import Moves
from backend.api.frame.route import get, post
from backend.api.wishes.wishes import WishOut, serialize
from backend.identity.sessions import Caller
from backend.people.permissions import Permission
from backend.wishes.actions import reopening, taking_down

bp = APIBlueprint("taking_back", __name__, url_prefix="/api/v1", tag="微心愿")


class RedactIn(ReasonIn):
    title = Text("新的标题；不改就不填", most=30, load_default=None, allow_none=True)
    description = Text("新的内容；不改就不填", most=500, lines=True, load_default=None, allow_none=True)
    file_ids = List(
        "保留的图片（心愿的和送达时的），其余立即不再显示；不动图片就不填",
        Integer("编号", least=1),
        most=6,
        load_default=None,
        allow_none=True,
    )


class FormerTextQuery(Schema):
    reason = Reason("工作人员查看的理由", load_default=None)


class FormerTextOut(Schema):
    redacted_at = DateTime("遮盖的时间")
    title = Text("原来的标题；没有改的为 null", most=60, allow_none=True)
    description = Text("原来的内容；没有改的为 null", most=500, allow_none=True, lines=True)


class FormerTextsOut(Schema):
    list = List("按时间先后", Nested(FormerTextOut), most=1000)


move = Moves(bp, "/wishes/<id:wish_id>", WishOut, serialize)
move(
    "take-down",
    "take_down_wish",
    "撤下",
    taking_down.take_down,
    body=ReasonIn,
    description="发布之后都可以。除本人和工作人员外，其他人立即看不到，图片也打不开；认领随之结束，不发积分。",
)


@post(
    bp,
    "/wishes/<id:wish_id>/redact",
    "遮盖部分内容",
    Permission.WISH_REVIEW,
    body=RedactIn,
    out=WishOut,
    may=taking_down.lock_redactable,
    description="换上新的文字，去掉不留的图片；原来的文字加密封存，查看要写明理由。",
)
def redact_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    reason = body.pop("reason")
    return serialize(taking_down.redact(wish_id, body, reason, actor=caller), caller)


@get(
    bp,
    "/wishes/<id:wish_id>/former-texts",
    "遮盖前的文字",
    query=FormerTextQuery,
    out=FormerTextsOut,
    writes=True,
    description="本人随时可看；工作人员要写明理由，每次查看都记入日志并告诉本人。",
)
def former_texts(caller: Caller, wish_id: int, query: dict[str, Any]) -> dict[str, Any]:
    return {"list": taking_down.former_texts(wish_id, query["reason"], actor=caller)}


@post(
    bp,
    "/wishes/<id:wish_id>/reopen",
    "没有解决，再次提出",
    body=ReasonIn,
    out=WishOut,
    status=201,
    description="确认时说没有解决的心愿：生成一份内容相同、与原心愿关联的草稿，改好后再提交。",
)
def reopen_wish(caller: Caller, wish_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return serialize(reopening.reopen(wish_id, body["reason"], actor=caller), caller)
