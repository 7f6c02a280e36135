"""Pictures that people uploaded, and verdicts of WeChat that came before we knew what they were about."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment
from backend.personal import (
    DIGEST,
    PersonalTable,
    Purpose,
    handler,
    internal,
    not_personal,
    on_merge,
    personal,
)

PURPOSES = ("wish", "fulfilment", "item")
# storing → checking → passed | needs_look | refused; needs_look → passed | refused; any → discarded.
STATES = ("storing", "checking", "passed", "needs_look", "refused", "discarded")
_unerased = sa.text("erased_at IS NULL AND state IN ('storing', 'checking', 'refused', 'discarded')")
_unused = sa.text("subject_id IS NULL AND erased_at IS NULL")


class File(Model):
    """One picture. Nobody but its owner sees it before it has passed; `consent_of_id` is whose it shows.

    Goods show nobody, so the picture of an item has none.
    """

    __tablename__ = "files"
    __personal__ = [
        PersonalTable("owner_id", "我上传的图片", "pictures", position=340),
        PersonalTable("consent_of_id", "与我的心愿有关的图片", "pictures_of_me", position=350),
    ]
    __table_args__ = (
        sa.CheckConstraint(f"purpose IN {PURPOSES}", name="purpose_known"),
        sa.CheckConstraint(f"state IN {STATES}", name="state_known"),
        sa.CheckConstraint("(subject_kind IS NULL) = (subject_id IS NULL)", name="subject_is_whole"),
        sa.CheckConstraint(
            "subject_id IS NULL OR (place_id IS NOT NULL"
            " AND (consent_of_id IS NOT NULL OR purpose = 'item'))",
            name="shown_somewhere",
        ),
        sa.CheckConstraint("erased_at IS NULL OR state IN ('refused', 'discarded')", name="erased_unshown"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("trace"),
        sa.Index("ix_files_subject", "subject_kind", "subject_id", "position"),
        sa.Index("ix_files_owner", "owner_id"),
        sa.Index("ix_files_due", "created_at", sqlite_where=_unerased, postgresql_where=_unerased),
        sa.Index("ix_files_unused", "created_at", sqlite_where=_unused, postgresql_where=_unused),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    purpose: Mapped[str] = mapped_column(
        sa.String(12), info=not_personal("what a picture is for: a wish, or its fulfilment", code=True)
    )
    state: Mapped[str] = mapped_column(sa.String(12))
    # The name in the store; drawn by lot, so that knowing an id is not knowing where the picture lies.
    key: Mapped[str] = mapped_column(
        sa.String(32), info=personal(Purpose.PICTURES, on_erasure="keep", not_exported=DIGEST)
    )
    width: Mapped[int] = mapped_column(sa.Integer)
    height: Mapped[int] = mapped_column(sa.Integer)
    # WeChat's trace_id of the check, and the label it found (100 is 正常).
    trace: Mapped[str | None] = mapped_column(sa.String(64), info=internal(DIGEST))
    label: Mapped[int | None] = mapped_column(sa.Integer)
    subject_kind: Mapped[str | None] = mapped_column(sa.String(16))
    subject_id: Mapped[int | None] = mapped_column(Id)
    position: Mapped[int | None] = mapped_column(sa.Integer)
    place_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    consent_of_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    looked_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    erased_at: Mapped[datetime | None] = mapped_column(Moment)
    # What it is about was taken down: none but the people of that thing and its staff see it since.
    withheld_at: Mapped[datetime | None] = mapped_column(Moment)


class EarlyVerdict(Model):
    """WeChat may be quicker with its verdict than we are with writing down what we asked."""

    __tablename__ = "early_verdicts"

    trace: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    suggest: Mapped[str] = mapped_column(sa.String(12))
    label: Mapped[int | None] = mapped_column(sa.Integer)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
