"""Who is told of a complaint. A notice to handlers says that there is one, never what it says or whose."""

from collections.abc import Sequence

import sqlalchemy as sa

from backend import clock
from backend.complaints.labels import KINDS
from backend.complaints.models import Complaint
from backend.db import session
from backend.outbox.actions import Telling, notify_many
from backend.people import permissions
from backend.people.kinds import PersonState
from backend.people.models import Appointment, Person
from backend.people.permissions import Permission


def handlers(complaint: Complaint) -> Sequence[int]:
    """Who is appointed today exactly where it lies, and may answer it; never the complainant."""
    today = clock.today()
    wanted = (
        sa.select(Appointment.person_id)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            Appointment.organisation_id == complaint.place_id,
            Appointment.role.in_(permissions.roles_with(Permission.COMPLAINT_ANSWER)),
            Appointment.from_day <= today,
            sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
            Appointment.person_id != complaint.person_id,
            Person.state == PersonState.ACTIVE,
        )
    )
    return session.scalars(wanted.distinct().order_by(Appointment.person_id)).all()


def _notify_handlers(complaint: Complaint, kind: str, title: str, body: str) -> None:
    notify_many(
        [
            Telling(person_id, kind, title, body, subject=("complaint", complaint.id))
            for person_id in handlers(complaint)
        ]
    )


def received(complaint: Complaint) -> None:
    word = KINDS[complaint.complaint_kind]
    body = f"收到一条{word}，请在 {complaint.due_on:%Y年%m月%d日} 前答复。"
    _notify_handlers(complaint, "complaint_received", f"收到一条{word}", body)


def escalated(complaint: Complaint) -> None:
    word = KINDS[complaint.complaint_kind]
    body = f"一条{word}已提级由您这里承办，请在 {complaint.due_on:%Y年%m月%d日} 前答复。"
    _notify_handlers(complaint, "complaint_escalated", f"一条{word}已提级", body)
    body = f"您的{word}已转上一级办理，将在 {complaint.due_on:%Y年%m月%d日} 前答复您。"
    _notify_complainant(complaint, "complaint_moved", f"您的{word}已提级办理", body)


def due_soon(complaint: Complaint) -> None:
    word = KINDS[complaint.complaint_kind]
    body = f"一条{word}的答复期限是 {complaint.due_on:%Y年%m月%d日}，到期未答复将自动提级。"
    _notify_handlers(complaint, "complaint_due", f"一条{word}快到期了", body)


def due_moved(moved: Sequence[Complaint]) -> None:
    """The city's calendar made their last days free ones: those who answer and those who wait learn the new ones."""
    told = [
        (
            person_id,
            one,
            f"工作日历有变，一条{KINDS[one.complaint_kind]}的答复期限改为 {one.due_on:%Y年%m月%d日}。",
        )
        for one in moved
        for person_id in handlers(one)
    ]
    told += [
        (
            one.person_id,
            one,
            f"工作日历有变，您的{KINDS[one.complaint_kind]}将在 {one.due_on:%Y年%m月%d日} 前答复您。",
        )
        for one in moved
    ]
    notify_many(
        [
            Telling(person_id, "complaint_due_moved", "答复期限有变", body, subject=("complaint", one.id))
            for person_id, one, body in told
        ]
    )


def answered(complaint: Complaint) -> None:
    word = KINDS[complaint.complaint_kind]
    body = f"您的{word}已有答复，请在“投诉与建议”里查看。不满意可以请上一级复核。"
    _notify_complainant(complaint, "complaint_answered", f"您的{word}有答复了", body)


def _notify_complainant(complaint: Complaint, kind: str, title: str, body: str) -> None:
    notify_many([Telling(complaint.person_id, kind, title, body, subject=("complaint", complaint.id))])
