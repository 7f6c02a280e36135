"""A crowd for scripts/bench --people: mixed work for minutes or for so many requests, on each database in turn.

gunicorn serves with production's own limits. It is judged: errors at most one in a thousand, the memory of every
worker flat, the books and everything that `flask ledger verify` knows in order afterwards.
"""

import argparse
import contextlib
import json
import os
import pickle
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scripts import at_the_gate
from scripts.benchmark import crowd_report as report
from scripts.benchmark import site as sites
from scripts.benchmark.site import say

MOST_ERRORS, MOST_GROWTH = 0.001, 1.05
LEAST_SAMPLES = 20
# What PostgreSQL says of a deadlock: both statements, and where.
DEADLOCK_LINES = 9
MINUTES, PROGRESS_SECONDS = 5.0, 5.0
# More than a crowd of that size claims in the time; then they only look.
WISHES_EACH, FEWEST_WISHES = 5, 200
Samples = list[dict[int, float]]


def run(asked: argparse.Namespace) -> int:
    """Both databases, one after the other; 0 when all is well."""
    kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dianliang-bench-")))
        server = stack.enter_context(sites.database_server(kinds, folder, asked.postgres_url))
        results = {kind: _crowd(kind, folder, server, asked) for kind in kinds}
        if "postgresql" in results:
            results["postgresql"]["deadlocks"] = _deadlocks(folder / "pg" / "log")
    say("")
    whole = {
        "people": asked.people,
        "connections": asked.connections,
        "workers": asked.workers,
        "threads": asked.threads,
    }
    report.write({**whole, "databases": results}, asked.into)
    return int(any(one["wrong"] for one in results.values()))


def _crowd(kind: str, folder: Path, server: str | None, asked: argparse.Namespace) -> dict[str, Any]:
    from tests.simulated import SimulatedWeChat

    mine = folder / kind
    mine.mkdir()
    with contextlib.ExitStack() as stack:
        wechat = stack.enter_context(SimulatedWeChat())
        address = stack.enter_context(sites.database(kind, mine, server, "dianliang_bench"))
        environment = {**os.environ, **sites.PLAIN, "DATA_DIR": str(mine), "DATABASE_URL": address}
        environment["WECHAT_BASE_URL"] = wechat.url
        town = stack.enter_context(sites.town("scripts.benchmark.crowd_town", kind, mine, environment))
        say(f"{kind}: {asked.people:,} people move in")
        town.ask(people=asked.people, wishes=max(FEWEST_WISHES, asked.people * WISHES_EACH))
        port, master = stack.enter_context(sites.served(mine, environment, asked.workers, asked.threads))
        url = f"http://127.0.0.1:{port}"
        before = at_the_gate.counted(url)
        seen, samples = _worked(kind, mine, port, master, asked)
        seen["gate"] = at_the_gate.sentence(at_the_gate.since(before, at_the_gate.counted(url)))
        say(f"{kind}: everything is verified")
        audit = town.ask(audit=True)
        return _judged(seen, samples, audit, _told_by_the_log(mine / "log"))


def _worked(
    kind: str, folder: Path, port: int, master: Any, asked: argparse.Namespace
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the crowd saw at last; and what was seen of it and of the workers on the way."""
    # Written by the town a moment ago.
    plan = pickle.loads((folder / "plan").read_bytes())  # noqa: S301
    seconds = 60 * (asked.minutes or MINUTES)
    tick = 0.5 if asked.requests else min(2.0, seconds / (3 * LEAST_SAMPLES))
    task = {"port": port, "plan": plan, "connections": asked.connections, "tick": tick}
    path = folder / "task"
    path.write_bytes(pickle.dumps({**task, "seconds": seconds, "requests": asked.requests}))
    samples: list[dict[str, Any]] = []
    latest = time.monotonic()
    with sites.process(
        [sys.executable, "-m", "scripts.benchmark.day", str(path)], {**os.environ}, stdin=None
    ) as crowd:
        for line in crowd.stdout or ():
            told = json.loads(line)
            if "end" in told:
                return told["end"], samples
            samples.append({**told, "memory_mb": sites.held_by(master)})
            if time.monotonic() - latest >= PROGRESS_SECONDS:
                latest = time.monotonic()
                say(report.progress(kind, samples[-1]))
        raise SystemExit(f"the crowd ended with {crowd.wait()}")


def _told_by_the_log(path: Path) -> dict[str, Any]:
    """What the product itself called an error, and what came most often."""
    found: dict[str, int] = {}
    with path.open(encoding="utf-8", errors="replace") as log:
        for line in log:
            # JSON of the product; what gunicorn says of its workers is plain.
            if '"level": "error"' in line or "[ERROR]" in line or "[CRITICAL]" in line:
                said = _event(line)
                found[said] = found.get(said, 0) + 1
    return dict(sorted(found.items(), key=lambda one: -one[1])[:10])


def _deadlocks(path: Path) -> list[str]:
    """Who waited for whom, as the server we started wrote it down."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return [
        "\n".join(lines[at : at + DEADLOCK_LINES])
        for at, line in enumerate(lines)
        if line.endswith("deadlock detected")
    ]


def _event(line: str) -> str:
    try:
        told = json.loads(line)
    except ValueError:
        return line.strip()[:300]
    last = str(told.get("exception", "")).strip().rpartition("\n")[2]
    return f"{told.get('event')}: {last}"[:300]


# --- judgement ---------------------------------------------------------------------------------------------


def _judged(
    seen: dict[str, Any], samples: list[dict[str, Any]], audit: dict[str, Any], log: dict[str, Any]
) -> dict[str, Any]:
    memory = [one["memory_mb"] for one in samples]
    wrong = too_many_errors(seen["requests"], seen["errors"])
    wrong += not_flat(memory)
    if audit["number"]:
        wrong.append(f"{audit['number']} findings of the audit")
    return {
        **seen,
        "errors_per_thousand": 1000 * seen["errors"] / max(1, seen["requests"]),
        "samples": samples,
        "workers": growth(memory),
        "audit": audit,
        "log": log,
        "wrong": wrong,
    }


def too_many_errors(requests: int, errors: int) -> list[str]:
    """Sentences about what is wrong; none is good."""
    if not requests:
        return ["nothing was answered"]
    if errors / requests > MOST_ERRORS:
        return [f"{errors} errors in {requests:,} requests are more than one in a thousand"]
    return []


def growth(samples: Samples) -> dict[int, dict[str, float]]:
    """What each worker that stayed held in the second fifth, when it had warmed up, and in the last."""
    part = len(samples) // 5
    if not part:
        return {}
    stayed = set.intersection(*(set(one) for one in samples))
    return {
        number: {
            "before": statistics.median(one[number] for one in samples[part : 2 * part]),
            "after": statistics.median(one[number] for one in samples[-part:]),
        }
        for number in sorted(stayed)
    }


def not_flat(samples: Samples) -> list[str]:
    """Sentences about memory that is not flat, or of which that cannot be said; none is good."""
    if len(samples) < LEAST_SAMPLES or not all(samples):
        return [f"memory was not seen often enough to judge it: {len([one for one in samples if one])} times"]
    changed = set.union(*(set(one) for one in samples)) - set.intersection(*(set(one) for one in samples))
    wrong = [f"worker {number} was not there all the time: it was replaced" for number in sorted(changed)]
    for number, held in growth(samples).items():
        if held["after"] > MOST_GROWTH * held["before"]:
            wrong.append(f"worker {number} grew from {held['before']:.1f} to {held['after']:.1f} MB")
    return wrong
