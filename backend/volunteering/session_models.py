"""Sessions (场次): an activity that takes place several times, with the presence of each person in each of them.

An activity without rows here takes place once, from its own start to its own end. With rows it begins with the first
and ends with the last of them.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.personal import PersonalTable, Purpose, personal
from backend.volunteering.models import ATTENDANCE_SOURCES, PlaceCheck

MOST_SESSIONS = 10


class ActivitySession(Model):
    """One of several sessions of an activity, numbered from 1 in the order of their start."""

    __tablename__ = "activity_sessions"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        sa.CheckConstraint(f"number BETWEEN 1 AND {MOST_SESSIONS}", name="number_sane"),
        sa.UniqueConstraint("activity_id", "starts_at"),
    )

    activity_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("activities.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    # When those who have a place were told that it is tomorrow.
    tomorrow_told_at: Mapped[datetime | None] = mapped_column(Moment)


class SessionAttendance(Model):
    """When one person came to one session and left it. The sign-up itself has the times of the last one."""

    __tablename__ = "session_attendances"
    __personal__ = [
        PersonalTable("person_id", "各场出勤", "session_attendances", position=232, via="sign_up_id")
    ]
    __table_args__ = (
        sa.CheckConstraint(f"number BETWEEN 1 AND {MOST_SESSIONS}", name="number_sane"),
        sa.CheckConstraint("checked_out_at IS NULL OR checked_out_at >= checked_in_at", name="out_after_in"),
        sa.CheckConstraint(f"source IN {sql_list(ATTENDANCE_SOURCES)}", name="source_known"),
        sa.CheckConstraint(
            f"place_check IS NULL OR place_check IN {sql_list(PlaceCheck)}", name="place_check_known"
        ),
    )

    sign_up_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("sign_ups.id"), primary_key=True)
    number: Mapped[int] = mapped_column(
        sa.Integer,
        primary_key=True,
        autoincrement=False,
        info=personal(Purpose.SERVICE, on_erasure="keep", label="第几场", code=True),
    )
    checked_in_at: Mapped[datetime] = mapped_column(Moment)
    checked_out_at: Mapped[datetime | None] = mapped_column(Moment)
    source: Mapped[str] = mapped_column(sa.String(12))
    place_check: Mapped[str | None] = mapped_column(
        sa.String(12), info=personal(Purpose.SERVICE, on_erasure="keep", code=True)
    )
