"""Hours held on other platforms, as their lists say. Beside this system's own hours, never among them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal

DAY = 24 * 60


class HoursElsewhere(Model):
    """其他平台的服务时长: one record of another platform, with where it came from.

    It earns no points, stands in no total and in no certificate: whoever recorded it vouches for it (民政部令
    67, 4). Never changed here; as a mere copy it goes when the account is cancelled.
    """

    __tablename__ = "hours_elsewhere"
    __four_eyes__ = (("imported_by_id", "person_id"),)
    # A copy of what stands elsewhere: nothing obliges us to keep it.
    __personal__ = [
        PersonalTable("person_id", "其他平台的服务时长", "hours_elsewhere", position=260, on_erasure="delete")
    ]
    __table_args__ = (
        sa.CheckConstraint(f"minutes BETWEEN 1 AND {DAY}", name="minutes_sane"),
        sa.CheckConstraint("platform <> '' AND reference <> ''", name="says_where_from"),
        sa.CheckConstraint("imported_by_id <> person_id", name="imported_by_another"),
        # The other platform's own number: the same list may come twice.
        sa.UniqueConstraint("platform", "reference"),
        sa.Index("ix_hours_elsewhere_person", "person_id", "served_on", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    platform: Mapped[str] = mapped_column(sa.String(40))
    reference: Mapped[str] = mapped_column(sa.String(60), info=personal(Purpose.HOURS_ELSEWHERE, code=True))
    served_on: Mapped[date] = mapped_column(sa.Date)
    activity_name: Mapped[str] = mapped_column(sa.String(60), info=personal(Purpose.HOURS_ELSEWHERE))
    organising_body: Mapped[str] = mapped_column(sa.String(80), info=personal(Purpose.HOURS_ELSEWHERE))
    minutes: Mapped[int] = mapped_column(sa.Integer)
    imported_at: Mapped[datetime] = mapped_column(Moment)
    imported_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
