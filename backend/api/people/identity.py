"""Signing in, my profile, where I live, where I report, what I agreed to."""

from typing import Any

from apiflask import APIBlueprint
from flask import request

from backend import screening
from backend.api.frame import hosting
from backend.api.frame.fields import Boolean, Choice, DateTime, Day, Integer, List, Nested, Schema, Text
from backend.api.frame.route import PUBLIC, Done, delete, get, post, put
from backend.db import columns_of, transaction
from backend.identity import console_sessions, devices, sessions
from backend.people import profiles, suspensions
from backend.people.kinds import PartyRegistrationState, ResidencyState
from backend.people.models import (
    ADDRESS_MAX,
    BIRTH_YEAR_MAX,
    BIRTH_YEAR_MIN,
    REAL_NAME_MAX,
    ROLES,
    SERVICE_ROLES,
)
from backend.rights import consent, freed, gates
from backend.rights.notice import DOCUMENTS
from backend.wechat.gateway import gateway

bp = APIBlueprint("identity", __name__, url_prefix="/api/v1", tag="身份")


class SignInIn(Schema):
    code = Text(
        "wx.login 得到的登录凭证，五分钟内有效、只能用一次", most=200, required=True, example="sim:ning:1"
    )


class ResidencyOut(Schema):
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    grid_id = Integer("网格", allow_none=True)
    state = Choice("登记状态", ResidencyState, data_key="status")
    reason = Text("未通过的原因", most=500, allow_none=True)


class PartyRegistrationOut(Schema):
    unit_id = Integer("单位")
    unit_name = Text("单位名称", most=80)
    community_id = Integer("报到的社区")
    community_name = Text("社区名称", most=80)
    state = Choice("登记状态", PartyRegistrationState, data_key="status")
    service_roles = List("六大员岗位", Choice("岗位", SERVICE_ROLES))
    reason = Text("未通过的原因", most=500, allow_none=True)


class RoleOut(Schema):
    role = Choice("角色", ROLES)
    organisation_id = Integer("任职的组织")
    organisation_name = Text("组织名称", most=80)
    to_day = Day("任期最后一天", allow_none=True)


class ConsentOut(Schema):
    document = Choice("文件", DOCUMENTS)
    version = Text("版本", most=20)
    given_at = DateTime("同意的时间")


class SuspendedOut(Schema):
    until = Text("到哪天（含当天），或到什么时间", most=25, example="2026-12-31")
    reason = Text("原因", most=500)


class Me(Schema):
    id = Integer("我的编号")
    nickname = Text("昵称", most=40, least=0)
    real_name = Text("姓名（脱敏）", most=40, allow_none=True, example="裴**")
    phone = Text("手机号（脱敏）", most=20, allow_none=True, example="156******77")
    card_number = Text("纸质积分卡号", most=16, allow_none=True)
    residency = Nested(ResidencyOut, "居住登记", allow_none=True)
    party_registration = Nested(PartyRegistrationOut, "双报到登记", allow_none=True)
    roles = List("今天有效的任职", Nested(RoleOut))
    consents = List("有效的同意", Nested(ConsentOut))
    unread_notices = Integer("未读消息数")
    suspension = Nested(SuspendedOut, "账号停用中；没有停用时为 null", allow_none=True)


class SessionOut(Schema):
    token = Text("访问令牌，放在 Authorization: Bearer 之后", most=100)
    expires_at = DateTime("令牌到期时间；使用时自动顺延")
    person = Nested(Me, "我")


class EndedOut(Schema):
    ended = Integer("退出了几处登录，含工作后台")


class MySessionOut(Schema):
    id = Integer("编号")
    created_at = DateTime("登录时间")
    expires_at = DateTime("到期时间；使用时顺延")
    current = Boolean("就是这一次")


class MySessionsOut(Schema):
    list = List("新的在前", Nested(MySessionOut))


class ProfileIn(Schema):
    nickname = Text("昵称", most=20, least=0)
    real_name = Text("真实姓名", most=REAL_NAME_MAX, example="裴长青")
    birth_year = Integer("出生年份", least=BIRTH_YEAR_MIN, most=BIRTH_YEAR_MAX, allow_none=True)


class ResidencyIn(Schema):
    community_id = Integer("社区", required=True, least=1)
    grid_id = Integer("网格", least=1, load_default=None, allow_none=True)
    address = Text("住址；加密保存", most=ADDRESS_MAX, load_default=None, allow_none=True)


class PartyRegistrationIn(Schema):
    unit_id = Integer("所在单位", required=True, least=1)
    community_id = Integer("报到的社区", required=True, least=1)
    service_roles = List("六大员岗位", Choice("岗位", SERVICE_ROLES), most=6, load_default=list)


class ConsentIn(Schema):
    document = Choice("文件", DOCUMENTS, required=True)
    version = Text("同意的版本", most=20, required=True, example="2026-11")


def me(person_id: int) -> dict[str, Any]:
    """What Me shows."""
    found = profiles.profile(person_id)
    return {
        **vars(found),
        "id": person_id,
        "party_registration": found.registration,
        "roles": found.offices,
        "unread_notices": found.unread,
        "suspension": suspensions.facts(person_id, found.suspended_until),
    }


@post(
    bp,
    "/sessions",
    "登录",
    PUBLIC,
    body=SignInIn,
    out=SessionOut,
    status=201,
    writes=False,
    description="用 wx.login 的凭证换取令牌。微信没有回应时返回 503，可以重试。",
)
def sign_in(body: dict[str, Any]) -> dict[str, Any]:
    # WeChat is asked outside any transaction: it may be slow. Its own hosting has told already who it is.
    openid = hosting.openid() or gateway().sign_in(body["code"]).openid
    with transaction():
        person = sessions.person_of(openid)
        token, expires_at = sessions.open_session(
            person, devices.in_words(request.headers.get("User-Agent", ""))
        )
    return {"token": token, "expires_at": expires_at, "person": me(person.id)}


@delete(bp, "/sessions/current", "退出登录", out=Done, while_suspended=True)
def sign_out(caller: sessions.Caller) -> None:
    sessions.close_session(caller.session_id, actor=caller)


@get(bp, "/me/sessions", "我在哪些地方登录着小程序", out=MySessionsOut)
def my_sessions(caller: sessions.Caller) -> dict[str, Any]:
    mine = sessions.open_of(caller.id)
    return {"list": [{**columns_of(one), "current": one.id == caller.session_id} for one in mine]}


@post(
    bp,
    "/me/sessions/end-others",
    "退出我在其他地方的登录",
    out=EndedOut,
    description="手机丢了、在别人的电脑上登录过时用：除这一次以外，小程序和工作后台的登录立即失效。",
)
def end_other_sessions(caller: sessions.Caller) -> dict[str, Any]:
    return {"ended": console_sessions.sign_out_elsewhere(actor=caller)}


@get(bp, "/me", "我", out=Me, at_kiosk=True)
def get_me(caller: sessions.Caller) -> dict[str, Any]:
    return me(caller.id)


def _screen_nickname(caller: sessions.Caller, body: dict[str, Any]) -> None:
    """A doubtful nickname is refused as well: nobody's duty is to look at it, and there are others.

    One that could not be checked is kept, since nobody but its owner is shown it.
    """
    found = screening.screened(body.get("nickname"), scene=screening.PROFILE, actor=caller)
    if found.doubtful and found.checked:
        raise screening.TextNotAccepted()


@put(bp, "/me", "修改我的资料", body=ProfileIn, out=Me, precheck=_screen_nickname)
def put_me(caller: sessions.Caller, body: dict[str, Any], precheck_result: None) -> dict[str, Any]:
    freed.update_profile(body, actor=caller)
    return me(caller.id)


ASKS_CONSENT = (
    "要先同意《敏感信息单独同意》的现行版本；没有同意时 403 CONSENT_REQUIRED，data 里有文件、版本和标题。"
)


@put(
    bp,
    "/me/residency",
    "登记我居住的社区",
    body=ResidencyIn,
    out=Me,
    may=gates.may_declare_residency,
    description=ASKS_CONSENT,
)
def put_residency(caller: sessions.Caller, body: dict[str, Any]) -> dict[str, Any]:
    gates.declare_residency(**body, actor=caller)
    return me(caller.id)


@put(
    bp,
    "/me/party-registration",
    "在职党员到社区报到",
    body=PartyRegistrationIn,
    out=Me,
    may=gates.may_register_party_member,
    description=ASKS_CONSENT,
)
def put_party_registration(caller: sessions.Caller, body: dict[str, Any]) -> dict[str, Any]:
    gates.register_party_member(**body, actor=caller)
    return me(caller.id)


@post(bp, "/me/consents", "同意一份文件", body=ConsentIn, out=ConsentOut, status=201)
def give_consent(caller: sessions.Caller, body: dict[str, Any]) -> Any:
    return consent.give(body["document"], body["version"], actor=caller)


@delete(bp, "/me/consents/<document>", "撤回同意", out=Done)
def withdraw_consent(caller: sessions.Caller, document: str) -> None:
    consent.withdraw(document[:40], actor=caller)
