"""WeChat for those who wait for it with a request: a part of the threads at most, and not again and again.

A question to WeChat takes up to eight seconds of a thread. Without this, as many people signing in as there are
threads stop the wall, the console and the health check for everybody while WeChat is slow.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import structlog

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

# The threads that are left for what does not ask WeChat.
KEPT_FREE = 2
# So many in a row that failed only after so long: then nobody asks for a while, and then one to try.
SLOW_SECONDS = 1.0
SLOW_IN_A_ROW = 3
PAUSE_SECONDS = 15.0

Answer = TypeVar("Answer")

log = structlog.get_logger()


class Bulkhead:
    """Asks `wechat` for at most `threads` − 2 at a time. Beyond that, and for some seconds after repeated time-outs,
    WeChatUnavailable comes at once and says when to come back. Notices are the worker's, and not held up."""

    def __init__(self, wechat: WeChat, threads: int) -> None:
        self._wechat = wechat
        self._seats = threading.BoundedSemaphore(max(1, threads - KEPT_FREE))
        names = ("sign_in", "knows", "phone_number", "check_text", "check_picture", "page_code", "page_link")
        self._breakers = {name: _Breaker(name) for name in names}

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
        breaker = self._breakers[name]
        breaker.check()
        if not self._seats.acquire(blocking=False):
            log.warning("wechat.put_off", call=name)
            raise WeChatUnavailable("as many wait for WeChat as may")
        began = time.monotonic()
        try:
            answer = ask()
        except WeChatUnavailable:
            breaker.failed_after(time.monotonic() - began)
            raise
        except (Refused, WeChatRejected):
            breaker.answered()
            raise
        finally:
            self._seats.release()
        breaker.answered()
        return answer


class _Breaker:
    """One kind of question: a fault of one address of WeChat's is none of the others."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._closed_at = 0.0

    def check(self) -> None:
        """Raises WeChatUnavailable while it is open; once that is over, the first one tries for all."""
        with self._lock:
            now = time.monotonic()
            seconds = self._closed_at - now
            if seconds <= 0 and self._in_a_row >= SLOW_IN_A_ROW:
                self._closed_at = now + PAUSE_SECONDS
        if seconds > 0:
            raise WeChatUnavailable("WeChat was slow again and again").retry_after(seconds)

    def answered(self) -> None:
        with self._lock:
            self._in_a_row, self._closed_at = 0, 0.0

    def failed_after(self, seconds: float) -> None:
        """What fails at once holds nobody up."""
        if seconds < SLOW_SECONDS:
            return
        with self._lock:
            self._in_a_row += 1
            opens = self._in_a_row >= SLOW_IN_A_ROW
            if opens:
                self._closed_at = time.monotonic() + PAUSE_SECONDS
        if opens:
            log.error("wechat.paused", call=self._name, seconds=PAUSE_SECONDS)
