"""Complaints and suggestions, with their rules repeated as constraints."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal


class ComplaintKind(StrEnum):
    """A relief report is of a burden that nobody needs, such as a form filled in twice (减负; 国办函〔2026〕12号)."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    RELIEF_REPORT = "relief_report"


class About(StrEnum):
    """Whom it is about decides who may not handle it: those people themselves."""

    SERVICE = "service"
    COMMUNITY_STAFF = "community_staff"
    STREET_STAFF = "street_staff"


class SubjectKind(StrEnum):
    """What a complaint may name beside its words."""

    WISH = "wish"
    ACTIVITY = "activity"
    REDEMPTION = "redemption"
    ITEM = "item"
    TEAM = "team"


# Only its owner could have named it: from an anonymous one staff would learn who complained.
TELLS_ITS_OWNER = frozenset({SubjectKind.REDEMPTION})


class ComplaintState(StrEnum):
    RECEIVED = "received"
    ESCALATED = "escalated"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


# It waits for an answer in these.
WAITING_STATES = (ComplaintState.RECEIVED, ComplaintState.ESCALATED)
_waiting = sa.text(f"state IN {sql_list(WAITING_STATES)}")


class Complaint(Model):
    """One complaint or suggestion. `place_id` is the organisation that has to answer it now.

    The words and the phone to call back are sealed: they speak of people, and only its handlers read them.
    `person_id` is always known (WeChat 5.23.3: nobody is untraceable), but an anonymous one does not show it.
    """

    __tablename__ = "complaints"
    __four_eyes__ = (("answered_by_id", "person_id"),)
    __personal__ = [PersonalTable("person_id", "投诉和建议", "complaints", position=380, redact_notices=True)]
    __table_args__ = (
        sa.CheckConstraint(f"complaint_kind IN {sql_list(ComplaintKind)}", name="kind_known"),
        sa.CheckConstraint(f"about IN {sql_list(About)}", name="about_known"),
        sa.CheckConstraint(f"state IN {sql_list(ComplaintState)}", name="state_known"),
        sa.CheckConstraint(
            f"subject_kind IS NULL OR subject_kind IN {sql_list(SubjectKind)}", name="subject_known"
        ),
        sa.CheckConstraint("(subject_kind IS NULL) = (subject_id IS NULL)", name="subject_is_whole"),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_by_id IS NOT NULL)"
            " AND (state = 'answered') = (answer_sealed IS NOT NULL)",
            name="answered_by_someone",
        ),
        sa.CheckConstraint(
            "answered_by_id IS NULL OR answered_by_id <> person_id", name="answered_by_another"
        ),
        sa.CheckConstraint(
            "(state IN ('answered', 'withdrawn')) = (ended_at IS NOT NULL)", name="ended_at_some_time"
        ),
        sa.Index("ix_complaints_queue", "place_id", "state", "id"),
        sa.Index("ix_complaints_person", "person_id", "id"),
        sa.Index("ix_complaints_due", "due_on", sqlite_where=_waiting, postgresql_where=_waiting),
    )
    journal_kind = "complaint"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    complaint_kind: Mapped[str] = mapped_column(sa.String(16))
    about: Mapped[str] = mapped_column(sa.String(16))
    place_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    state: Mapped[str] = mapped_column(sa.String(12))
    anonymous: Mapped[bool] = mapped_column(sa.Boolean)
    text_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.COMPLAINTS, on_erasure="redact", label="内容")
    )
    contact_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.COMPLAINTS, on_erasure="clear", label="联系方式", identifies=True)
    )
    filed_at: Mapped[datetime] = mapped_column(Moment)
    # The last business day to answer it.
    due_on: Mapped[date] = mapped_column(sa.Date)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    appealed_at: Mapped[datetime | None] = mapped_column(Moment)
    answer_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.COMPLAINTS, on_erasure="redact")
    )
    answered_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    # The thing that it is about, where the person named one that they may read.
    subject_kind: Mapped[str | None] = mapped_column(sa.String(16))
    subject_id: Mapped[int | None] = mapped_column(Id)

    def facts_about(self, person_id: int) -> frozenset[str]:
        """Whether the person complained."""
        return frozenset({"complainant"} if self.person_id == person_id else ())

    def visible_to(self, _person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        """To its complainant, and to who may answer it where it stands now."""
        return "complainant" in facts or Permission.COMPLAINT_ANSWER in words
