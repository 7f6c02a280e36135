"""Persons and the facts about them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Id, Json, Model, Moment, session, sql_list
from backend.people.kinds import (
    MembershipState,
    PartyRegistrationState,
    PersonState,
    ResidencyState,
    TeamKind,
)
from backend.personal import DIGEST, PersonalTable, Purpose, handler, not_personal, on_merge, personal

ROLES = (
    "grid_worker",
    "grid_leader",
    "community_staff",
    "shop_keeper",
    "supervisor",
    "street_staff",
    "town_leader",
    "dispatcher",
    "unit_officer",
    "unit_liaison",
    "unit_head",
    "arbiter",
    "city_admin",
    "auditor",
)
# In which kinds of place each role is had: it reaches what lies below, and no more than its work needs. The database
# keeps the same list (`RolePlace`).
ROLE_PLACES = {
    "grid_worker": ("grid",),
    "grid_leader": ("community",),
    "community_staff": ("community",),
    "shop_keeper": ("community", "centre"),
    "supervisor": ("community", "centre"),
    "street_staff": ("street",),
    "town_leader": ("street",),
    "dispatcher": ("city", "street"),
    "unit_officer": ("unit",),
    "unit_liaison": ("unit",),
    "unit_head": ("unit",),
    "arbiter": ("city",),
    "city_admin": ("city",),
    "auditor": ("city", "street", "community"),
}
# 六大员: the six kinds of service an in-service party member offers where they live.
SERVICE_ROLES = ("convenience", "relief", "civility", "emergency", "mediation", "policy")


# How long what people say of themselves, or of a team, may be at each door.
REAL_NAME_MAX = 60
ADDRESS_MAX = 120
BIRTH_YEAR_MIN, BIRTH_YEAR_MAX = 1900, 2100
TEAM_NAME_MAX = 60
SPECIALITY_MAX = 60


class Person(Model):
    """A human being. Without `openid` they have no WeChat: staff act on their behalf, by paper card."""

    __tablename__ = "persons"
    __personal__ = [
        PersonalTable("id", "个人资料", "profile", position=10),
        PersonalTable("merged_into_id", "并入的旧账号", "merged_accounts", position=20),
    ]
    __table_args__ = (
        sa.CheckConstraint(f"status IN {sql_list(PersonState)}", name="status_known"),
        sa.CheckConstraint("status = 'active' OR openid IS NULL", name="only_the_active_sign_in"),
        sa.CheckConstraint(
            f"birth_year IS NULL OR birth_year BETWEEN {BIRTH_YEAR_MIN} AND {BIRTH_YEAR_MAX}",
            name="birth_year_sane",
        ),
        sa.Index("ix_persons_phone_index", "phone_index"),
        sa.Index(
            "ix_persons_merged_into",
            "merged_into_id",
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    openid: Mapped[str | None] = mapped_column(
        sa.String(64),
        unique=True,
        info=personal(Purpose.SIGN_IN, on_erasure="clear", label="微信标识", identifies=True),
    )
    nickname: Mapped[str] = mapped_column(
        sa.String(40),
        default="",
        info=personal(Purpose.CONTACT, on_erasure="clear", label="昵称", identifies=True),
    )
    real_name_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.CONTACT, on_erasure="clear", label="姓名", identifies=True)
    )
    phone_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.CONTACT, on_erasure="clear", identifies=True)
    )
    phone_index: Mapped[str | None] = mapped_column(
        sa.String(64), info=personal(Purpose.CONTACT, on_erasure="clear", not_exported=DIGEST)
    )
    card_number: Mapped[str | None] = mapped_column(
        sa.String(16),
        unique=True,
        info=personal(Purpose.CONTACT, on_erasure="clear", label="纸质卡号", identifies=True),
    )
    birth_year: Mapped[int | None] = mapped_column(
        sa.Integer, info=personal(Purpose.CONTACT, on_erasure="clear", label="出生年份")
    )
    state: Mapped[str] = mapped_column("status", sa.String(12), default=PersonState.ACTIVE)
    merged_into_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    # The end of the suspension that stands, as `suspensions` has it with its reason; in the past it means nothing.
    suspended_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())


class Residency(Model):
    """Where a person lives: declared by themselves, then verified by that community's staff."""

    __tablename__ = "residencies"
    __four_eyes__ = (("decided_by_id", "person_id"),)
    __personal__ = [PersonalTable("person_id", "居住登记", "residency", position=30, on_erasure="delete")]
    __table_args__ = (
        sa.CheckConstraint(f"status IN {sql_list(ResidencyState)}", name="status_known"),
        sa.CheckConstraint("status = 'declared' OR decided_by_id IS NOT NULL", name="decided_by_someone"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> person_id", name="not_by_themselves"),
        sa.Index("ix_residencies_queue", "community_id", "status", "person_id"),
    )
    journal_kind = "residency"

    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, info=on_merge("step")
    )
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    grid_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    address_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.RESIDENCY, identifies=True)
    )
    state: Mapped[str] = mapped_column("status", sa.String(12))
    declared_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    reason: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.RESIDENCY))

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        return frozenset({"person"} if self.person_id == person_id else ())


class PartyRegistration(Model):
    """双报到: an in-service party member of a work unit reports to the community where they live."""

    __tablename__ = "party_registrations"
    __four_eyes__ = (("decided_by_id", "person_id"),)
    __personal__ = [
        PersonalTable("person_id", "双报到登记", "party_registration", position=40, on_erasure="delete")
    ]
    __table_args__ = (
        sa.CheckConstraint(f"status IN {sql_list(PartyRegistrationState)}", name="status_known"),
        sa.CheckConstraint("status = 'pending' OR decided_by_id IS NOT NULL", name="decided_by_someone"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> person_id", name="not_by_themselves"),
        sa.Index("ix_party_registrations_queue", "community_id", "status", "person_id"),
    )
    journal_kind = "party_registration"

    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, info=on_merge("step")
    )
    unit_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"), index=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    service_roles: Mapped[list[str]] = mapped_column(
        Json, info=personal(Purpose.PARTY_REGISTRATION, label="六大员岗位", code=True)
    )
    state: Mapped[str] = mapped_column("status", sa.String(12))
    declared_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    reason: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.PARTY_REGISTRATION))

    @property
    def place_id(self) -> int:
        return self.community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        return frozenset({"person"} if self.person_id == person_id else ())


class FormerRegistration(Model):
    """A party registration that was verified, as it was until then: a register of a past period counts a member with the
    unit and the community that they had."""

    __tablename__ = "former_registrations"
    __personal__ = [
        PersonalTable(
            "person_id", "以前的双报到登记", "former_party_registrations", position=45, on_erasure="delete"
        )
    ]
    __table_args__ = (sa.Index("ix_former_registrations_person", "person_id", "until"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    unit_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    until: Mapped[datetime] = mapped_column(
        Moment, info=personal(Purpose.PARTY_REGISTRATION, label="到何时为止")
    )


class Appointment(Model):
    """(person, role, organisation, from, to): reaches the organisation's subtree, on these days only."""

    __tablename__ = "appointments"
    __personal__ = [PersonalTable("person_id", "任职", "appointments", position=50)]
    __table_args__ = (
        sa.CheckConstraint(f"role IN {ROLES}", name="role_known"),
        sa.CheckConstraint("to_day IS NULL OR to_day >= from_day", name="ends_after_it_begins"),
        sa.Index("ix_appointments_person", "person_id", "role"),
        sa.Index("ix_appointments_place", "organisation_id", "role"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("move"))
    role: Mapped[str] = mapped_column(sa.String(24))
    organisation_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    from_day: Mapped[date] = mapped_column(sa.Date)
    to_day: Mapped[date | None] = mapped_column(sa.Date)


class RolePlace(Model):
    """A role and a kind of place in which it is had. The trigger on appointments reads them; migrations alone write."""

    __tablename__ = "role_places"

    role: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16), primary_key=True)


class Consent(Model):
    """Agreement to one version of one document (个人信息保护法 14, 15, 29); withdrawn, never deleted."""

    __tablename__ = "consents"
    __personal__ = [PersonalTable("person_id", "同意记录", "consents", position=60)]
    __table_args__ = (
        sa.Index(
            "uq_consents_standing",
            "person_id",
            "document",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("step"))
    document: Mapped[str] = mapped_column(
        sa.String(40), info=personal(Purpose.CONSENTS, on_erasure="keep", label="文件", code=True)
    )
    version: Mapped[str] = mapped_column(
        sa.String(20), info=personal(Purpose.CONSENTS, on_erasure="keep", label="版本", code=True)
    )
    given_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


class Team(Model):
    """志愿队. Membership is a fact about a person, so it stands here: wishes and activities ask for it."""

    __tablename__ = "teams"
    __personal__ = [PersonalTable("leader_id", "我任队长的志愿队", "teams_led", position=80)]
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {sql_list(TeamKind)}", name="kind_known"),
        sa.UniqueConstraint("community_id", "name"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    community_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    name: Mapped[str] = mapped_column(sa.String(TEAM_NAME_MAX), info=not_personal("a team's"))
    speciality: Mapped[str] = mapped_column(
        sa.String(SPECIALITY_MAX), default="", info=not_personal("a team's")
    )
    leader_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), index=True, info=on_merge("move"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    # Known to nobody but its leader and the community's staff, until these put other words there.
    taken_down_at: Mapped[datetime | None] = mapped_column(Moment)


class Membership(Model):
    __tablename__ = "team_members"
    __personal__ = [
        PersonalTable(
            "person_id",
            "参加的志愿队",
            "teams",
            position=90,
            on_erasure="delete",
            lookups={"team_id": ("name",)},
        )
    ]
    __table_args__ = (sa.CheckConstraint(f"status IN {sql_list(MembershipState)}", name="status_known"),)
    # The journal tells it of the team, whose key comes first.
    journal_kind = "team"

    team_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("teams.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, index=True, info=on_merge("step")
    )
    state: Mapped[str] = mapped_column("status", sa.String(12), info=personal(Purpose.TEAMS, code=True))
    since: Mapped[datetime] = mapped_column(Moment)

    @property
    def place_id(self) -> int:
        return session.get_one(Team, self.team_id).community_id

    def facts_about(self, person_id: int) -> frozenset[str]:
        return frozenset({"person"} if self.person_id == person_id else ())
