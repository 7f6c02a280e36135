"""Whether I want to be asked when places of an activity stay empty, over HTTP."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import Boolean, Schema
from backend.api.frame.route import get, put
from backend.identity.sessions import Caller
from backend.volunteering.actions import inviting

bp = APIBlueprint("invitations", __name__, url_prefix="/api/v1", tag="志愿服务")


class InvitationsOut(Schema):
    wanted = Boolean("是否接收活动邀请")


class InvitationsIn(Schema):
    wanted = Boolean("是否接收活动邀请", required=True, example=False)


@get(bp, "/me/invitations", "我是否接收活动邀请", out=InvitationsOut)
def my_invitations(caller: Caller) -> dict[str, bool]:
    return {"wanted": inviting.wants(caller.id)}


@put(
    bp,
    "/me/invitations",
    "接收或不再接收活动邀请",
    body=InvitationsIn,
    out=InvitationsOut,
    description="活动有空名额时，社区工作人员可以邀请合适的志愿者，每人每天最多一次；随时可以关掉。",
)
def choose_invitations(caller: Caller, body: dict[str, Any]) -> dict[str, bool]:
    return {"wanted": inviting.choose(body["wanted"], actor=caller)}
