"""What an organiser writes to those who signed up, over HTTP; activities for the calendar of a phone."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from backend import screening
from backend.api.frame.fields import Integer, Schema, Text
from backend.api.frame.route import get, post
from backend.identity.sessions import Caller
from backend.volunteering import calendar_file, calendar_queries, queries
from backend.volunteering.actions import messages
from backend.volunteering.message_models import MESSAGE_MAX

bp = APIBlueprint("activity_messages", __name__, url_prefix="/api/v1", tag="志愿服务")
CALENDAR = "text/calendar"


class MessageIn(Schema):
    text = Text(
        "写给报名的人", most=MESSAGE_MAX, lines=True, required=True, example="请自带手套，八点在东门集合。"
    )


class MessageOut(Schema):
    told = Integer("告诉了几个人")


def _screen(caller: Caller, body: dict[str, Any], **_path: int) -> screening.Screened:
    """Many will read it, so WeChat looks first."""
    return screening.screened(body["text"], scene=screening.COMMENT, actor=caller)


@post(
    bp,
    "/activities/<id:activity_id>/message",
    "给报名和候补的人发消息",
    body=MessageIn,
    out=MessageOut,
    precheck=_screen,
    may=messages.check_sends,
    description="由组织者发，每个活动一天最多三条；内容经过微信内容安全检查。",
)
def message_activity(
    caller: Caller, activity_id: int, body: dict[str, Any], precheck_result: screening.Screened
) -> dict[str, int]:
    return {"told": messages.send(activity_id, body["text"], found=precheck_result, actor=caller)}


@get(
    bp,
    "/activities/<id:activity_id>/calendar.ics",
    "一个活动的日历文件",
    media=CALENDAR,
    description="改期后 SEQUENCE 增加，取消后 STATUS 为 CANCELLED。",
)
def activity_calendar(caller: Caller, activity_id: int) -> Response:
    found = queries.one(activity_id, actor=caller)
    return _file(calendar_file.calendar_of([found]), f"activity-{activity_id}.ics")


@get(bp, "/me/calendar.ics", "我已报名、还没结束的活动的日历文件", media=CALENDAR)
def my_calendar(caller: Caller) -> Response:
    return _file(calendar_file.calendar_of(calendar_queries.coming(caller.id)), "my-activities.ics")


def _file(content: bytes, name: str) -> Response:
    answer = Response(content, content_type=f"{CALENDAR}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
