"""A long register, written in pieces: it may be stopped at any row and goes on where it was.

Rows go to `FILE.part`, one JSON list a line, with a mark after each batch; when all are there, the file itself
is made from them and takes its name at once, so that half a register never looks like a whole one.
"""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from backend.registers import papers
from backend.registers.definition import Cursor, Register, Scope
from backend.registers.papers import Paper
from backend.registers.reading import Names, batches

BATCH = 1000


def begun_at(register: Register, scope: Scope, out: Path) -> datetime | None:
    """The cut-off of what an earlier run left of the same question, if anything."""
    part = _part(out)
    if not part.exists():
        return None
    with part.open(encoding="utf-8") as file:
        head = json.loads(file.readline() or "{}")
    same = head.get("asked") == _asked(register, scope)
    return datetime.fromisoformat(head["cut_off"]) if same else None


def write(register: Register, scope: Scope, kind: str, out: Path, tell: Callable[[int], object]) -> int:
    """Writes the register to `out`, masked; answers the number of rows. `tell` hears how many there are."""
    part = _part(out)
    after, number = _resumed(register, scope, part)
    with _opened(part) as file:
        for batch in batches(register, scope, Names(), after, number, BATCH):
            for row in batch.rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
            number = batch.number
            file.write(json.dumps({"after": batch.after, "number": number}) + "\n")
            file.flush()
            tell(number)
    made = out.with_name(out.name + ".new")
    with made.open("wb") as target:
        os.fchmod(target.fileno(), 0o600)
        papers.write(kind, target, Paper(register, scope, "运维命令"), _rows(part))
    made.replace(out)
    part.unlink()
    return number


def _part(out: Path) -> Path:
    return out.with_name(out.name + ".part")


def _opened(part: Path) -> IO[str]:
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="utf-8")


def _asked(register: Register, scope: Scope) -> list[Any]:
    return [register.key, register.headings, scope.place_id, str(scope.first), str(scope.last)]


def _resumed(register: Register, scope: Scope, part: Path) -> tuple[Cursor, int]:
    """Where to go on. What stands after the last mark is cut off; what answers another question, thrown away."""
    if begun_at(register, scope, part.with_name(part.name.removesuffix(".part"))) != scope.cut_off:
        with _opened(part) as file:
            file.truncate(0)
            head = {"asked": _asked(register, scope), "cut_off": scope.cut_off.isoformat()}
            file.write(json.dumps(head, ensure_ascii=False) + "\n")
        return (), 0
    after, number, end = (), 0, 0
    with part.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            told = json.loads(line)
            if isinstance(told, dict):
                after, number, end = tuple(told.get("after", ())), told.get("number", 0), file.tell()
    os.truncate(part, end)
    return after, number


def _rows(part: Path) -> Iterator[list[list[Any]]]:
    with part.open(encoding="utf-8") as file:
        waiting: list[list[Any]] = []
        for line in file:
            told = json.loads(line)
            if isinstance(told, list):
                waiting.append(told)
            elif waiting:
                yield waiting
                waiting = []
