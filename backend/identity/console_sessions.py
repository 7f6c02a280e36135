"""Entering the console and leaving it: by password, or by a code that the person's own phone approves."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend import clock, config, crypto, journal
from backend.db import lock_row, session
from backend.errors import InvalidInput, NotAllowed, NotFound, Refused, SessionEnded
from backend.identity import binding, sessions
from backend.identity.models import ConsoleSession, Credential, ScanSignIn
from backend.journal import Actor
from backend.people import security_events, suspensions
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Appointment, Person
from backend.people.permissions import VIEWER_ACTIVE_TODAY, active_today, bind_viewer

# A use is noted at most once in this time, so that reading stays reading.
NOTE_EVERY = timedelta(minutes=1)
SCAN_SECONDS = 120
# Numbers that a phone is shown; one of them stands on the screen that asks.
CHOICES = 3
BATCH = 500


class NoAppointment(Refused):
    code, message = 40390, "工作后台只对在任的工作人员开放；任职有变动时请联系市级管理员"


class WrongChoice(Refused):
    code, message = 40967, "选的数字和电脑上显示的不一样，这个二维码已作废；如果不是您自己在登录，请不要再扫"


class SignInOver(Refused):
    code, message = 40951, "这个登录二维码已失效，请刷新电脑上的页面后再扫"


@dataclass(frozen=True, slots=True)
class Entered:
    """Who sits at the console. `stale` asks for the use to be noted, `first` for a password of their own; `mark`
    says with what this console was opened, where others had seen it (`labels.OPENED_BY`)."""

    id: int
    session_id: int
    stale: bool
    first: bool = False
    suspended_until: datetime | None = None
    mark: str | None = None


# Each page of the console asks these two.
_ENTERED = (
    sa.select(ConsoleSession, Person.state, Credential.first_until, Person.suspended_until)
    .join(Person, Person.id == ConsoleSession.person_id)
    .outerjoin(Credential, Credential.person_id == ConsoleSession.person_id)
    .where(ConsoleSession.token_digest == sa.bindparam("digest"))
)
_APPOINTMENTS = sa.select(Appointment).where(VIEWER_ACTIVE_TODAY).order_by(Appointment.id)


def entered(token: str) -> Entered:
    """The person behind a console token. Raises SessionEnded when unknown, idle too long, over or revoked."""
    row = session.execute(_ENTERED, {"digest": crypto.digest(token)}).first()
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
    return Entered(row[0].person_id, row[0].id, stale, first, row[3], _mark(row[0]))


def _mark(row: ConsoleSession) -> str | None:
    if row.method == "link":
        return "link"
    return "first_password" if row.first_password else None


def _idle() -> timedelta:
    return timedelta(minutes=config.settings().console_idle_minutes)


def note_use(session_id: int) -> None:
    session.execute(
        sa.update(ConsoleSession).where(ConsoleSession.id == session_id).values(used_at=clock.now())
    )


_WITH = {
    "password": "用口令",
    "scan": "扫码",
    "provider": "用统一身份认证",
    "command": "用运维人员在命令行生成的链接",
    "administrator": "用市级管理员打印的一次性链接",
}


def enter(person_id: int, method: str, browser: str, *, printed_by: str = "") -> str:
    """Opens the console for a person with a standing appointment: the token, shown this once. A link says who printed
    it.

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
        first_password=method == "password" and _has_first_password(person_id),
    )
    session.add(made)
    session.flush()
    journal.write("enter_console", "person", person_id, actor=person, facts={"method": method})
    how = f"{_WITH[printed_by or method]}登录了工作后台"
    security_events.record(person_id, SecurityEventKind.CONSOLE, how, browser)
    return token


def _has_first_password(person_id: int) -> bool:
    own = session.get(Credential, person_id)
    return own is not None and own.first_until is not None


def _appointed(person_id: int) -> bool:
    return session.scalar(sa.select(sa.exists().where(active_today(person_id)))) or False


def appointments(person_id: int) -> list[Appointment]:
    """The appointments that stand today, oldest first."""
    return list(session.scalars(_APPOINTMENTS, bind_viewer(person_id)))


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


def leave_others(session_id: int, *, actor: Actor) -> int:
    """Ends all of one's consoles but this one, also those that a phone has let in and that are not open yet: after a
    new password, or when a browser is not trusted. Answers how many were open."""
    others = ConsoleSession.person_id == actor.id, ConsoleSession.id != session_id
    ended = session.execute(sa.delete(ConsoleSession).where(*others).returning(ConsoleSession.id))
    session.execute(
        sa.delete(ScanSignIn).where(ScanSignIn.approved_by_id == actor.id, ScanSignIn.used_at.is_(None))
    )
    return len(ended.all())


def sign_out_elsewhere(*, actor: sessions.Caller) -> int:
    """Ends every other sign-in of the caller, in the mini-program and at the console; answers how many there were.

    For whoever lost a phone, or left a computer open somewhere.
    """
    ended = sessions.close_others(actor.session_id, actor=actor) + leave_others(0, actor=actor)
    journal.write("end_sessions", "person", actor.id, actor=actor)
    return ended


def leave_all(person_id: int) -> None:
    """Ends all consoles of a person: whoever sits there has to sign in again."""
    session.execute(sa.delete(ConsoleSession).where(ConsoleSession.person_id == person_id))


def begin_scan(browser: str, binds_id: int | None = None) -> tuple[str, str]:
    """A new code for the screen, and the secret that only this browser gets. With `binds_id` the phone that approves it
    becomes this person's, and no console opens."""
    code, secret, now = secrets.token_urlsafe(16), secrets.token_urlsafe(32), clock.now()
    choices = [str(one) for one in secrets.SystemRandom().sample(range(10, 100), CHOICES)]
    session.add(
        ScanSignIn(
            code_digest=crypto.digest(code),
            secret_digest=crypto.digest(secret),
            choices=",".join(choices),
            answer=secrets.choice(choices),
            browser=browser[:60],
            binds_id=binds_id,
            created_at=now,
            expires_at=now + timedelta(seconds=SCAN_SECONDS),
        )
    )
    session.flush()
    return code, secret


def scanned(code: str) -> ScanSignIn:
    """The sign-in that waits for this code. Raises SignInOver once it is too late."""
    found = session.scalar(sa.select(ScanSignIn).where(ScanSignIn.code_digest == crypto.digest(code)))
    return _still_open(found)


def _still_open(found: ScanSignIn | None) -> ScanSignIn:
    """One without numbers was begun by the release before this one, whose page shows none."""
    if found is None or found.expires_at <= clock.now() or found.approved_at or found.answer is None:
        raise SignInOver()
    return found


def number_on_screen(secret: str) -> str | None:
    """The number that this browser shows, for the phone to pick."""
    return session.scalar(
        sa.select(ScanSignIn.answer).where(ScanSignIn.secret_digest == crypto.digest(secret))
    )


def approve(code: str, choice: str | None, *, actor: Actor) -> Refused | None:
    """The phone's owner lets the browser that shows this code in, as themselves; each code once.

    They pick the number that stands on the screen before them: whoever was sent a code by somebody else does not know
    it. A wrong one ends the code, so it is answered and not raised: what was raised would be undone.
    A code that binds is for the phone of whoever sits at that console: their account there has no appointment yet.
    Raises NotAllowed to residents, SignInOver, InvalidInput without a choice, and what `binding.take_over` raises.
    """
    wanted = sa.select(ScanSignIn).where(ScanSignIn.code_digest == crypto.digest(code))
    found = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if (found is None or found.binds_id is None) and not _appointed(actor.id):
        raise NotAllowed(NoAppointment.message)
    scan = _still_open(found)
    if choice is None:
        raise InvalidInput({"choice": ["请选电脑上显示的数字；手机上没有数字可选的，请先更新小程序"]})
    if choice != scan.answer:
        scan.expires_at = clock.now()
        session.flush()
        journal.write("pick_wrong_number", "person", actor.id, actor=actor)
        return WrongChoice()
    if scan.binds_id is not None:
        binding.take_over(scan.binds_id, actor=actor)
    scan.approved_by_id, scan.approved_at = scan.binds_id or actor.id, clock.now()
    session.flush()
    if scan.binds_id is None:
        journal.write("approve_console", "person", actor.id, actor=actor)
    return None


def approved(secret: str) -> bool:
    """Has a phone approved the code that this browser shows?"""
    found = sa.select(ScanSignIn.id).where(_redeemable(secret))
    return session.scalar(found) is not None


def redeem(secret: str, browser: str) -> str:
    """The browser's side of an approved scan: opens the console, once. Raises SignInOver,
    TooManySignIns, NoAppointment."""
    person_id = session.scalar(
        sa.update(ScanSignIn)
        .where(_redeemable(secret), ScanSignIn.binds_id.is_(None))
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
