"""What time brings to complaints: a reminder before the deadline, and the next level after it."""

import sqlalchemy as sa

from backend import clock, config, working_days
from backend.complaints import actions, notices
from backend.complaints.models import WAITING_STATES, Complaint
from backend.db import lock_row, session, sql_list
from backend.jobs import Job
from backend.organisations.models import Organisation

BATCH = 200
_WAITING = sa.text(f"complaints.state IN {sql_list(WAITING_STATES)}")


def to_remind() -> list[int]:
    """Waiting ones that fall due in COMPLAINT_REMIND_DAYS working days, of which nobody was reminded yet."""
    soon = working_days.after(clock.today(), config.settings().complaint_remind_days)
    wanted = sa.select(Complaint.id).where(
        _WAITING, Complaint.due_on <= soon, Complaint.reminded_at.is_(None)
    )
    return list(session.scalars(wanted.order_by(Complaint.due_on).limit(BATCH)))


def remind(complaint_id: int) -> None:
    found = lock_row(Complaint, complaint_id)
    if found.reminded_at is None and found.state in WAITING_STATES:
        found.reminded_at = clock.now()
        session.flush()
        notices.due_soon(found)


def overdue() -> list[int]:
    """Waiting ones whose last day is past, on working days: on a free one nobody is there to take them over. The city's
    stay with it: there is nobody above."""
    if not working_days.today_is_worked():
        return []
    wanted = (
        sa.select(Complaint.id)
        .join(Organisation, Organisation.id == Complaint.place_id)
        .where(_WAITING, Complaint.due_on < clock.today(), Organisation.kind != "city")
    )
    return list(session.scalars(wanted.order_by(Complaint.due_on).limit(BATCH)))


def lift(complaint_id: int) -> None:
    """Goes one level up; nobody is blamed in numbers (减负), somebody answers."""
    found = lock_row(Complaint, complaint_id)
    if found.due_on < clock.today():
        actions.escalate(complaint_id, "逾期未答复，自动提级", actor=None)


JOBS = [Job("complaints.remind", 3600, to_remind, remind), Job("complaints.lift", 3600, overdue, lift)]
