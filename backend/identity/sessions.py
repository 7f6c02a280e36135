"""Signing in and out. A token is 256 random bits; only its digest is stored, so it can be revoked at once.

A session ends SESSION_DAYS after its last use, and in any case SESSION_MOST_DAYS after its sign-in.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from backend import clock, config, crypto, journal
from backend.db import Moment, insert, session
from backend.errors import Refused, SessionEnded
from backend.identity.kiosk_models import CardCode, KioskSession
from backend.identity.models import Session, SignInCount
from backend.journal import Actor
from backend.people import guests, security_events, sign_ins
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Person
from backend.statements import Statement

# A session is prolonged at most once in this time, so that reading stays reading.
PROLONG_EVERY = timedelta(hours=12)
_DAY = timedelta(days=1)


class TooManySignIns(Refused):
    code, message = 42991, "一天里登录了 {most} 次，太多了，请过些时候再登录"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: an active person with a valid session. `stale` asks the caller to prolong it; who is
    `suspended_until` some later moment may do little. At a terminal (`kiosk_id`) they were let in by a code that
    `helper_id` of the staff gave, or nobody did, and are out when it `ends_at`."""

    id: int
    session_id: int
    stale: bool = False
    suspended_until: datetime | None = None
    kiosk_id: int | None = None
    helper_id: int | None = None
    ends_at: datetime | None = None


# Who reads without signing in.
GUEST = Caller(guests.GUEST_ID, session_id=0)


class _SignedIn(NamedTuple):
    person_id: int
    session_id: int
    expires_at: datetime
    created_at: datetime
    status: str
    suspended_until: datetime | None


_persons, _saved = Person.__table__.c, Session.__table__.c
_LOOKUP = Statement(
    sa.select(
        _persons.id,
        _saved.id,
        _saved.expires_at,
        _saved.created_at,
        _persons.status,
        _persons.suspended_until,
    )
    .join_from(Session.__table__, Person.__table__, _persons.id == _saved.person_id)
    .where(_saved.token_digest == sa.bindparam("digest")),
    _SignedIn,
)


def caller(token: str) -> Caller:
    """The person behind a token. Raises SessionEnded for an unknown, ended or revoked one."""
    row = _LOOKUP.first({"digest": crypto.digest(token)})
    if row is None:
        raise SessionEnded()
    now, latest = clock.now(), _latest_end(row.created_at)
    if min(row.expires_at, latest) <= now or row.status != PersonState.ACTIVE:
        raise SessionEnded()
    stale = min(now + _lifetime(), latest) - row.expires_at > PROLONG_EVERY
    return Caller(row.person_id, row.session_id, stale, row.suspended_until)


def vouched_for(openid: str) -> Caller | None:
    """The active person with this openid, where WeChat itself says who asks: a caller without a session."""
    found = sign_ins.active_holder(openid)
    return Caller(found[0], session_id=0, suspended_until=found[1]) if found else None


def open_session(person: Person, device: str | None = None) -> tuple[str, datetime]:
    """A new sign-in on this phone: the token, shown this once, and its end. Raises TooManySignIns."""
    count_sign_in(person.id)
    token, now = secrets.token_urlsafe(32), clock.now()
    ends = min(now + _lifetime(), _latest_end(now))
    row = Session(person_id=person.id, token_digest=crypto.digest(token), created_at=now, expires_at=ends)
    session.add(row)
    security_events.record(person.id, SecurityEventKind.SESSION, "登录了小程序", device)
    return token, ends


def count_sign_in(person_id: int) -> None:
    """One more sign-in of this person, whatever became of the sessions before; at the console those count that a
    phone let in. The caller has locked the person's row: whoever held the count and then waited for the person could
    wait for somebody who does it the other way round. Raises TooManySignIns beyond SIGN_INS_PER_DAY in 24 hours.
    """
    now, most = clock.now(), config.settings().sign_ins_per_day
    begin_anew = SignInCount.since <= now - _DAY
    adding = insert(SignInCount).values(person_id=person_id, since=now, times=1)
    counted = adding.on_conflict_do_update(
        index_elements=["person_id"],
        set_={
            "times": sa.case((begin_anew, 1), else_=SignInCount.times + 1),
            "since": sa.case((begin_anew, sa.literal(now, Moment)), else_=SignInCount.since),
        },
    ).returning(SignInCount.times, SignInCount.since)
    times, since = session.execute(counted).one()
    if times > most:
        raise TooManySignIns(most=most).retry_after((since + _DAY - now).total_seconds())


def prolong(session_id: int) -> None:
    """Used again: the end moves, but never beyond the last day that a sign-in can have."""
    row = session.get(Session, session_id)
    if row is not None:
        row.expires_at = min(clock.now() + _lifetime(), _latest_end(row.created_at))
        session.flush()


def close_session(session_id: int, *, actor: Caller) -> None:
    """Signs out: the token is worth nothing from now on."""
    session.execute(sa.delete(Session).where(Session.id == session_id, Session.person_id == actor.id))


def close_others(session_id: int, *, actor: Actor) -> int:
    """Ends all of one's sign-ins but this one, also what is open at a terminal; answers how many there were in the
    mini-program."""
    _leave_kiosks(actor.id)
    ended = session.execute(
        sa.delete(Session)
        .where(Session.person_id == actor.id, Session.id != session_id)
        .returning(Session.id)
    )
    return len(ended.all())


def close_all(person_id: int) -> None:
    """Ends every sign-in of a person, also at terminals."""
    _leave_kiosks(person_id)
    session.execute(sa.delete(Session).where(Session.person_id == person_id))


def _leave_kiosks(person_id: int) -> None:
    session.execute(sa.delete(KioskSession).where(KioskSession.person_id == person_id))
    session.execute(sa.delete(CardCode).where(CardCode.person_id == person_id))


def open_of(person_id: int) -> list[Session]:
    """The person's sign-ins that are good now, newest first."""
    wanted = sa.select(Session).where(Session.person_id == person_id, Session.expires_at > clock.now())
    return list(session.scalars(wanted.order_by(Session.id.desc()).limit(50)))


def person_of(openid: str) -> Person:
    """The person with this WeChat account in this mini-program, the only one or one of several; a new one at the first
    sign-in."""
    known = sign_ins.holder(openid)
    if known is not None:
        return known
    made = Person(openid=openid, nickname="", state=PersonState.ACTIVE, created_at=clock.now())
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except sa.exc.IntegrityError:
        # Two phones of one account, or a double tap: the other request was quicker.
        return session.scalars(sa.select(Person).where(Person.openid == openid).with_for_update()).one()
    journal.write("sign_up", "person", made.id, actor=made)
    return made


def _lifetime() -> timedelta:
    return timedelta(days=config.settings().session_days)


def _latest_end(began: datetime) -> datetime:
    return began + timedelta(days=config.settings().session_most_days)


def ended() -> list[int]:
    """Ids of sessions that may be forgotten, for the cleaning job."""
    return list(session.scalars(sa.select(Session.id).where(Session.expires_at <= clock.now()).limit(500)))


def forget(session_id: int) -> None:
    session.execute(sa.delete(Session).where(Session.id == session_id, Session.expires_at <= clock.now()))


def counts_over() -> list[int]:
    """People who have not signed in again since their day was over."""
    old = SignInCount.since <= clock.now() - _DAY
    return list(session.scalars(sa.select(SignInCount.person_id).where(old).limit(500)))


def forget_count(person_id: int) -> None:
    over = SignInCount.since <= clock.now() - _DAY
    session.execute(sa.delete(SignInCount).where(SignInCount.person_id == person_id, over))
