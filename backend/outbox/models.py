"""Notices, their delivery through WeChat, and how many messages a person agreed to receive."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Json, Model, Moment
from backend.personal import PersonalTable, Purpose, internal, not_personal, on_merge, personal

# All that the outbox has to know of a person. It stands below them, so that what is done to an account can be told.
PERSONS = sa.table("persons", sa.column("id", sa.BigInteger), sa.column("openid", sa.String))
# waiting → sending → the others, which are ends. `unknown`: sending began and nobody saw how it ended.
STATES = ("waiting", "sending", "sent", "refused", "not_subscribed", "dead", "unknown")


class Notice(Model):
    """One thing a person is told. It stands in their inbox whatever becomes of the WeChat message."""

    __tablename__ = "notices"
    __personal__ = [PersonalTable("person_id", "消息", "notices", position=130, on_erasure="delete")]
    __table_args__ = (
        sa.CheckConstraint("(subject_kind IS NULL) = (subject_id IS NULL)", name="subject_is_whole"),
        sa.Index("ix_notices_inbox", "person_id", "id"),
        sa.Index(
            "ix_notices_unread",
            "person_id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(60), info=personal(Purpose.NOTICES))
    body: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.NOTICES, label="内容"))
    subject_kind: Mapped[str | None] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Moment)
    read_at: Mapped[datetime | None] = mapped_column(Moment)


class Delivery(Model):
    """The WeChat message of a notice, one at most.

    While it is `sending` it belongs to the worker that holds `lease`, until `leased_until`; `next_at` says
    when somebody has to look at it again, be it waiting or stranded.
    """

    __tablename__ = "deliveries"
    __personal__ = [
        PersonalTable(
            "person_id", "微信消息的发送情况", "messages", position=140, on_erasure="delete", via="notice_id"
        )
    ]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_known"),
        sa.CheckConstraint("attempts >= 0", name="attempts_counted"),
        sa.CheckConstraint("(state = 'sending') = (lease IS NOT NULL)", name="leased_while_sending"),
        sa.CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="lease_has_an_end"),
        sa.CheckConstraint(
            "(state IN ('waiting', 'sending')) = (finished_at IS NULL)", name="finished_when_over"
        ),
        sa.Index(
            "ix_deliveries_due",
            "next_at",
            sqlite_where=sa.text("state IN ('waiting', 'sending')"),
            postgresql_where=sa.text("state IN ('waiting', 'sending')"),
        ),
        sa.Index(
            "ix_deliveries_lost",
            "notice_id",
            sqlite_where=sa.text("state IN ('dead', 'unknown')"),
            postgresql_where=sa.text("state IN ('dead', 'unknown')"),
        ),
    )

    notice_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("notices.id"), primary_key=True, autoincrement=False
    )
    template: Mapped[str] = mapped_column(sa.String(40))
    data: Mapped[dict[str, str]] = mapped_column(Json, info=personal(Purpose.NOTICES))
    page: Mapped[str | None] = mapped_column(sa.String(200))
    state: Mapped[str] = mapped_column(sa.String(16))
    attempts: Mapped[int] = mapped_column(sa.Integer)
    next_at: Mapped[datetime] = mapped_column(Moment)
    lease: Mapped[str | None] = mapped_column(sa.String(32), info=internal("how the worker shares its work"))
    leased_until: Mapped[datetime | None] = mapped_column(
        Moment, info=internal("how the worker shares its work")
    )
    errcode: Mapped[int | None] = mapped_column(sa.Integer)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class Subscription(Model):
    """How many messages of one template WeChat lets us send a person: each tap on 允许 grants one."""

    __tablename__ = "subscriptions"
    __personal__ = [
        PersonalTable("person_id", "订阅消息的授权", "subscriptions", position=150, on_erasure="delete")
    ]
    __table_args__ = (sa.CheckConstraint("remaining >= 0", name="remaining_not_negative"),)

    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, info=on_merge("step")
    )
    template: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    remaining: Mapped[int] = mapped_column(sa.Integer, info=personal(Purpose.NOTICES, label="剩余次数"))
    # Acceptances as the mini-program told them, and as WeChat's push did: the same ones, counted twice.
    told: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    pushed: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    rejected_at: Mapped[datetime | None] = mapped_column(Moment)


class GroupMessage(Model):
    """What the group of the staff is told of a day by its robot: numbers, and nobody's name. waiting → sent or dead."""

    __tablename__ = "group_messages"
    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dead')", name="state_known"),
        sa.CheckConstraint("attempts >= 0", name="attempts_counted"),
        sa.CheckConstraint("(state = 'waiting') = (finished_at IS NULL)", name="finished_when_over"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, unique=True)
    words: Mapped[str] = mapped_column(
        sa.Text, info=not_personal("kinds of things and how many there are of each", code=True)
    )
    state: Mapped[str] = mapped_column(sa.String(8))
    attempts: Mapped[int] = mapped_column(sa.Integer)
    next_at: Mapped[datetime] = mapped_column(Moment)
    errcode: Mapped[int | None] = mapped_column(sa.Integer)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
