"""Calls in vain: who rang the wisher of a fulfilled wish and reached nobody, and when it is tried again."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment
from backend.personal import handler


class CallAttempt(Model):
    """没打通: a call-back that reached nobody. What was said stands nowhere, for nothing was said."""

    __tablename__ = "call_attempts"
    __table_args__ = (sa.Index("ix_call_attempts_wish", "wish_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    wish_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("wishes.id"))
    caller_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    called_at: Mapped[datetime] = mapped_column(Moment)
    # The business day on which somebody tries again.
    again_on: Mapped[date] = mapped_column(sa.Date)
