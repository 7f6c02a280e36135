"""What the simulator remembers: codes, tokens, subscriptions, messages, calls and the faults it was told.

All of it is bounded, so that a benchmark cannot fill the machine, and guarded by one lock.
"""

import re
import secrets
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Any

from backend.wechat.simulator import account
from backend.wechat.simulator.rules import Answered, openid_of

CODE_SECONDS = 300
TOKEN_SECONDS = 7200
RENEWED_SECONDS = 300
REMEMBERED = 100_000


class Bounded(OrderedDict):
    """A mapping that forgets its oldest entries."""

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        while len(self) > REMEMBERED:
            self.popitem(last=False)


@dataclass
class Fault:
    """A misbehaviour ordered for calls whose path starts with `path`; `times` None lasts until deleted."""

    path: str = "/"
    times: int | None = 1
    delay: float = 0
    status: int | None = None
    errcode: int | None = None
    errmsg: str = "simulated fault"
    garbage: bool = False
    body: str | None = None
    drop: bool = False


@dataclass(frozen=True)
class Code:
    """A login code (`phone` None) or a phone code made by the control address."""

    openid: str
    issued_at: float
    phone: str | None = None


class Memory:
    """The state of one simulated mini-program. `now` is the clock, in seconds; a test may replace it."""

    def __init__(self, app_id: str, secret: str) -> None:
        self.app_id = app_id
        self.secret = secret
        self.now = time.time
        self.lock = threading.RLock()
        self.awake = threading.Event()
        self.reset()

    def reset(self) -> None:
        """Forgets everything, and wakes the calls that a fault delays."""
        with self.lock:
            self.names: dict[str, str] = Bounded()
            self.codes: dict[str, Code] = Bounded()
            self.used: dict[str, bool] = Bounded()
            self.tokens: dict[str, float] = Bounded()
            self.stable: str | None = None
            self.left: dict[tuple[str, str], int] = Bounded()
            self.templates: dict[str, dict[str, Any]] = account.templates()
            self.messages: deque[dict[str, Any]] = deque(maxlen=2000)
            self.calls: deque[dict[str, Any]] = deque(maxlen=5000)
            self.faults: list[Fault] = []
            self.checks: dict[str, dict[str, Any]] = Bounded()
            # What the next pictures get; all pass before somebody says otherwise.
            self.verdict = "pass"
            self._wake()

    # Codes

    def issue_code(self, name: str, phone: str | None, age: float) -> str:
        """A code of this person's, made `age` seconds ago: for logging in, or for this phone number."""
        code = secrets.token_hex(16)
        with self.lock:
            self.codes[code] = Code(self.meet(name), self.now() - age, phone)
        return code

    def meet(self, name: str) -> str:
        """The openid of `name`, which is remembered for the page."""
        openid = openid_of(name)
        with self.lock:
            self.names[openid] = name
        return openid

    def openid_for(self, code: str) -> str:
        """Uses up a login code; answers 40029 or 40163."""
        with self.lock:
            self._use_once(code, Answered(40163, "code been used"))
            spoken = re.fullmatch(r"sim:([^:]+):.+", code)
            if spoken:
                return self.meet(spoken[1])
            made = self.codes.get(code)
            if made is None or made.phone is not None or self._too_old(made):
                raise Answered(40029, "invalid code")
            return made.openid

    def phone_for(self, code: str, openid: str | None) -> str:
        """Uses up a phone code; answers 40029, or 40003 when it is another person's."""
        with self.lock:
            self._use_once(code, Answered(40029, "invalid code"))
            spoken = re.fullmatch(r"phone:(\+?\d{3,20}):.+", code)
            if spoken:
                return spoken[1]
            made = self.codes.get(code)
            if made is None or made.phone is None or self._too_old(made):
                raise Answered(40029, "invalid code")
            if openid is not None and openid != made.openid:
                raise Answered(40003, "invalid openid")
            return made.phone

    def _use_once(self, code: str, used: Answered) -> None:
        if code in self.used:
            raise used
        self.used[code] = True

    def _too_old(self, made: Code) -> bool:
        return self.now() - made.issued_at >= CODE_SECONDS

    # Tokens

    def stable_token(self, force: bool) -> tuple[str, int]:
        """The one stable token and its remaining seconds, renewed five minutes before its end."""
        with self.lock:
            ends = self.tokens.get(self.stable or "", 0)
            if force and self.stable:
                self.tokens[self.stable] = 0
            if force or ends - self.now() <= RENEWED_SECONDS:
                self.stable, ends = self.plain_token(), self.now() + TOKEN_SECONDS
            return self.stable or "", round(ends - self.now())

    def plain_token(self) -> str:
        """A new token, as long as WeChat says that tokens may get."""
        token = secrets.token_urlsafe(384)
        with self.lock:
            self.tokens[token] = self.now() + TOKEN_SECONDS
        return token

    def expire_tokens(self) -> None:
        """Every token issued so far answers 42001 from now on."""
        with self.lock:
            self.tokens.update(dict.fromkeys(self.tokens, 0))

    def check_token(self, token: str | None) -> None:
        if not token:
            raise Answered(41001, "access_token missing")
        with self.lock:
            ends = self.tokens.get(token)
        if ends is None:
            raise Answered(40001, "invalid credential, access_token is invalid or not latest")
        if ends <= self.now():
            raise Answered(42001, "access_token expired")

    # Messages

    def accept(self, openid: str, template: str, message: dict[str, Any]) -> None:
        """Keeps a message and uses up one subscription, where they are counted; answers 43101."""
        with self.lock:
            left = self.left.get((openid, template))
            if left == 0:
                raise Answered(43101, "user refuse to accept the msg")
            if left is not None:
                self.left[openid, template] = left - 1
            self.messages.append(message)

    def messages_of(self, openid: str | None) -> list[dict[str, Any]]:
        """What was sent to one person or, without openid, to all; newest first."""
        with self.lock:
            found = [kept for kept in self.messages if openid in (None, kept["openid"])]
            return [{**kept, "name": self.names.get(kept["openid"])} for kept in reversed(found)]

    # Faults

    def fault_for(self, path: str) -> Fault | None:
        """The first fault ordered for this path, one time less of it left."""
        with self.lock:
            fault = next((one for one in self.faults if path.startswith(one.path)), None)
            if fault and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
            return fault

    def delay(self, seconds: float) -> None:
        with self.lock:
            awake = self.awake
        awake.wait(seconds)

    def forget_faults(self) -> None:
        """Behaves again, also towards the calls that are being delayed."""
        with self.lock:
            self.faults.clear()
            self._wake()

    def _wake(self) -> None:
        self.awake.set()
        self.awake = threading.Event()
