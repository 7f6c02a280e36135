"""A card's holder at a terminal: let in by card number and one-time code, out again within three minutes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from backend import clock, crypto
from backend.db import lock_row, session
from backend.errors import SessionEnded
from backend.identity import card_codes
from backend.identity.card_codes import CardCodeWrong
from backend.identity.kiosk_models import Kiosk, KioskSession
from backend.identity.kiosks import Device
from backend.identity.sessions import Caller
from backend.people import security_events
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.models import Person

# What the token of a card's holder begins with; see `kiosks.TOKEN_START`.
TOKEN_START = "card."  # noqa: S105 - how a token looks, and none
LASTS = timedelta(minutes=3)
BATCH = 500


@dataclass(frozen=True)
class Opened:
    """Who was let in: the token, shown this once, and its end."""

    person_id: int
    token: str
    expires_at: datetime


def open_session(card_number: str, code: str, *, device: Device) -> Opened | CardCodeWrong:
    """Lets the holder of a card in at this terminal; whoever was signed in there before is out. The owner reads of it
    among what happened to their account. A wrong code is answered and not raised, so that its count is kept."""
    redeemed = card_codes.redeem(card_number, code)
    if isinstance(redeemed, CardCodeWrong):
        return redeemed
    # A terminal that was revoked in this moment lets nobody in.
    if lock_row(Kiosk, device.kiosk_id).revoked_at is not None:
        raise SessionEnded()
    session.execute(sa.delete(KioskSession).where(KioskSession.kiosk_id == device.kiosk_id))
    token, now = TOKEN_START + secrets.token_urlsafe(32), clock.now()
    session.add(
        KioskSession(
            person_id=redeemed.person_id,
            kiosk_id=device.kiosk_id,
            helper_id=redeemed.helper_id,
            token_digest=crypto.digest(token),
            created_at=now,
            expires_at=now + LASTS,
        )
    )
    session.flush()
    given = "工作人员给的" if redeemed.helper_id else "自己手机上的"
    security_events.record(
        redeemed.person_id,
        SecurityEventKind.KIOSK,
        f"用{given}验证码登录了自助终端",
        f"自助终端 {device.name}",
    )
    return Opened(redeemed.person_id, token, now + LASTS)


_CALLER = (
    sa.select(
        KioskSession.id,
        KioskSession.person_id,
        KioskSession.kiosk_id,
        KioskSession.helper_id,
        KioskSession.expires_at,
        Person.suspended_until,
    )
    .join(Person, Person.id == KioskSession.person_id)
    .join(Kiosk, Kiosk.id == KioskSession.kiosk_id)
    .where(
        KioskSession.token_digest == sa.bindparam("digest"),
        Person.state == PersonState.ACTIVE,
        Kiosk.revoked_at.is_(None),
    )
)


def caller(token: str) -> Caller:
    """The person behind the token of a terminal's session. Raises SessionEnded for an unknown or ended one."""
    row = session.execute(_CALLER, {"digest": crypto.digest(token)}).first()
    if row is None or row.expires_at <= clock.now():
        raise SessionEnded()
    return Caller(
        row.person_id,
        # Not the number of a session of the mini-program.
        session_id=0,
        suspended_until=row.suspended_until,
        kiosk_id=row.kiosk_id,
        helper_id=row.helper_id,
        ends_at=row.expires_at,
    )


def close(token: str) -> None:
    """The holder leaves: the token is worth nothing from now on."""
    session.execute(sa.delete(KioskSession).where(KioskSession.token_digest == crypto.digest(token)))


def over() -> list[int]:
    """Ids of sessions that may be forgotten, for the cleaning job."""
    ended = KioskSession.expires_at <= clock.now()
    return list(session.scalars(sa.select(KioskSession.id).where(ended).limit(BATCH)))


def forget(session_id: int) -> None:
    session.execute(sa.delete(KioskSession).where(KioskSession.id == session_id))
