"""A text that others will see is looked at by WeChat first, and by a person where WeChat cannot tell.

WeChat demands it of everything users write (运营规范 5.18, 10.2; 服务端/小程序安全/内容安全). The writer must
have used the mini-program within the last two hours (61010), so the question is asked in the request that
submits the text, by the route, before any transaction. Risky is refused and nothing is stored. A doubtful
text, and one that could not be checked, goes on marked for staff: nothing unseen is shown, nothing is lost.
"""

import hashlib
from dataclasses import dataclass

import structlog

from backend.errors import Refused
from backend.journal import Actor
from backend.people import accounts
from backend.wechat.gateway import WeChatRejected, WeChatUnavailable, gateway

# WeChat's scenes: 1 资料, 2 评论, 3 论坛.
PROFILE, COMMENT, POST = 1, 2, 3
LONGEST = 2500

log = structlog.get_logger()


class TextNotAccepted(Refused):
    code, message = 42211, "这段文字没有通过内容安全检查，请换一种说法再提交"


@dataclass(frozen=True)
class Screened:
    """What was found, and of which texts: a text that changed since then was not looked at."""

    digest: str
    doubtful: bool
    # False when WeChat gave no answer that could be used.
    checked: bool = True


def screened(*texts: str | None, scene: int, actor: Actor) -> Screened:
    """Asks WeChat about what `actor` (a person with an `id`) is about to show to others; outside a transaction.

    Raises TextNotAccepted when it is risky.
    """
    whole = "\n".join(text for text in texts if text)
    pieces = [whole[start : start + LONGEST] for start in range(0, len(whole), LONGEST)]
    openid = accounts.openid(actor.id) if pieces else None
    found = {_suggestion(piece, openid, scene) for piece in pieces}
    if "risky" in found:
        raise TextNotAccepted()
    return Screened(_digest(texts), doubtful=bool(found - {"pass"}), checked="unknown" not in found)


def harmless(*texts: str) -> Screened:
    """Words of our own, at which nobody has to look."""
    return Screened(_digest(texts), doubtful=False)


def needs_look(found: Screened | None, *texts: str | None) -> bool:
    """Whether a person has to look at these texts before anyone else may see them.

    Also when nobody asked about them, or they are not the ones that were asked about.
    """
    return found is None or found.doubtful or found.digest != _digest(texts)


def _digest(texts: tuple[str | None, ...]) -> str:
    return hashlib.sha256("\0".join(text or "" for text in texts).encode("utf-8", "replace")).hexdigest()


def _suggestion(text: str, openid: str | None, scene: int) -> str:
    """`pass`, `review` or `risky`; `unknown` when WeChat gave no answer that can be used."""
    if openid is None:
        return "unknown"
    try:
        return gateway().check_text(text, openid=openid, scene=scene).suggest
    except WeChatUnavailable as fault:
        log.warning("text.unchecked", why=fault.why)
    except WeChatRejected as fault:
        # 61010 is usual: the writer came back after two hours. The others are settings of ours.
        log.warning("text.unchecked", errcode=fault.errcode)
    return "unknown"
