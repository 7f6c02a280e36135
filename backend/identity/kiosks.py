"""Terminals: put up in a community, known by their token, revoked.

A token is told once and kept as a digest. A terminal itself is set up by a code that stands ten minutes and works once:
then it gets a token that nobody has seen, and the one before is void.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, crypto, journal
from backend.db import lock_row, savepoint, session
from backend.errors import NotFound, Refused, SessionEnded, StateConflict
from backend.identity import typed_codes
from backend.identity.kiosk_models import Kiosk, KioskSession
from backend.journal import Actor
from backend.organisations import queries as places
from backend.paging import KeysetQuery
from backend.people import guests, permissions
from backend.people.permissions import Permission

# What a device's token begins with. No other token has a dot, so that nobody has to look in two tables.
TOKEN_START = "kiosk."  # noqa: S105 - how a token looks, and none
SET_UP_WITHIN = timedelta(minutes=10)
# A use is noted at most once in this time, so that reading stays reading.
NOTE_EVERY = timedelta(minutes=1)


class KioskReadOnly(Refused):
    code, message = 40305, "自助终端上不能办这件事，请用小程序，或请工作人员办理"


class KiosksOnly(Refused):
    code, message = 40306, "这个接口只给自助终端用，请用终端的令牌"


class KioskNameTaken(StateConflict):
    message = "这个社区已经有同名的自助终端，请换一个名称"


class KioskRevoked(StateConflict):
    message = "这台自助终端已经停用，请另外登记一台"


class SetUpOver(StateConflict):
    message = "这个设置码不能用了：每个只能用一次，十分钟内有效。请在工作后台的“自助终端”里再生成一个"


@dataclass(frozen=True, slots=True)
class Device:
    """A terminal that asks. It reads as a guest does: `id` is nobody's. `stale` asks for the use to be noted."""

    kiosk_id: int
    community_id: int
    name: str
    stale: bool = False
    id: int = guests.GUEST_ID


@dataclass(frozen=True)
class KioskView:
    """A terminal as staff see it."""

    id: int
    name: str
    community_id: int
    community_name: str
    created_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None
    actions: list[str]


def add(community_id: int, name: str, *, actor: Actor) -> tuple[Kiosk, str]:
    """A new terminal and its token, shown this once. Raises NotFound, NotAllowed, NotACommunity, KioskNameTaken."""
    permissions.require(actor.id, Permission.KIOSK_MANAGE, community_id)
    places.community(community_id)
    token = _draw_token()
    kiosk = Kiosk(
        community_id=community_id,
        name=name,
        token_digest=crypto.digest(token),
        created_at=clock.now(),
        created_by_id=actor.id,
    )
    try:
        with savepoint():
            session.add(kiosk)
            session.flush()
    except sa.exc.IntegrityError:
        raise KioskNameTaken() from None
    journal.write("add", "kiosk", kiosk.id, actor=actor, place=community_id)
    return kiosk, token


def _draw_token() -> str:
    return TOKEN_START + secrets.token_urlsafe(32)


def revoke(kiosk_id: int, *, actor: Actor) -> Kiosk:
    """Its token opens nothing from now on, and whoever is signed in there is out. Raises NotFound, KioskRevoked."""
    kiosk = _locked(kiosk_id, actor)
    kiosk.revoked_at, kiosk.revoked_by_id = clock.now(), actor.id
    kiosk.set_up_digest = kiosk.set_up_until = None
    session.flush()
    session.execute(sa.delete(KioskSession).where(KioskSession.kiosk_id == kiosk.id))
    journal.write("revoke", "kiosk", kiosk.id, actor=actor, place=kiosk.community_id)
    return kiosk


def _locked(kiosk_id: int, actor: Actor) -> Kiosk:
    """A terminal in use, of this clerk's place."""
    _of_ones_places(kiosk_id, actor)
    kiosk: Kiosk = lock_row(Kiosk, kiosk_id)
    if kiosk.revoked_at is not None:
        raise KioskRevoked()
    return kiosk


def _of_ones_places(kiosk_id: int, actor: Actor) -> Kiosk:
    """Those of other places do not exist for a clerk."""
    found = session.get(Kiosk, kiosk_id)
    if found is None or not permissions.appointed(actor.id, Permission.KIOSK_MANAGE, found.community_id):
        raise NotFound()
    return found


def draw_set_up_code(kiosk_id: int, *, actor: Actor) -> str:
    """A code that sets one device up as this terminal, shown this once. The one before is void; until it is used, the
    terminal goes on with the token that it has. Raises NotFound, KioskRevoked."""
    kiosk = _locked(kiosk_id, actor)
    code = typed_codes.draw()
    kiosk.set_up_digest, kiosk.set_up_until = crypto.digest(code), clock.now() + SET_UP_WITHIN
    session.flush()
    journal.write("draw_set_up_code", "kiosk", kiosk.id, actor=actor, place=kiosk.community_id)
    return typed_codes.spell(code)


def _good(typed: str) -> tuple[sa.ColumnElement[bool], ...]:
    digest = crypto.digest(typed_codes.as_it_counts(typed))
    return Kiosk.set_up_digest == digest, Kiosk.set_up_until > clock.now()


def check_set_up_code(typed: str) -> None:
    """Does it still set a device up? Raises SetUpOver, whatever is wrong with it."""
    if session.scalar(sa.select(Kiosk.id).where(*_good(typed))) is None:
        raise SetUpOver()


def set_up(typed: str) -> str:
    """The token for the device at which a set-up code was typed, once. Whoever was signed in with the token before is
    out. Raises SetUpOver."""
    token = _draw_token()
    spent = (
        sa.update(Kiosk)
        .where(*_good(typed))
        .values(token_digest=crypto.digest(token), set_up_digest=None, set_up_until=None)
    )
    row = session.execute(spent.returning(Kiosk.id, Kiosk.community_id)).first()
    if row is None:
        raise SetUpOver()
    session.execute(sa.delete(KioskSession).where(KioskSession.kiosk_id == row.id))
    journal.write("set_up", "kiosk", row.id, actor=None, place=row.community_id)
    return token


_DEVICE = sa.select(Kiosk.id, Kiosk.community_id, Kiosk.name, Kiosk.seen_at).where(
    Kiosk.token_digest == sa.bindparam("digest"), Kiosk.revoked_at.is_(None)
)


def device(token: str) -> Device:
    """The terminal behind a token. Raises SessionEnded for an unknown or revoked one."""
    row = session.execute(_DEVICE, {"digest": crypto.digest(token)}).first()
    if row is None:
        raise SessionEnded()
    stale = row.seen_at is None or row.seen_at <= clock.now() - NOTE_EVERY
    return Device(row.id, row.community_id, row.name, stale)


def note_use(kiosk_id: int) -> None:
    session.execute(sa.update(Kiosk).where(Kiosk.id == kiosk_id).values(seen_at=clock.now()))


def kiosks(*, actor: Actor) -> KeysetQuery:
    """The terminals of one's places, newest first, with those that are revoked."""
    reach = permissions.reach_of(actor.id, Permission.KIOSK_MANAGE)
    return KeysetQuery(sa.select(Kiosk).where(Kiosk.community_id.in_(reach)), (Kiosk.id.desc(),))


def view_kiosk_of(kiosk_id: int, *, actor: Actor) -> KioskView:
    """One of the clerk's own places. Raises NotFound."""
    return view_kiosks([_of_ones_places(kiosk_id, actor)])[0]


def view_kiosks(found: Sequence[Kiosk]) -> list[KioskView]:
    names: dict[Any, str] = places.names({one.community_id for one in found})
    return [
        KioskView(
            id=one.id,
            name=one.name,
            community_id=one.community_id,
            community_name=names[one.community_id],
            created_at=one.created_at,
            seen_at=one.seen_at,
            revoked_at=one.revoked_at,
            actions=[] if one.revoked_at else ["revoke"],
        )
        for one in found
    ]
