"""What staff blacked out of a wish, sealed as it stood before."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal


class Redaction(Model):
    """遮盖: what of a wish staff blacked out after everybody could read it, sealed as it stood before."""

    __tablename__ = "wish_redactions"
    __personal__ = [
        PersonalTable(
            "wisher_id",
            "我的心愿被遮盖的文字",
            "wish_redactions",
            position=215,
            on_erasure="delete",
            lookups={"wish_id": ("number",)},
        )
    ]
    __table_args__ = (
        sa.CheckConstraint(
            "title_sealed IS NOT NULL OR description_sealed IS NOT NULL OR pictures > 0", name="of_something"
        ),
        sa.Index("ix_wish_redactions_wish", "wish_id", "id"),
        sa.Index("ix_wish_redactions_wisher", "wisher_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    wish_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("wishes.id"))
    wisher_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    redacted_at: Mapped[datetime] = mapped_column(Moment)
    redacted_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    title_sealed: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.WISHES))
    description_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.WISHES, label="内容")
    )
    # How many pictures went with it; they are not kept.
    pictures: Mapped[int] = mapped_column(sa.Integer, default=0)
