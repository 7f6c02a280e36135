"""What is wanted and not there: who wants to know when it is, and how often it was refused."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment
from backend.personal import PersonalTable, on_merge


class Watch(Model):
    """到货提醒: somebody wants to know once when an item is there again. Told, it is over."""

    __tablename__ = "item_watches"
    __personal__ = [PersonalTable("person_id", "到货提醒", "item_watches", position=335, on_erasure="delete")]
    __table_args__ = (sa.Index("ix_item_watches_person", "person_id"),)

    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("items.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, info=on_merge("step")
    )
    asked_at: Mapped[datetime] = mapped_column(Moment)


class Shortfall(Model):
    """Of an item in a month: how often and how many units were asked for and refused for want of stock. No names."""

    __tablename__ = "item_shortfalls"
    __table_args__ = (sa.CheckConstraint("times > 0 AND units > 0", name="refused_something"),)

    item_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("items.id"), primary_key=True)
    # The first day of the month, in China.
    month: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    times: Mapped[int] = mapped_column(sa.Integer)
    units: Mapped[int] = mapped_column(sa.Integer)
