"""What is said about an activity: messages of its organiser, and whom staff asked to fill its empty places."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal

MESSAGE_MAX = 300


class ActivityMessage(Model):
    """One message to everybody who signed up or waits; `told` is how many that were."""

    __tablename__ = "activity_messages"
    __personal__ = [PersonalTable("author_id", "发给报名者的消息", "activity_messages", position=235)]
    __table_args__ = (
        sa.CheckConstraint("told > 0", name="told_somebody"),
        sa.Index("ix_activity_messages_activity", "activity_id", "id"),
        sa.Index("ix_activity_messages_author", "author_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    activity_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("activities.id"))
    author_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    text: Mapped[str] = mapped_column(
        sa.Text, info=personal(Purpose.SERVICE, on_erasure="redact", label="内容")
    )
    # WeChat could not say that it is harmless: staff may look at it on the activity's page.
    doubtful: Mapped[bool] = mapped_column(sa.Boolean)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    told: Mapped[int] = mapped_column(sa.Integer)


class Invitation(Model):
    """Staff asked this volunteer, once, whether they would fill an empty place of the activity."""

    __tablename__ = "activity_invitations"
    __four_eyes__ = (("asked_by_id", "person_id"),)
    __personal__ = [
        PersonalTable(
            "person_id", "收到的活动邀请", "activity_invitations", position=236, on_erasure="delete"
        )
    ]
    __table_args__ = (
        sa.CheckConstraint("asked_by_id <> person_id", name="asked_by_another"),
        sa.UniqueConstraint("activity_id", "person_id"),
        sa.Index("ix_activity_invitations_person", "person_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    activity_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("activities.id"))
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    asked_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    asked_at: Mapped[datetime] = mapped_column(Moment)


class InvitationRefusal(Model):
    """This person does not want to be asked."""

    __tablename__ = "invitation_refusals"
    __personal__ = [
        PersonalTable("person_id", "不接收活动邀请", "invitation_refusals", position=237, on_erasure="delete")
    ]

    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, autoincrement=False, info=on_merge("step")
    )
    since: Mapped[datetime] = mapped_column(Moment)
