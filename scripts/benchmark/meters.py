"""Whose the time of the processors was: of a tree of processes, and of everything else on the machine."""

import os
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def known() -> bool:
    """Whether this system tells (Linux does)."""
    return Path("/proc/self/stat").exists()


def spent(root: int) -> float:
    """Seconds of processor time of this process and all below it, those that have ended included."""
    below = _children()
    found, waiting = 0.0, [root]
    while waiting:
        number = waiting.pop()
        found += _own(number)
        waiting += below.get(number, [])
    return found


def _fields(number: int | str) -> list[str]:
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return []


def _own(number: int) -> float:
    """utime, stime, and those of its children that have ended and were waited for."""
    fields = _fields(number)
    return sum(int(one) for one in fields[11:15]) / TICK if fields else 0.0


def parent_of(number: int) -> int:
    fields = _fields(number)
    return int(fields[1]) if fields else 0


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one in Path("/proc").iterdir():
        if one.name.isdigit() and (fields := _fields(one.name)):
            found.setdefault(int(fields[1]), []).append(int(one.name))
    return found


def _busy() -> float:
    """Seconds in which some processor of this machine did something; time stolen by its host counts."""
    fields = [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    user, nice, system, _idle, _waiting, hard, soft, stolen = fields[:8]
    return (user + nice + system + hard + soft + stolen) / TICK


class Meter:
    """From when it is made until `read`: what each named tree took, and what part of the machine others took. The trees
    stand by themselves: none is below this process, whose own time is nobody else's."""

    def __init__(self, roots: dict[str, int]) -> None:
        self._roots = roots if known() else {}
        self._began = time.perf_counter()
        self._before = {name: spent(root) for name, root in self._roots.items()}
        self._mine = spent(os.getpid()) if known() else 0.0
        self._machine = _busy() if known() else 0.0

    def read(self) -> dict[str, float]:
        """Seconds by name, and `others`: a part of the machine between 0 and 1. Empty where the system does not tell."""
        if not self._roots:
            return {}
        took = {name: spent(root) - self._before[name] for name, root in self._roots.items()}
        seconds = time.perf_counter() - self._began
        machine = _busy() - self._machine
        mine = spent(os.getpid()) - self._mine + sum(took.values())
        others = max(0.0, machine - mine) / (seconds * (os.cpu_count() or 1))
        return {**took, "others": min(1.0, others)}
