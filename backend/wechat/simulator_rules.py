"""What WeChat demands of a call, as far as it can be judged without remembering anything.

The figures are those of 服务端/消息相关/订阅消息/发送订阅消息 and 服务端/小程序安全/内容安全.
"""

import base64
import hashlib
import re
from typing import Any

KNOWN_TEMPLATES = "tpl_"
LONGEST_TEXT = 2500
PAGE_STATES = ("developer", "trial", "formal")

_MONTH, _OF_MONTH = r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
_DAY = rf"\d{{4}}(年{_MONTH}月{_OF_MONTH}日|[-/.]{_MONTH}[-/.]{_OF_MONTH})"
_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_TIME = rf"({_DAY} ?)?{_CLOCK}"
_DATE = rf"{_DAY}( ?{_CLOCK})?"

FIELDS = {
    "thing": re.compile(r".{1,20}"),
    "number": re.compile(r"(?=(\D?\d){1,32}$)-?\d+(\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "time": re.compile(rf"{_TIME}( ?~ ?{_TIME})?"),
    "date": re.compile(rf"{_DATE}( ?~ ?{_DATE})?"),
    "amount": re.compile(r"[¥￥$€£]?(?=(\D?\d){1,10}元?$)\d+(\.\d+)?元?"),
    "phone_number": re.compile(r"[\d+\-() ]{1,17}"),
    "car_number": re.compile(r"[\u4e00-\u9fff]?[A-Za-z0-9·]{1,7}[\u4e00-\u9fff]?(?<!.{9})"),
    "name": re.compile(r"[A-Za-z .]{1,20}|[\u4e00-\u9fffA-Za-z·]{1,10}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "enum": re.compile(r".{1,20}"),
}


class Answered(Exception):
    """The call ends with this errcode and errmsg, HTTP status 200."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        self.errcode = errcode
        self.errmsg = errmsg
        super().__init__(f"{errcode} {errmsg}")


def openid_of(name: str) -> str:
    """The openid of a name, always the same: `o` and 27 characters that look drawn by lot.

    The last six prove the rest, so that openids survive a restart of the simulator, which forgets.
    """
    body = "o" + _letters(f"openid|{name}")[:21]
    return body + _letters(f"proof|{body}")[:6]


def is_openid(openid: Any) -> bool:
    """Whether the simulator could have made this openid."""
    if not isinstance(openid, str) or len(openid) != 28:
        return False
    return openid[22:] == _letters(f"proof|{openid[:22]}")[:6]


def _letters(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()


def known_openid(openid: Any) -> str:
    if not is_openid(openid):
        raise Answered(40003, "invalid openid")
    return openid


def field_fits(key: str, value: Any) -> bool:
    """Whether `value` may stand in the template field `key`, whose type is the key without its number."""
    kind = re.fullmatch(r"([a-z_]+?)\d+", key)
    rule = FIELDS.get(kind[1]) if kind else None
    if rule is None or not isinstance(value, str) or not value.strip():
        return False
    return not any(ord(sign) < 32 or ord(sign) == 127 for sign in value) and bool(rule.fullmatch(value))


def checked_message(body: dict[str, Any]) -> dict[str, str]:
    """The fields of a subscription message as {key: text}; answers 40003, 40037 or 47003."""
    known_openid(body.get("touser"))
    template = body.get("template_id")
    if not isinstance(template, str) or not template.startswith(KNOWN_TEMPLATES):
        raise Answered(40037, "invalid template_id")
    data = body.get("data")
    if not isinstance(data, dict) or not data:
        raise Answered(47003, "argument invalid! data is empty")
    for key, part in data.items():
        if not isinstance(part, dict) or not field_fits(key, part.get("value")):
            raise Answered(47003, f"argument invalid! data.{key}.value is invalid")
    if body.get("miniprogram_state", "formal") not in PAGE_STATES:
        raise Answered(47003, "argument invalid! miniprogram_state is invalid")
    if body.get("page") is not None and not isinstance(body["page"], str):
        raise Answered(47003, "argument invalid! page is invalid")
    return {key: part["value"] for key, part in data.items()}


def text_verdict(body: dict[str, Any]) -> dict[str, Any]:
    """`result` of 文本内容安全识别 v2: 「违规」 is risky, 「存疑」 is for review, all else passes."""
    known_openid(body.get("openid"))
    if body.get("version") != 2:
        raise Answered(40097, "invalid args: version")
    if body.get("scene") not in (1, 2, 3, 4):
        raise Answered(40129, "invalid scene")
    content = body.get("content")
    if not isinstance(content, str) or not content:
        raise Answered(44002, "empty post data")
    if len(content) > LONGEST_TEXT:
        raise Answered(45002, "content size out of limit")
    whole = content + str(body.get("title") or "") + str(body.get("nickname") or "")
    if "违规" in whole:
        return {"suggest": "risky", "label": 20006}
    return {"suggest": "review", "label": 21000} if "存疑" in whole else {"suggest": "pass", "label": 100}
