"""Adjustments and the notices before a lot ends, with their rules repeated as constraints."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.erasable import digest_column
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal
from backend.points import limits


class AdjustmentState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class Adjustment(Model):
    """积分调整: one member of staff proposes it with a reason, another decides. Neither is the person.

    Above zero it gives, below zero it takes. A trigger lets it change once, by its decision.
    """

    __tablename__ = "adjustments"
    __four_eyes__ = (("proposed_by_id", "person_id"), ("decided_by_id", "proposed_by_id, person_id"))
    # Decided once and for all by two people: a trigger forbids to change a word of it, but not to erase its reasons.
    __personal__ = [PersonalTable("person_id", "积分调整", "points_adjustments", position=200)]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(AdjustmentState)}", name="state_known"),
        sa.CheckConstraint(
            f"points <> 0 AND points BETWEEN -{limits.ADJUSTED_MAX} AND {limits.ADJUSTED_MAX}",
            name="points_sensible",
        ),
        sa.CheckConstraint("proposed_by_id <> person_id", name="not_proposed_for_oneself"),
        sa.CheckConstraint(
            "decided_by_id <> proposed_by_id AND decided_by_id <> person_id", name="decided_by_another"
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL) AND (state = 'proposed') = (decided_at IS NULL)",
            name="decided_by_someone",
        ),
        sa.CheckConstraint(
            "(state = 'rejected') = (decision_reason IS NOT NULL)", name="rejected_with_a_reason"
        ),
        sa.Index("ix_adjustments_queue", "community_id", "state", "id"),
    )
    journal_kind = "adjustment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Where the person lived when it was proposed; it stays with that community's staff.
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), index=True, info=on_merge("stay"))
    points: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.POINTS, on_erasure="erase"))
    reason_digest: Mapped[str | None] = digest_column()
    state: Mapped[str] = mapped_column(sa.String(12))
    proposed_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler(merged="stay"))
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(
        Id, sa.ForeignKey("persons.id"), info=handler(merged="stay")
    )
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.POINTS, on_erasure="erase")
    )
    decision_reason_digest: Mapped[str | None] = digest_column()

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        """Whether someone is the person it is for, or proposed it."""
        told = {"person": self.person_id == person_id, "proposer": self.proposed_by_id == person_id}
        return frozenset(name for name, true in told.items() if true)

    def visible_to(self, _person_id: int, words: frozenset[str], _facts: frozenset[str]) -> bool:
        """To its community's staff. The person learns of it when it is decided, from a notice."""
        return Permission.POINTS_READ in words


class EndingNotice(Model):
    """The owner of this lot was told that it ends: once, whatever happens to it afterwards."""

    __tablename__ = "ending_notices"

    lot_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    told_at: Mapped[datetime] = mapped_column(Moment)
