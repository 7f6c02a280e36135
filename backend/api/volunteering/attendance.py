"""Attendance and hours over HTTP: the code, checking in and out, the roll-call, proposing and certifying."""

from typing import Any

from apiflask import APIBlueprint
from marshmallow import ValidationError, pre_load

from backend.api.frame.bodies import OnBehalfIn, on_behalf_of
from backend.api.frame.fields import (
    Boolean,
    Choice,
    Code,
    DateTime,
    Degrees,
    Integer,
    List,
    Nested,
    Schema,
    Text,
)
from backend.api.frame.route import get, post
from backend.api.volunteering.activities import ActivityOut, SignUpOut, serialize
from backend.identity.sessions import Caller
from backend.people.models import REAL_NAME_MAX
from backend.people.permissions import Permission
from backend.volunteering import attendance_queries, queries
from backend.volunteering.actions import attendance, hours, naming, roll_call
from backend.volunteering.models import ATTENDANCE_SOURCES, MOST_MINUTES, MOST_PEOPLE, PlaceCheck, SignUpState
from backend.volunteering.session_models import MOST_SESSIONS
from backend.volunteering.views import ActivityView, Attendance, CheckInCode, SignUpView

bp = APIBlueprint("attendance", __name__, url_prefix="/api/v1", tag="志愿服务")


class CodeOut(Schema):
    code = Text("签到码，也可以手工输入", most=8, example="K7QM2HXD")
    expires_at = DateTime("何时换下一个码；换码后半分钟内旧码仍有效")
    qr = Text("二维码（SVG）", most=100_000, lines=True)


class CheckIn(Schema):
    code = Code("扫到的内容，或输入的签到码", most=40, required=True, example="K7QM2HXD")
    latitude = Degrees("手机纬度；只用来比对，不保存", 90, allow_none=True, load_default=None)
    longitude = Degrees("手机经度；只用来比对，不保存", 180, allow_none=True, load_default=None)
    on_behalf_of = Nested(OnBehalfIn, "代没有手机的居民办理", allow_none=True, load_default=None)


class PeopleList(Schema):
    """A list as the whole body, each person once; `{"list": […]}` and an empty body are taken too."""

    error_messages = {"type": "应为一个列表"}

    @pre_load(pass_collection=True)
    def unwrapped(self, data: Any, many: bool, **_kwargs: Any) -> Any:
        if isinstance(data, dict) and set(data) <= {"list"}:
            data = data.get("list", [])
        if not isinstance(data, list):
            raise ValidationError("应为一个列表")
        if len(data) > MOST_PEOPLE:
            raise ValidationError(f"最多 {MOST_PEOPLE} 项")
        told = [one.get("personId") for one in data if isinstance(one, dict)]
        # What is no number is refused at its own line.
        ids = [one for one in told if isinstance(one, int)]
        if len(set(ids)) < len(ids):
            raise ValidationError("名单里有人出现了两次")
        return data


class CalledIn(PeopleList):
    person_id = Integer("人员编号", required=True, least=1)
    checked_in_at = DateTime("到达时间", required=True)
    checked_out_at = DateTime("离开时间；还在现场时不填", allow_none=True, load_default=None)
    session = Integer(
        "分几场的活动点第几场；不填时按到达时间判断",
        least=1,
        most=MOST_SESSIONS,
        allow_none=True,
        load_default=None,
    )


class MinutesIn(PeopleList):
    person_id = Integer("人员编号", required=True, least=1)
    minutes = Integer("服务时长（分钟）；0 表示不计", most=MOST_MINUTES, required=True, example=120)


class SessionAttendedOut(Schema):
    number = Integer("第几场")
    checked_in_at = DateTime("签到时间")
    checked_out_at = DateTime("签退时间", allow_none=True)
    source = Choice("签到方式", ATTENDANCE_SOURCES)
    place_check = Choice("位置比对结果", PlaceCheck, allow_none=True)
    attended_minutes = Integer("这一场的分钟数；没有签退时为 null", allow_none=True)


class AttendedOut(Schema):
    sign_up_id = Integer("报名编号")
    person_id = Integer("人员编号")
    name = Text("姓名；队长和本社区办理点名、认定的人看到全名，其他工作人员看到脱敏的", most=REAL_NAME_MAX)
    told_apart = Text(
        "同名的人怎么区分：出生年份、卡号尾号、网格；没有同名时为 null", most=120, allow_none=True
    )
    card_number = Text("纸质卡号", most=16, allow_none=True)
    state = Choice("状态", SignUpState)
    on_behalf = Boolean("是否由工作人员或家人代办报名")
    checked_in_at = DateTime("签到时间", allow_none=True)
    checked_out_at = DateTime("签退时间", allow_none=True)
    source = Choice("签到方式", ATTENDANCE_SOURCES, allow_none=True)
    place_check = Choice("位置比对结果", PlaceCheck, allow_none=True)
    attended_minutes = Integer("从签到到签退的分钟数，各场合计；没有签退时为 null", allow_none=True)
    sessions = List("分几场的活动：来过的各场", Nested(SessionAttendedOut), most=MOST_SESSIONS)
    proposed_minutes = Integer("申报的分钟数", allow_none=True)
    minutes = Integer("认定的分钟数", allow_none=True)


class AttendanceOut(Schema):
    people = List("按报名先后", Nested(AttendedOut), most=100_000, data_key="list")
    undecided = Integer("没有签退、需要组织者决定的人数")


@get(
    bp,
    "/activities/<id:activity_id>/check-in-code",
    "现场签到码（组织者）",
    out=CodeOut,
    description="每 30 秒换一个；上一个仍有效半分钟。",
)
def check_in_code(caller: Caller, activity_id: int) -> CheckInCode:
    return attendance_queries.check_in_code(activity_id, actor=caller)


@post(bp, "/activities/<id:activity_id>/check-in", "签到", body=CheckIn, out=SignUpOut)
def check_in(caller: Caller, activity_id: int, body: dict[str, Any]) -> SignUpView:
    here, proxy = (body["latitude"], body["longitude"]), on_behalf_of(body)
    came = attendance.check_in(activity_id, body["code"], here, on_behalf_of=proxy, actor=caller)
    return queries.view_attended(came)


@post(bp, "/activities/<id:activity_id>/check-out", "签退", body=CheckIn, out=SignUpOut)
def check_out(caller: Caller, activity_id: int, body: dict[str, Any]) -> SignUpView:
    here, proxy = (body["latitude"], body["longitude"]), on_behalf_of(body)
    left = attendance.check_out(activity_id, body["code"], here, on_behalf_of=proxy, actor=caller)
    return queries.view_attended(left)


@get(bp, "/activities/<id:activity_id>/attendance", "出勤（组织者）", out=AttendanceOut)
def get_attendance(caller: Caller, activity_id: int) -> Attendance:
    return naming.attendance(activity_id, actor=caller)


@post(
    bp,
    "/activities/<id:activity_id>/roll-call",
    "点名（组织者），与扫码同样有效",
    body=CalledIn(many=True),
    out=AttendanceOut,
)
def call_roll(caller: Caller, activity_id: int, body: list[dict[str, Any]]) -> Attendance:
    roll = [
        roll_call.Called(one["person_id"], one["checked_in_at"], one["checked_out_at"], one["session"])
        for one in body
    ]
    roll_call.call(activity_id, roll, actor=caller)
    return attendance_queries.attendance(activity_id, actor=caller)


def _minutes(body: list[dict[str, Any]]) -> dict[int, int]:
    return {one["person_id"]: one["minutes"] for one in body}


@post(
    bp,
    "/activities/<id:activity_id>/propose-hours",
    "申报时长（组织者）",
    body=MinutesIn(many=True),
    out=ActivityOut,
    description="没有列出的人按签到到签退计算；没有签退的人必须列出。",
)
def propose_hours(caller: Caller, activity_id: int, body: list[dict[str, Any]]) -> ActivityView:
    return serialize(hours.propose(activity_id, _minutes(body), actor=caller), caller)


@post(
    bp,
    "/activities/<id:activity_id>/certify",
    "认定时长：生成服务记录和积分",
    Permission.ACTIVITY_CERTIFY,
    body=MinutesIn(many=True),
    out=ActivityOut,
    description="由申报人以外、也没有参加的工作人员认定；列出的人可以减少分钟数。",
)
def certify_hours(caller: Caller, activity_id: int, body: list[dict[str, Any]]) -> ActivityView:
    return serialize(hours.certify(activity_id, _minutes(body), actor=caller), caller)
