"""How staff enter the console: names with passwords, sign-ins by scanning a code, the sessions they open."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock
from backend.db import Id, Model, Moment
from backend.people.kinds import RequestStage
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

METHODS = ("password", "scan", "link", "provider")


class ScanPurpose(StrEnum):
    """What a phone that approves a code does."""

    SIGN_IN = "sign_in"
    BIND = "bind"


class Credential(Model):
    """A name and a password for the office PC, with an optional one-time code (TOTP, RFC 6238)."""

    __tablename__ = "credentials"
    __personal__ = [
        PersonalTable("person_id", "工作后台的登录名", "console_account", position=360, on_erasure="delete")
    ]
    __table_args__ = (sa.CheckConstraint("name = lower(name)", name="name_in_small_letters"),)

    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, info=on_merge("drop")
    )
    name: Mapped[str] = mapped_column(sa.String(40), unique=True, info=personal(Purpose.CONSOLE))
    password_hash: Mapped[str] = mapped_column(
        sa.String(200), info=personal(Purpose.CONSOLE, not_exported=DIGEST)
    )
    changed_at: Mapped[datetime] = mapped_column(Moment)
    # Until when a first password opens the console, to be changed there; empty once its owner chose their own.
    first_until: Mapped[datetime | None] = mapped_column(Moment)
    totp_sealed: Mapped[str | None] = mapped_column(
        sa.Text, info=personal(Purpose.CONSOLE, not_exported=DIGEST)
    )
    # Empty until the first code was typed back: a secret that no phone holds must not lock anyone out.
    totp_since: Mapped[datetime | None] = mapped_column(Moment)
    # Since when it opens nothing, because its owner said that something was not their doing; until there is a new one.
    barred_at: Mapped[datetime | None] = mapped_column(Moment)
    # The half-minute of the last code used; it and everything before it is spent.
    totp_used: Mapped[int] = mapped_column(sa.BigInteger, default=0, info=internal(DIGEST))


_FORGOTTEN = "forgotten within a day"


class SignInAttempt(Model):
    """A count of wrong passwords; see `attempts` for what is counted. Kept for names that exist and names that do
    not: both lock alike."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (sa.CheckConstraint("failures >= 0", name="failures_count_up"),)

    key: Mapped[str] = mapped_column(
        "name_index", sa.String(64), primary_key=True, info=personal(Purpose.CONSOLE, not_rotated=_FORGOTTEN)
    )
    # The name that was tried, and the address that began the count: all keyed, none can be read back.
    name_tried: Mapped[str | None] = mapped_column(
        sa.String(64), index=True, info=personal(Purpose.CONSOLE, not_rotated=_FORGOTTEN, code=True)
    )
    address_index: Mapped[str | None] = mapped_column(
        sa.String(64), index=True, info=personal(Purpose.CONSOLE, not_rotated=_FORGOTTEN, code=True)
    )
    failures: Mapped[int] = mapped_column(sa.Integer)
    last_at: Mapped[datetime] = mapped_column(Moment, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)


class SignInCount(Model):
    """How often a person signed in since `since`; begun anew after a day. Sessions alone would not tell: signing out
    deletes them."""

    __tablename__ = "sign_in_counts"
    __personal__ = [
        PersonalTable("person_id", "一天内的登录次数", "sign_in_counts", position=75, on_erasure="delete")
    ]
    __table_args__ = (sa.CheckConstraint("times > 0", name="times_count_up"),)

    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), primary_key=True, info=on_merge("drop")
    )
    since: Mapped[datetime] = mapped_column(Moment, index=True)
    times: Mapped[int] = mapped_column(sa.Integer)


class ScanSignIn(Model):
    """A code on the sign-in page that a phone approves. Only the browser that asked for it holds its secret,
    so a photographed code opens nothing elsewhere."""

    __tablename__ = "scan_sign_ins"
    __table_args__ = (
        sa.CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_by_someone"),
        sa.CheckConstraint("used_at IS NULL OR approved_at IS NOT NULL", name="used_once_approved"),
        sa.CheckConstraint("(choices IS NULL) = (answer IS NULL)", name="answer_among_choices"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    secret_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    browser: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    # Three numbers of two digits (“17,42,83”), of which the screen shows one: the phone has to pick it.
    choices: Mapped[str | None] = mapped_column(
        sa.String(8), info=not_personal("three numbers of the product's own", code=True)
    )
    answer: Mapped[str | None] = mapped_column(
        sa.String(2), info=not_personal("the number on the screen, forgotten within the hour", code=True)
    )
    approved_by_id: Mapped[int | None] = mapped_column(
        Id,
        sa.ForeignKey("persons.id"),
        info=handler("lives some minutes, and is deleted with the sign-in it opened", merged="stay"),
    )
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    # The person at whose console the code stands, where the phone's WeChat is to become theirs; it opens no console.
    binds_id: Mapped[int | None] = mapped_column(
        Id,
        sa.ForeignKey("persons.id"),
        info=handler(
            "lives some minutes: whose console asks to be joined to a WeChat account", merged="move"
        ),
    )

    @property
    def purpose(self) -> ScanPurpose:
        return ScanPurpose.SIGN_IN if self.binds_id is None else ScanPurpose.BIND


class ConsoleLinkBatch(Model):
    """Links for several of the staff, printed by one administrator. They open nothing before another one has confirmed
    them, unless the city has no other one (`by_one`)."""

    __tablename__ = "console_link_batches"
    __four_eyes__ = (("decided_by_id", "made_by_id"),)
    __table_args__ = (
        sa.CheckConstraint("links > 0", name="links_are_some"),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (granted IS NULL)",
            name="decided_by_someone",
        ),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> made_by_id", name="four_eyes"),
        sa.CheckConstraint("NOT by_one OR decided_by_id IS NULL", name="by_one_or_two"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Where who made them appoints.
    place_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    made_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    links: Mapped[int] = mapped_column(sa.Integer)
    by_one: Mapped[bool]
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    granted: Mapped[bool | None]


class ConsoleLink(Model):
    """A link that opens the console once: printed by a command of whoever operates the machine, or one of a batch of an
    administrator's. Only a digest is kept."""

    __tablename__ = "console_links"
    __personal__ = [
        PersonalTable("person_id", "工作后台的一次性链接", "console_links", position=368, on_erasure="delete")
    ]

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), index=True, info=on_merge("drop"))
    code_digest: Mapped[str] = mapped_column(
        sa.String(64), unique=True, info=internal("a digest of what opens the console once")
    )
    batch_id: Mapped[int | None] = mapped_column(
        Id,
        sa.ForeignKey("console_link_batches.id"),
        index=True,
        info=internal("with which others it was printed"),
    )
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class ProviderAccount(Model):
    """Somebody's account of the city's own sign-in, bound by its owner: it opens their console. One of a provider, and
    one a person."""

    __tablename__ = "provider_accounts"
    __personal__ = [
        PersonalTable("person_id", "绑定的统一身份", "provider_accounts", position=369, on_erasure="delete")
    ]
    __table_args__ = (
        sa.UniqueConstraint("issuer", "subject", name="uq_provider_accounts_subject"),
        sa.UniqueConstraint("person_id", "issuer", name="uq_provider_accounts_person"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("drop"))
    issuer: Mapped[str] = mapped_column(
        sa.String(200), info=not_personal("the address of the city's own sign-in", code=True)
    )
    subject: Mapped[str] = mapped_column(sa.String(255), info=personal(Purpose.CONSOLE, code=True))
    bound_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class ConsoleSession(Model):
    """An open console in one browser. It ends after idle time, and in any case at `ends_at`."""

    __tablename__ = "console_sessions"
    __personal__ = [
        PersonalTable(
            "person_id", "工作后台的登录记录", "console_sign_ins", position=370, on_erasure="delete"
        )
    ]
    __table_args__ = (sa.CheckConstraint(f"method IN {METHODS}", name="method_known"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), index=True, info=on_merge("drop"))
    token_digest: Mapped[str] = mapped_column(
        sa.String(64), unique=True, info=internal("a digest, covered with the sign-in it belongs to")
    )
    method: Mapped[str] = mapped_column(sa.String(12))
    browser: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)
    # Opened with a password that others have seen: the journal marks what is done here, also once it was changed.
    first_password: Mapped[bool] = mapped_column(
        default=False,
        server_default=sa.false(),
        info=not_personal("how this console was opened, no password"),
    )


class FirstPasswordRequest(Model):
    """One administrator wants a first password for somebody without WeChat, another one agrees; one a person."""

    __tablename__ = "first_password_requests"
    __four_eyes__ = (("decided_by_id", "asked_by_id, person_id"),)
    __personal__ = [
        PersonalTable(
            "person_id",
            "工作后台初始口令的申请",
            "first_password_requests",
            position=365,
            on_erasure="delete",
        )
    ]
    __table_args__ = (
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (granted IS NULL)",
            name="decided_by_someone",
        ),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="four_eyes"),
        sa.CheckConstraint("used_at IS NULL OR granted", name="used_once_granted"),
        sa.CheckConstraint(
            "person_id <> asked_by_id AND (decided_by_id IS NULL OR decided_by_id <> person_id)",
            name="never_ones_own",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        Id, sa.ForeignKey("persons.id"), unique=True, info=on_merge("drop")
    )
    # Where they work, for the list of what waits.
    place_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("organisations.id"))
    # The login name that they are to have.
    name: Mapped[str] = mapped_column(sa.String(40), info=personal(Purpose.CONSOLE))
    asked_by_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    asked_at: Mapped[datetime] = mapped_column(Moment)
    # Until when it may be decided; once granted, until when the password may be made.
    expires_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("persons.id"), info=handler())
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    granted: Mapped[bool | None]
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def stage(self) -> RequestStage:
        """Whether it waits, or what it came to."""
        if self.used_at is not None:
            return RequestStage.USED
        if self.granted is False:
            return RequestStage.REJECTED
        if self.expires_at <= clock.now():
            return RequestStage.EXPIRED
        return RequestStage.GRANTED if self.granted else RequestStage.ASKED


class Session(Model):
    """A sign-in. Only the token's digest is kept; each use may push the end further away."""

    __tablename__ = "sessions"
    __personal__ = [PersonalTable("person_id", "登录记录", "sessions", position=70, on_erasure="delete")]

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), index=True, info=on_merge("drop"))
    token_digest: Mapped[str] = mapped_column(
        sa.String(64), unique=True, info=personal(Purpose.SIGN_IN, not_exported=DIGEST)
    )
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
