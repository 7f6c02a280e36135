"""The number of a certificate: cannot be guessed, and says by itself whether it was mistyped.

`ZM-` and twelve signs without 0, 1, I and O, of which eleven are random (55 bits) and the last one checks
them. A number that fails the check is not looked up at all.
"""

import secrets
import unicodedata

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
PREFIX = "ZM"
_RANDOM = 11


def new() -> str:
    drawn = "".join(secrets.choice(SIGNS) for _ in range(_RANDOM))
    return _grouped(drawn + _check(drawn))


def read(typed: str) -> str | None:
    """The number as it is stored, however a person wrote it; None for what cannot be one."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", typed[:60]).upper() if sign.isalnum())
    signs = plain.removeprefix(PREFIX)
    if len(signs) != _RANDOM + 1 or not set(signs) <= set(SIGNS) or _check(signs[:-1]) != signs[-1]:
        return None
    return _grouped(signs)


def _check(signs: str) -> str:
    """Odd weights: every single wrong sign changes the sum."""
    total = sum((2 * place + 1) * SIGNS.index(sign) for place, sign in enumerate(signs))
    return SIGNS[total % len(SIGNS)]


def _grouped(signs: str) -> str:
    return "-".join((PREFIX, signs[:4], signs[4:8], signs[8:]))
