"""Activities over HTTP: planned, published, repeated; signed up for and cancelled."""

from typing import Any

from apiflask import APIBlueprint

from backend import screening
from backend.api.frame.bodies import OnBehalfIn, Reason, ReasonIn
from backend.api.frame.fields import (
    Actions,
    Boolean,
    Choice,
    DateTime,
    Day,
    Degrees,
    Integer,
    List,
    Nested,
    QueryBoolean,
    QueryInteger,
    Schema,
    Several,
    Sought,
    Text,
)
from backend.api.frame.listing import listing
from backend.api.frame.moves import Moves
from backend.api.frame.near import Distance, Near, with_distance
from backend.api.frame.paging import PageQuery
from backend.api.frame.route import GUESTS, get, post, put
from backend.api.volunteering.activity_fields import ActivitySessionIn, ActivitySessionOut, DayOrMoment
from backend.identity.sessions import Caller
from backend.journal import REASON_MAX, REASON_MIN
from backend.paging import Pageable
from backend.people.models import REAL_NAME_MAX, TEAM_NAME_MAX
from backend.people.permissions import Permission
from backend.private_data import PrivateData
from backend.volunteering import queries, states
from backend.volunteering.actions import activities, clash_leaves, ending, sign_ups, taking_down
from backend.volunteering.models import (
    ATTENDANCE_SOURCES,
    CATEGORY_MAX,
    DESCRIPTION_MAX,
    INSURANCE_NUMBER_MAX,
    MIN_AGE_MAX,
    MOST_PEOPLE,
    PLACE_MAX,
    RADIUS_MAX,
    RISK_MAX,
    TITLE_MAX,
    Activity,
    ActivityKind,
    ActivityState,
    PlaceCheck,
    SignUp,
    SignUpState,
)
from backend.volunteering.session_models import MOST_SESSIONS
from backend.volunteering.views import ActivityView, MySignUpView, SignUpView

WITHOUT_SIGNING_IN = "没有登录也可以看已发布的活动，但没有负责人、我的报名和操作。"
bp = APIBlueprint("activities", __name__, url_prefix="/api/v1", tag="志愿服务")


class SignUpOut(Schema):
    id = Integer("报名编号")
    activity_id = Integer("活动")
    person_id = Integer("人员编号")
    state = Choice("状态", SignUpState)
    waitlist_position = Integer("候补第几位；不在候补时为 null", allow_none=True)
    on_behalf = Boolean("是否由工作人员代办")
    signed_up_at = DateTime("报名时间")
    checked_in_at = DateTime("签到时间", allow_none=True)
    checked_out_at = DateTime("签退时间", allow_none=True)
    source = Choice("签到方式：扫码、点名", ATTENDANCE_SOURCES, allow_none=True)
    place_check = Choice("位置是否在现场范围内；只保存比对结果", PlaceCheck, allow_none=True)
    minutes = Integer("认定的服务时长（分钟）", allow_none=True)
    actions = Actions(states.SIGN_UP_ACTIONS, example=["check_in"])


class ActivityOut(Schema):
    id = Integer("编号")
    state = Choice("状态", ActivityState)
    community_id = Integer("社区")
    community_name = Text("社区名称", most=80)
    team_id = Integer("志愿队", allow_none=True)
    team_name = Text("志愿队名称", most=TEAM_NAME_MAX, allow_none=True)
    in_charge = Text(
        "负责人（本社区办理的人和同事看到全名，其他人看到脱敏的）；没有登录时是空的",
        most=REAL_NAME_MAX,
        least=0,
    )
    title = Text("名称", most=TITLE_MAX)
    kind = Choice("类型：志愿服务、会议、学习；只有志愿服务计时长", ActivityKind)
    category = Text("服务类别", most=CATEGORY_MAX)
    description = Text("内容", most=DESCRIPTION_MAX, least=0, lines=True)
    place = Text("地点", most=PLACE_MAX)
    latitude = Degrees("现场纬度", 90, allow_none=True)
    longitude = Degrees("现场经度", 180, allow_none=True)
    radius = Integer("签到范围（米）", allow_none=True)
    starts_at = DateTime("开始")
    ends_at = DateTime("结束")
    sessions = List("分几场时的各场，按先后；只办一场时为空", Nested(ActivitySessionOut), most=MOST_SESSIONS)
    sign_up_until = DateTime("报名截止；为 null 时活动结束前都可以报名", allow_none=True)
    cancel_until = DateTime("取消截止；为 null 时开始前都可以取消", allow_none=True)
    capacity = Integer("名额")
    confirmed = Integer("已占名额")
    waiting = Integer("候补人数")
    clashing = Integer("已占名额的人里，同一时间还报了别的活动的人数；只告诉组织者", allow_none=True)
    min_age = Integer("最小年龄", allow_none=True)
    risk = Text("风险提示", most=RISK_MAX, allow_none=True, lines=True)
    insurance_number = Text("保险单号", most=INSURANCE_NUMBER_MAX, allow_none=True)
    created_at = DateTime("填写时间")
    published_at = DateTime("发布时间", allow_none=True)
    ended_at = DateTime("结束时间", allow_none=True)
    proposed_at = DateTime("申报时长的时间", allow_none=True)
    certified_at = DateTime("认定时长的时间", allow_none=True)
    record_due_on = Day("服务记录应完成的日期（活动后十个工作日）", allow_none=True)
    my_sign_up = Nested(SignUpOut, "我的报名", allow_none=True)
    taken_down_at = DateTime("社区撤下的时间；只有组织者和工作人员还看得到", allow_none=True)
    warnings = List(
        "文字里可能有的个人信息，大家都会看到；只提醒，不拦截（仅组织者可见）",
        Choice("类别", PrivateData),
        example=["phone"],
    )
    actions = Actions(states.ACTIVITY_ACTIONS, example=["sign_up"])
    distance_km = Distance()


class ActivitiesOut(Schema):
    list = List("活动", Nested(ActivityOut), most=activities.MOST_IN_A_SERIES)


class ActivityContent(Schema):
    title = Text("名称", most=TITLE_MAX, required=True, example="清雪")
    kind = Choice("类型", ActivityKind, required=True)
    category = Text("服务类别", most=CATEGORY_MAX, required=True, example="便民服务")
    description = Text("内容", most=DESCRIPTION_MAX, least=0, lines=True, load_default="")
    place = Text("地点", most=PLACE_MAX, required=True, example="雪松家园东门")
    latitude = Degrees("现场纬度", 90, allow_none=True, load_default=None)
    longitude = Degrees("现场经度", 180, allow_none=True, load_default=None)
    radius = Integer("签到范围（米）", least=1, most=RADIUS_MAX, allow_none=True, load_default=None)
    starts_at = DateTime("开始", required=True)
    ends_at = DateTime("结束", required=True)
    sessions = List(
        "分几场时的各场；填写时活动从第一场开始，到最后一场结束，startsAt 和 endsAt 按各场计算",
        Nested(ActivitySessionIn),
        most=MOST_SESSIONS,
        load_default=list,
    )
    sign_up_until = DateTime("报名截止", allow_none=True, load_default=None)
    cancel_until = DateTime("取消截止", allow_none=True, load_default=None)
    capacity = Integer("名额", least=1, most=MOST_PEOPLE, required=True, example=30)
    min_age = Integer("最小年龄", most=MIN_AGE_MAX, allow_none=True, load_default=None)
    risk = Text(
        "风险提示；有风险的活动要先有保险单号才能发布",
        most=RISK_MAX,
        least=0,
        lines=True,
        allow_none=True,
        load_default=None,
    )
    insurance_number = Text(
        "保险单号", most=INSURANCE_NUMBER_MAX, least=0, allow_none=True, load_default=None
    )


class ActivityIn(ActivityContent):
    community_id = Integer("社区", required=True, least=1)
    team_id = Integer("志愿队；为空时由社区组织", least=1, allow_none=True, load_default=None)


class ActivityChanges(ActivityContent):
    """What stands fast may be sent again, as a form does, but not changed."""

    community_id = Integer("社区（不能改）", least=1)
    team_id = Integer("志愿队（不能改）", least=1, allow_none=True)


class ActivityQuery(PageQuery):
    community_id = QueryInteger("社区", least=1, load_default=None)
    category = Text("服务类别", most=CATEGORY_MAX, load_default=None)
    state = Several("状态", ActivityState, load_default=None)
    can_join = QueryBoolean(
        "只看我现在能参加的：还有名额、报名没有截止、年龄符合、和我已报名的不冲突；按开始时间由近到远",
        data_key="joinable",
        load_default=False,
    )
    first_day = DayOrMoment("从哪一天起（还没结束的也算）；由近到远排列", data_key="from", load_default=None)
    last_day = DayOrMoment("到哪一天止（含）", data_key="to", load_default=None)
    team_id = QueryInteger("志愿队", least=1, load_default=None)
    mine = Choice("只看我组织的，或我报了名的", queries.OWN, load_default=None)
    q = Sought("标题里的词")
    near = Near()


class MySignUpsQuery(PageQuery):
    state = Several("报名的状态", SignUpState, load_default=None)
    when = Choice("还没结束的，近的在前；或已结束的，新的在前", queries.WHEN, load_default=None)


class RepeatIn(Schema):
    weeks = Integer("以后多少周，每周一次", least=1, most=activities.MOST_WEEKS, required=True, example=4)


class CallOffIn(Schema):
    reason = Reason("原因，告诉已报名的人", load_default="活动因故取消")


class CancelSignUpIn(Schema):
    on_behalf_of = Nested(OnBehalfIn, "代没有手机的居民办理", allow_none=True, load_default=None)


class SignUpIn(CancelSignUpIn):
    clash_reason = Text(
        "组织者同意与同一时间的另一个活动并存的原因；其他人不能填",
        most=REASON_MAX,
        least=REASON_MIN,
        allow_none=True,
        load_default=None,
        example="两场之间相隔十分钟路程",
    )


class MySignUpOut(SignUpOut):
    activity = Nested(ActivityOut, "活动")


def serialize_many(found: list[Activity], caller: Caller) -> list[ActivityView]:
    """Activities as ActivityOut wants them, as this caller may see them."""
    return queries.view_activities(found, actor=caller)


def serialize(activity: Activity, caller: Caller) -> ActivityView:
    return serialize_many([activity], caller)[0]


def proxy_of(body: dict[str, Any]) -> sign_ups.OnBehalf:
    """(person, reason) when staff act for someone."""
    proxy = body.pop("on_behalf_of", None)
    return (proxy["person_id"], proxy["reason"]) if proxy else None


def content_of(body: dict[str, Any]) -> dict[str, Any]:
    """What the verb takes. An empty text says nothing: there is no risk, no policy."""
    for name in ("risk", "insurance_number"):
        if name in body:
            body[name] = body[name] or None
    if "sessions" in body:
        body["sessions"] = [(one["starts_at"], one["ends_at"]) for one in body["sessions"]]
    return body


@listing(
    bp,
    "/activities",
    "活动",
    ActivityOut,
    with_distance(serialize_many),
    guard=GUESTS,
    query=ActivityQuery,
    description=WITHOUT_SIGNING_IN,
)
def list_activities(caller: Caller, **filters: Any) -> Pageable:
    return queries.activities(**filters, actor=caller)


def screen_activity(caller: Caller, body: dict[str, Any], **_path: int) -> None:
    """Everybody will read it, so WeChat looks first; a doubtful text goes on, its author is known to staff."""
    words = [body.get(name) for name in ("title", "description", "place", "risk")]
    screening.screened(*words, scene=screening.POST, actor=caller)


@post(
    bp,
    "/activities",
    "新建活动（草稿）",
    body=ActivityIn,
    out=ActivityOut,
    status=201,
    precheck=screen_activity,
)
def plan_activity(caller: Caller, body: dict[str, Any], precheck_result: None) -> ActivityView:
    community_id, team_id = body.pop("community_id"), body.pop("team_id")
    return serialize(activities.plan(community_id, team_id, content_of(body), actor=caller), caller)


@get(bp, "/activities/<id:activity_id>", "一个活动", GUESTS, out=ActivityOut, description=WITHOUT_SIGNING_IN)
def get_activity(caller: Caller, activity_id: int) -> ActivityView:
    return serialize(queries.one(activity_id, actor=caller), caller)


@put(
    bp,
    "/activities/<id:activity_id>",
    "修改活动",
    body=ActivityChanges(partial=True),
    out=ActivityOut,
    precheck=screen_activity,
    description="草稿随时可改；发布后到开始前可改，时间或地点有变会通知已报名的人。"
    "改了开始时间而没有改报名截止、取消截止时，两者随开始时间一起移动。",
)
def edit_activity(
    caller: Caller, activity_id: int, body: dict[str, Any], precheck_result: None
) -> ActivityView:
    return serialize(activities.edit(activity_id, content_of(body), actor=caller), caller)


@post(
    bp,
    "/activities/<id:activity_id>/repeat",
    "每周重复（生成草稿）",
    body=RepeatIn,
    out=ActivitiesOut,
    status=201,
)
def repeat_activity(caller: Caller, activity_id: int, body: dict[str, Any]) -> dict[str, list[ActivityView]]:
    return {"list": serialize_many(activities.repeat(activity_id, body["weeks"], actor=caller), caller)}


move = Moves(bp, "/activities/<id:activity_id>", ActivityOut, serialize)
move("publish", "publish_activity", "发布活动", activities.publish)
move("end", "end_activity", "结束活动", ending.end)
move("cancel", "cancel_activity", "取消活动", activities.cancel, body=CallOffIn)
move(
    "take-down",
    "take_down_activity",
    "撤下活动",
    taking_down.take_down,
    Permission.ACTIVITY_TAKE_DOWN,
    body=ReasonIn,
    may=taking_down.lock_taken_down,
    description="除组织者和工作人员外别人立即看不到；还没有人签到的同时取消，并通知报名的人。",
)


@post(
    bp,
    "/activities/<id:activity_id>/sign-up",
    "报名",
    body=SignUpIn,
    out=SignUpOut,
    status=201,
    description="有名额时为 confirmed，没有名额时排入候补 waitlisted。",
)
def sign_up(caller: Caller, activity_id: int, body: dict[str, Any]) -> SignUpView:
    made = sign_ups.sign_up(
        activity_id, on_behalf_of=proxy_of(body), clash_reason=body["clash_reason"], actor=caller
    )
    return queries.view_sign_up(made, actor=caller)


@post(bp, "/activities/<id:activity_id>/cancel-sign-up", "取消报名", body=CancelSignUpIn, out=SignUpOut)
def cancel_sign_up(caller: Caller, activity_id: int, body: dict[str, Any]) -> SignUpView:
    mine = sign_ups.cancel(activity_id, on_behalf_of=proxy_of(body), actor=caller)
    return queries.view_sign_up(mine, actor=caller)


@post(
    bp,
    "/activities/<id:activity_id>/sign-ups/<id:person_id>/excuse",
    "登记请假",
    body=ReasonIn,
    out=SignUpOut,
)
def excuse_sign_up(caller: Caller, activity_id: int, person_id: int, body: dict[str, Any]) -> SignUpView:
    mine = sign_ups.excuse(activity_id, person_id, body["reason"], actor=caller)
    return queries.view_sign_up(mine, actor=caller)


@post(
    bp,
    "/activities/<id:activity_id>/sign-ups/<id:person_id>/allow-clash",
    "同意某人同一时间参加另一个活动（组织者）",
    body=ReasonIn,
    out=ActivityOut,
    description="同意后由本人报名；已在候补的，有名额时转正。时长不会重复计算。",
)
def allow_clash(caller: Caller, activity_id: int, person_id: int, body: dict[str, Any]) -> ActivityView:
    return serialize(clash_leaves.allow(activity_id, person_id, body["reason"], actor=caller), caller)


def _serialize_my_sign_ups(rows: list[tuple[SignUp, Activity]], caller: Caller) -> list[MySignUpView]:
    return queries.view_my_sign_ups(rows, actor=caller)


@listing(bp, "/me/sign-ups", "我的报名", MySignUpOut, _serialize_my_sign_ups, query=MySignUpsQuery)
def my_sign_ups(caller: Caller, state: list[str] | None, when: str | None) -> Pageable:
    return queries.sign_ups_of(caller.id, state, when)
