"""自助终端 over HTTP: put up and revoked by staff; a card's holder is let in there by a one-time code."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from marshmallow import validate

from backend.api.frame.fields import CardNumber, Code, DateTime, Integer, List, Nested, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.route import KIOSK, post, refused
from backend.api.people.identity import Me, me
from backend.errors import Refused
from backend.identity import card_codes, kiosk_sessions, kiosks
from backend.identity.card_codes import DIGITS, NewCode
from backend.identity.kiosk_models import NAME_MAX, Kiosk
from backend.identity.kiosks import Device, KioskView
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people import at_kiosk
from backend.people.permissions import Permission

bp = APIBlueprint(
    "kiosks",
    __name__,
    url_prefix="/api/v1",
    tag={"name": "自助终端", "description": "大厅里的终端：登记、停用，居民用纸质卡和一次性验证码办事"},
)


class KioskIn(Schema):
    community_id = Integer("社区", required=True, least=1)
    name = Text("名称，同一社区里不重复", most=NAME_MAX, required=True, example="党群服务中心一楼")


class NewKioskOut(Schema):
    id = Integer("编号")
    name = Text("名称", most=NAME_MAX)
    device_token = Text("终端的令牌，只在这里给一次", most=80, example="kiosk.J3v0…")


class KioskOut(Schema):
    id = Integer("编号")
    name = Text("名称", most=NAME_MAX)
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    created_at = DateTime("登记时间")
    seen_at = DateTime("最近使用的时间，精确到分钟；还没有用过时为 null", allow_none=True)
    revoked_at = DateTime("停用时间；在用时为 null", allow_none=True)
    actions = List("您现在可以做的操作", Text("操作", most=24), example=["revoke"])


class CardCodeOut(Schema):
    code = Text("六位验证码，只能用一次", most=DIGITS, example="402817")
    expires_at = DateTime("失效时间，十分钟以后")


class KioskSessionIn(Schema):
    card_number = CardNumber("纸质卡号，字母和前面的零可以不写", most=16, required=True, example="P000001")
    code = Code(
        "六位验证码",
        most=DIGITS,
        required=True,
        validate=validate.Regexp(rf"^[0-9]{{{DIGITS}}}$", error=f"验证码是 {DIGITS} 位数字"),
        example="402817",
    )


class KioskSessionOut(Schema):
    token = Text("令牌，以 card. 开头，放进 Authorization: Bearer", most=80)
    expires_at = DateTime("令牌到期时间，最长三分钟，不顺延")
    person = Nested(Me, "我")


def _serialize_many(found: list[Kiosk], _caller: Caller) -> list[KioskView]:
    return kiosks.view_kiosks(found)


@listing(bp, "/kiosks", "自助终端，新的在前", KioskOut, _serialize_many, guard=Permission.KIOSK_MANAGE)
def list_kiosks(caller: Caller) -> Pageable:
    return kiosks.kiosks(actor=caller)


@post(
    bp,
    "/kiosks",
    "登记一台自助终端",
    Permission.KIOSK_MANAGE,
    body=KioskIn,
    out=NewKioskOut,
    status=201,
    description="由本社区的工作人员或市级管理员办理。令牌只给这一次，忘了就停用这台、再登记一台。",
)
def add_kiosk(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    kiosk, token = kiosks.add(**body, actor=caller)
    return {"id": kiosk.id, "name": kiosk.name, "device_token": token}


@post(
    bp,
    "/kiosks/<id:kiosk_id>/revoke",
    "停用一台自助终端",
    Permission.KIOSK_MANAGE,
    out=KioskOut,
    description="令牌立即失效，正在终端上办事的人同时退出。停用后不能恢复。",
)
def revoke_kiosk(caller: Caller, kiosk_id: int) -> KioskView:
    return kiosks.view_kiosks([kiosks.revoke(kiosk_id, actor=caller)])[0]


@post(
    bp,
    "/people/<id:person_id>/one-time-code",
    "给居民一个自助终端验证码",
    Permission.PERSON_CODE,
    out=CardCodeOut,
    status=201,
    description="居民所在社区或网格的工作人员当面给有纸质卡的人，记入日志；以前给的作废。"
    "心愿的认领人和审核人给的验证码，不能用来确认这个心愿。",
)
def give_card_code(caller: Caller, person_id: int) -> NewCode:
    return card_codes.give(person_id, actor=caller)


@post(
    bp,
    "/me/one-time-code",
    "给自己一个自助终端验证码",
    out=CardCodeOut,
    status=201,
    description="有纸质卡、又绑定了微信的人用；以前的作废。没有纸质卡时 409 NO_CARD。",
)
def draw_own_card_code(caller: Caller) -> NewCode:
    return card_codes.draw_own(actor=caller)


@post(
    bp,
    "/kiosk-sessions",
    "在自助终端上登录",
    KIOSK,
    body=KioskSessionIn,
    out=KioskSessionOut,
    status=201,
    description="用终端的令牌调用。卡号、验证码不对或过期都是 401 CARD_CODE_WRONG，连着输错五次验证码就作废。"
    "得到的令牌只能看本人的、报名和取消、兑换和取消、确认心愿，其余 403 KIOSK_READ_ONLY；同一台终端上前一个人同时退出。",
)
def open_kiosk_session(device: Device, body: dict[str, Any]) -> dict[str, Any] | Response:
    answer = kiosk_sessions.open_session(body["card_number"], body["code"], device=device)
    if isinstance(answer, Refused):
        # Answered and not raised: the count of wrong codes is kept.
        return refused(answer)
    at_kiosk.enter(answer.person_id, None)
    return {"token": answer.token, "expires_at": answer.expires_at, "person": me(answer.person_id)}
