"""scripts/bench --peer: the product, the peers, and the SQL by hand, by turns within each round.

Everybody begins each round on a fresh copy of one filled database and is asked the very same turns. A round's ratios
are of that round, and the figures are medians of the rounds. Works that write are played with an Idempotency-Key and
without, which only the product, the full peer and the SQL by hand know.
"""

import argparse
import contextlib
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from scripts.benchmark import (
    alternating_report,
    by_pgbench,
    figures,
    goals,
    lean,
    meters,
    planning,
    prove,
    stage,
)
from scripts.benchmark import site as sites
from scripts.benchmark.run import WORKS
from scripts.benchmark.site import WARMING

Seen = dict[str, dict[str, list[dict[str, Any]]]]


class Run:
    """What was measured on one kind of database: by work (`claim`, and `claim, no key`), by who, by round."""

    def __init__(self, one: stage.Stage, asked: argparse.Namespace, works: list[str]) -> None:
        self.stage, self.asked, self.works = one, asked, works
        self.seen: Seen = {}
        self.plans: dict[str, dict[str, dict[str, float]]] = {}
        self.rows: dict[str, Any] = {}

    def sizes(self) -> dict[str, int]:
        """Turns of each work: those that are measured, and those that come before; of writes, again without a key."""
        return {
            work: (max(8, round(WORKS[work][1] * self.asked.scale)) + WARMING) * (1 if WORKS[work][2] else 2)
            for work in self.works
        }

    def round(self, number: int) -> None:
        # Nobody is always the first, nor always after the same one.
        order = [*stage.SERVED, "by hand", "pgbench"]
        random.Random(number).shuffle(order)  # nosec B311 - an order, no secret
        for who in order:
            if any(self.plays(who, work) for work in self.works):
                sites.say(f"round {number} of {self.asked.rounds}, {self.stage.kind}: {who}")
                self.stage.restore()
                self._play(who)

    def plays(self, who: str, work: str) -> bool:
        if who == "by hand":
            return work in lean.known(self.stage.kind)
        if who == "pgbench":
            known = self.stage.kind == "postgresql" and work in lean.known("postgresql")
            return known and by_pgbench.program() is not None
        return self.stage.plays(who, work)

    def _play(self, who: str) -> None:
        with contextlib.ExitStack() as stack:
            roots, port = {}, 0
            if who in stage.SERVED:
                told = self.asked.workers, self.asked.threads, self.asked.peer_workers
                port, roots["server"] = stack.enter_context(stage.served(who, self.stage, *told))
            if database := sites.postmaster(self.stage.address):
                roots["database"] = database
            for work in self.works:
                if self.plays(who, work):
                    for keyed in (True,) if WORKS[work][2] or who == "plain" else (True, False):
                        self._measure(who, work, port, roots, keyed=keyed)

    def _measure(self, who: str, work: str, port: int, roots: dict[str, int], *, keyed: bool) -> None:
        turns, reading = self._turns(who, work, keyed=keyed), WORKS[work][2]
        counted, kind = planning.Counted(self.stage.address), self.stage.kind
        if who in stage.SERVED:
            task: dict[str, Any] = {"port": port, "keyed": keyed and who != "plain"}
            self._clients({**task, "turns": turns[:WARMING], "roots": {}})
        else:
            said = lean.for_driver(kind, work, keyed=keyed)
            task = {"database": self.stage.address, "lean": said, "reading": reading}
        counted.begin()
        if who == "pgbench":
            meter = meters.Meter(roots)
            seen = by_pgbench.played(self.stage.address, work, turns[WARMING:], keyed=keyed)
            seen["spent"] = meter.read()
        else:
            # By the driver a reading turn takes no time: more of them.
            more = 8 if reading and who == "by hand" else 1
            seen = self._clients({**task, "turns": turns[WARMING:] * more, "roots": roots})
        found = figures.figures(seen)
        found["planning"] = counted.read(found["turns"])
        name = work if keyed else f"{work}, no key"
        self.seen.setdefault(name, {}).setdefault(who, []).append(found)

    def _turns(self, who: str, work: str, *, keyed: bool) -> list[Any]:
        if who in stage.SERVED:
            turns: list[Any] = self.stage.asks(work)
        else:
            turns = [turn["lean"] for turn in self.stage.turns[work]]
        half = len(turns) if WORKS[work][2] else len(turns) // 2
        return turns[:half] if keyed else turns[half:]

    def _clients(self, task: dict[str, Any]) -> dict[str, Any]:
        return sites.asked_by_clients(self.stage.folder, task)

    def explain(self) -> None:
        """Planning by EXPLAIN, of the SQL by hand and of what the product reads with; on a copy of its own."""
        if self.stage.kind == "sqlite":
            return
        self.stage.restore()
        address = self.stage.address
        for work in self.works:
            if work in lean.known("postgresql"):
                turns = [turn["lean"] for turn in self.stage.turns[work]]
                self.plans[work] = {"by hand": planning.of_hand(address, work, turns)}
            if work in self.stage.tapes:
                self.plans[work]["product"] = planning.of_tape(address, self.stage.tapes[work][0])

    def told(self) -> dict[str, Any]:
        told = {name: summed(by_who) for name, by_who in self.seen.items()}
        for name, row in told.items():
            row["explained"] = self.plans.get(name, {})
            row["goals"] = goals.judged(self.stage.kind, name, row)
        return told


def summed(by_who: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Medians of each, and the product's ratios within the rounds; a rate of refusals is none, and has no ratio."""
    each = {who: _of(rounds) for who, rounds in by_who.items()}
    product = by_who.get("product", [])
    row: dict[str, Any] = {"who": each, "ratios": {}}
    for who, rounds in by_who.items():
        if who == "product" or not product or each[who]["errors"] or each["product"]["errors"]:
            continue
        ratios = [mine["rate"] / other["rate"] for mine, other in zip(product, rounds, strict=True)]
        row["ratios"][who] = statistics.median(ratios)
        row.setdefault("ratio_rounds", {})[who] = ratios
    # pgbench costs the machine less than eight Pythons: the highest there is, is the limit.
    row["share"] = min(
        (row["ratios"][who] for who in ("by hand", "pgbench") if who in row["ratios"]), default=None
    )
    if product:
        row |= {"tail": each["product"]["tail"], "cpu": each["product"]["cpu"]}
    return row


def _of(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    errors = sum(one["errors"] for one in rounds)
    middle = {key: statistics.median(one[key] for one in rounds) for key in ("rate", "p50_ms", "p99_ms")}
    if errors:
        middle["rate"] = None
    return {
        **middle,
        "tail": statistics.median(one["p99_ms"] / one["p50_ms"] for one in rounds),
        "cpu": {name: statistics.median(one["cpu"][name] for one in rounds) for name in rounds[0]["cpu"]},
        "planning": {
            name: statistics.median(one["planning"][name] for one in rounds) for name in rounds[0]["planning"]
        },
        "errors": errors,
        "error": next((one["error"] for one in rounds if one["error"]), None),
        "rounds": rounds,
    }


def run(asked: argparse.Namespace, works: list[str], environment: dict[str, str]) -> None:
    began, told = time.monotonic(), {}
    kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dianliang-bench-")))
        server = stack.enter_context(sites.database_server(kinds, folder, asked.postgres_url))
        runs = []
        for kind in kinds:
            one = Run(stack.enter_context(stage.stage(kind, folder, server, environment)), asked, works)
            one.stage.fill(asked.rows[0], one.sizes(), peers=True, planned=True)
            runs.append(one)
        for one in runs:
            left = prove.left_by_each(one.stage, works, peer=True)
            one.rows = prove.judged(left, works)
            one.explain()
        for number in range(1, asked.rounds + 1):
            for one in runs:
                one.round(number)
        for one in runs:
            told[one.stage.kind] = {"works": one.told(), "rows": one.rows}
    sites.say("")
    result = {
        "rows": asked.rows[0],
        "rounds": asked.rounds,
        "clients": sites.CLIENTS,
        "workers": asked.workers,
        "threads": asked.threads,
        "peer_workers": asked.peer_workers,
        "databases": told,
    }
    alternating_report.write(result, asked.into, {work: WORKS[work][0] for work in works})
    print(f"{time.monotonic() - began:.0f} s altogether; results in {asked.into}")
