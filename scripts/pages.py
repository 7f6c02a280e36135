"""The calls that stand in the pages of miniprogram_api_docs/, read and played against a server.

A call is a fenced block of kind `http`: who asks, method and path; headers; a body; then `→` with the
expected status, the name of a refusal, and the part of `data` that the page promises. How a block is written
is told to its readers in miniprogram_api_docs/README.md.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scripts.story.stage import CHINA

TOP = Path(__file__).resolve().parents[1]
DOCS = TOP / "miniprogram_api_docs"
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
METHODS = ("GET", "POST", "PUT", "DELETE")
WHOLE = re.compile(r"\{\{([^{}]+)\}\}")
MOMENT = re.compile(r"(today|now)(?:([+-]\d+)([dm]))?")
# The smallest true picture: one white pixel.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f"
    "0005fe02fe0def46b80000000049454e44ae426082"
)


class BadPage(Exception):
    """A page is not written as its readers are told, or the server does not answer as it promises."""


@dataclass(frozen=True)
class Call:
    """One block. `told` and `told_headers` are what the answer must contain."""

    where: str
    who: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int
    error: str | None
    told_headers: dict[str, str]
    told: Any


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    told: dict[str, Any]


# method, path under /api/v1, headers, body (None, JSON, or a form whose `file` is bytes) → Answer
Send = Callable[[str, str, dict[str, str], Any], Answer]


def pages() -> list[Path]:
    """The pages that hold calls, in the order of their names."""
    return [path for path in sorted(DOCS.rglob("*.md")) if "```http" in path.read_text(encoding="utf-8")]


def calls(page: Path) -> list[Call]:
    """The calls of a page, from top to bottom. Raises BadPage for a block that cannot be read."""
    text = page.read_text(encoding="utf-8")
    found = [match for match in FENCE.finditer(text) if match[1] == "http"]
    if len(found) != len(re.findall(r"^\s*```http\b", text, re.MULTILINE)):
        raise BadPage(f"{page.name}: a block of kind http is not closed, or has more than one word")
    return [_call(f"{page.name}:{text.count(chr(10), 0, one.start()) + 2}", one[2]) for one in found]


def _call(where: str, block: str) -> Call:
    asked, arrow, answered = block.partition("\n→ ")
    first, headers, body = _parts(where, asked)
    words = first.split(" ")
    if not arrow or len(words) != 3 or words[1] not in METHODS or not words[2].startswith("/"):
        raise BadPage(f"{where}: not `who METHOD /path`, a body and `→ status`")
    outcome, told_headers, told = _parts(where, answered)
    status, _, error = outcome.partition(" ")
    if not re.fullmatch(r"[2-5]\d\d", status) or (int(status) >= 400) != bool(error):
        raise BadPage(f"{where}: `→` wants a status, and the name of the refusal from 400 on")
    return Call(where, *words, headers, body, int(status), error or None, told_headers, told)


def _parts(where: str, text: str) -> tuple[str, dict[str, str], Any]:
    """The first line, the header lines below it, and the JSON that follows."""
    lines = text.strip("\n").split("\n")
    headers, at = {}, 1
    while at < len(lines) and (found := re.fullmatch(r"([A-Za-z-]+): (.+)", lines[at])):
        headers[found[1]], at = found[2], at + 1
    rest = "\n".join(lines[at:]).strip()
    try:
        return lines[0], headers, json.loads(rest) if rest else None
    except ValueError as fault:
        raise BadPage(f"{where}: {fault} in {rest!r}") from None


class Play:
    """One page on one server. People sign in when they first speak; values pass from block to block."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.values: dict[str, Any] = {}
        self.tokens: dict[str, str] = {}

    def page(self, page: Path) -> Iterator[tuple[Call, Any, Answer]]:
        """Plays every call; yields it with the body that was sent and the answer. Raises BadPage."""
        for call in calls(page):
            try:
                body, answer = self._ask(call)
                _compare(call, answer)
                self._expect(call.told, answer.told["data"], "data")
            except BadPage as fault:
                raise BadPage(f"{call.where} {call.who} {call.method} {call.path}: {fault}") from None
            yield call, body, answer

    def _ask(self, call: Call) -> tuple[Any, Answer]:
        headers = {name: str(self._filled(value)) for name, value in call.headers.items()}
        if call.who != "-":
            headers["Authorization"] = f"Bearer {self._token(call.who)}"
        body = self._filled(call.body)
        if headers.get("Content-Type") == "multipart/form-data":
            del headers["Content-Type"]
            body = {**body, "file": PICTURE}
        elif body is None and call.method in ("POST", "PUT"):
            body = {}
        return body, self.send(call.method, self._filled_path(call.path), headers, body)

    def _token(self, who: str) -> str:
        if who not in self.tokens:
            code = {"code": f"sim:{who}:{secrets.token_hex(8)}"}
            answer = self.send("POST", "/sessions", {}, code)
            if answer.status != 201:
                raise BadPage(f"{who} cannot sign in: {answer.told}")
            self.tokens[who] = answer.told["data"]["token"]
        return self.tokens[who]

    def _filled_path(self, path: str) -> str:
        return WHOLE.sub(lambda found: str(self._value(found[1])), path)

    def _filled(self, part: Any) -> Any:
        """A text that is nothing but `{{name}}` becomes the value itself: a number stays a number."""
        if isinstance(part, dict):
            return {key: self._filled(value) for key, value in part.items()}
        if isinstance(part, list):
            return [self._filled(value) for value in part]
        if not isinstance(part, str):
            return part
        alone = WHOLE.fullmatch(part)
        return self._value(alone[1]) if alone else self._filled_path(part)

    def _value(self, name: str) -> Any:
        if name == "fresh":
            return secrets.token_hex(8)
        if found := MOMENT.fullmatch(name):
            return _moment(*found.groups())
        if name not in self.values:
            raise BadPage(f"nothing above says what {{{{{name}}}}} is")
        return self.values[name]

    def _expect(self, told: Any, actual: Any, place: str) -> None:
        """Everything that the page promises is there; lists hold at least these, in this order."""
        if isinstance(told, str) and told.startswith("@"):
            if actual is None:
                raise BadPage(f"{place} is null and cannot be remembered")
            self.values[told[1:]] = actual
        elif isinstance(told, dict) and isinstance(actual, dict):
            for key, value in told.items():
                if key not in actual:
                    raise BadPage(f"{place}.{key} is not there")
                self._expect(value, actual[key], f"{place}.{key}")
        elif isinstance(told, list) and isinstance(actual, list):
            self._expect_among(told, actual, place)
        elif told not in ("…", None) or (told is None and place != "data"):
            wanted = self._filled(told)
            if wanted != actual or isinstance(wanted, bool) != isinstance(actual, bool):
                raise BadPage(f"{place} should be {wanted!r}, is {actual!r}")

    def _expect_among(self, told: list[Any], actual: list[Any], place: str) -> None:
        if not told and actual:
            raise BadPage(f"{place} should be empty, is {actual!r}")
        rest = iter(actual)
        for number, one in enumerate(told):
            if not any(self._fits(one, candidate) for candidate in rest):
                raise BadPage(f"{place}[{number}] {one!r} is not in {actual!r}")

    def _fits(self, told: Any, actual: Any) -> bool:
        before = dict(self.values)
        try:
            self._expect(told, actual, "")
        except BadPage:
            self.values = before
            return False
        return True


def _moment(base: str, amount: str | None, unit: str | None) -> str:
    now = datetime.now(CHINA).replace(microsecond=0)
    moved = now + int(amount or 0) * (timedelta(minutes=1) if unit == "m" else timedelta(days=1))
    return moved.date().isoformat() if base == "today" else moved.isoformat()


def _compare(call: Call, answer: Answer) -> None:
    error = answer.told.get("error")
    if (answer.status, error) != (call.status, call.error):
        raise BadPage(
            f"should answer {call.status} {call.error or ''}, answers {answer.status} {answer.told}"
        )
    for name, value in call.told_headers.items():
        if answer.headers.get(name) != value:
            raise BadPage(f"header {name} should be {value!r}, is {answer.headers.get(name)!r}")
