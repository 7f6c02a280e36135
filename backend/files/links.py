"""Links to a picture: signed, ending, and good for what they were given out for.

An `<image>` of a mini-program sends no token, so the link itself has to say what it opens. Who gives it out
has decided that the viewer may see the picture; that it may still be shown is asked again when it is opened.
"""

import hmac
from datetime import timedelta

from backend import clock, config, crypto

SIZES = ("full", "thumbnail")
# own: its owner; look: staff who have to look; inside: the people of the same wish, and everyone where it
# shows nobody, as goods do; shown: everyone else, with the consent of whom it shows; check: WeChat, which fetches it to check it.
VIEWS = ("own", "look", "inside", "shown", "check")
_STEP = 600
CHECK_TIME = timedelta(hours=1)


def link(file_id: int, view: str, size: str = "full") -> str:
    """The address under which this picture opens for FILE_LINK_MINUTES, or a little longer."""
    lasting = CHECK_TIME if view == "check" else timedelta(minutes=config.settings().file_link_minutes)
    # In steps, so that a list shown twice has the same links twice, and a phone need not load it again.
    until = -(-int((clock.now() + lasting).timestamp()) // _STEP) * _STEP
    signature = _signature(file_id, view, size, until)
    asked = f"view={view}&size={size}&until={until}&signature={signature}"
    return f"{config.settings().public_address}/api/v1/files/{file_id}?{asked}"


def genuine(file_id: int, view: str, size: str, until: int, signature: str) -> bool:
    """Whether we gave out this link, and it has not ended."""
    expected = _signature(file_id, view, size, until)
    return hmac.compare_digest(expected.encode(), signature.encode()) and until > clock.now().timestamp()


def _signature(file_id: int, view: str, size: str, until: int) -> str:
    return crypto.signature("file", f"{file_id}|{view}|{size}|{until}")
