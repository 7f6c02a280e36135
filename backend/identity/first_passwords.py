"""初始口令: how staff without a phone of their own come into the console.

One administrator asks for it, another one agrees, and the first gets a password made at random, shown once to be handed
over on paper. It opens the console for three days and nothing in it but the page on which its owner chooses a password
of their own, so that in the end nobody else knows it; what is done in a console that it opened is marked in the journal.

Whoever has WeChat scans, and gets none. Where there is only one administrator, an operator's command prints a link that
opens the console once (`console_links`).
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from backend import clock, journal
from backend.db import lock_row, session
from backend.errors import NotFound, Refused
from backend.identity import attempts, console_sessions, credentials
from backend.identity.models import Credential, FirstPasswordRequest
from backend.journal import Actor
from backend.outbox.actions import notify
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people import queries as people
from backend.people.kinds import PersonState, RequestStage
from backend.people.models import Appointment, Person
from backend.people.permissions import Permission

STANDS = timedelta(days=3)
# So long the second administrator has to decide; what is granted is used within STANDS.
ASKED_FOR = timedelta(days=7)
OPEN_STAGES = (RequestStage.ASKED, RequestStage.GRANTED)
# Read from paper and typed: no 0 and o, no 1, l and i.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


class OwnFirstPassword(Refused):
    code, message = 40342, "不能给自己设置初始口令，请到“我的账号”里修改口令"


class StrongRole(Refused):
    """Who reads the journal or appoints others is nobody's account to open."""

    code, message = (
        40343,
        "市级管理员和审计员不设初始口令，请本人用手机扫码登录，或请运维人员打印一次性登录链接",
    )


class NotInOffice(Refused):
    code, message = 40344, "这个人今天没有任职，请先任命"


class CanScan(Refused):
    code, message = 40347, "这个人已绑定微信，不设初始口令，请本人用手机扫码登录"


class SecondAdministratorMissing(Refused):
    code, message = (
        40348,
        "初始口令要另一位市级管理员同意，现在没有第二位；请运维人员运行命令，打印一个只能用一次的登录链接给本人",
    )


class AnotherAdministrator(Refused):
    code, message = 40349, "要由提出人以外的另一位市级管理员来办"


class FirstPasswordAsked(Refused):
    code, message = 40968, "已经提出过了，请等另一位市级管理员同意"


class FirstPasswordNotGranted(Refused):
    code, message = 40351, "另一位市级管理员还没有同意，或同意已过期，请刷新"


class FirstPasswordDecided(Refused):
    code, message = 40930, "这个初始口令的申请已经处理过或已过期，请刷新"


def new_password() -> tuple[str, str]:
    """A new password with 59 bits of chance, and its hash. Slow on purpose: call it outside any transaction."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(12))
    password = "-".join((signs[:4], signs[4:8], signs[8:]))
    return password, credentials.hashed(password)


def check(person_id: int, *, actor: Actor) -> Person:
    """May `actor` set up the sign-in of this person? In all places where they are appointed, never one's own, and
    never of somebody who can scan.

    Raises OwnFirstPassword, NotInOffice, StrongRole, CanScan, NotFound, NotAllowed.
    """
    person = session.get(Person, person_id)
    if person is None or person.state != PersonState.ACTIVE:
        raise NotFound()
    if person_id == actor.id:
        raise OwnFirstPassword()
    posts = console_sessions.appointments(person_id)
    if not posts:
        raise NotInOffice()
    for post in posts:
        permissions.require(actor.id, Permission.APPOINTMENT_GRANT, post.organisation_id)
    if any(post.role in credentials.STRONG_ROLES for post in posts):
        raise StrongRole()
    if person.openid is not None:
        raise CanScan()
    return person


def of(person_id: int) -> FirstPasswordRequest | None:
    """What was asked for this person last."""
    return session.scalar(sa.select(FirstPasswordRequest).where(FirstPasswordRequest.person_id == person_id))


@dataclass(frozen=True)
class RequestView:
    """A request as administrators see it: who it is for and who asked, by name, as they hold offices."""

    id: int
    stage: str
    name: str
    person_name: str
    asked_by_id: int
    asked_by_name: str
    asked_at: datetime
    expires_at: datetime


def view_of(row: FirstPasswordRequest) -> RequestView:
    names = people.officer_names({row.person_id, row.asked_by_id})
    return RequestView(
        row.id,
        row.stage,
        row.name,
        names[row.person_id],
        row.asked_by_id,
        names[row.asked_by_id],
        row.asked_at,
        row.expires_at,
    )


def ask(person_id: int, name: str, *, actor: Actor) -> FirstPasswordRequest:
    """Asks the other administrators for a first password under this name; what was decided before goes.

    Raises as `check`, SecondAdministratorMissing, FirstPasswordAsked, NoSensibleName, NameTaken.
    """
    lock_row(Person, person_id)
    check(person_id, actor=actor)
    if not other_administrator(actor.id, person_id):
        raise SecondAdministratorMissing()
    before = of(person_id)
    if before is not None and before.stage in OPEN_STAGES:
        raise FirstPasswordAsked()
    credentials.check_name(name)
    credentials.check_free(name, person_id)
    if before is not None:
        session.delete(before)
        session.flush()
    now = clock.now()
    row = FirstPasswordRequest(
        person_id=person_id,
        place_id=console_sessions.appointments(person_id)[0].organisation_id,
        name=name,
        asked_by_id=actor.id,
        asked_at=now,
        expires_at=now + ASKED_FOR,
    )
    session.add(row)
    session.flush()
    journal.write("ask_first_password", "person", person_id, actor=actor)
    return row


def other_administrator(*person_ids: int, since: date | None = None) -> bool:
    """Is there anybody else who may agree today, or was there since some day?"""
    today = clock.today()
    wanted = (
        sa.select(sa.literal(1))
        .select_from(Appointment)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            Appointment.role.in_(permissions.roles_with(Permission.APPOINTMENT_GRANT)),
            Appointment.from_day <= today,
            sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= (since or today)),
            Appointment.person_id.not_in(person_ids),
            Person.state == PersonState.ACTIVE,
        )
    )
    return session.scalar(wanted.limit(1)) is not None


def to_decide(*, actor: Actor) -> KeysetQuery:
    """What other administrators ask for, of staff of whom this one may decide, oldest first."""
    today = clock.today()
    here = sa.select(Appointment.person_id).where(
        Appointment.organisation_id.in_(permissions.reach_of(actor.id, Permission.APPOINTMENT_GRANT)),
        Appointment.from_day <= today,
        sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today),
    )
    wanted = sa.select(FirstPasswordRequest).where(
        FirstPasswordRequest.decided_at.is_(None),
        FirstPasswordRequest.expires_at > clock.now(),
        FirstPasswordRequest.asked_by_id != actor.id,
        FirstPasswordRequest.person_id != actor.id,
        FirstPasswordRequest.person_id.in_(here),
    )
    return KeysetQuery(wanted, (FirstPasswordRequest.id,))


def one(request_id: int, *, actor: Actor) -> FirstPasswordRequest:
    """A request of staff of whom this administrator may decide. Raises NotFound."""
    found = session.get(FirstPasswordRequest, request_id)
    if found is None or not permissions.appointed(actor.id, Permission.APPOINTMENT_GRANT):
        raise NotFound()
    return found


def decide(request_id: int, granted: bool, *, actor: Actor) -> FirstPasswordRequest:
    """The second administrator agrees, or does not. The one who asked is told.

    Raises NotFound, AnotherAdministrator, FirstPasswordDecided, and as `check` where it would be granted.
    """
    row = lock_row(FirstPasswordRequest, request_id)
    posts = console_sessions.appointments(row.person_id)
    for post in posts:
        permissions.require(actor.id, Permission.APPOINTMENT_GRANT, post.organisation_id)
    if not posts:
        one(request_id, actor=actor)
    if actor.id in (row.asked_by_id, row.person_id):
        raise AnotherAdministrator()
    if row.stage != RequestStage.ASKED:
        raise FirstPasswordDecided()
    if granted:
        check(row.person_id, actor=actor)
        row.expires_at = clock.now() + STANDS
    row.decided_by_id, row.decided_at, row.granted = actor.id, clock.now(), granted
    session.flush()
    verb = "grant_first_password" if granted else "refuse_first_password"
    journal.write(verb, "person", row.person_id, actor=actor)
    _notify_decided(row)
    return row


def _notify_decided(row: FirstPasswordRequest) -> None:
    name = people.masked_names({row.person_id})[row.person_id]
    told = "已同意，请在三天内到“任职”里生成" if row.granted else "没有同意"
    notify(
        row.asked_by_id,
        "first_password_decided",
        f"初始口令：{'已同意' if row.granted else '没有同意'}",
        f"您为{name}提出的初始口令，另一位市级管理员{told}。",
        subject=("person", row.person_id),
    )


def withdraw(person_id: int) -> None:
    """What was asked for this person and not used yet is void: the one who asked thinks better of it, or its owner
    says that something in the account was not their doing."""
    waiting = sa.delete(FirstPasswordRequest).where(
        FirstPasswordRequest.person_id == person_id, FirstPasswordRequest.used_at.is_(None)
    )
    session.execute(waiting)


def take_back(person_id: int, *, actor: Actor) -> None:
    """Who asked thinks better of it. Raises AnotherAdministrator, FirstPasswordDecided."""
    lock_row(Person, person_id)
    row = of(person_id)
    if row is None or row.stage not in OPEN_STAGES:
        raise FirstPasswordDecided()
    if row.asked_by_id != actor.id:
        raise AnotherAdministrator("这是另一位管理员提出的，由提出人撤回")
    withdraw(person_id)
    journal.write("take_back_first_password", "person", person_id, actor=actor)


def give(person_id: int, password_hash: str, *, actor: Actor) -> Credential:
    """Sets the name and the first password that were agreed to, once. What the person had goes: an old password,
    one-time codes on a phone that may be lost, open consoles.

    Raises as `check`, FirstPasswordNotGranted, AnotherAdministrator, NameTaken.
    """
    lock_row(Person, person_id)
    check(person_id, actor=actor)
    request = of(person_id)
    if request is None or request.stage != RequestStage.GRANTED:
        raise FirstPasswordNotGranted()
    if request.asked_by_id != actor.id:
        raise AnotherAdministrator("由提出的那位管理员生成")
    request.used_at = clock.now()
    row = credentials.keep(
        person_id, request.name, password_hash, first_until=clock.now() + STANDS, actor=actor
    )
    row.totp_sealed, row.totp_since = None, None
    session.flush()
    console_sessions.leave_all(person_id)
    attempts.forget_name(request.name)
    return row


def check_own(person_id: int, name: str, password: str) -> None:
    """May this be the person's own password after the first one? Raises WeakPassword, also for the first one.

    Slow on purpose: call it outside any transaction.
    """
    credentials.check_choice(name, password)
    if credentials.is_password_of(person_id, password):
        raise credentials.WeakPassword("请换一个口令：初始口令别人见过，不能继续用")
