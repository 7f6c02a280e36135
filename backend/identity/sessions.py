"""Signing in and out. A token is 256 random bits; only its digest is stored, so it can be revoked at once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend import clock, config, crypto, journal
from backend.db import read_columns, session
from backend.errors import SessionEnded
from backend.identity.models import Session
from backend.journal import Actor
from backend.people import security_events
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Person

# A session is prolonged at most once in this time, so that reading stays reading.
PROLONG_EVERY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: an active person with a valid session. `stale` asks the caller to prolong it."""

    id: int
    session_id: int
    stale: bool = False


_persons, _saved = Person.__table__.c, Session.__table__.c
_LOOKUP = (
    sa.select(_persons.id, _saved.id, _saved.expires_at, _persons.status)
    .join_from(Session.__table__, Person.__table__, _persons.id == _saved.person_id)
    .where(_saved.token_digest == sa.bindparam("digest"))
)


def caller(token: str) -> Caller:
    """The person behind a token. Raises SessionEnded for an unknown, ended or revoked one."""
    found = read_columns(_LOOKUP, {"digest": crypto.digest(token)})
    if not found:
        raise SessionEnded()
    (row,) = found
    person_id, session_id, ends, state = tuple(row)
    left = ends - clock.now()
    if left <= timedelta() or state != PersonState.ACTIVE:
        raise SessionEnded()
    return Caller(person_id, session_id, stale=_lifetime() - left > PROLONG_EVERY)


def open_session(person: Person, device: str | None = None) -> tuple[str, datetime]:
    """A new sign-in on this phone: the token, shown this once, and its end."""
    token, ends = secrets.token_urlsafe(32), clock.now() + _lifetime()
    row = Session(
        person_id=person.id, token_digest=crypto.digest(token), created_at=clock.now(), expires_at=ends
    )
    session.add(row)
    security_events.record(person.id, SecurityEventKind.SESSION, "登录了小程序", device)
    return token, ends


def prolong(session_id: int) -> None:
    session.execute(
        sa.update(Session).where(Session.id == session_id).values(expires_at=clock.now() + _lifetime())
    )


def close_session(session_id: int, *, actor: Caller) -> None:
    """Signs out: the token is worth nothing from now on."""
    session.execute(sa.delete(Session).where(Session.id == session_id, Session.person_id == actor.id))


def close_others(session_id: int, *, actor: Actor) -> int:
    """Ends all of one's sign-ins but this one; answers how many there were."""
    ended = session.execute(
        sa.delete(Session)
        .where(Session.person_id == actor.id, Session.id != session_id)
        .returning(Session.id)
    )
    return len(ended.all())


def close_all(person_id: int) -> None:
    """Ends every sign-in of a person."""
    session.execute(sa.delete(Session).where(Session.person_id == person_id))


def person_of(openid: str) -> Person:
    """The person with this WeChat account in this mini-program; a new one at the first sign-in."""
    known = session.scalar(sa.select(Person).where(Person.openid == openid).with_for_update())
    if known is not None:
        return known
    made = Person(openid=openid, nickname="", state=PersonState.ACTIVE, created_at=clock.now())
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except sa.exc.IntegrityError:
        # Two phones of one account, or a double tap: the other request was quicker.
        return session.scalars(sa.select(Person).where(Person.openid == openid)).one()
    journal.write("sign_up", "person", made.id, actor=made)
    return made


def _lifetime() -> timedelta:
    return timedelta(days=config.settings().session_days)


def ended() -> list[int]:
    """Ids of sessions that may be forgotten, for the cleaning job."""
    return list(session.scalars(sa.select(Session.id).where(Session.expires_at <= clock.now()).limit(500)))


def forget(session_id: int) -> None:
    session.execute(sa.delete(Session).where(Session.id == session_id, Session.expires_at <= clock.now()))
