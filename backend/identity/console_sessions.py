"""Entering the console and leaving it: by password, or by a code that the person's own phone approves."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend import clock, config, crypto, journal
from backend.db import lock_row, session
from backend.errors import NotAllowed, NotFound, Refused, SessionEnded
from backend.identity import sessions
from backend.identity.models import ConsoleSession, Credential, ScanSignIn
from backend.journal import Actor
from backend.people import suspensions
from backend.people.kinds import PersonState
from backend.people.models import Appointment, Person
from backend.people.permissions import active_today

# A use is noted at most once in this time, so that reading stays reading.
NOTE_EVERY = timedelta(minutes=1)
SCAN_SECONDS = 120
BATCH = 500


class NoAppointment(Refused):
    code, message = 40390, "工作后台只对在任的工作人员开放；任职有变动时请联系市级管理员"


class SignInOver(Refused):
    code, message = 40951, "这个登录二维码已失效，请刷新电脑上的页面后再扫"


@dataclass(frozen=True, slots=True)
class Entered:
    """Who sits at the console. `stale` asks for the use to be noted, `first` for a password of their own."""

    id: int
    session_id: int
    stale: bool
    first: bool = False
    suspended_until: datetime | None = None


def entered(token: str) -> Entered:
    """The person behind a console token. Raises SessionEnded when unknown, idle too long, over or revoked."""
    row = session.execute(
        sa.select(ConsoleSession, Person.state, Credential.first_until, Person.suspended_until)
        .join(Person, Person.id == ConsoleSession.person_id)
        .outerjoin(Credential, Credential.person_id == ConsoleSession.person_id)
        .where(ConsoleSession.token_digest == crypto.digest(token))
    ).first()
    now = clock.now()
    if (
        row is None
        or row[1] != PersonState.ACTIVE
        or row[0].ends_at <= now
        or row[0].used_at <= now - _idle()
    ):
        raise SessionEnded()
    first = row[0].method == "password" and row[2] is not None
    stale = row[0].used_at <= now - NOTE_EVERY
    return Entered(row[0].person_id, row[0].id, stale, first, row[3])


def _idle() -> timedelta:
    return timedelta(minutes=config.settings().console_idle_minutes)


def note_use(session_id: int) -> None:
    session.execute(
        sa.update(ConsoleSession).where(ConsoleSession.id == session_id).values(used_at=clock.now())
    )


def enter(person_id: int, method: str, browser: str) -> str:
    """Opens the console for a person with a standing appointment: the token, shown this once.

    Raises NoAppointment, Suspended.
    """
    if not _appointed(person_id):
        raise NoAppointment()
    person = session.get_one(Person, person_id)
    suspensions.refuse(person_id, person.suspended_until)
    token, now = secrets.token_urlsafe(32), clock.now()
    made = ConsoleSession(
        person_id=person_id,
        token_digest=crypto.digest(token),
        method=method,
        browser=browser[:60],
        created_at=now,
        used_at=now,
        ends_at=now + timedelta(hours=config.settings().console_hours),
    )
    session.add(made)
    session.flush()
    journal.write("enter_console", "person", person_id, actor=person, facts={"method": method})
    return token


def _appointed(person_id: int) -> bool:
    return session.scalar(sa.select(sa.exists().where(active_today(person_id)))) or False


def appointments(person_id: int) -> list[Appointment]:
    """The appointments that stand today, oldest first."""
    return list(
        session.scalars(sa.select(Appointment).where(active_today(person_id)).order_by(Appointment.id))
    )


@dataclass(frozen=True)
class OpenConsole:
    """A console that is open in some browser."""

    id: int
    browser: str
    method: str
    created_at: datetime
    used_at: datetime
    ends_at: datetime


def open_of(person_id: int) -> list[OpenConsole]:
    """The person's consoles that are open now, newest first."""
    wanted = sa.select(ConsoleSession).where(
        ConsoleSession.person_id == person_id,
        ConsoleSession.ends_at > clock.now(),
        ConsoleSession.used_at > clock.now() - _idle(),
    )
    return [
        OpenConsole(one.id, one.browser, one.method, one.created_at, one.used_at, one.ends_at)
        for one in session.scalars(wanted.order_by(ConsoleSession.id.desc()))
    ]


def leave(session_id: int, *, actor: Actor) -> None:
    """Ends one of one's own consoles; the token is worth nothing from now on. Raises NotFound."""
    ended = session.scalar(
        sa.delete(ConsoleSession)
        .where(ConsoleSession.id == session_id, ConsoleSession.person_id == actor.id)
        .returning(ConsoleSession.id)
    )
    if ended is None:
        raise NotFound()


def leave_others(session_id: int, *, actor: Actor) -> None:
    """Ends all of one's consoles but this one: after a new password, or when a browser is not trusted."""
    session.execute(
        sa.delete(ConsoleSession).where(ConsoleSession.person_id == actor.id, ConsoleSession.id != session_id)
    )


def leave_all(person_id: int) -> None:
    """Ends all consoles of a person: whoever sits there has to sign in again."""
    session.execute(sa.delete(ConsoleSession).where(ConsoleSession.person_id == person_id))


def begin_scan(browser: str) -> tuple[str, str]:
    """A new code for the screen, and the secret that only this browser gets."""
    code, secret, now = secrets.token_urlsafe(16), secrets.token_urlsafe(32), clock.now()
    session.add(
        ScanSignIn(
            code_digest=crypto.digest(code),
            secret_digest=crypto.digest(secret),
            browser=browser[:60],
            created_at=now,
            expires_at=now + timedelta(seconds=SCAN_SECONDS),
        )
    )
    session.flush()
    return code, secret


def scanned(code: str) -> ScanSignIn:
    """The sign-in that waits for this code. Raises SignInOver once it is too late."""
    found = session.scalar(sa.select(ScanSignIn).where(ScanSignIn.code_digest == crypto.digest(code)))
    if found is None or found.expires_at <= clock.now() or found.approved_at is not None:
        raise SignInOver()
    return found


def approve(code: str, *, actor: Actor) -> None:
    """The phone's owner lets the browser that shows this code in, as themselves; each code once.

    Raises NotAllowed to residents, SignInOver.
    """
    if not _appointed(actor.id):
        raise NotAllowed(NoAppointment.message)
    approved = session.scalar(
        sa.update(ScanSignIn)
        .where(
            ScanSignIn.code_digest == crypto.digest(code),
            ScanSignIn.approved_by_id.is_(None),
            ScanSignIn.expires_at > clock.now(),
        )
        .values(approved_by_id=actor.id, approved_at=clock.now())
        .returning(ScanSignIn.id)
    )
    if approved is None:
        raise SignInOver()
    journal.write("approve_console", "person", actor.id, actor=actor)


def approved(secret: str) -> bool:
    """Has a phone approved the code that this browser shows?"""
    found = sa.select(ScanSignIn.id).where(_redeemable(secret))
    return session.scalar(found) is not None


def redeem(secret: str, browser: str) -> str:
    """The browser's side of an approved scan: opens the console, once. Raises SignInOver,
    TooManySignIns, NoAppointment."""
    person_id = session.scalar(
        sa.update(ScanSignIn)
        .where(_redeemable(secret))
        .values(used_at=clock.now())
        .returning(ScanSignIn.approved_by_id)
    )
    if person_id is None:
        raise SignInOver()
    lock_row(Person, person_id)
    sessions.count_sign_in(person_id)
    return enter(person_id, "scan", browser)


def _redeemable(secret: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        ScanSignIn.secret_digest == crypto.digest(secret),
        ScanSignIn.approved_by_id.is_not(None),
        ScanSignIn.used_at.is_(None),
        # The phone may approve in the last second; the browser then has a little time to ask.
        ScanSignIn.expires_at > clock.now() - timedelta(seconds=SCAN_SECONDS),
    )


def ended() -> list[int]:
    """Ids of consoles that are over, for the cleaning job."""
    over = sa.or_(ConsoleSession.ends_at <= clock.now(), ConsoleSession.used_at <= clock.now() - _idle())
    return list(session.scalars(sa.select(ConsoleSession.id).where(over).limit(BATCH)))


def forget(session_id: int) -> None:
    session.execute(sa.delete(ConsoleSession).where(ConsoleSession.id == session_id))


def scans_over() -> list[int]:
    """Ids of codes nobody can use any more, for the cleaning job."""
    over = ScanSignIn.expires_at <= clock.now() - timedelta(hours=1)
    return list(session.scalars(sa.select(ScanSignIn.id).where(over).limit(BATCH)))


def forget_scan(scan_id: int) -> None:
    session.execute(sa.delete(ScanSignIn).where(ScanSignIn.id == scan_id))
