"""服务证明 and 星级: what the service records prove about a person, frozen on the day it was asked for."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Model, Moment, sql_list
from backend.people.permissions import Permission
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


class CertificateState(StrEnum):
    ISSUED = "issued"
    REVOKED = "revoked"


class Validity(StrEnum):
    """What a verification answers."""

    VALID = "valid"
    CORRECTED = "corrected"
    REVOKED = "revoked"
    ALTERED = "altered"


# Hours that each number of stars takes (志愿服务记录办法 of 2012; 东营 and 惠州 have the same).
STAR_HOURS = {1: 100, 2: 300, 3: 600, 4: 1000, 5: 1500}
_ENOUGH = " OR ".join(f"(stars = {stars} AND minutes >= {60 * hours})" for stars, hours in STAR_HOURS.items())


class Certificate(Model):
    """服务证明 (民政部令 67, 14–17): free, with a number that anyone can verify, revocable, never deleted.

    Its issuer is the community whose records it lists, never the platform (26). Nothing of it changes but
    its revocation, and the name, which goes when the person leaves.
    """

    __tablename__ = "certificates"
    __four_eyes__ = (("revoked_by_id", "person_id"),)
    # Its number still tells whoever verifies it what was certified, and no longer to whom.
    __personal__ = [PersonalTable("person_id", "服务证明", "certificates", position=280)]
    __table_args__ = (
        sa.CheckConstraint(f"state IN {sql_list(CertificateState)}", name="state_known"),
        sa.CheckConstraint("last_day >= first_day", name="days_in_order"),
        sa.CheckConstraint("minutes > 0", name="proves_something"),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_by_id IS NOT NULL)"
            " AND (state = 'revoked') = (revoked_at IS NOT NULL)"
            " AND (state = 'revoked') = (revoke_reason IS NOT NULL)",
            name="revoked_by_someone",
        ),
        sa.CheckConstraint(
            "revoked_by_id IS NULL OR revoked_by_id <> person_id", name="not_revoked_by_themselves"
        ),
        sa.UniqueConstraint("number"),
        sa.Index("ix_certificates_person", "person_id", "id"),
    )
    journal_kind = "certificate"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("stay"))
    state: Mapped[str] = mapped_column(sa.String(12))
    issuer_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    # By the names that person and community had then.
    issuer_name: Mapped[str] = mapped_column(sa.String(80), info=not_personal("a community's", code=True))
    name_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.CERTIFICATES, on_erasure="clear")
    )
    first_day: Mapped[date] = mapped_column(sa.Date)
    last_day: Mapped[date] = mapped_column(sa.Date)
    minutes: Mapped[int] = mapped_column(sa.Integer, info=personal(Purpose.CERTIFICATES, on_erasure="keep"))
    issued_at: Mapped[datetime] = mapped_column(Moment)
    # Keyed digest of all that is certified, and which key made it.
    digest: Mapped[str] = mapped_column(sa.String(64), info=internal(DIGEST))
    digest_key: Mapped[str] = mapped_column(sa.String(16), info=internal(DIGEST))
    revoked_by_id: Mapped[int | None] = mapped_column(
        Id, sa.ForeignKey("persons.id"), info=handler(merged="stay")
    )
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoke_reason: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.CERTIFICATES, on_erasure="erase", label="撤销原因")
    )

    @property
    def place_id(self) -> int:
        return self.issuer_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        return frozenset({"volunteer"}) if self.person_id == person_id else frozenset()

    def visible_to(self, _person_id: int, words: frozenset[str], facts: frozenset[str]) -> bool:
        return "volunteer" in facts or Permission.SERVICE_RECORD_READ in words


class CertifiedRecord(Model):
    """One service record as a certificate lists it. A correction afterwards is another record: the
    certificate keeps what it said, and its verification says that it has been corrected since."""

    __tablename__ = "certified_records"
    __personal__ = [
        PersonalTable(
            "person_id",
            "服务证明包含的记录",
            "certified_records",
            position=290,
            via="certificate_id",
            lookups={"record_id": ("activity_name", "served_on")},
        )
    ]
    __table_args__ = (sa.CheckConstraint("minutes > 0", name="minutes_positive"),)

    certificate_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("certificates.id"), primary_key=True)
    record_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("service_records.id"), primary_key=True, index=True
    )
    minutes: Mapped[int] = mapped_column(sa.Integer)


class Star(Model):
    """星级 (民政部令 67, 10 permits it): on the volunteer's own application, known to them alone."""

    __tablename__ = "stars"
    __personal__ = [PersonalTable("person_id", "星级", "stars", position=300, on_erasure="delete")]
    __table_args__ = (
        sa.CheckConstraint(_ENOUGH, name="hours_suffice"),
        sa.UniqueConstraint("person_id", "stars"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    stars: Mapped[int] = mapped_column(sa.Integer, info=personal(Purpose.CERTIFICATES, label="星级"))
    # All minutes that counted on the day of the application.
    minutes: Mapped[int] = mapped_column(sa.Integer)
    granted_at: Mapped[datetime] = mapped_column(Moment)
