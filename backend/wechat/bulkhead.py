"""WeChat for those who wait for it with a request: see `outside`."""

from collections.abc import Callable
from typing import TypeVar

from backend import outside
from backend.errors import Refused
from backend.wechat.gateway import (
    AccountTemplate,
    Identity,
    Sent,
    TextVerdict,
    WeChat,
    WeChatRejected,
    WeChatUnavailable,
)

Answer = TypeVar("Answer")


class Bulkhead:
    """Asks `wechat` while there are seats. Beyond that, and for some seconds after repeated time-outs,
    WeChatUnavailable comes at once and says when to come back. Notices are the worker's, and not held up."""

    def __init__(self, wechat: WeChat, seats: outside.Seats) -> None:
        self._wechat = wechat
        self._seats = seats
        names = ("sign_in", "knows", "phone_number", "check_text", "check_picture", "page_code", "page_link")
        self._breakers = {name: outside.Breaker("wechat", name, WeChatUnavailable) for name in names}

    def ready(self) -> None:
        self._wechat.ready()

    def sign_in(self, code: str) -> Identity:
        return self._asked("sign_in", lambda: self._wechat.sign_in(code))

    def knows(self, openid: str) -> bool:
        return self._asked("knows", lambda: self._wechat.knows(openid))

    def phone_number(self, code: str, openid: str) -> str:
        return self._asked("phone_number", lambda: self._wechat.phone_number(code, openid))

    def check_text(self, text: str, *, openid: str, scene: int, title: str | None = None) -> TextVerdict:
        return self._asked(
            "check_text", lambda: self._wechat.check_text(text, openid=openid, scene=scene, title=title)
        )

    def check_picture(self, url: str, *, openid: str, scene: int) -> str:
        return self._asked(
            "check_picture", lambda: self._wechat.check_picture(url, openid=openid, scene=scene)
        )

    def page_code(self, page: str, scene: str) -> bytes:
        return self._asked("page_code", lambda: self._wechat.page_code(page, scene))

    def page_link(self, page: str, query: str, days: int) -> str:
        return self._asked("page_link", lambda: self._wechat.page_link(page, query, days))

    def templates(self) -> list[AccountTemplate]:
        return self._wechat.templates()

    def send_notice(
        self, openid: str, template_id: str, data: dict[str, str], *, page: str | None = None
    ) -> Sent:
        return self._wechat.send_notice(openid, template_id, data, page=page)

    def closed_again(self) -> None:
        """Forgets what was slow, as if WeChat had answered."""
        for breaker in self._breakers.values():
            breaker.answered()

    def _asked(self, name: str, ask: Callable[[], Answer]) -> Answer:
        settled = (Refused, WeChatRejected)
        return self._breakers[name].asked(self._seats, ask, away=WeChatUnavailable, settled=settled)
