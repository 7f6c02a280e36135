"""Who is told what about an activity, a sign-up or a record. Nobody is told how others do."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.organisations.models import Reach
from backend.outbox.actions import Telling, notify_many, take_back_words
from backend.people import permissions
from backend.people.models import Appointment
from backend.people.permissions import Permission
from backend.volunteering.certificate_models import Certificate
from backend.volunteering.models import Activity, SignUp
from backend.volunteering.queries import TAKEN_DOWN
from backend.volunteering.record_models import Backfill, Correction, RequestState, ServiceRecord

_PAGE = "pages/activity/detail?id={id}"


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
        page=_PAGE.format(id=activity.id),
    )


def _notify(activity: Activity, people: Iterable[int], kind: str, title: str, body: str) -> None:
    notify_many([_telling(activity, person_id, kind, title, body) for person_id in people])


def _when(activity: Activity) -> str:
    start, end = activity.starts_at.astimezone(clock.CHINA), activity.ends_at.astimezone(clock.CHINA)
    last = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%m月%d日 %H:%M}"
    return f"{start:%m月%d日 %H:%M}–{last}"


def confirmed(activity: Activity, person_id: int) -> None:
    body = f"您已报名“{activity.title}”：{_when(activity)}，{activity.place}。到场后请扫现场的签到码。"
    _notify(activity, [person_id], "sign_up_confirmed", "报名成功", body)


def waitlisted(activity: Activity, person_id: int, position: int) -> None:
    body = f"“{activity.title}”名额已满，您排在候补第 {position} 位；有人取消时按顺序转正，并通知您。"
    _notify(activity, [person_id], "sign_up_waitlisted", "已进入候补", body)


def moved_up(activity: Activity, people: Sequence[int]) -> None:
    body = f"“{activity.title}”有了名额，您已从候补转为正式报名：{_when(activity)}，{activity.place}。来不了请取消。"
    _notify(activity, people, "sign_up_moved_up", "候补转正", body)


def changed(activity: Activity, people: Sequence[int]) -> None:
    body = f"“{activity.title}”改为 {_when(activity)}，地点：{activity.place}。来不了请取消报名。"
    _notify(activity, people, "activity_changed", "活动时间或地点有变", body)


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


def tomorrow(activity: Activity, people: Sequence[int]) -> None:
    body = (
        f"明天 {_when(activity)}，“{activity.title}”，{activity.place}。来不了请尽早取消，好让候补的人参加。"
    )
    _notify(activity, people, "activity_tomorrow", "明天有活动", body)


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
    people = _staff(activity.community_id, Permission.ACTIVITY_CERTIFY)
    _notify(activity, people, "record_overdue", "服务记录待完成", body)


def _staff(community_id: int, word: str) -> list[int]:
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
