"""What happened to my account, and saying that it was not me."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import Actions, Boolean, Choice, DateTime, Integer, Schema, Text
from backend.api.frame.listing import listing
from backend.api.frame.route import post
from backend.identity import denials
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.people import security_events
from backend.people.kinds import SecurityEventKind
from backend.people.states import SECURITY_ACTIONS

bp = APIBlueprint("security", __name__, url_prefix="/api/v1", tag="身份")


class SecurityEventOut(Schema):
    id = Integer("编号")
    at = DateTime("时间")
    kind = Choice("种类；除 session 和 data_opened 外也发消息", SecurityEventKind)
    title = Text("发生了什么", most=60, example="用口令登录了工作后台")
    device = Text("浏览器或手机；不知道时为 null", most=60, allow_none=True, example="Chrome，Windows")
    denied_at = DateTime("我说不是本人操作的时间", allow_none=True)
    actions = Actions(SECURITY_ACTIONS, "现在可以办的：deny 是“不是我操作的”")


class DenialOut(Schema):
    sessions = Integer("退出的其他小程序登录")
    consoles = Integer("退出的工作后台登录")
    password_barred = Boolean("工作后台的口令是否已停用，要重新设置才能再用")


@listing(bp, "/me/security-events", "我的账号安全记录，新的在前", SecurityEventOut)
def my_security_events(caller: Caller) -> Pageable:
    return security_events.mine(caller.id)


@post(
    bp,
    "/me/security-events/<id:event_id>/deny",
    "不是我操作的",
    out=DenialOut,
    description="除这一次登录外，小程序和工作后台的登录全部退出，工作后台的口令停用到重新设置为止，"
    "并告诉市级管理员和监督员。`suspended` 和 `data_opened` 由工作人员办理，不能这样否认。",
)
def deny_security_event(caller: Caller, event_id: int) -> Any:
    return denials.deny(event_id, actor=caller, session_id=caller.session_id)
