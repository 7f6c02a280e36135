"""The check-in code: an HMAC of the activity and the half minute, so that a picture of it is soon worth nothing.

Nothing of it is in the database: it is derived from SECRET_KEY, so whoever reads a backup cannot make one.
Shown as QR text `17.K7QM2HXD`, and short enough to be typed without the number and the dot.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime

from backend import crypto, text
from backend.errors import Refused

SLOT_SECONDS = 30
# How far back a code is still known as one of this activity's that is over: an hour.
_REMEMBERED_SLOTS = 120
# Without 0, 1, I and O, which are mistaken for one another: 32 signs, five bits each.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 8


class CodeOutdated(Refused):
    code, message = 40992, "这个签到码已经过期，请扫现场最新的码"


class CodeForeign(Refused):
    code, message = 40993, "这不是本次活动的签到码，请核对活动后再扫"


@dataclass(frozen=True)
class CodeView:
    """What the organiser's screen shows; `expires_at` is when the next one takes its place."""

    code: str
    expires_at: datetime
    text: str


def current(activity_id: int, now: datetime) -> CodeView:
    """The code of this half minute."""
    slot = _slot(now)
    code = _code(activity_id, slot)
    ends = datetime.fromtimestamp((slot + 1) * SLOT_SECONDS, UTC)
    return CodeView(code, ends, f"{activity_id}.{code}")


def check(activity_id: int, given: str, now: datetime) -> None:
    """Accepts the code of this half minute and of the one before. Raises CodeOutdated, CodeForeign."""
    named, _, code = text.number(given).upper().rpartition(".")
    slot = _slot(now)
    if named and named != str(activity_id):
        raise CodeForeign()
    if code in (_code(activity_id, slot), _code(activity_id, slot - 1)):
        return
    earlier = range(slot - 2, slot - _REMEMBERED_SLOTS, -1)
    raise CodeOutdated() if any(code == _code(activity_id, one) for one in earlier) else CodeForeign()


def _slot(now: datetime) -> int:
    return int(now.timestamp()) // SLOT_SECONDS


def _code(activity_id: int, slot: int) -> str:
    digest = base64.urlsafe_b64decode(crypto.signature("check-in", f"{activity_id}|{slot}"))
    number = int.from_bytes(digest[:_LENGTH], "big")
    return "".join(_SIGNS[number >> 5 * place & 31] for place in range(_LENGTH))
