"""The one door to personal data: seals it, opens it, finds it again. `people/masking.py` masks it.

A sealed value is `v1|algorithm|key id|nonce|ciphertext+tag` (base64url), bound to the table, column and row
it stands in, so that a value copied to another row does not open there. The key id allows rotation.
AES-256-GCM is the default; SM4-GCM is chosen by configuration where an assessment against GB/T 39786 asks
for it. A blind index (HMAC-SHA-256 under a key of its own) finds a phone number without storing it:
phone numbers can be guessed, so that key is the whole protection.
"""

import base64
import hashlib
import hmac
import os
import re
from functools import cache
from typing import overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backend import config

_ALGORITHMS = {"aes-gcm": (algorithms.AES, 32), "sm4-gcm": (algorithms.SM4, 16)}
_NONCE_BYTES = 12
_TAG_BYTES = 16


class CannotOpen(Exception):
    """The value was changed, moved to another place, or its key is not in SEAL_KEYS."""


def seal(text: str, place: str) -> str:
    """Seals `text` for its `place` (`persons.phone:42`) under the first key of SEAL_KEYS."""
    settings = config.settings()
    key_id, key = next(iter(_keys(settings.seal_keys).items()))
    cipher, size = _ALGORITHMS[settings.seal_algorithm]
    nonce = os.urandom(_NONCE_BYTES)
    worker = Cipher(cipher(key[:size]), modes.GCM(nonce)).encryptor()
    worker.authenticate_additional_data(place.encode())
    body = worker.update(text.encode()) + worker.finalize() + worker.tag
    return "|".join(("v1", settings.seal_algorithm, key_id, _encode(nonce), _encode(body)))


def unseal(sealed: str, place: str) -> str:
    """The text that was sealed for exactly this `place`. Raises CannotOpen."""
    try:
        _version, algorithm, key_id, nonce, body = sealed.split("|")
        cipher, size = _ALGORITHMS[algorithm]
        key = _keys(config.settings().seal_keys)[key_id]
        raw = _decode(body)
        mode = modes.GCM(_decode(nonce), raw[-_TAG_BYTES:])
        worker = Cipher(cipher(key[:size]), mode).decryptor()
        worker.authenticate_additional_data(place.encode())
        return (worker.update(raw[:-_TAG_BYTES]) + worker.finalize()).decode()
    except (ValueError, KeyError, InvalidTag) as fault:
        raise CannotOpen(place) from fault


def blind_index(kind: str, value: str) -> str:
    """A keyed digest under which an equal value of the same kind (`phone`) is found again."""
    return _indexed(config.settings().index_key, kind, value)


def blind_indexes(kind: str, value: str) -> list[str]:
    """All digests under which the value may stand: the one of today, and the old one during a rotation."""
    settings = config.settings()
    return [_indexed(key, kind, value) for key in (settings.index_key, settings.index_key_old) if key]


def _indexed(key: str, kind: str, value: str) -> str:
    return hmac.new(key.encode(), f"{kind}|{value}".encode(), hashlib.sha256).hexdigest()


def sealing_head() -> str:
    """How every value begins that is sealed as of now: `v1|algorithm|key id|`."""
    settings = config.settings()
    return f"v1|{settings.seal_algorithm}|{next(iter(_keys(settings.seal_keys)))}|"


def signature(purpose: str, text: str) -> str:
    """Signs a text the product hands out and wants back unchanged, such as a cursor."""
    key = config.settings().secret_key.encode()
    return _encode(hmac.new(key, f"{purpose}|{text}".encode(), hashlib.sha256).digest()[:12])


def digest(token: str) -> str:
    """SHA-256 of a random token: what is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()


# A mobile or fixed number, grouped or not, one abroad, and the number of an identity card; `\d` is a digit in any width.
_NUMBERS = re.compile(
    r"(?<!\d)(?:[1１]\d\d[ -]?\d{4}[ -]?\d{4}|[0０]\d{2,3}[ -]?\d{7,8}|\d{17}[\dXxＸ]|\d{15})(?!\d)"
    r"|[+＋]\d{1,3}[ -]?\d{3,4}[ -]?\d{4,7}(?!\d)"
)


@overload
def without_numbers(text: str) -> str: ...


@overload
def without_numbers(text: str | None) -> str | None: ...


def without_numbers(text: str | None) -> str | None:
    """A sentence for a place where nothing can be taken out again: numbers by which a person is found go.

    What staff or residents type into a reason outlives an erasure (个人信息保护法 47) wherever it stands in the
    journal or beside points.
    """
    return text and _NUMBERS.sub("（号码已略去）", text)


@cache
def _keys(listed: str) -> dict[str, bytes]:
    """Read once: a page of twenty names opens twenty values."""
    pairs = (pair.partition(":") for pair in listed.split(",") if pair.strip())
    return {key_id.strip(): _decode(value.strip()) for key_id, _, value in pairs}


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
