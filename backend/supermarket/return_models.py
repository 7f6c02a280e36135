"""What came back of an order that was handed over, line by line, and what became of it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.personal import PersonalTable, handler


class Fate(StrEnum):
    """What becomes of units that came back."""

    SHELF = "shelf"
    QUARANTINE = "quarantine"
    WRITTEN_OFF = "written_off"


class Returned(Model):
    """退回: so many units of one line came back at once, with their points. Written once, never changed."""

    __tablename__ = "redemption_returns"
    __personal__ = [
        PersonalTable("person_id", "退回的物品", "redemption_returns", position=325, via="redemption_id")
    ]
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("points > 0", name="points_positive"),
        sa.CheckConstraint(f"fate IN {sql_list(Fate)}", name="fate_known"),
        sa.ForeignKeyConstraint(
            ["redemption_id", "item_id"], ["redemption_lines.redemption_id", "redemption_lines.item_id"]
        ),
        sa.Index("ix_redemption_returns_line", "redemption_id", "item_id"),
        sa.Index("ix_redemption_returns_at", "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    redemption_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("redemptions.id"))
    item_id: Mapped[int] = mapped_column(Id)
    quantity: Mapped[int] = mapped_column(sa.Integer)
    points: Mapped[int] = mapped_column(sa.Integer)
    fate: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler(merged="stay"))
