"""WeChat speaking first: events that the simulator sends to the product, encrypted as WeChat does.

WeChat: 指南/基础能力/服务端能力/消息推送.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from typing import Any

import requests
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backend.config import Settings

ACCOUNT = "gh_simulated"
_BLOCK = 32
_SECONDS = 3


def encrypted(text: bytes, key: str, app_id: str, salt: bytes | None = None) -> str:
    """random(16) + length(4) + text + appid, padded to 32, AES-256-CBC under the EncodingAESKey."""
    raw = base64.b64decode(key + "=")
    whole = (salt or secrets.token_bytes(16)) + len(text).to_bytes(4, "big") + text + app_id.encode()
    padding = _BLOCK - len(whole) % _BLOCK
    worker = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).encryptor()
    return base64.b64encode(worker.update(whole + bytes([padding]) * padding) + worker.finalize()).decode()


def signed(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - WeChat's choice


def sealed(settings: Settings, event: dict[str, Any], moment: int) -> tuple[dict[str, str], bytes]:
    """The query and the JSON body with which WeChat pushes `event` in secure mode."""
    text = json.dumps({"ToUserName": ACCOUNT, "CreateTime": moment, **event}, ensure_ascii=False).encode()
    body = encrypted(text, settings.push_key, settings.wechat_app_id)
    nonce = str(secrets.randbelow(10**10))
    query = {
        "signature": signed(settings.push_token, str(moment), nonce),
        "timestamp": str(moment),
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": signed(settings.push_token, str(moment), nonce, body),
    }
    return query, json.dumps({"ToUserName": ACCOUNT, "Encrypt": body}).encode()


def picture_verdict(app_id: str, trace: str, openid: str, suggest: str) -> dict[str, Any]:
    """The event wxa_media_check. WeChat: 服务端/小程序安全/内容安全/多媒体内容安全识别."""
    result = {"suggest": suggest, "label": {"pass": 100, "risky": 20002}.get(suggest, 21000)}
    return {
        "FromUserName": openid,
        "MsgType": "event",
        "Event": "wxa_media_check",
        "appid": app_id,
        "trace_id": trace,
        "version": 2,
        "errcode": 0,
        "errmsg": "ok",
        "result": result,
        "detail": [{"strategy": "content_model", "errcode": 0, **result, "prob": 90}],
    }


class Pushes:
    """Sends events to the product from a thread of their own; to nobody before `address` is set."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.address: str | None = None

    def send_later(self, event: dict[str, Any], seconds: float) -> None:
        if self.address is not None:
            timer = threading.Timer(seconds, self.send, (event,))
            timer.daemon = True
            timer.start()

    def send(self, event: dict[str, Any]) -> int | None:
        """The status that the product answered; None when it could not be reached."""
        if self.address is None:
            return None
        query, body = sealed(self._settings, event, int(time.time()))
        try:
            with requests.Session() as session:
                # The product is on this machine.
                session.trust_env = False
                answer = session.post(self.address, params=query, data=body, timeout=_SECONDS)
        except requests.RequestException:
            return None
        return answer.status_code
