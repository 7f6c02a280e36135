"""My phone number, from WeChat's phone button."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import Schema, Text
from backend.api.frame.route import delete, post
from backend.api.people.identity import Me, me
from backend.identity.sessions import Caller
from backend.people import accounts
from backend.wechat.gateway import PhoneCodeInvalid, gateway

bp = APIBlueprint("phone", __name__, url_prefix="/api/v1", tag="身份")


class PhoneIn(Schema):
    code = Text(
        "手机号按钮（getPhoneNumber）得到的凭证，五分钟内有效、只能用一次",
        most=200,
        required=True,
        example="phone:15600000077:1",
    )


def _number(caller: Caller, body: dict[str, Any]) -> str:
    openid = accounts.openid(caller.id)
    if openid is None:
        raise PhoneCodeInvalid()
    return gateway().phone_number(body["code"], openid)


@post(
    bp,
    "/me/phone",
    "登记我的手机号",
    body=PhoneIn,
    out=Me,
    precheck=_number,
    description="用手机号按钮的凭证换取微信已验证的号码。号码加密保存，任何人看到的都是脱敏形式。",
)
def keep_phone(caller: Caller, body: dict[str, Any], precheck_result: str) -> dict[str, Any]:
    accounts.keep_phone(precheck_result, actor=caller)
    return me(caller.id)


@delete(bp, "/me/phone", "删除我的手机号", out=Me, description="本来就没有的，也回答成功。")
def remove_phone(caller: Caller) -> dict[str, Any]:
    accounts.remove_phone(actor=caller)
    return me(caller.id)
