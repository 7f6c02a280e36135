"""Browsers that signed in before: what strangers try at a login name elsewhere does not lock their owner out there.

The cookie is signed, hidden from scripts and opens nothing: it only gives this browser a count of wrong passwords of
its own, under the names that were signed in with here. A thief of it may guess as often as any other address.
"""

import hmac
import secrets

from flask import Response, request

from backend import clock, config, crypto

KNOWN_FOR = 180 * 24 * 3600  # seconds
# Colleagues who share an office PC; whoever signed in least lately is forgotten first.
MOST_NAMES = 8


def _cookie() -> str:
    return "__Host-known" if _secure() else "known"


def _secure() -> bool:
    return request.is_secure or config.settings().production


def _kept() -> tuple[str, list[str]]:
    """The mark of this browser, a new one if it has none, and the names it is known under."""
    told, _, seal = request.cookies.get(_cookie(), "").rpartition(".")
    if told and hmac.compare_digest(seal.encode(), _seal(told).encode()):
        until, mark, *names = told.split(".")
        if int(until) > clock.now().timestamp():
            return mark, names
    return secrets.token_hex(8), []


def _seal(told: str) -> str:
    return crypto.signature("known browser", told)


def _index(name: str) -> str:
    return crypto.blind_index("known_browser", name.strip().lower())[:32]


def mark_under(name: str) -> str | None:
    """The mark of this browser, if somebody signed in here with this name before."""
    mark, names = _kept()
    return mark if _index(name) in names else None


def remember(answer: Response, name: str) -> None:
    """Somebody just signed in here with this name."""
    mark, names = _kept()
    known = [_index(name), *(one for one in names if one != _index(name))][:MOST_NAMES]
    until = int(clock.now().timestamp()) + KNOWN_FOR
    told = ".".join((str(until), mark, *known))
    answer.set_cookie(
        _cookie(),
        f"{told}.{_seal(told)}",
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Strict",
        secure=_secure(),
        path="/",
    )
