"""Those who ask: eight connections over HTTP, or eight that speak to the database with the driver alone.

Started as a process of its own for each measurement; reads its task from the file it is given, and writes
what it saw to standard output as JSON.
"""

import json
import multiprocessing
import pickle
import secrets
import socket
import sqlite3
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg

from scripts.benchmark import lean, meters
from scripts.benchmark.tape import play

PATIENCE_SECONDS = 60
# One more than psycopg says before it prepares.
WARMING = 6
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
    "cache_size=-65536",
)


class Refused(Exception):
    """An answer that is not 2xx."""


# --- over HTTP ---------------------------------------------------------------------------------------------


class Connection:
    """One kept-alive connection, with as little between it and the socket as possible."""

    def __init__(self, port: int, patience: float = PATIENCE_SECONDS, *, keyed: bool = True) -> None:
        self.port, self.patience, self.keyed = port, patience, keyed
        self.socket: socket.socket | None = None
        self.left = b""

    def ask(self, request: dict[str, Any]) -> None:
        raw = _raw(request, keyed=self.keyed)
        try:
            status, body = self.exchange(raw)
        except (ConnectionError, OSError):
            # Kept alive no longer: the server may close a connection between two requests.
            self.close()
            status, body = self.exchange(raw)
        if not 200 <= status < 300:
            raise Refused(f"{status} {body[:300].decode('utf-8', 'replace')}")

    def exchange(self, raw: bytes) -> tuple[int, bytes]:
        """Sends one request and waits for its answer, however it was meant."""
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=self.patience)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(raw)
        return self._answer()

    def _answer(self) -> tuple[int, bytes]:
        while (end := self.left.find(b"\r\n\r\n")) < 0:
            self.left += self._more()
        head, self.left = self.left[:end].lower(), self.left[end + 4 :]
        if b"transfer-encoding: chunked" in head:
            body = b"".join(iter(self._chunk, b""))
        else:
            body = self._take(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        if b"connection: close" in head:
            self.close()
        return int(head[9:12]), body

    def _chunk(self) -> bytes:
        while (end := self.left.find(b"\r\n")) < 0:
            self.left += self._more()
        size, self.left = int(self.left[:end], 16), self.left[end + 2 :]
        return self._take(size + 2)[:size]

    def _take(self, size: int) -> bytes:
        parts = [self.left]
        missing = size - len(self.left)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        whole = b"".join(parts)
        self.left = whole[size:]
        return whole[:size]

    def _more(self) -> bytes:
        assert self.socket is not None  # noqa: S101 - it was opened by _send
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed")
        return data

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket, self.left = None, b""


def _raw(request: dict[str, Any], *, keyed: bool) -> bytes:
    if "form" in request:
        return _form(request)
    body = b"" if request["method"] == "GET" else json.dumps(request.get("body") or {}).encode()
    key = secrets.token_hex(16) if keyed else None
    return raw(request["method"], request["path"], request["token"], body, key)


def raw(method: str, path: str, token: str | None, body: bytes, key: str | None) -> bytes:
    """A call of the API as it goes over the wire; a POST bears its idempotency key, if there is one."""
    lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: bench"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if method != "GET":
        lines += [f"Idempotency-Key: {key}"] if key else []
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _form(request: dict[str, Any]) -> bytes:
    """A form of the console, sent by whoever has signed in to it."""
    body = urllib.parse.urlencode(request["form"]).encode()
    lines = [
        f"POST {request['path']} HTTP/1.1",
        "Host: localhost",
        f"Cookie: {request['cookie']}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def over_http(task: dict[str, Any]) -> dict[str, Any]:
    turns, clients = task["turns"], task["clients"]
    # Whoever is free takes the next one: all are busy to the end, also where some have the slower worker.
    waiting = iter(turns)
    seen: list[tuple[list[float], list[str]]] = []
    starting = threading.Barrier(clients + 1)

    def client() -> None:
        connection = Connection(task["port"], keyed=task["keyed"])

        def ask(turn: list[dict[str, Any]]) -> None:
            for request in turn:
                connection.ask(request)

        starting.wait()
        seen.append(timed(waiting, ask))
        connection.close()

    threads = [threading.Thread(target=client, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    # Before anybody begins: the first turns count, too.
    meter = meters.Meter(task["roots"])
    starting.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds, spent = time.perf_counter() - began, meter.read()
    return {**summed(seen, seconds), "spent": spent}


def timed(turns: Iterable[Any], ask: Callable[[Any], Any]) -> tuple[list[float], list[str]]:
    """How long each turn took, in seconds, and how those that failed did."""
    took, failed = [], []
    for turn in turns:
        began = time.perf_counter()
        try:
            ask(turn)
        except Exception as fault:  # whatever it is, it is counted and told
            failed.append(f"{type(fault).__name__}: {fault}"[:400])
        took.append(time.perf_counter() - began)
    return took, failed


def summed(seen: list[tuple[list[float], list[str]]], seconds: float) -> dict[str, Any]:
    took = sorted(one for mine, _ in seen for one in mine)
    failed = [one for _, mine in seen for one in mine]
    return {"seconds": seconds, "took": took, "errors": len(failed), "first_error": next(iter(failed), None)}


# --- by the driver -----------------------------------------------------------------------------------------


def by_driver(task: dict[str, Any]) -> dict[str, Any]:
    """Each client is a process, so that none waits for another's Python."""
    context = multiprocessing.get_context("fork")
    starting, answers = context.Barrier(task["clients"] + 1), context.SimpleQueue()
    shares = [task["turns"][number :: task["clients"]] for number in range(task["clients"])]
    processes = [
        context.Process(target=_driver, args=(task, share, starting, answers), daemon=True)
        for share in shares
    ]
    for process in processes:
        process.start()
    starting.wait(PATIENCE_SECONDS)
    began, meter = time.perf_counter(), meters.Meter(task["roots"])
    seen = [answers.get() for _ in processes]
    seconds, spent = time.perf_counter() - began, meter.read()
    for process in processes:
        process.join()
    return {**summed(seen, seconds), "spent": spent}


def _driver(task: dict[str, Any], turns: list[Any], starting: Any, answers: Any) -> None:
    cursor, begin = connected(task["database"])
    if "lean" in task:
        _by_hand(cursor, begin, task, turns, starting, answers)
        return
    works = task["works"]
    # The product's connections have served before, too: caches are filled, and psycopg has prepared what it repeats.
    for turn in turns[:1] * WARMING:
        play(cursor, works[turn[0]], turn[1], begin, end="ROLLBACK")
    starting.wait(PATIENCE_SECONDS)

    def ask(turn: tuple[int, dict[str, Any]]) -> None:
        play(cursor, works[turn[0]], turn[1], begin)

    answers.put(timed(turns, ask))


def _by_hand(
    cursor: Any, begin: str, task: dict[str, Any], turns: list[Any], starting: Any, answers: Any
) -> None:
    said, reading = task["lean"], task["reading"]
    if reading and begin == "BEGIN":
        # For what writes, a generic plan gains nothing.
        cursor.execute("SET plan_cache_mode = force_generic_plan")
    undone = begin == "BEGIN" and not reading
    for turn in turns[:1] * WARMING:
        if undone:
            cursor.execute(begin)
        lean.play(cursor, said, turn, reading=reading, undo=True)
        if undone:
            cursor.execute("ROLLBACK")
    starting.wait(PATIENCE_SECONDS)
    answers.put(timed(turns, lambda turn: lean.play(cursor, said, turn, reading=reading)))


def connected(address: str) -> tuple[Any, str]:
    if address.startswith("sqlite:///"):
        plain = sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in PRAGMAS:
            plain.execute(f"PRAGMA {pragma}")
        return plain.cursor(), "BEGIN IMMEDIATE"
    bare = address.replace("postgresql+psycopg://", "postgresql://", 1)
    return psycopg.connect(bare, autocommit=True).cursor(), "BEGIN"


def main() -> None:
    # The task was written by the bench itself a moment ago.
    task = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301
    seen = over_http(task) if "port" in task else by_driver(task)
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
