"""家人代办, as the database keeps it: who acts for whom, since when, and how the other one agreed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, session, sql_list
from backend.people.kinds import STANDING_PROXIES, ProxyMethod, ProxyRelation, ProxyState
from backend.people.models import Residency
from backend.personal import DIGEST, PersonalTable, Purpose, handler, on_merge, personal

_standing = sa.text(f"state IN {sql_list(STANDING_PROXIES)}")
_known = sa.text(f"state IN {sql_list(STANDING_PROXIES)} AND for_id IS NOT NULL")


class Proxy(Model):
    """One person acts for another one. What has ended stays: something was done in somebody's name while it stood."""

    __tablename__ = "proxies"
    __four_eyes__ = (("agreed_by_id", "by_id, for_id"),)
    __personal__ = [
        PersonalTable("by_id", "我代家人办事", "acts_for", position=112),
        PersonalTable("for_id", "家人代我办事", "acted_by", position=114),
    ]
    __table_args__ = (
        sa.CheckConstraint(f"relation IN {sql_list(ProxyRelation)}", name="relation_known"),
        sa.CheckConstraint(f"state IN {sql_list(ProxyState)}", name="state_known"),
        sa.CheckConstraint(f"method IS NULL OR method IN {sql_list(ProxyMethod)}", name="method_known"),
        sa.CheckConstraint("by_id <> for_id", name="of_another"),
        sa.CheckConstraint("state <> 'agreed' OR agreed_at IS NOT NULL", name="agreed_at_some_time"),
        sa.CheckConstraint("agreed_at IS NULL OR for_id IS NOT NULL", name="agreed_by_somebody"),
        sa.CheckConstraint(
            "(agreed_by_id IS NULL) = (method IS NULL) AND (method IS NULL OR agreed_at IS NOT NULL)",
            name="agreed_for_them_somehow",
        ),
        sa.CheckConstraint(
            "agreed_by_id IS NULL OR (agreed_by_id <> by_id AND agreed_by_id <> for_id)",
            name="agreed_by_another",
        ),
        sa.CheckConstraint(
            f"(state IN {sql_list(STANDING_PROXIES)}) = (ended_at IS NULL)", name="ended_at_some_time"
        ),
        # Of a number that is nobody's, and of one that is somebody's, the second time is refused alike.
        sa.Index(
            "uq_proxies_number",
            "by_id",
            "number_index",
            unique=True,
            sqlite_where=_standing,
            postgresql_where=_standing,
        ),
        sa.Index(
            "uq_proxies_standing",
            "by_id",
            "for_id",
            unique=True,
            sqlite_where=_known,
            postgresql_where=_known,
        ),
        sa.Index("ix_proxies_for", "for_id", "state", "id"),
        sa.Index("ix_proxies_by", "by_id", "id"),
        sa.Index("ix_proxies_asked", "asked_at", sqlite_where=_standing, postgresql_where=_standing),
    )
    journal_kind = "proxy"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Who acts, and for whom; nobody, where the number that was asked is nobody's.
    by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    for_id: Mapped[int | None] = mapped_column(
        Id,
        sa.ForeignKey("persons.id"),
        info={
            **personal(
                Purpose.FAMILY,
                on_erasure="keep",
                code=True,
                not_exported="would tell whoever asked whether a number is anybody's",
            ),
            **on_merge("step"),
        },
    )
    relation: Mapped[str] = mapped_column(
        sa.String(12), info=personal(Purpose.FAMILY, on_erasure="keep", label="是对方的", code=True)
    )
    number_index: Mapped[str | None] = mapped_column(
        sa.String(64),
        info=personal(
            Purpose.FAMILY,
            on_erasure="clear",
            not_exported=DIGEST,
            not_rotated="nothing that was sealed stands beside it; under another key it is asked once more",
        ),
    )
    state: Mapped[str] = mapped_column(sa.String(12))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    agreed_at: Mapped[datetime | None] = mapped_column(
        Moment, info=personal(Purpose.FAMILY, on_erasure="keep", label="同意时间", code=True)
    )
    # Staff before whom somebody without WeChat agreed, and how.
    agreed_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    method: Mapped[str | None] = mapped_column(
        sa.String(8), info=personal(Purpose.FAMILY, on_erasure="keep", label="怎么同意的", code=True)
    )
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def place_id(self) -> int | None:
        """Where the one who is acted for lives: its staff agree for them."""
        return session.scalar(sa.select(Residency.community_id).where(Residency.person_id == self.for_id))

    def facts_about(self, person_id: int) -> frozenset[str]:
        told = {"acts_for": self.by_id == person_id, "acted_for": self.for_id == person_id}
        return frozenset(name for name, true in told.items() if true)
