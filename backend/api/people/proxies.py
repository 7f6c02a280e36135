"""家人代办: adults who act for another one, once both have agreed."""

from typing import Any

from apiflask import APIBlueprint
from marshmallow import ValidationError, validates_schema

from backend.api.frame.fields import Actions, CardNumber, Choice, DateTime, Integer, Phone, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.route import Done, delete, post
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people import proxies, proxy_queries
from backend.people.kinds import ProxyDirection, ProxyMethod, ProxyRelation, ProxyState
from backend.people.models import REAL_NAME_MAX
from backend.people.permissions import Permission
from backend.people.proxy_models import Proxy
from backend.people.proxy_queries import ProxyView
from backend.people.states import PROXY_ACTIONS

bp = APIBlueprint("proxies", __name__, url_prefix="/api/v1", tag="家人代办")
_SAME = "号码有没有人用，回答都一样。一天最多申请 5 次，最多替 5 位家人；30 天没有答复的自动结束。"


class ProxyIn(Schema):
    card_number = CardNumber("对方的纸质卡号", most=16, allow_none=True, load_default=None, example="P000001")
    phone = Phone("对方登记的手机号；和卡号填一个", allow_none=True, load_default=None)
    relation = Choice("您是对方的", ProxyRelation, required=True)

    @validates_schema
    def one_number(self, data: dict[str, Any], **_more: Any) -> None:
        if (data.get("card_number") is None) == (data.get("phone") is None):
            raise ValidationError("卡号和手机号填一个", "cardNumber")


class ProxyOut(Schema):
    id = Integer("编号")
    direction = Choice("acts_for 我代对方办，acted_by 对方代我办", ProxyDirection)
    person_id = Integer("对方的人员编号，代办时填进 onBehalfOf；双方同意以后才有", allow_none=True)
    name = Text("对方的姓名；双方同意以后才有", most=REAL_NAME_MAX, allow_none=True)
    relation = Choice("代办的人是被代办人的", ProxyRelation)
    state = Choice("状态", ProxyState)
    asked_at = DateTime("申请时间")
    agreed_at = DateTime("同意时间", allow_none=True)
    ended_at = DateTime("结束时间", allow_none=True)
    actions = Actions(PROXY_ACTIONS, example=["end"])


class AgreeForIn(Schema):
    method = Choice("本人怎么同意的：当面，或电话里", ProxyMethod, required=True)


def _serialize_many(rows: list[Proxy], caller: Caller) -> list[ProxyView]:
    return proxy_queries.view_mine(rows, actor=caller)


def _serialize(row: Proxy, caller: Caller) -> ProxyView:
    (shown,) = _serialize_many([row], caller)
    return shown


@listing(
    bp,
    "/me/proxies",
    "家人代办",
    ProxyOut,
    _serialize_many,
    description="我申请的和别人向我申请的，新的在前。",
)
def my_proxies(caller: Caller) -> Pageable:
    return proxy_queries.mine(actor=caller)


@post(bp, "/me/proxies", "申请代家人办事", body=ProxyIn, out=ProxyOut, status=201, description=_SAME)
def ask_proxy(caller: Caller, body: dict[str, Any]) -> ProxyView:
    return _serialize(proxies.ask(**body, actor=caller), caller)


@post(
    bp,
    "/me/proxies/<id:proxy_id>/agree",
    "同意家人代我办事",
    out=ProxyOut,
    description="以后对方可以代我填心愿、报名和兑换，每一件都会通知我；确认心愿、积分明细和个人资料仍只有我自己。",
)
def agree_proxy(caller: Caller, proxy_id: int) -> ProxyView:
    return _serialize(proxies.agree(proxy_id, actor=caller), caller)


@post(bp, "/me/proxies/<id:proxy_id>/decline", "不同意代办", out=ProxyOut, while_suspended=True)
def decline_proxy(caller: Caller, proxy_id: int) -> ProxyView:
    return _serialize(proxies.decline(proxy_id, actor=caller), caller)


@delete(
    bp,
    "/me/proxies/<id:proxy_id>",
    "结束代办",
    out=Done,
    while_suspended=True,
    description="双方都可以，立即生效，对方会收到消息；还没有答复的申请也这样撤回。已经办的不受影响。",
)
def end_proxy(caller: Caller, proxy_id: int) -> None:
    proxies.end(proxy_id, actor=caller)


@post(
    bp,
    "/proxies/<id:proxy_id>/agree",
    "替没有手机的居民登记同意",
    Permission.PROXY_ANSWER,
    body=AgreeForIn,
    out=Done,
    may=proxies.of_staff,
    description="被代办人所在社区的工作人员，看到本人或打过电话以后；不能是自己或自己家的。",
)
def agree_proxy_for(caller: Caller, proxy_id: int, body: dict[str, Any]) -> None:
    proxies.agree_for(proxy_id, body["method"], actor=caller)
