"""A spreadsheet on its way into the product."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Json, Model, Moment
from backend.personal import Purpose, handler, not_personal, personal

KINDS = ("places", "residents", "members", "stock", "hours", "staff", "shops")


class Import(Model):
    """A spreadsheet that somebody brought in, and how far it has come; what is wrong with a row names its line and
    column, never its content. `rows_sealed` is of imports that a release before 0019 began."""

    __tablename__ = "imports"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        sa.CheckConstraint("done BETWEEN 0 AND total", name="done_within_total"),
        sa.CheckConstraint("made >= 0 AND known >= 0", name="counts_up"),
        sa.CheckConstraint("finished_at IS NULL OR rows_sealed IS NULL", name="rows_go_at_the_end"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    by_id: Mapped[int] = mapped_column(
        Id,
        sa.ForeignKey("persons.id"),
        index=True,
        info=handler("brought a spreadsheet in: it is about other people, and its rows go when it is done"),
    )
    file_name: Mapped[str] = mapped_column(sa.String(120), info=not_personal("a file's"))
    rows_sealed: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.IMPORTS))
    total: Mapped[int] = mapped_column(sa.Integer)
    done: Mapped[int] = mapped_column(sa.Integer, default=0)
    made: Mapped[int] = mapped_column(sa.Integer, default=0)
    known: Mapped[int] = mapped_column(sa.Integer, default=0)
    # [[line, column, sentence], …] in the order of the lines.
    faults: Mapped[list[Any]] = mapped_column(
        Json, info=not_personal("lines and columns, never what stands in them", code=True)
    )
    # The same of rows that were taken in, for the clerk to look at all the same.
    warnings: Mapped[list[Any]] = mapped_column(
        Json,
        default=list,
        server_default="[]",
        info=not_personal("lines, never what stands in them", code=True),
    )
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class ImportPart(Model):
    """Some of the rows that wait, sealed as they may name people: as many as one transaction takes in, in which they
    go. `begins` is how many rows of the import come before."""

    __tablename__ = "import_parts"
    __table_args__ = (
        sa.UniqueConstraint("import_id", "begins"),
        sa.CheckConstraint("begins >= 0", name="begins_within"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    import_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("imports.id"))
    begins: Mapped[int] = mapped_column(sa.Integer)
    # Made up: the rows are sealed before the part has a number.
    key: Mapped[str] = mapped_column(sa.String(32), info=not_personal("of the seal"))
    rows_sealed: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.IMPORTS, sealed_for="key"))


class ImportDoubt(Model):
    """A row that may mean somebody who is here already, sealed as it names them, until the clerk has said who is meant."""

    __tablename__ = "import_doubts"
    __table_args__ = (sa.UniqueConstraint("import_id", "line"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    import_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("imports.id"))
    line: Mapped[int] = mapped_column(sa.Integer)
    # Made up: the row is sealed before it has a number.
    key: Mapped[str] = mapped_column(sa.String(32), info=not_personal("of the seal"))
    row_sealed: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.IMPORTS, sealed_for="key"))
