"""合并档案: two records of one person are to become one. Who saw the proof proposes it, another one of the staff decides.

What is done when it is approved spans the whole house: `rights.merging`.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.people.kinds import MergeProof, MergeState
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal

OPEN_MERGES = (MergeState.ASKED, MergeState.PROPOSED)
_open = sa.text(f"state IN {sql_list(OPEN_MERGES)}")


class PersonMerge(Model):
    """`from_id` is to go, `into_id` to remain. Asked for by the person (`asked`), or begun by staff with a proof."""

    __tablename__ = "person_merges"
    __four_eyes__ = (
        ("proposed_by_id", "from_id, into_id"),
        ("decided_by_id", "proposed_by_id, from_id, into_id"),
    )
    __personal__ = [
        PersonalTable("into_id", "合并档案", "person_merges", position=22),
        PersonalTable("from_id", "合并到别的档案", "merged_away", position=24),
    ]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(MergeState)}", name="state_known"),
        sa.CheckConstraint(f"proof IS NULL OR proof IN {sql_list(MergeProof)}", name="proof_known"),
        sa.CheckConstraint("from_id <> into_id", name="two_records"),
        sa.CheckConstraint(
            "(proposed_by_id IS NULL) = (proof IS NULL) AND (proof IS NULL) = (proposed_at IS NULL)",
            name="proposed_with_a_proof",
        ),
        sa.CheckConstraint(
            "(state <> 'asked' OR proof IS NULL) AND (state NOT IN ('proposed', 'approved') OR proof IS NOT NULL)",
            name="approved_once_proposed",
        ),
        sa.CheckConstraint(
            "(state IN ('approved', 'rejected')) = (decided_by_id IS NOT NULL)"
            " AND (decided_by_id IS NULL) = (decided_at IS NULL)",
            name="decided_by_someone",
        ),
        sa.CheckConstraint(
            "proposed_by_id IS NULL OR (proposed_by_id <> from_id AND proposed_by_id <> into_id)",
            name="not_proposed_for_oneself",
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR (decided_by_id <> from_id AND decided_by_id <> into_id"
            " AND decided_by_id <> coalesce(proposed_by_id, -1))",
            name="decided_by_another",
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (points IS NOT NULL) AND (points IS NULL) = (minutes IS NULL)",
            name="sums_once_approved",
        ),
        sa.CheckConstraint("points >= 0 AND minutes >= 0", name="sums_not_negative"),
        sa.Index("uq_person_merges_open", "from_id", unique=True, sqlite_where=_open, postgresql_where=_open),
        sa.Index("ix_person_merges_queue", "community_id", "state", "id"),
        sa.Index("ix_person_merges_into", "into_id"),
    )
    journal_kind = "person_merge"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Whose staff decide: where the records live.
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    from_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("stay"))
    into_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    state: Mapped[str] = mapped_column(sa.String(12))
    begun_at: Mapped[datetime] = mapped_column(Moment)
    proof: Mapped[str | None] = mapped_column(sa.String(12))
    reason: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.AUDIT, on_erasure="erase"))
    proposed_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    proposed_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decision_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.AUDIT, on_erasure="erase")
    )
    # What the record that went had, available and held together, and its minutes of service.
    points: Mapped[int | None] = mapped_column(sa.Integer)
    minutes: Mapped[int | None] = mapped_column(sa.Integer)

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        """Whether it is about this person, or they proposed it."""
        told = {
            "person": person_id in (self.from_id, self.into_id),
            "proposer": self.proposed_by_id == person_id,
        }
        return frozenset(name for name, true in told.items() if true)

    def visible_to(self, _person_id: int, words: frozenset[str], _facts: frozenset[str]) -> bool:
        return Permission.PERSON_MERGE in words
