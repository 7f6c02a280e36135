"""What the demo stands on: people who speak HTTP, and how a play is told in a terminal."""

import secrets
import sys
from datetime import timedelta, timezone
from typing import Any

import requests

CHINA = timezone(timedelta(hours=8))
NUMERALS = [
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
]


class Away(Exception):
    """The server cannot be reached."""


class Unexpected(Exception):
    """The server answered otherwise than the story goes."""


class Person:
    """Someone who is signed in; `replayed` says whether the last answer was a stored one."""

    def __init__(self, session: requests.Session, base: str, name: str, label: str) -> None:
        self.session, self.base, self.label = session, base, label
        self.replayed = False
        self.token = ""
        opened = self.post("/sessions", {"code": f"sim:{name}:{secrets.token_hex(8)}"})
        self.token, self.me = opened["token"], opened["person"]

    def get(self, path: str, **query: Any) -> Any:
        return self._told(self._ask("GET", path, params=query))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._told(self._ask("PUT", path, json=body))

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._ask("POST", path, json={} if body is None else body, headers=headers)
        self.replayed = answer.headers.get("Idempotency-Replayed") == "true"
        return self._told(answer)

    def refused(self, path: str, body: Any, *, status: int) -> dict[str, Any]:
        """The refusal that the story wants here."""
        return self._refusal(self._ask("POST", path, json=body), status)

    def refused_get(self, path: str, *, status: int) -> dict[str, Any]:
        return self._refusal(self._ask("GET", path), status)

    def _ask(self, method: str, path: str, **what: Any) -> requests.Response:
        what["headers"] = {**what.get("headers", {}), "Authorization": f"Bearer {self.token}"}
        if not self.token:
            del what["headers"]["Authorization"]
        try:
            return self.session.request(method, f"{self.base}/api/v1{path}", timeout=20, **what)
        except requests.RequestException:
            raise Away(f"连不上服务器 {self.base}。请先在另一个终端运行 scripts/run。") from None

    def _told(self, answer: requests.Response) -> Any:
        told = _json(answer)
        if answer.status_code >= 400:
            detail = f"{told.get('message')}（{answer.status_code} {told.get('error')}，{told.get('data')}）"
            raise Unexpected(f"{answer.request.method} {answer.request.path_url}：{detail}")
        return told["data"]

    def _refusal(self, answer: requests.Response, status: int) -> dict[str, Any]:
        told = _json(answer)
        if answer.status_code != status:
            where = f"{answer.request.method} {answer.request.path_url}"
            raise Unexpected(f"{where}：应该被拒绝（{status}），得到 {answer.status_code}")
        return told


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        return answer.json()
    except ValueError:
        raise Unexpected(f"{answer.url} 的回答不是 JSON：这是点亮的服务器吗？") from None


class Stage:
    """Tells the play in a terminal; colours only where there is one."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        # A proxy of the surroundings has nothing to do with a server on this machine.
        self.session.trust_env = False
        self.coloured = sys.stdout.isatty()
        self.acts = 0

    def sign_in(self, name: str, label: str) -> Person:
        return Person(self.session, self.base, name, label)

    def act(self, title: str) -> None:
        print(f"\n{self._in(f'{NUMERALS[self.acts]}、{title}', '1;36')}")
        self.acts += 1

    def line(self, text: str) -> None:
        print(f"  {text}")

    def result(self, text: str) -> None:
        print(f"  {self._in('✓', '32')} {text}")

    def refusal(self, person: Person, told: dict[str, Any]) -> None:
        print(f"  {self._in('✗', '33')} {person.label}：{told['message']}（{told['code']} {told['error']}）")

    def end(self, text: str) -> None:
        print(f"\n{self._in(text, '1;32')}")

    def _in(self, text: str, colour: str) -> str:
        return f"\033[{colour}m{text}\033[0m" if self.coloured else text
