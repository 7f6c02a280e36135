"""The moves of activities, sign-ups, corrections, backfills and certificates. Documentation and tests are
generated from these tables."""

from backend.errors import Refused
from backend.moves import Move, MoveTable, names
from backend.people.permissions import Permission
from backend.volunteering.certificate_models import CertificateState as C
from backend.volunteering.labels import ACTIVITY_STATES, CERTIFICATE_STATES, REQUEST_STATES, SIGN_UP_STATES
from backend.volunteering.models import ActivityState as A
from backend.volunteering.models import SignUpState as S
from backend.volunteering.record_models import RequestState as D


class ActivityMovedOn(Refused):
    code, message = 40932, "活动的状态已经变了，请刷新后再看"


class SignUpMovedOn(Refused):
    code, message = 40933, "报名的状态已经变了，请刷新后再看"


class CertificateMovedOn(Refused):
    code, message = 40948, "这份证明已经撤销了"


class AlreadyDecided(Refused):
    code, message = 40934, "这条申请已经处理过了，请刷新"


def _move(
    refusal: type, name: str, label: str, sources: set[str], target: str, word: str, never: str = ""
) -> Move:
    return Move(name, frozenset(sources), target, word, frozenset(never.split()), refusal, label)


_A = ActivityMovedOn
PUBLISH = _move(_A, "publish", "发布", {A.DRAFT}, A.PUBLISHED, Permission.ACTIVITY_ORGANISE)
CANCEL = _move(_A, "cancel", "取消", {A.DRAFT, A.PUBLISHED}, A.CANCELLED, Permission.ACTIVITY_ORGANISE)
END = _move(_A, "end", "结束", {A.PUBLISHED}, A.ENDED, Permission.ACTIVITY_END)
PROPOSE = _move(_A, "propose_hours", "申报时长", {A.ENDED}, A.ENDED, Permission.ACTIVITY_ORGANISE)
CERTIFY = _move(
    _A, "certify", "认定时长", {A.ENDED}, A.CERTIFIED, Permission.ACTIVITY_CERTIFY, "proposer participant"
)
# What the organiser may do besides: no moves of the activity's own state, but asked for in the same way.
ORGANISE = _move(
    _A, "organise", "组织", {A.DRAFT, A.PUBLISHED, A.ENDED, A.CERTIFIED}, "", Permission.ACTIVITY_ORGANISE
)
ROLL_CALL = _move(_A, "roll_call", "点名", {A.PUBLISHED, A.ENDED}, "", Permission.SIGN_UP_RECORD)
MESSAGE = _move(_A, "message", "发消息", {A.PUBLISHED, A.ENDED}, "", Permission.ACTIVITY_ORGANISE)
ALLOW_CLASH = _move(_A, "allow_clash", "同意时间冲突", {A.PUBLISHED}, "", Permission.SIGN_UP_RECORD)
READ_ATTENDANCE = _move(_A, "attendance", "查看出勤", set(), "", Permission.ACTIVITY_READ)
ACTIVITY_MOVES = (PUBLISH, CANCEL, END, PROPOSE, CERTIFY)

_S = SignUpMovedOn
MOVE_UP = _move(_S, "move_up", "候补转正", {S.WAITLISTED}, S.CONFIRMED, Permission.SIGN_UP_MOVE_UP)
CANCEL_SIGN_UP = _move(
    _S, "cancel_sign_up", "取消报名", {S.CONFIRMED, S.WAITLISTED}, S.CANCELLED, Permission.SIGN_UP_CANCEL
)
CANCEL_LATE = _move(_S, "cancel_late", "临时取消", {S.CONFIRMED}, S.LATE_CANCELLED, Permission.SIGN_UP_CANCEL)
EXCUSE = _move(
    _S, "excuse", "请假", {S.CONFIRMED, S.NO_SHOW, S.LATE_CANCELLED}, S.EXCUSED, Permission.SIGN_UP_RECORD
)
CHECK_IN = _move(_S, "check_in", "签到", {S.CONFIRMED}, S.CHECKED_IN, Permission.SIGN_UP_ATTEND)
CHECK_OUT = _move(
    _S, "check_out", "签退", {S.CHECKED_IN, S.UNVERIFIED}, S.CHECKED_OUT, Permission.SIGN_UP_ATTEND
)
# Into another session of the same activity.
COME_AGAIN = _move(
    _S,
    "check_in_again",
    "签到（下一场）",
    {S.CHECKED_OUT, S.UNVERIFIED},
    S.CHECKED_IN,
    Permission.SIGN_UP_ATTEND,
)
MARK_PRESENT = _move(
    _S, "call_in", "点名（到场）", {S.CONFIRMED, S.NO_SHOW}, S.CHECKED_IN, Permission.SIGN_UP_RECORD
)
MARK_PRESENT_AGAIN = _move(
    _S,
    "call_in_again",
    "点名（又一场到场）",
    {S.CHECKED_IN, S.CHECKED_OUT, S.UNVERIFIED},
    S.CHECKED_IN,
    Permission.SIGN_UP_RECORD,
)
MARK_ATTENDED = _move(
    _S,
    "call_out",
    "点名（到场和离开）",
    {S.CONFIRMED, S.NO_SHOW, S.CHECKED_IN, S.UNVERIFIED, S.CHECKED_OUT},
    S.CHECKED_OUT,
    Permission.SIGN_UP_RECORD,
)
FORGOT_CHECK_OUT = _move(_S, "lapse", "未签退", {S.CHECKED_IN}, S.UNVERIFIED, Permission.SIGN_UP_LAPSE)
NO_SHOW = _move(_S, "miss", "未到场", {S.CONFIRMED}, S.NO_SHOW, Permission.SIGN_UP_LAPSE)
DROP_WITH_ACTIVITY = _move(
    _S, "call_off", "活动取消或结束", {S.CONFIRMED, S.WAITLISTED}, S.CANCELLED, Permission.SIGN_UP_LAPSE
)
CERTIFY_SIGN_UP = _move(
    _S,
    "certify",
    "认定",
    {S.CHECKED_OUT, S.UNVERIFIED},
    S.CERTIFIED,
    Permission.ACTIVITY_CERTIFY,
    "volunteer proposer",
)
SIGN_UP_MOVES = (
    MOVE_UP,
    CANCEL_SIGN_UP,
    CANCEL_LATE,
    EXCUSE,
    CHECK_IN,
    COME_AGAIN,
    CHECK_OUT,
    MARK_PRESENT,
    MARK_PRESENT_AGAIN,
    MARK_ATTENDED,
    FORGOT_CHECK_OUT,
    NO_SHOW,
    DROP_WITH_ACTIVITY,
    CERTIFY_SIGN_UP,
)
# Made by a button of their own; the others happen with their activity, or with a roll-call.
SIGN_UP_BUTTONS = (CANCEL_SIGN_UP, CHECK_IN, CHECK_OUT, EXCUSE)

_D = AlreadyDecided
APPROVE_CORRECTION = _move(
    _D,
    "approve",
    "同意更正",
    {D.REQUESTED},
    D.APPROVED,
    Permission.SERVICE_RECORD_DECIDE,
    "volunteer certifier",
)
REJECT_CORRECTION = _move(
    _D,
    "reject",
    "不同意更正",
    {D.REQUESTED},
    D.REJECTED,
    Permission.SERVICE_RECORD_DECIDE,
    "volunteer certifier",
)
CORRECTION_MOVES = (APPROVE_CORRECTION, REJECT_CORRECTION)
APPROVE_BACKFILL = _move(
    _D, "approve", "同意补录", {D.REQUESTED}, D.APPROVED, Permission.SERVICE_RECORD_DECIDE, "volunteer maker"
)
REJECT_BACKFILL = _move(
    _D, "reject", "不同意补录", {D.REQUESTED}, D.REJECTED, Permission.SERVICE_RECORD_DECIDE, "volunteer maker"
)
BACKFILL_MOVES = (APPROVE_BACKFILL, REJECT_BACKFILL)

REVOKE = _move(
    CertificateMovedOn, "revoke", "撤销", {C.ISSUED}, C.REVOKED, Permission.CERTIFICATE_REVOKE, "volunteer"
)
CERTIFICATE_MOVES = (REVOKE,)

# What `actions` may name: the moves, and buttons that change no state of the thing's own, with their words.
OTHER_BUTTONS = {
    "activity": {
        "edit": "修改",
        "repeat": "每周重复",
        "show_code": "显示签到码",
        "message": "发消息",
        "roll_call": "点名",
        "sign_up": "报名",
    },
    "service_record": {"correct": "申请更正"},
}
SIGN_UP_ACTIONS = names(SIGN_UP_BUTTONS)
# Among them those of the caller's own sign-up.
ACTIVITY_ACTIONS = (*names(ACTIVITY_MOVES), *OTHER_BUTTONS["activity"], *SIGN_UP_ACTIONS)
RECORD_ACTIONS = tuple(OTHER_BUTTONS["service_record"])

# What the documentation draws and the journal calls by its kind.
TABLES = (
    MoveTable(
        "活动",
        "activity",
        ACTIVITY_MOVES,
        (A.DRAFT,),
        ACTIVITY_STATES,
        "会议和学习不计时长，到“已结束”为止。",
    ),
    MoveTable(
        "报名",
        "sign_up",
        SIGN_UP_MOVES,
        (S.CONFIRMED, S.WAITLISTED),
        SIGN_UP_STATES,
        "有名额时报名即为“已报名”，没有名额时排入候补。",
    ),
    MoveTable(
        "服务记录更正",
        "correction",
        CORRECTION_MOVES,
        (D.REQUESTED,),
        REQUEST_STATES,
        "同意后生成一条新记录，旧的标明已更正。",
    ),
    MoveTable(
        "补录时长",
        "backfill",
        BACKFILL_MOVES,
        (D.REQUESTED,),
        REQUEST_STATES,
        "补录有经手人和审核人，记录上有标记。",
    ),
    MoveTable(
        "服务证明",
        "certificate",
        CERTIFICATE_MOVES,
        (C.ISSUED,),
        CERTIFICATE_STATES,
        "证明开出后不改；内容有误的撤销，核验页面会说明。",
    ),
)
