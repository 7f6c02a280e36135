"""企业微信群机器人: a web hook of a group chat, told of faults of the program and of what waits for staff.

By option (ROBOT_URL). What is said names no resident: it is what the log says, a route, a job, a number of things that wait.
A fault is told once an hour for each kind; nothing waits for the hook, and its own faults are only a line of the log.
"""

import queue
import threading
import time
from collections.abc import MutableMapping
from typing import Any

import requests
import structlog

from backend import config

# 企业微信: a text has at most 2048 bytes, a markdown 4096, and a robot says at most 20 things a minute.
MOST_BYTES, PAUSE_SECONDS = {"text": 2048, "markdown": 4096}, 3.0
AGAIN_SECONDS = 3600.0
WAITING = 100
TIMEOUT_SECONDS = 5.0
# Lines of the log that somebody has to look at, by how they begin; an outage of the database is seen by /readyz.
TOLD = ("fault", "job.failed", "worker.failed", "database.writable")

log = structlog.get_logger()


class RobotRefused(Exception):
    """The hook answered something else than that it took the message: its number and its words."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode


def say(words: str, *, address: str | None = None, kind: str = "text") -> None:
    """Says something in the group, and waits for the answer: never inside a transaction. Nothing without ROBOT_URL.
    `kind` is `text` or `markdown`.

    Raises RobotRefused; requests.RequestException when the hook cannot be reached.
    """
    url = address or config.settings().robot_url
    if not url:
        return
    told = words.encode()[: MOST_BYTES[kind]].decode(errors="ignore")
    answer = requests.post(url, json={"msgtype": kind, kind: {"content": told}}, timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    said = answer.json()
    if said.get("errcode") != 0:
        raise RobotRefused(int(said.get("errcode", -1)), str(said.get("errmsg", "")))


class Teller:
    """Says what it is given one after the other in a thread of its own."""

    def __init__(self, pause: float = PAUSE_SECONDS) -> None:
        self._waiting: queue.Queue[str] = queue.Queue(WAITING)
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()
        self._pause = pause
        self._thread: threading.Thread | None = None

    def pass_on(self, kind: str, words: str) -> bool:
        """Whether it will be said: of one kind once an hour, and not more than can wait."""
        now = time.monotonic()
        with self._lock:
            if now - self._last.get(kind, -AGAIN_SECONDS) < AGAIN_SECONDS:
                return False
            self._last[kind] = now
            if self._thread is None:
                self._thread = threading.Thread(target=self._say_all, daemon=True, name="robot")
                self._thread.start()
        try:
            self._waiting.put_nowait(words)
        except queue.Full:
            return False
        return True

    def wait(self) -> None:
        """Until all that was given is said."""
        self._waiting.join()

    def _say_all(self) -> None:
        while True:
            words = self._waiting.get()
            try:
                say(words)
            except (requests.RequestException, RobotRefused, ValueError) as fault:
                # Never with the address, in which the key stands.
                log.warning(
                    "robot.refused", kind=type(fault).__name__, errcode=getattr(fault, "errcode", None)
                )
            finally:
                self._waiting.task_done()
            time.sleep(self._pause)


_teller = Teller()


def tell_faults(_logger: Any, level: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of the log's processors: whatever is a fault is told in the group, too."""
    event = str(line.get("event", ""))
    if level == "error" and event in TOLD and config.known() and config.settings().robot_url:
        places = line.get("places") or [""]
        where = line.get("job") or line.get("step") or places[-1]
        kind = str(line.get("kind") or "")
        words = f"点亮 {event} {where} {kind}".strip()
        _teller.pass_on(f"{event} {where} {kind}", f"{words}\nrequest {line.get('request', '无')}，详见日志")
    return line
