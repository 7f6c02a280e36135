"""Opening balances: a sheet of the paper book, brought in by one and confirmed by another, and its rows."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, internal, not_personal, on_merge, personal
from backend.points import limits

_UNBOOKED = sa.text("kind = 'new' AND booked_at IS NULL")
_BOOKED = sa.text("booked_at IS NOT NULL")


class OpeningState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class RowKind(StrEnum):
    """What a row of the sheet means: points to be brought over, points that were, or nothing that could be booked."""

    NEW = "new"
    SAME = "same"
    UNREADABLE = "unreadable"


class OpeningSheet(Model):
    """期初积分: the paper book of a community as a sheet. One brings it in, another compares it with the book and
    confirms; then its points are booked, a part at a time."""

    __tablename__ = "opening_sheets"
    __four_eyes__ = (("decided_by_id", "uploaded_by_id"),)
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(OpeningState)}", name="state_known"),
        sa.CheckConstraint("decided_by_id <> uploaded_by_id", name="decided_by_another"),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL) AND (state = 'proposed') = (decided_at IS NULL)",
            name="decided_by_someone",
        ),
        sa.Index("ix_opening_sheets_queue", "community_id", "state", "id"),
    )
    journal_kind = "opening_sheet"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    file_name: Mapped[str] = mapped_column(sa.String(120), info=not_personal("a file's"))
    state: Mapped[str] = mapped_column(sa.String(12))
    uploaded_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    uploaded_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        """Whether someone brought it in."""
        return frozenset({"uploader"} if self.uploaded_by_id == person_id else ())

    def visible_to(self, _person_id: int, words: frozenset[str], _facts: frozenset[str]) -> bool:
        """To its community's staff."""
        return Permission.POINTS_READ in words


class OpeningBalance(NamedTuple):
    """So many points of a person, to be used until the end of that year."""

    person_id: int
    points: int
    year: int


class OpeningRow(Model):
    """A row of such a sheet: whose points, how many, until the end of which year. Who the cells named is found when the
    sheet is read, and nothing else of them is kept; of a row that could not be read, what is wrong with it.

    One person's points of one year are brought over once for ever.
    """

    __tablename__ = "opening_rows"
    __four_eyes__ = (("booked_by_id", "person_id"),)
    __personal__ = [PersonalTable("person_id", "期初积分", "opening_balances", position=205)]
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {sql_list(RowKind)}", name="kind_known"),
        sa.CheckConstraint("(kind = 'unreadable') = (problem IS NOT NULL)", name="unreadable_says_why"),
        sa.CheckConstraint(
            "kind = 'unreadable' OR (person_id IS NOT NULL AND year IS NOT NULL AND points IS NOT NULL)",
            name="readable_is_whole",
        ),
        sa.CheckConstraint(f"points BETWEEN 1 AND {limits.OPENED_MAX}", name="points_sensible"),
        sa.CheckConstraint("(booked_at IS NULL) = (booked_by_id IS NULL)", name="booked_by_someone"),
        sa.CheckConstraint("booked_at IS NULL OR kind = 'new'", name="booked_is_new"),
        sa.CheckConstraint("booked_by_id <> person_id", name="booked_by_another"),
        sa.UniqueConstraint("sheet_id", "line"),
        sa.Index(
            "uq_opening_rows_booked",
            "person_id",
            "year",
            unique=True,
            sqlite_where=_BOOKED,
            postgresql_where=_BOOKED,
        ),
        sa.Index(
            "ix_opening_rows_unbooked", "sheet_id", "id", sqlite_where=_UNBOOKED, postgresql_where=_UNBOOKED
        ),
        sa.Index("ix_opening_rows_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sheet_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("opening_sheets.id"), info=internal("the sheet it came with")
    )
    line: Mapped[int] = mapped_column(sa.Integer, info=internal("where it stood in the sheet"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    person_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    points: Mapped[int | None] = mapped_column(sa.Integer)
    year: Mapped[int | None] = mapped_column(
        sa.Integer, info=personal(Purpose.POINTS, on_erasure="keep", label="到期年份")
    )
    # Columns and what is wrong with them, in the product's own words.
    problem: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.POINTS, on_erasure="keep", label="没有导入的原因", code=True)
    )
    booked_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    booked_at: Mapped[datetime | None] = mapped_column(
        Moment, info=personal(Purpose.POINTS, on_erasure="keep", label="入账时间")
    )

    @property
    def balance(self) -> OpeningBalance:
        """What a readable row says."""
        if self.person_id is None or self.points is None or self.year is None:
            raise ValueError("a row that could not be read")
        return OpeningBalance(self.person_id, self.points, self.year)
