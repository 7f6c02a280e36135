"""Browsers that signed in before: what strangers try at a login name elsewhere does not lock their owner out there.

The cookie is signed, hidden from scripts and opens nothing: it only gives this browser a count of wrong passwords of
its own, under the names that were signed in with here. A thief of it may guess as often as any other address.
"""

import secrets
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from backend import config, crypto

KNOWN_FOR = 180 * 24 * 3600  # seconds
# Colleagues who share an office PC; whoever signed in least lately is forgotten first.
MOST_NAMES = 8


def _cookie() -> str:
    return "__Host-known" if _secure() else "known"


def _secure() -> bool:
    return request.is_secure or config.settings().production


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known browser")


def _kept() -> tuple[str, list[str]]:
    """The mark of this browser, a new one if it has none, and the names it is known under."""
    try:
        mark, names = _signer().loads(request.cookies.get(_cookie(), ""), max_age=KNOWN_FOR)
        return mark, names
    except (BadData, ValueError, TypeError):
        return secrets.token_urlsafe(12), []


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
    told: Any = _signer().dumps([mark, known])
    answer.set_cookie(
        _cookie(), told, max_age=KNOWN_FOR, httponly=True, samesite="Strict", secure=_secure(), path="/"
    )
