"""The process in which a crowd lives its day: so many connections, over which all its people do their errands.

Started by scripts/benchmark/crowd.py; reads its task from the file it is given, tells each moment how far it is in
a line of JSON, and at last what it saw.
"""

import json
import pickle
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

from scripts.benchmark.errands import errand
from scripts.benchmark.people import PATIENCE_SECONDS, Hall, Line, Seen


def work(task: dict[str, Any]) -> None:
    seen, hall, ended = Seen(), Hall(task["plan"]), threading.Event()

    def client(number: int) -> None:
        dice = random.Random(number)  # nosec B311 - who does what next
        line = Line(task["port"], seen, dice)
        while not ended.is_set():
            person = hall.free.popleft()
            try:
                errand(line, hall, person, dice)
            except Exception as fault:  # an errand of ours that went wrong must not pass for quiet
                seen.wrong("errand", f"{type(fault).__name__}: {fault}")
            hall.free.append(person)
        line.connection.close()

    count = min(task["connections"], len(hall.people))
    threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(count)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    _tell_until_the_end(task, seen, began)
    ended.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS + 1)
    _tell_all(seen, time.monotonic() - began)


def _tell_until_the_end(task: dict[str, Any], seen: Seen, began: float) -> None:
    told = 0
    while True:
        time.sleep(task["tick"])
        done, now = len(seen.took), time.monotonic() - began
        latest = sorted(took for _, took in seen.took[told:done])
        errors = sum(seen.errors.values())
        _tell({"seconds": now, "done": done, "errors": errors, "latest": len(latest), **_quantiles(latest)})
        told = done
        if done >= task["requests"] if task["requests"] else now >= task["seconds"]:
            return


def _quantiles(took: list[float]) -> dict[str, float | None]:
    """p50 and p99 in ms; None where nothing was answered."""
    at = {part: min(len(took) - 1, len(took) * part // 100) for part in (50, 99)}
    return {f"p{part}_ms": 1000 * took[place] if took else None for part, place in at.items()}


def _tell_all(seen: Seen, seconds: float) -> None:
    kinds: dict[str, list[float]] = {}
    for kind, took in seen.took:
        kinds.setdefault(kind, []).append(took)
    told = {
        kind: {"requests": len(took), "errors": seen.errors[kind], **_quantiles(sorted(took))}
        for kind, took in sorted(kinds.items())
    }
    whole = {"requests": len(seen.took), "seconds": seconds, **_quantiles(sorted(t for _, t in seen.took))}
    _tell({"end": {**whole, "errors": sum(seen.errors.values()), "told": seen.told, "kinds": told}})


def _tell(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    # The task was written by the bench itself a moment ago.
    work(pickle.loads(Path(sys.argv[1]).read_bytes()))  # noqa: S301


if __name__ == "__main__":
    main()
