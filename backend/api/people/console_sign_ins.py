"""The phone's side of signing in to the console: look at what asks, then approve it."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import DateTime, Schema, Text
from backend.api.frame.route import Done, get, post
from backend.identity import console_sessions
from backend.identity.sessions import Caller

bp = APIBlueprint("console_sign_ins", __name__, url_prefix="/api/v1", tag="身份")


class ScanOut(Schema):
    browser = Text("请求登录的浏览器", most=60, example="Chrome，Windows")
    created_at = DateTime("电脑上显示二维码的时间")
    expires_at = DateTime("失效时间")


@get(bp, "/console-sign-ins/<code>", "扫到的工作后台登录请求", out=ScanOut)
def console_sign_in(caller: Caller, code: str) -> Any:
    return console_sessions.scanned(code[:64])


@post(
    bp,
    "/console-sign-ins/<code>/approve",
    "允许电脑登录工作后台",
    out=Done,
    description="扫描工作后台登录页的二维码得到 code，两分钟内有效，只能用一次；只有在任的工作人员可以。",
)
def approve_console_sign_in(caller: Caller, code: str) -> None:
    console_sessions.approve(code[:64], actor=caller)
