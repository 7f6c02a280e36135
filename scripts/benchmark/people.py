"""The people of a crowd, the hall in which they meet, and the line over which each of them asks.

An error is an answer that the errand did not expect (5xx, or another code), no answer in time, a broken connection,
or a repeat that was answered otherwise.
"""

import json
import random
import secrets
import threading
import time
from collections import Counter, deque
from typing import Any

from scripts.benchmark.clients import Connection, raw

# Longer than the product may take for anything; shorter than anybody waits.
PATIENCE_SECONDS = 30
# gunicorn closes a connection that was idle for 5 s: a phone opens a new one before.
IDLE_SECONDS = 3
SENT_TWICE = 0.08
# Errors told word for word; all are counted.
MOST_TOLD = 20


class Seen:
    """What all connections saw together. Appending is all they do, so none waits for another."""

    def __init__(self) -> None:
        self.took: list[tuple[str, float]] = []
        self.errors: Counter[str] = Counter()
        self.told: list[str] = []
        self._lock = threading.Lock()

    def wrong(self, kind: str, sentence: str) -> None:
        with self._lock:
            self.errors[kind] += 1
            if len(self.told) < MOST_TOLD:
                self.told.append(f"{kind}: {sentence}"[:400])


class Person:
    """One signed-in person; where their day stands."""

    def __init__(self, number: int, token: str, member: bool, live: list[int]) -> None:
        self.id, self.token, self.member = number, token, member
        self.live = deque(live)
        self.inside: int | None = None
        # Claimed wishes with those who wished for them.
        self.claimed: list[tuple[int, int]] = []


class Hall:
    """What the people share: who is free, wishes on the wall, orders on their way, the code on the screen."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        half = (plan["live"][0::2], plan["live"][1::2])
        # Signed up as the town has it: every other activity for every other person, while there are seats.
        self.people = [
            Person(*one, half[at % 2] if at // 2 < plan["seats"] else [])
            for at, one in enumerate(plan["people"])
        ]
        self.by_id = {one.id: one for one in self.people}
        waiting = list(self.people)
        random.Random(7).shuffle(waiting)  # nosec B311 - whose turn it is
        self.free = deque(waiting)
        self.wishes, self.taken = deque(plan["wishes"]), deque(maxlen=500)
        self.requested: deque[tuple[int, Person]] = deque()
        self.approved: deque[tuple[int, Person]] = deque()
        self._codes: dict[int, tuple[float, str]] = {}

    def code(self, line: "Line", activity: int) -> str | None:
        """The screen at the door asks for a new code before the old one is worth nothing."""
        at, code = self._codes.get(activity, (0.0, ""))
        if time.monotonic() - at < 20:
            return code
        told = line.get("check-in code", self.plan["clerks"][0], f"/activities/{activity}/check-in-code")
        if told is None:
            return None
        self._codes[activity] = (time.monotonic(), told["code"])
        return told["code"]


class Line:
    """A phone's connection: asks, times, and judges each answer."""

    def __init__(self, port: int, seen: Seen, dice: random.Random) -> None:
        self.connection, self.seen, self.dice = Connection(port, PATIENCE_SECONDS), seen, dice
        self.last = time.monotonic()

    def get(self, kind: str, token: str | None, path: str, *expected: int) -> Any:
        return self._ask(kind, raw("GET", path, token, b"", ""), expected or (200,))[1]

    def post(self, kind: str, token: str | None, path: str, body: Any, *expected: int) -> Any:
        """The data of the answer, None where it was none that was expected. Some send it again at once."""
        wire = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = raw("POST", path, token, wire, secrets.token_hex(16))
        first, data = self._ask(kind, asked, expected or (200,))
        if first is not None and token is not None and self.dice.random() < SENT_TWICE:
            again, _ = self._ask("sent again", asked, (first[0],))
            # A refusal is kept as well, but for what never came to a verb.
            if again is not None and again != first and first[0] not in (400, 401, 404, 422):
                self.seen.wrong("sent again", f"{path}: {first!r} became {again!r}")
        return data

    def _ask(self, kind: str, wire: bytes, expected: tuple[int, ...]) -> tuple[tuple[int, bytes] | None, Any]:
        if time.monotonic() - self.last > IDLE_SECONDS:
            self.connection.close()
        began = time.perf_counter()
        try:
            status, body = self.connection.exchange(wire)
        except Exception as fault:  # whatever it is, it is counted and told
            self.connection.close()
            self._note(kind, began)
            self.seen.wrong(kind, f"{type(fault).__name__}: {fault}")
            return None, None
        self._note(kind, began)
        if status not in expected:
            named = wire.split(b" HTTP", 1)[0].decode()
            self.seen.wrong(kind, f"{named}: {status} {body[:250].decode('utf-8', 'replace')}")
            return None, None
        return (status, body), json.loads(body)["data"] if status < 300 else None

    def _note(self, kind: str, began: float) -> None:
        self.seen.took.append((kind, time.perf_counter() - began))
        self.last = time.monotonic()
