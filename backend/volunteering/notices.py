"""Who is told what about an activity, a sign-up or a record. Nobody is told how others do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from backend import app_pages, clock
from backend.db import session
from backend.organisations.models import Reach
from backend.outbox.actions import Telling, notify_many, take_back_words
from backend.people import permissions, proxy_notices
from backend.people.models import Appointment, Team
from backend.people.permissions import Permission
from backend.volunteering import notice_time, sessions
from backend.volunteering.certificate_models import Certificate
from backend.volunteering.models import Activity, SignUp
from backend.volunteering.queries import TAKEN_DOWN
from backend.volunteering.record_models import Backfill, Correction, RequestState, ServiceRecord

# So many sessions are named in a notice.
SESSIONS_TOLD = 4


def _telling(activity: Activity, person_id: int, kind: str, title: str, body: str) -> Telling:
    return Telling(
        person_id,
        kind,
        title,
        body,
        subject=("activity", activity.id),
        template="activity_notice",
        data={
            "thing1": activity.title,
            "time2": activity.starts_at,
            "thing3": activity.place,
            "thing4": title,
        },
        page=app_pages.page_of("activity", activity.id),
    )


def _notify(activity: Activity, people: Iterable[int], kind: str, title: str, body: str) -> None:
    notify_many([_telling(activity, person_id, kind, title, body) for person_id in people])


def _when(activity: Activity, found: Sequence[sessions.Session] | None = None) -> str:
    """When it is; of several sessions each, or the first ones of many."""
    told = sessions.of_row(activity) if found is None else found
    if not told:
        return sessions.span_in_words(activity.starts_at, activity.ends_at)
    more = f"等，共 {len(told)} 场" if len(told) > SESSIONS_TOLD else ""
    return f"{sessions.in_words(told[:SESSIONS_TOLD])}{more}"


def confirmed(activity: Activity, person_id: int) -> None:
    body = f"您已报名“{activity.title}”：{_when(activity)}，{activity.place}。到场后请扫现场的签到码。"
    _notify(activity, [person_id], "sign_up_confirmed", "报名成功", body)


def by_family(activity: Activity, person_id: int, relative_id: int, done: str) -> None:
    """To the volunteer: what a relative did for them, and which of them."""
    relative = proxy_notices.named(relative_id)
    body = f"您的家人{relative}代您在“{activity.title}”{done}。不是您的意思，可以改回来，也可以结束家人代办。"
    _notify(activity, [person_id], "sign_up_by_family", "家人代您办了一件事", body)


def waitlisted(activity: Activity, person_id: int, position: int) -> None:
    body = f"“{activity.title}”名额已满，您排在候补第 {position} 位；有人取消时按顺序转正，并通知您。"
    _notify(activity, [person_id], "sign_up_waitlisted", "已进入候补", body)


def moved_up(activity: Activity, people: Sequence[SignUp]) -> None:
    """To whoever moved up at this moment, with the moment until which they may decline."""
    parts = sessions.of_row(activity)
    until = notice_time.asked_until(people[0], activity, parts).astimezone(clock.CHINA)
    body = (
        f"“{activity.title}”有了名额，您已从候补转为正式报名：{_when(activity)}，{activity.place}。"
        f"来不了请在 {until:%m月%d日 %H:%M} 前取消。"
    )
    ids = [one.person_id for one in people]
    _notify(activity, ids, "sign_up_moved_up", "候补转正", body)


def changed(activity: Activity, people: Sequence[int], clashes: Mapping[int, Sequence[str]]) -> None:
    """`clashes` are the titles of what else somebody has at the new time, by person."""
    told = f"“{activity.title}”改为 {_when(activity)}，地点：{activity.place}"
    _changed(activity, told, "来不了请取消报名。", people, clashes)


def rest_changed(
    activity: Activity,
    people: Sequence[int],
    clashes: Mapping[int, Sequence[str]],
    rest: Sequence[sessions.Session],
) -> None:
    """The same where the first sessions took place: of the rest, which may be none any more."""
    if not rest:
        body = f"“{activity.title}”接下来的场次不办了，不用到场；参加过的场次照常认定时长。"
        _notify(activity, people, "activity_changed", "接下来的场次取消", body)
        return
    told = f"“{activity.title}”接下来的场次改为 {_when(activity, rest)}，地点：{activity.place}"
    _changed(
        activity, told, "来不了请取消报名；已经参加过的，请告诉组织者。", people, clashes, rest[0].starts_at
    )


def _changed(
    activity: Activity,
    told: str,
    advice: str,
    people: Sequence[int],
    clashes: Mapping[int, Sequence[str]],
    starts_at: datetime | None = None,
) -> None:
    kind, title = "activity_changed", "活动时间或地点有变"
    free = [_telling(activity, one, kind, title, f"{told}。{advice}") for one in people if one not in clashes]
    both = [_clash(activity, told, one, clashes[one]) for one in people if one in clashes]
    for some in (free, both):
        notify_many([_starting(one, starts_at) if starts_at else one for one in some])


def _starting(telling: Telling, starts_at: datetime) -> Telling:
    """With the start of the session that it is about, not of the first one."""
    return replace(telling, data={**(telling.data or {}), "time2": starts_at})


def _clash(activity: Activity, told: str, person_id: int, others: Sequence[str]) -> Telling:
    named = "、".join(f"“{title}”" for title in others)
    body = f"{told}，与您报名的{named}时间冲突。请取消其中一个。"
    return _telling(activity, person_id, "activity_changed", "活动改期，时间有冲突", body)


def clash_allowed(activity: Activity, person_id: int, reason: str) -> None:
    body = f"“{activity.title}”（{_when(activity)}）的组织者同意您同时参加其他活动：{reason}。同一时间的时长只计一次。"
    _notify(activity, [person_id], "sign_up_clash_allowed", "已同意时间冲突", body)


def message(activity: Activity, people: Sequence[int], words: str) -> None:
    """What the organiser writes, in their own words."""
    body = f"“{activity.title}”（{_when(activity)}）的组织者说：{words}"
    _notify(activity, people, "activity_message", "组织者的消息", body)


def cancelled(activity: Activity, people: Sequence[int], reason: str) -> None:
    body = f"“{activity.title}”（{_when(activity)}）取消了：{reason}。"
    _notify(activity, people, "activity_cancelled", "活动取消", body)


def taken_down(activity: Activity, people: Sequence[int], authors: Iterable[int], reason: str) -> None:
    """Those who signed up hear that it is off, without the words that are no longer shown; its organisers why."""
    take_back_words(("activity", activity.id), activity.title, TAKEN_DOWN, kept_for=authors)
    body = f"您报名的活动（{_when(activity)}）已由社区撤下，不再举行，不用到场。"
    hidden = {"thing1": TAKEN_DOWN, "thing3": "见消息"}
    told = [_telling(activity, one, "activity_cancelled", "活动取消", body) for one in people]
    notify_many([replace(one, data={**(one.data or {}), **hidden}) for one in told])
    body = f"您组织的活动“{activity.title}”已由社区撤下：{reason}。报名的人已经通知。"
    _notify(activity, authors, "activity_taken_down", "活动已撤下", body)


def tomorrow(
    activity: Activity, people: Sequence[int], found: Sequence[sessions.Session] | None = None
) -> None:
    """Of an activity, or of those of its sessions that are tomorrow."""
    body = f"明天 {_when(activity, found)}，“{activity.title}”，{activity.place}。来不了请尽早取消，好让候补的人参加。"
    told = [_telling(activity, one, "activity_tomorrow", "明天有活动", body) for one in people]
    if found:
        told = [_starting(one, found[0].starts_at) for one in told]
    notify_many(told)


def excused(activity: Activity, person_id: int, reason: str) -> None:
    body = f"组织者已为您登记“{activity.title}”请假：{reason}。"
    _notify(activity, [person_id], "sign_up_excused", "已登记请假", body)


def certified(activity: Activity, earned: Sequence[tuple[int, int, int]]) -> None:
    """`earned` are (person, minutes, points)."""
    notify_many([_certified(activity, *one) for one in earned])


def _certified(activity: Activity, person_id: int, minutes: int, points: int) -> Telling:
    more = f"，获得 {points} 积分" if points else ""
    body = f"“{activity.title}”的服务时长已认定：{told_hours(minutes)}{more}。时长不会因为积分的使用而减少。"
    return _telling(activity, person_id, "hours_certified", "服务时长已认定", body)


def told_hours(minutes: int) -> str:
    """`2 小时 30 分钟`."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} 小时"] if hours else []
    return " ".join([*parts, f"{rest} 分钟"] if rest or not hours else parts)


def record_overdue(activity: Activity) -> None:
    """To the staff who may certify it: the law gives ten working days."""
    due = activity.record_due_on
    body = f"“{activity.title}”的服务记录应在 {due:%m月%d日} 前完成（活动后十个工作日），请申报并认定时长。"
    people = staff(activity.community_id, Permission.ACTIVITY_CERTIFY)
    _notify(activity, people, "record_overdue", "服务记录待完成", body)


def staff(community_id: int, word: str) -> list[int]:
    """Everyone appointed today with this word in this place."""
    today = clock.today()
    wanted = (
        sa.select(Appointment.person_id)
        .join(Reach, Reach.ancestor_id == Appointment.organisation_id)
        .where(
            Reach.descendant_id == community_id,
            Appointment.role.in_(permissions.roles_with(word)),
            Appointment.from_day <= today,
            sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
        )
        .distinct()
        .order_by(Appointment.person_id)
    )
    return list(session.scalars(wanted))


def team_without_leader(team: Team) -> None:
    """To the staff who name leaders: whoever led it has left, or may not act."""
    body = f"“{team.name}”的队长已离开或暂时不能办事。请在工作后台“志愿队”里更换队长；入队申请由社区答复。"
    people, subject = staff(team.community_id, Permission.TEAM_MANAGE), ("team", team.id)
    notify_many([Telling(one, "team_without_leader", "志愿队没有队长了", body, subject) for one in people])


def without_organiser(activity: Activity) -> None:
    """To the staff who may take it over."""
    body = f"“{activity.title}”（{_when(activity)}）的负责人已离开或暂时不能办事，请在工作后台另定负责人。"
    people = staff(activity.community_id, Permission.ACTIVITY_ORGANISE)
    _notify(activity, people, "activity_without_organiser", "活动没有负责人了", body)


def put_in_charge(activity: Activity, person_id: int) -> None:
    body = f"“{activity.title}”（{_when(activity)}，{activity.place}）由您负责。"
    _notify(activity, [person_id], "activity_in_charge", "请您负责一个活动", body)


def organiser_news(activity: Activity, person_id: int, new: int, gone: int, seats: tuple[int, int]) -> None:
    """Once a day, who signed up and who cancelled, in numbers; `seats` are how many have a place and how many wait."""
    parts = [f"新报名 {new} 人"] if new else []
    parts += [f"取消 {gone} 人"] if gone else []
    body = f"“{activity.title}”（{_when(activity)}）：{'，'.join(parts)}。{_seats(activity, seats)}"
    _notify(activity, [person_id], "activity_news", "报名有变化", body)


def cancelled_late(activity: Activity, person_id: int, seats: tuple[int, int]) -> None:
    """At once: the organiser may have to look for somebody."""
    body = f"“{activity.title}”（{_when(activity)}）开始前一天内有人取消了报名。{_seats(activity, seats)}"
    _notify(activity, [person_id], "activity_late_cancel", "临近开始有人取消", body)


def _seats(activity: Activity, seats: tuple[int, int]) -> str:
    waiting = f"，候补 {seats[1]} 人" if seats[1] else ""
    return f"现已报名 {seats[0]} 人（名额 {activity.capacity}）{waiting}。"


def invited(activity: Activity, people: Sequence[int]) -> None:
    """Staff ask whether somebody would come; nobody has to answer."""
    body = (
        f"“{activity.title}”还有名额：{_when(activity)}，{activity.place}。有空就来报名，没空不用理会。"
        "不想再收到这样的邀请，可以在“我的”里关掉。"
    )
    _notify(activity, people, "activity_invitation", "有活动需要人手", body)


def _record_notice(person_id: int, kind: str, title: str, body: str, subject: tuple[str, int]) -> None:
    notify_many([Telling(person_id, kind, title, body, subject=subject)])


def backfilled(backfill: Backfill, record: ServiceRecord, points: int) -> None:
    more = f"，获得 {points} 积分" if points else ""
    body = f"“{backfill.activity_name}”补录服务时长 {told_hours(backfill.minutes)}{more}，记录上注明为补录。"
    subject = ("service_record", record.id)
    _record_notice(backfill.person_id, "hours_backfilled", "服务时长已补录", body, subject)


def correction_decided(correction: Correction, record: ServiceRecord, reason: str | None) -> None:
    approved = correction.state == RequestState.APPROVED
    result = f"已更正为 {told_hours(correction.minutes)}" if approved else f"没有更正：{reason}"
    body = f"您申请更正“{record.activity_name}”的服务时长，{result}。"
    subject = ("service_record", record.id)
    _record_notice(correction.person_id, "correction_decided", "时长更正结果", body, subject)


def certificate_revoked(certificate: Certificate) -> None:
    body = (
        f"编号 {certificate.number} 的服务证明已由{certificate.issuer_name}撤销：{certificate.revoke_reason}。"
        "服务记录不受影响，需要时可以重新开具。"
    )
    subject = ("certificate", certificate.id)
    _record_notice(certificate.person_id, "certificate_revoked", "服务证明已撤销", body, subject)


def attending(activity_id: int, *states: str) -> list[int]:
    """The people whose sign-up is in one of these states, in the order of their sign-ups."""
    wanted = sa.select(SignUp.person_id).where(SignUp.activity_id == activity_id, SignUp.state.in_(states))
    return list(session.scalars(wanted.order_by(SignUp.id)))
