"""What WeChat tells us of its own accord: is it from WeChat, for us, of now, and told for the first time?

WeChat: 指南/基础能力/服务端能力/消息推送. In secure mode (安全模式) the body is encrypted and signed with the
rest; in plain mode (明文模式) only token, time and nonce are signed, so a message that was overheard can be
altered: plain is taken only where WECHAT_PUSH_MODE says so. Cloud Hosting pushes without any signature, from
inside; that is taken only where WECHAT_CLOUD_HOSTING is on, and then as a hint.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from xml.parsers.expat import ExpatError

import orjson
import sqlalchemy as sa
import xmltodict
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backend import clock, config
from backend.db import insert, session
from backend.errors import Refused
from backend.wechat.models import SeenPush

LARGEST = 64 * 1024
FRESH = timedelta(minutes=5)
# Longer than a message stays fresh, so that it is refused as old before it is forgotten as seen.
REMEMBERED = timedelta(days=3)
PROBE = "CheckContainerPath"
_BLOCK = 32


class PushNotGenuine(Refused):
    code, message = 40310, "消息来源无法确认"


class PushUnreadable(Refused):
    code, message = 40010, "消息内容无法识别"


@dataclass(frozen=True)
class Push:
    """A genuine message. Equal `digest`: the same message again; equal `nonce`: the same sending of it."""

    message: dict[str, Any]
    digest: str
    nonce: str
    # Without a signature it is a hint: whoever reaches the process can write it.
    signed: bool = True


def echoed(query: Mapping[str, str]) -> str:
    """The answer to WeChat's first visit: what it sent, when the signature is right. Raises PushNotGenuine."""
    token = config.settings().push_token
    _check_signature(query.get("signature", ""), token, query.get("timestamp", ""), query.get("nonce", ""))
    return query.get("echostr", "")[:200]


def opened(query: Mapping[str, str], body: bytes, *, from_inside: bool) -> Push:
    """The message in this body. Raises PushNotGenuine and PushUnreadable.

    `from_inside` says that the request came through Cloud Hosting's own way, where nothing is signed.
    """
    settings = config.settings()
    if from_inside and settings.cloud_hosting and not query.get("signature"):
        return replace(_push(body, hashlib.sha256(body).hexdigest()), signed=False)
    moment, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if query.get("encrypt_type") == "aes":
        sealed = _parsed(body).get("Encrypt")
        if not isinstance(sealed, str):
            raise PushUnreadable()
        _check_signature(query.get("msg_signature", ""), settings.push_token, moment, nonce, sealed)
        body = _unsealed(sealed, settings)
    else:
        if settings.wechat_push_mode != "plain":
            raise PushNotGenuine()
        _check_signature(query.get("signature", ""), settings.push_token, moment, nonce)
    _check_time(moment)
    return _push(body, hashlib.sha256(f"{moment}|{nonce}".encode()).hexdigest())


def is_first(push: Push) -> bool:
    """Notes the message, in the transaction of its effect; False when it was told before.

    Raises PushNotGenuine when a nonce comes again with another message: somebody altered what was overheard.
    """
    seen = {"digest": push.digest, "nonce": push.nonce, "seen_at": clock.now()}
    noted = insert(SeenPush).values(seen).on_conflict_do_nothing().returning(SeenPush.digest)
    if session.scalar(noted) is not None:
        return True
    if session.scalar(sa.select(SeenPush.digest).where(SeenPush.digest == push.digest)) is None:
        raise PushNotGenuine()
    return False


def entries(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `List` of a subscription event: an object when single, an array when many, nested in XML.

    WeChat: 指南/开放能力/消息.
    """
    nested = (part for part in message.values() if isinstance(part, dict) and "List" in part)
    listed = message.get("List") or next(nested, {}).get("List")
    return [one for one in (listed if isinstance(listed, list) else [listed]) if isinstance(one, dict)]


def _check_signature(given: str, token: str, *parts: str) -> None:
    # Without a token of its own an installation listens to nobody.
    expected = hashlib.sha1("".join(sorted((token, *parts))).encode("utf-8", "replace")).hexdigest()  # noqa: S324 - WeChat's choice
    if not token or not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise PushNotGenuine()


def _check_time(moment: str) -> None:
    seconds = int(moment) if re.fullmatch(r"[0-9]{1,12}", moment) else 0
    if abs(seconds - clock.now().timestamp()) > FRESH.total_seconds():
        raise PushNotGenuine()


def _unsealed(sealed: str, settings: config.Settings) -> bytes:
    """random(16) + length(4) + message + appid, padded to 32, AES-256-CBC under the EncodingAESKey."""
    try:
        key = base64.b64decode(settings.push_key + "=")
        raw = base64.b64decode(sealed, validate=True)
        worker = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        whole = worker.update(raw) + worker.finalize()
    except ValueError:
        raise PushUnreadable() from None
    padding = whole[-1] if whole else 0
    end = 20 + int.from_bytes(whole[16:20], "big")
    app_id = whole[end:-padding]
    if not 1 <= padding <= _BLOCK or end > len(whole) - padding:
        raise PushUnreadable()
    if not hmac.compare_digest(app_id, settings.wechat_app_id.encode()):
        raise PushNotGenuine()
    return whole[20:end]


def _push(body: bytes, nonce: str) -> Push:
    message = _parsed(body)
    settings = config.settings()
    app_id = message.get("AppID") or message.get("appid")
    if app_id not in (None, settings.wechat_app_id):
        raise PushNotGenuine()
    account = message.get("ToUserName")
    if settings.wechat_account and account not in (None, settings.wechat_account, settings.wechat_app_id):
        raise PushNotGenuine()
    return Push(message, hashlib.sha256(body).hexdigest(), nonce)


def _parsed(body: bytes) -> dict[str, Any]:
    """JSON or XML, whichever the mini-program's owner chose at WeChat."""
    # The one sign that PostgreSQL keeps in no text; nothing that WeChat tells has it.
    if rb"\u0000" in body:
        raise PushUnreadable()
    try:
        # Entities are refused: a small body could grow without end.
        xml = body.lstrip()[:1] == b"<"
        message = xmltodict.parse(body, disable_entities=True).get("xml") if xml else orjson.loads(body)
    except (ValueError, LookupError, ExpatError):
        raise PushUnreadable() from None
    if not isinstance(message, dict):
        raise PushUnreadable()
    return message


def forgettable() -> list[int]:
    """Whether there are seen messages to forget; one item stands for all."""
    old = sa.select(sa.literal(1)).where(SeenPush.seen_at < clock.now() - REMEMBERED).limit(1)
    return list(session.scalars(old))


def forget(_item: int) -> None:
    session.execute(sa.delete(SeenPush).where(SeenPush.seen_at < clock.now() - REMEMBERED))
