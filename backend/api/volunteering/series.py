"""A weekly series over HTTP: seen, published, changed and called off as one, from an activity of it on."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.listing import listing
from backend.api.frame.route import SIGNED_IN, post, put
from backend.api.volunteering.activities import (
    ActivitiesOut,
    ActivityChanges,
    ActivityOut,
    CallOffIn,
    content_of,
    screen_activity,
    serialize_many,
)
from backend.identity.sessions import Caller
from backend.paging import Pageable
from backend.volunteering import queries
from backend.volunteering.actions import series
from backend.volunteering.views import ActivityView

bp = APIBlueprint("series", __name__, url_prefix="/api/v1", tag="志愿服务")
RULE = "/activities/<id:activity_id>/series"


@listing(bp, RULE, "每周重复的各次活动", ActivityOut, serialize_many)
def list_series(caller: Caller, activity_id: int) -> Pageable:
    return queries.series_of(activity_id, actor=caller)


@put(
    bp,
    RULE,
    "一起修改这一次和以后各次",
    body=ActivityChanges(partial=True),
    out=ActivitiesOut,
    precheck=screen_activity,
    description="时间填这一次的，以后各次移动同样多；全部改好或全部不改。时间或地点有变会通知已报名的人。",
)
def change_series(
    caller: Caller, activity_id: int, body: dict[str, Any], precheck_result: None
) -> dict[str, list[ActivityView]]:
    return _serialize(series.change(activity_id, content_of(body), actor=caller), caller)


@post(bp, f"{RULE}/publish", "一起发布这一次和以后各次的草稿", SIGNED_IN, out=ActivitiesOut)
def publish_series(caller: Caller, activity_id: int) -> dict[str, list[ActivityView]]:
    return _serialize(series.publish(activity_id, actor=caller), caller)


@post(bp, f"{RULE}/cancel", "一起取消这一次和以后各次", SIGNED_IN, body=CallOffIn, out=ActivitiesOut)
def cancel_series(caller: Caller, activity_id: int, body: dict[str, Any]) -> dict[str, list[ActivityView]]:
    return _serialize(series.cancel(activity_id, body["reason"], actor=caller), caller)


def _serialize(rows: list[Any], caller: Caller) -> dict[str, list[ActivityView]]:
    return {"list": serialize_many(rows, caller)}
