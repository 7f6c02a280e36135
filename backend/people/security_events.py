"""账号安全记录: what happened to a person's account, so that its owner notices what was not theirs.

A row is written in the transaction of what it tells; most of them are notices at the same time. Whoever reads one and
did not do it says so (`identity.denials`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import app_pages, clock, config
from backend.db import Id, Model, Moment, session, sql_list, view_of
from backend.outbox.actions import notify
from backend.paging import KeysetQuery
from backend.people.kinds import QUIET_EVENTS, UNDENIABLE_EVENTS, SecurityEventKind
from backend.people.labels import SECURITY_EVENTS
from backend.personal import PersonalTable, Purpose, on_merge, personal

TITLE_MAX = DEVICE_MAX = 60
BATCH = 500


class SecurityEvent(Model):
    """One thing that happened to an account, in words for its owner. It names nobody else."""

    __tablename__ = "security_events"
    __personal__ = [
        PersonalTable("person_id", "账号安全记录", "security_events", position=375, on_erasure="delete")
    ]
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {sql_list(SecurityEventKind)}", name="kind_known"),
        sa.Index("ix_security_events_owner", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    title: Mapped[str] = mapped_column(sa.String(TITLE_MAX), info=personal(Purpose.NOTICES))
    device: Mapped[str | None] = mapped_column(
        sa.String(DEVICE_MAX), info=personal(Purpose.NOTICES, label="设备")
    )
    # When the owner said that it was not them.
    denied_at: Mapped[datetime | None] = mapped_column(
        Moment, info=personal(Purpose.NOTICES, label="本人说不是自己操作的时间")
    )

    @property
    def actions(self) -> list[str]:
        """What its owner may do with it now: a client's buttons."""
        return [] if self.denied_at is not None or self.kind in UNDENIABLE_EVENTS else ["deny"]


@dataclass(frozen=True)
class EventView:
    """An event as its owner sees it."""

    id: int
    at: datetime
    kind: str
    title: str
    device: str | None
    denied_at: datetime | None
    actions: list[str]


def view_events(rows: Sequence[SecurityEvent]) -> list[EventView]:
    return [view_of(EventView, row, actions=row.actions) for row in rows]


def record(person_id: int, kind: SecurityEventKind, title: str, device: str | None = None) -> None:
    """Writes down what happened to this person's account, and tells them, unless it is of a quiet kind.

    `title` is a sentence without its subject (“用口令登录了工作后台”), `device` the browser or phone where one is known.
    """
    row = SecurityEvent(
        person_id=person_id,
        at=clock.now(),
        kind=kind,
        title=title[:TITLE_MAX],
        device=device[:DEVICE_MAX] if device else None,
    )
    session.add(row)
    session.flush()
    if kind not in QUIET_EVENTS:
        _notify(row)


def _notify(row: SecurityEvent) -> None:
    where = f"，{row.device}" if row.device else ""
    notify(
        row.person_id,
        f"security_{row.kind}",
        f"账号安全：{SECURITY_EVENTS[row.kind]}",
        f"{row.at.astimezone(clock.CHINA):%m月%d日 %H:%M} {row.title}{where}。"
        "如果不是您本人，请打开“账号安全”，点“不是我操作的”。",
        subject=("security_event", row.id),
        template="account_security",
        data={
            "thing1": row.title,
            "time2": row.at,
            "thing3": row.device or "无",
            "thing4": "不是本人请点“不是我操作的”",
        },
        page=app_pages.page_of("security_event", row.id),
    )


def mine(person_id: int) -> KeysetQuery:
    """What happened to the person's own account, newest first."""
    wanted = sa.select(SecurityEvent).where(SecurityEvent.person_id == person_id)
    return KeysetQuery(wanted, (SecurityEvent.id.desc(),))


def over() -> list[int]:
    """Ids of events older than a notice is kept, for the cleaning job; none where notices are kept for ever."""
    days = config.settings().keep_notices_days
    if days is None:
        return []
    before = clock.now() - timedelta(days=days)
    wanted = sa.select(SecurityEvent.id).where(SecurityEvent.at < before)
    return list(session.scalars(wanted.order_by(SecurityEvent.at).limit(BATCH)))


def forget(event_id: int) -> None:
    session.execute(sa.delete(SecurityEvent).where(SecurityEvent.id == event_id))
