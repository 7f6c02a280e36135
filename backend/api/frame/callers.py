"""Who calls: a person by the token of their phone, a guest without one, a terminal in a hall, or a card's holder there.

A terminal reads what guests read. A holder's token does what routes with `at_kiosk` do, and nothing else: a new route is
closed to both until it says otherwise.
"""

from typing import Any

import structlog
from flask import g, request

from backend import journal
from backend.api.frame import hosting
from backend.db import transaction
from backend.errors import NotSignedIn, Refused
from backend.identity import kiosk_sessions, kiosks, sessions
from backend.identity.kiosks import Device, KioskReadOnly
from backend.people import at_kiosk

_KIOSK_TOKENS = (kiosks.TOKEN_START, kiosk_sessions.TOKEN_START)


def asked_by() -> int | None:
    """The person who asks, for the limits: found before they are judged, and kept for the guard, so that it is one
    statement. Whoever is refused by the guard counts by address, and so does a terminal."""
    try:
        g.asking = _identify()
    except Refused as refusal:
        g.asking = refusal
        return None
    if isinstance(g.asking, Device):
        # For what is limited by terminal: see app.py.
        g.kiosk_id = g.asking.kiosk_id
        return None
    return g.asking.id


def _asker() -> sessions.Caller | Device:
    found = g.pop("asking", None) or _identify()
    if isinstance(found, Refused):
        raise found
    return found


def signed_in(*, kiosks_too: bool = False) -> sessions.Caller:
    """Who asks, by their token. Raises NotSignedIn, SessionEnded, and KioskReadOnly at a terminal unless the route is
    open there."""
    return _admitted(_asker(), kiosks_too)


def whoever(*, kiosks_too: bool = False) -> sessions.Caller:
    """Who asks, or a guest: without a token, and as a terminal, one is nobody in particular; with a bad one refused."""
    try:
        found = _asker()
    except NotSignedIn:
        if "Authorization" in request.headers:
            raise
        return sessions.GUEST
    if isinstance(found, Device):
        _note_use(found)
        return sessions.GUEST
    return _admitted(found, kiosks_too)


def device() -> Device:
    """The terminal that asks. Raises NotSignedIn, SessionEnded, KioskReadOnly to a holder there, KiosksOnly to anybody
    else."""
    found = _asker()
    if isinstance(found, Device):
        _note_use(found)
        return found
    raise KioskReadOnly() if found.kiosk_id is not None else kiosks.KiosksOnly()


def refuse_kiosks() -> None:
    """Where nobody is asked who they are, a terminal's tokens are refused by how they look."""
    if _token().startswith(_KIOSK_TOKENS):
        raise KioskReadOnly()


def refuse_for_another(caller: Any, body: Any) -> None:
    """At a terminal everybody acts for themselves."""
    at_terminal = isinstance(caller, sessions.Caller) and caller.kiosk_id is not None
    if at_terminal and isinstance(body, dict) and body.get("on_behalf_of") is not None:
        raise KioskReadOnly()


def _admitted(found: sessions.Caller | Device, kiosks_too: bool) -> sessions.Caller:
    if isinstance(found, Device):
        _note_use(found)
        raise KioskReadOnly()
    structlog.contextvars.bind_contextvars(person=found.id)
    if found.kiosk_id is not None:
        if not kiosks_too:
            raise KioskReadOnly()
        enter_kiosk(found)
    elif found.stale:
        with transaction():
            sessions.prolong(found.session_id)
    return found


def enter_kiosk(caller: sessions.Caller) -> None:
    """From here on this request is made by somebody at a terminal, and the journal says so."""
    at_kiosk.enter(caller.id, caller.helper_id)
    journal.opened_by.set("kiosk")


def _note_use(found: Device) -> None:
    if found.stale:
        with transaction():
            kiosks.note_use(found.kiosk_id)


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _identify() -> sessions.Caller | Device:
    """Behind Cloud Hosting, and only if we are told that we are, WeChat itself says who asks."""
    openid = hosting.openid() if "Authorization" not in request.headers else None
    if openid is not None:
        return _vouched_for(openid)
    token = _token()
    if not token:
        raise NotSignedIn()
    if token.startswith(kiosks.TOKEN_START):
        return kiosks.device(token)
    if token.startswith(kiosk_sessions.TOKEN_START):
        return kiosk_sessions.caller(token)
    return sessions.caller(token)


def _vouched_for(openid: str) -> sessions.Caller:
    found = sessions.vouched_for(openid)
    if found is None:
        # They are made known by POST /sessions, once.
        raise NotSignedIn()
    return found
