"""请同事同意查看: beyond the pace of openings a second person of the same place agrees to each, for half an hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock, journal
from backend.db import Id, Model, Moment, lock_row, session, view_of
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.organisations import queries as places
from backend.outbox.actions import notify
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people import queries as people
from backend.people.kinds import RequestStage
from backend.people.permissions import Permission
from backend.personal import PersonalTable, Purpose, handler, on_merge, personal

SUBJECT_KINDS = ("person", "wish", "complaint")
# What is granted is opened within so long; all of one's requests of so many days are shown.
OPEN_FOR = timedelta(minutes=30)
SHOWN_FOR = timedelta(days=7)
# Then the row goes; that it was asked and granted stands in the journal.
KEPT = timedelta(days=30)
BATCH = 500


class OwnOpening(Refused):
    code, message = 40350, "要由申请人以外的同事来同意；查看自己的信息的申请也由别人办"


class OpeningDecided(Refused):
    code, message = 40931, "这个查看申请已经处理过或已过期，请刷新"


class OpeningRequest(Model):
    """Somebody wants to open one more than the pace allows."""

    __tablename__ = "opening_requests"
    __four_eyes__ = (("decided_by_id", "asked_by_id, person_id"),)
    __personal__ = [
        PersonalTable(
            "person_id", "申请查看我的信息的记录", "opening_requests", position=376, on_erasure="delete"
        )
    ]
    __table_args__ = (
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (granted IS NULL)",
            name="decided_by_someone",
        ),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="four_eyes"),
        sa.CheckConstraint(f"subject_kind IN {SUBJECT_KINDS}", name="subject_kind_known"),
        sa.CheckConstraint("open_until IS NULL OR granted", name="open_once_granted"),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR person_id IS NULL OR decided_by_id <> person_id",
            name="never_about_oneself",
        ),
        sa.Index("ix_opening_requests_asked", "asked_by_id", "id"),
    )
    # How long a colleague has to decide.
    WAITS = timedelta(days=1)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    asked_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    subject_kind: Mapped[str] = mapped_column(sa.String(12))
    subject_id: Mapped[int] = mapped_column(Id)
    # Whom it tells of; they do not decide on it.
    person_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    place_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.Text, info=personal(Purpose.AUDIT))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    granted: Mapped[bool | None]
    open_until: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def stage(self) -> RequestStage:
        """Whether it waits or is open, or what it came to."""
        if self.granted is False:
            return RequestStage.REJECTED
        ends = self.open_until if self.granted else self.expires_at
        if ends is None or ends <= clock.now():
            return RequestStage.EXPIRED
        return RequestStage.GRANTED if self.granted else RequestStage.ASKED


@dataclass(frozen=True)
class RequestView:
    """A request as the one who asked and the colleague who decides see it; who asked by masked name."""

    id: int
    subject_kind: str
    subject_id: int
    person_id: int | None
    asked_by_id: int
    asked_by_name: str
    place: str
    reason: str
    asked_at: datetime
    stage: RequestStage
    open_until: datetime | None


def view_requests(rows: Sequence[OpeningRequest]) -> list[RequestView]:
    """In two statements, however many."""
    names = people.officer_names({row.asked_by_id for row in rows})
    where = places.names({row.place_id for row in rows})
    return [
        view_of(
            RequestView, row, asked_by_name=names[row.asked_by_id], place=where[row.place_id], stage=row.stage
        )
        for row in rows
    ]


def standing_grant(kind: str, subject_id: int, *, actor: Actor) -> OpeningRequest | None:
    """What a colleague has agreed that this person opens now."""
    return session.scalar(
        sa.select(OpeningRequest).where(
            OpeningRequest.asked_by_id == actor.id,
            OpeningRequest.subject_kind == kind,
            OpeningRequest.subject_id == subject_id,
            OpeningRequest.granted.is_(True),
            OpeningRequest.open_until > clock.now(),
        )
    )


def to_decide(*, actor: Actor) -> KeysetQuery:
    """What colleagues in the same places ask for, oldest first; never one's own, nor what tells of oneself."""
    wanted = sa.select(OpeningRequest).where(
        OpeningRequest.place_id.in_(permissions.reach_of(actor.id, Permission.OPENING_GRANT)),
        OpeningRequest.decided_at.is_(None),
        OpeningRequest.expires_at > clock.now(),
        OpeningRequest.asked_by_id != actor.id,
        sa.or_(OpeningRequest.person_id.is_(None), OpeningRequest.person_id != actor.id),
    )
    return KeysetQuery(wanted, (OpeningRequest.id,))


def mine(*, actor: Actor) -> KeysetQuery:
    """What this person has asked for these days, newest first."""
    wanted = sa.select(OpeningRequest).where(
        OpeningRequest.asked_by_id == actor.id, OpeningRequest.asked_at > clock.now() - SHOWN_FOR
    )
    return KeysetQuery(wanted, (OpeningRequest.id.desc(),))


def one(request_id: int, *, actor: Actor) -> OpeningRequest:
    """A request in a place where this person may agree. Raises NotFound, NotAllowed."""
    found = session.get(OpeningRequest, request_id)
    if found is None:
        raise NotFound()
    permissions.require(actor.id, Permission.OPENING_GRANT, found.place_id)
    return found


def decide(request_id: int, granted: bool, *, actor: Actor) -> OpeningRequest:
    """The second person agrees, or does not; whoever asked is told, and opens it themselves.

    Raises NotFound, NotAllowed, OwnOpening, OpeningDecided.
    """
    row = lock_row(OpeningRequest, request_id)
    permissions.require(actor.id, Permission.OPENING_GRANT, row.place_id)
    if actor.id in (row.asked_by_id, row.person_id):
        raise OwnOpening()
    if row.stage != RequestStage.ASKED:
        raise OpeningDecided()
    row.decided_by_id, row.decided_at, row.granted = actor.id, clock.now(), granted
    row.open_until = clock.now() + OPEN_FOR if granted else None
    session.flush()
    journal.write(
        "grant" if granted else "refuse", "opening_request", row.id, actor=actor, place=row.place_id
    )
    word = "已同意" if granted else "没有同意"
    then = "，请在半小时内打开，仍要写明理由" if granted else ""
    notify(
        row.asked_by_id,
        "opening_decided",
        f"查看申请{word}",
        f"您查看完整信息的申请，同事{word}{then}。",
        subject=(row.subject_kind, row.subject_id),
    )
    return row


def over() -> list[int]:
    """Ids of requests that nobody looks at any more, for the cleaning job."""
    wanted = sa.select(OpeningRequest.id).where(OpeningRequest.asked_at < clock.now() - KEPT)
    return list(session.scalars(wanted.order_by(OpeningRequest.id).limit(BATCH)))


def forget(request_id: int) -> None:
    session.execute(sa.delete(OpeningRequest).where(OpeningRequest.id == request_id))
