"""Nicknames over HTTP: staff take one down."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import Integer, Schema, Text
from backend.api.frame.route import post
from backend.identity.sessions import Caller
from backend.people import nicknames
from backend.people.permissions import Permission

bp = APIBlueprint("nicknames", __name__, url_prefix="/api/v1", tag="人员")


class NicknameOut(Schema):
    person_id = Integer("人员编号")
    nickname = Text("现在显示的昵称", most=40, example="居民17")


@post(
    bp,
    "/people/<id:person_id>/nickname/take-down",
    "撤下一位居民的昵称",
    Permission.PERSON_SUSPEND,
    body=ReasonIn,
    out=NicknameOut,
    may=nicknames.person_of_staff,
    description="换成中性的昵称，并把原因告诉本人；90 天内不能再改回原来的。",
)
def take_down_nickname(caller: Caller, person_id: int, body: dict[str, Any]) -> dict[str, Any]:
    person = nicknames.take_down(person_id, body["reason"], actor=caller)
    return {"person_id": person.id, "nickname": person.nickname}
