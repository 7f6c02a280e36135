"""自助终端 in the centres' halls: the devices, the one-time codes that let a card's holder in, the minutes that follow."""

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

NAME_MAX = 40
# Wrong codes in a row after which a card's code is void.
WRONG_CODES = 5

_in_use = sa.text("revoked_at IS NULL")


class Kiosk(Model):
    """A terminal of a community. Of its token only a digest is kept; revoked, it opens nothing any more."""

    __tablename__ = "kiosks"
    __table_args__ = (
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_by_someone"),
        sa.CheckConstraint("(set_up_digest IS NULL) = (set_up_until IS NULL)", name="set_up_in_time"),
        sa.CheckConstraint("set_up_digest IS NULL OR revoked_at IS NULL", name="revoked_is_not_set_up"),
        sa.Index(
            "uq_kiosks_name_in_use",
            "community_id",
            "name",
            unique=True,
            sqlite_where=_in_use,
            postgresql_where=_in_use,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(
        sa.String(NAME_MAX), info=not_personal("what a terminal in a hall is called")
    )
    token_digest: Mapped[str] = mapped_column(
        sa.String(64), unique=True, info=internal("a digest of a device's token")
    )
    # Of the code that sets a device up once; gone when it was used.
    set_up_digest: Mapped[str | None] = mapped_column(
        sa.String(64), unique=True, info=internal("a digest of what sets a device up once")
    )
    set_up_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())


class CardCode(Model):
    """The one-time code of a paper card: one a person, gone once it was used, outlived or guessed at too often."""

    __tablename__ = "card_codes"
    __personal__ = [
        PersonalTable("person_id", "自助终端的验证码", "card_codes", position=371, on_erasure="delete")
    ]
    __table_args__ = (
        sa.CheckConstraint(f"failures >= 0 AND failures < {WRONG_CODES}", name="failures_below_the_lock"),
    )

    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, info=on_merge("drop")
    )
    # Keyed: of six digits a bare digest could be undone.
    code_index: Mapped[str] = mapped_column(
        sa.String(64), info=personal(Purpose.SIGN_IN, not_exported=DIGEST, not_rotated="good for ten minutes")
    )
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    failures: Mapped[int] = mapped_column(sa.Integer, default=0)


class KioskSession(Model):
    """A card's holder at a terminal, for three minutes at most."""

    __tablename__ = "kiosk_sessions"
    __personal__ = [
        PersonalTable("person_id", "在自助终端的登录", "kiosk_sessions", position=372, on_erasure="delete")
    ]

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), index=True, info=on_merge("drop"))
    kiosk_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("kiosks.id"), index=True)
    # Who of the staff gave the code; empty where it came from the person's own phone.
    helper_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    token_digest: Mapped[str] = mapped_column(
        sa.String(64), unique=True, info=personal(Purpose.SIGN_IN, not_exported=DIGEST)
    )
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
