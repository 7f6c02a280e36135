"""Staff suspend a person who abuses the product, and let them go on."""

from datetime import date, datetime
from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.bodies import ReasonIn
from backend.api.frame.fields import DateTime, Day, Integer, Schema, Text
from backend.api.frame.route import post
from backend.identity.sessions import Caller
from backend.people import suspensions
from backend.people.permissions import Permission
from backend.people.suspensions import MOST_DAYS, Suspension, until_in_words
from backend.rights import suspending

bp = APIBlueprint("suspensions", __name__, url_prefix="/api/v1", tag="人员")


class Until(Day):
    """A day, which is included, or a moment."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date | datetime:
        if isinstance(value, str) and "T" in value:
            return DateTime("").deserialize(value)
        return super()._deserialize(value, attr, data, **kwargs)


class SuspendIn(ReasonIn):
    until: Any = Until(f"停用到哪天（含当天），最多 {MOST_DAYS} 天；也可以是带时区的时间", required=True)


class SuspensionOut(Schema):
    person_id = Integer("人员编号")
    since = DateTime("从什么时候起")
    until = Text("到哪天（含当天），或到什么时间", most=25, example="2026-12-31")
    reason = Text("原因", most=500)
    resumed_at = DateTime("提前恢复的时间；没有恢复时为 null", allow_none=True)


def _serialize(row: Suspension) -> dict[str, Any]:
    return {
        "person_id": row.person_id,
        "since": row.since,
        "until": until_in_words(row.until_at),
        "reason": row.reason,
        "resumed_at": row.ended_at,
    }


@post(
    bp,
    "/people/<id:person_id>/suspend",
    "停用一位居民的账号",
    Permission.PERSON_SUSPEND,
    body=SuspendIn,
    out=SuspensionOut,
    may=suspensions.person_of_staff,
    description="由居住社区的工作人员办理，不能停用自己和在任的人。停用期间只能查看、导出、投诉、注销和登录，"
    "其余返回 403 `SUSPENDED`，附截止日和原因；到期自动恢复，本人会收到消息。",
)
def suspend_person(caller: Caller, person_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return _serialize(suspending.suspend(person_id, body["reason"], body["until"], actor=caller))


@post(
    bp,
    "/people/<id:person_id>/resume",
    "提前恢复一位居民的账号",
    Permission.PERSON_SUSPEND,
    body=ReasonIn,
    out=SuspensionOut,
)
def resume_person(caller: Caller, person_id: int, body: dict[str, Any]) -> dict[str, Any]:
    return _serialize(suspending.resume(person_id, body["reason"], actor=caller))
