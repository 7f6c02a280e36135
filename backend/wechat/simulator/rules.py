"""What WeChat demands of a call, as far as it can be judged without remembering anything.

The figures are those of 服务端/消息相关/订阅消息/发送订阅消息 and 服务端/小程序安全/内容安全.
"""

import base64
import hashlib
import re
from typing import Any

from backend.wechat.simulator.account import PAGES, fields_of

LONGEST_TEXT = 2500
PAGE_STATES = ("developer", "trial", "formal")

_MONTH, _OF_MONTH = r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
_DAY = rf"\d{{4}}(年{_MONTH}月{_OF_MONTH}日|[-/.]{_MONTH}[-/.]{_OF_MONTH})"
_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_TIME = rf"({_DAY} ?)?{_CLOCK}"
_DATE = rf"{_DAY}( ?{_CLOCK})?"

_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
_PAGE = re.compile(r"[0-9A-Za-z_\-]+(/[0-9A-Za-z_\-]+)*")
VERSIONS = ("release", "trial", "develop")
LONGEST_LINK_DAYS = 30

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
    body = "o" + letters(f"openid|{name}")[:21]
    return body + letters(f"proof|{body}")[:6]


def is_openid(openid: Any) -> bool:
    """Whether the simulator could have made this openid."""
    if not isinstance(openid, str) or len(openid) != 28:
        return False
    return openid[22:] == letters(f"proof|{openid[:22]}")[:6]


def letters(text: str) -> str:
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


def checked_message(body: dict[str, Any], templates: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The fields of a subscription message as {key: text}; answers 40003, 40037, 41030 or 47003.

    `templates` are the account's: a message has to have the fields of its template, no more and no fewer.
    """
    known_openid(body.get("touser"))
    template = templates.get(str(body.get("template_id")))
    if template is None:
        raise Answered(40037, "invalid template_id")
    data = body.get("data")
    if not isinstance(data, dict) or not data:
        raise Answered(47003, "argument invalid! data is empty")
    for key in sorted(fields_of(template) ^ data.keys()):
        raise Answered(
            47003, f"argument invalid! data.{key}.value is {'unknown' if key in data else 'empty'}"
        )
    for key, part in data.items():
        if not isinstance(part, dict) or not field_fits(key, part.get("value")):
            raise Answered(47003, f"argument invalid! data.{key}.value is invalid")
    if body.get("miniprogram_state", "formal") not in PAGE_STATES:
        raise Answered(47003, "argument invalid! miniprogram_state is invalid")
    page = body.get("page")
    if page is not None and not isinstance(page, str):
        raise Answered(47003, "argument invalid! page is invalid")
    if page and page.partition("?")[0] not in PAGES:
        raise Answered(41030, "invalid page")
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


def checked_picture(body: dict[str, Any]) -> None:
    """What 多媒体内容安全识别 v2 demands of the question."""
    known_openid(body.get("openid"))
    if body.get("version") != 2:
        raise Answered(40097, "invalid args: version")
    if body.get("scene") not in (1, 2, 3, 4):
        raise Answered(40129, "invalid scene")
    if body.get("media_type") not in (1, 2):
        raise Answered(40004, "invalid media type")
    if not str(body.get("media_url") or "").startswith(("http://", "https://")):
        raise Answered(40097, "invalid args: media_url")


def checked_code(body: dict[str, Any]) -> tuple[str, str]:
    """(page, scene) of 获取不限制的小程序码."""
    scene, page, width = body.get("scene"), body.get("page", ""), body.get("width", 430)
    if not isinstance(scene, str) or not _SCENE.fullmatch(scene):
        raise Answered(40169, "invalid length for scene, or the data is not json string")
    if not isinstance(page, str) or (page and not _PAGE.fullmatch(page)):
        raise Answered(41030, "invalid page")
    if page and body.get("check_path", True) is True and page not in PAGES:
        raise Answered(41030, "invalid page")
    if body.get("env_version", "release") not in VERSIONS or not isinstance(width, int):
        raise Answered(40097, "invalid args")
    if not 280 <= width <= 1280:
        raise Answered(40097, "invalid args: width")
    return page, scene


def checked_link(body: dict[str, Any]) -> str:
    """`path?query` of 获取加密URLLink."""
    path, query = body.get("path", ""), body.get("query", "")
    if not isinstance(path, str) or path.lstrip("/") not in PAGES:
        raise Answered(40165, "invalid weapp pagepath")
    if not isinstance(query, str) or len(query) > 512:
        raise Answered(40212, "invalid query")
    if body.get("env_version", "release") not in VERSIONS:
        raise Answered(85402, "invalid env_version")
    days = body.get("expire_interval")
    if body.get("expire_type") != 1 or not isinstance(days, int) or not 1 <= days <= LONGEST_LINK_DAYS:
        raise Answered(85401, "time limit between 1min and 30days")
    return f"{path}?{query}"
