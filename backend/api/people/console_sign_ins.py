"""The phone's side of signing in to the console: look at what asks, then approve it."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from backend.api.frame.fields import Choice, DateTime, List, Schema, Text
from backend.api.frame.route import Done, get, post, refused
from backend.identity import console_sessions
from backend.identity.models import ScanPurpose, ScanSignIn
from backend.identity.sessions import Caller

bp = APIBlueprint("console_sign_ins", __name__, url_prefix="/api/v1", tag="身份")


class ScanOut(Schema):
    purpose = Choice("允许以后做什么：登录工作后台，或把这个微信绑定给屏幕前的工作人员", ScanPurpose)
    browser = Text("请求登录的浏览器", most=60, example="Chrome，Windows")
    created_at = DateTime("电脑上显示二维码的时间")
    expires_at = DateTime("失效时间")
    choices = List("三个两位数；电脑屏幕上显示其中一个，请用户选它", Text("数字", most=2, example="42"))


class Number(Text):
    """A number of two digits, as text or as a number."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        digits = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        return super()._deserialize(digits, attr, data, **kwargs)


class PickIn(Schema):
    choice = Number("用户选的数字；不带的会被拒绝", most=2, load_default=None, allow_none=True, example="42")


def _serialize(scan: ScanSignIn) -> dict[str, Any]:
    return {
        "purpose": scan.purpose,
        "browser": scan.browser,
        "created_at": scan.created_at,
        "expires_at": scan.expires_at,
        "choices": (scan.choices or "").split(","),
    }


@get(bp, "/console-sign-ins/<code>", "扫到的工作后台登录请求", out=ScanOut)
def console_sign_in(caller: Caller, code: str) -> Any:
    return _serialize(console_sessions.scanned(code[:64]))


@post(
    bp,
    "/console-sign-ins/<code>/approve",
    "允许电脑登录工作后台，或绑定微信",
    body=PickIn,
    out=Done,
    description="扫描工作后台登录页的二维码得到 code，两分钟内有效，只能用一次；只有在任的工作人员可以。"
    "`choice` 是用户在 `choices` 里选的、电脑屏幕上显示的数字；选错了这个 code 就作废，返回 `WRONG_CHOICE`。"
    "`purpose` 是 `bind` 的码来自用一次性链接打开的后台：允许以后，扫码的微信就是那位工作人员的，本机的登录失效，请重新登录；"
    "这时不要求已经任职。",
)
def approve_console_sign_in(caller: Caller, code: str, body: dict[str, Any]) -> Response | None:
    refusal = console_sessions.approve(code[:64], body["choice"], actor=caller)
    return refused(refusal) if refusal is not None else None
