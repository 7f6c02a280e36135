"""What goods, teams, places and whatever else can be renamed were called before: registers say what was said when it
happened.

A line is written by the verb that renames, never by a register. Nobody's name is among them: persons are called by what
they are called today, so that whoever has left is called nothing any more.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock
from backend.db import Id, Model, Moment, session, sql_list
from backend.personal import not_personal


class Named(StrEnum):
    """What a former name was of."""

    ITEM = "item"
    ITEM_UNIT = "item_unit"
    TEAM = "team"
    PLACE = "place"
    # How numbers and notices name it.
    PLACE_SHORT = "place_short"


class FormerName(Model):
    """This was called so until then. Append-only."""

    __tablename__ = "former_names"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {sql_list(Named)}", name="kind_known"),
        sa.Index("ix_former_names_of", "kind", "subject_id", "until", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    subject_id: Mapped[int] = mapped_column(Id)
    until: Mapped[datetime] = mapped_column(Moment)
    name: Mapped[str] = mapped_column(sa.String(80), info=not_personal("of goods, a team or a place"))


def keep(kind: Named, subject_id: int, before: str, after: str) -> None:
    """Notes what something was called until now, where it is called otherwise from now on."""
    if before != after:
        session.add(FormerName(kind=kind, subject_id=subject_id, until=clock.now(), name=before))


def name_at(kind: Named, subject_id: Any, moment: Any, today: Any) -> Any:
    """A column: what the thing with this id was called at that moment, by what it is called `today`."""
    then = FormerName.__table__.alias(f"former_{kind.value}")
    wanted = (
        sa.select(then.c.name)
        .where(
            then.c.kind == sa.literal_column(f"'{kind.value}'"),
            then.c.subject_id == subject_id,
            then.c.until > moment,
        )
        .order_by(then.c.until, then.c.id)
        .limit(1)
    )
    return sa.func.coalesce(wanted.scalar_subquery(), today)
