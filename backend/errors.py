"""Refusals: every way the product says no, as classes.

A refusal is raised where its rule is decided and answered by the API and the console alike. `code` is the
HTTP status times one hundred plus a number, `error` is the stable name a client may switch on, and
`message` is a Chinese sentence fit for the person's eyes. The public catalogue is gathered from here.
"""

import math
import re
from typing import Any, ClassVar, Self


class Refused(Exception):
    """Base of all refusals. Facts given by keyword fill the message's places and go to the client as data."""

    code: ClassVar[int] = 40000
    message: ClassVar[str] = "请求无法处理"
    headers: dict[str, str] = {}

    def __init__(self, sentence: str | None = None, **facts: Any) -> None:
        self.sentence = sentence or self.message.format(**facts)
        self.facts = facts
        super().__init__(self.sentence)

    def retry_after(self, seconds: float) -> Self:
        """The same refusal, telling when to come back, as every 429 does."""
        self.headers = {**self.headers, "Retry-After": str(max(1, math.ceil(seconds)))}
        return self

    @classmethod
    def name(cls) -> str:
        """The stable name, from the class's own: WishNotOpen is WISH_NOT_OPEN, NotAUnit NOT_A_UNIT."""
        words = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
        return re.sub(words, "_", cls.__name__).upper()

    @classmethod
    def status(cls) -> int:
        return cls.code // 100


def catalogue() -> list[type[Refused]]:
    """All refusals known to the running program, by code."""

    def below(cls: type[Refused]) -> list[type[Refused]]:
        return [found for child in cls.__subclasses__() for found in (child, *below(child))]

    return sorted(set(below(Refused)), key=lambda cls: (cls.code, cls.__name__))


class MalformedRequest(Refused):
    code, message = 40000, "请求内容不是有效的 JSON"


class NotSignedIn(Refused):
    code, message = 40100, "请先登录"


class SessionEnded(Refused):
    code, message = 40101, "登录已失效，请重新登录"


class NotAllowed(Refused):
    code, message = 40300, "您没有办理这件事的权限"


class FourEyes(Refused):
    """Nobody makes and checks the same record."""

    code, message = 40302, "这件事需要另一位工作人员来办：经手人不能自己复核"


class NotFound(Refused):
    code, message = 40400, "没有找到您要的内容"


class MethodNotAllowed(Refused):
    code, message = 40500, "这个地址不支持这种操作"


class StateConflict(Refused):
    """The move is known, but not from the state the subject is in now.

    Conflicts of later capabilities are classes below this one, with a name and a sentence of their own and this code:
    the hundred numbers of 409 are used up, and 41000 would say 410 (decision 102).
    """

    code, message = 40900, "当前状态不能办理这一步，请刷新后再看"


class BodyTooLarge(Refused):
    code, message = 41300, "提交的内容太大"


class UnsupportedType(Refused):
    code, message = 41500, "请用 JSON 格式提交"


class InvalidInput(Refused):
    """`facts` is {field: [sentence, …]}, so a form can show each sentence beside its field."""

    code, message = 42200, "填写的内容有误，请检查后再提交"

    def __init__(self, fields: dict[str, Any] | None = None, **more: Any) -> None:
        super().__init__(None)
        self.facts = {**(fields or {}), **more}


class TooManyRequests(Refused):
    code, message = 42900, "操作太频繁，请稍后再试"


class ServerFault(Refused):
    code, message = 50000, "系统出了点问题，请稍后再试"


class DatabaseUnavailable(Refused):
    code, message = 50300, "系统正忙，请稍后再试，您填写的内容没有丢失"
    headers = {"Retry-After": "3"}
