"""scripts/bench --prove: each work once by everybody, on copies of one database, and the rows that each left.

The product is the measure: who left other rows than it is named, and the exit status is 1.
"""

import argparse
import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from scripts.benchmark import clients, lean, proof, stage
from scripts.benchmark import site as sites

Left = dict[str, dict[str, dict[str, list[list[str]]]]]


def run(asked: argparse.Namespace, works: list[str], environment: dict[str, str]) -> int:
    kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    told: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dianliang-bench-")))
        server = stack.enter_context(sites.database_server(kinds, folder, asked.postgres_url))
        for kind in kinds:
            one = stack.enter_context(stage.stage(kind, folder, server, environment))
            one.fill(asked.rows[0], dict.fromkeys(works, 1), peers=asked.peer)
            told[kind] = judged(left_by_each(one, works, peer=asked.peer), works)
    asked.into.mkdir(parents=True, exist_ok=True)
    (asked.into / "rows.json").write_text(
        json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    sites.say("")
    _print(told)
    return int(any(one["other"] for of_kind in told.values() for one in of_kind.values()))


def left_by_each(one: stage.Stage, works: list[str], *, peer: bool) -> Left:
    found = {"product": _over_http(one, "product", works), "by hand": _by_hand(one, works)}
    for who in ("full", "plain") if peer else ():
        playing = [work for work in works if one.plays(who, work)]
        if playing:
            found[who] = _over_http(one, who, playing)
    return found


def _over_http(one: stage.Stage, who: str, works: list[str]) -> dict[str, Any]:
    one.restore()
    found, tables = {}, proof.PLAIN if who == "plain" else None
    with stage.served(who, one, 1, 2, 1) as (port, _number):
        connection = clients.Connection(port)
        for work in works:
            sites.say(f"{one.kind}: {work} by {who}")
            before = proof.rows(one.address, tables)
            for request in one.asks(work)[0]:
                connection.ask(request)
            found[work] = proof.changes(before, proof.rows(one.address, tables))
        connection.close()
    return found


def _by_hand(one: stage.Stage, works: list[str]) -> dict[str, Any]:
    one.restore()
    cursor, _begin = clients.connected(one.address)
    found = {}
    try:
        for work in works:
            if work not in lean.known(one.kind):
                continue
            before, turn = proof.rows(one.address), one.turns[work][0]["lean"]
            said = lean.for_driver(one.kind, work, keyed=True)
            lean.play(cursor, said, turn, reading=work in lean.READS)
            found[work] = proof.changes(before, proof.rows(one.address))
    finally:
        cursor.connection.close()
    return found


def judged(left: Left, works: list[str]) -> dict[str, Any]:
    """By work: how many rows of which tables each wrote, and what those left who left something else."""
    told = {}
    for work in works:
        measure = left["product"][work]
        same_duty = [who for who in left if who in ("by hand", "full") and work in left[who]]
        told[work] = {
            "rows": {who: proof.written(left[who][work]) for who in left if work in left[who]},
            "other": {
                who: {"product": measure, who: left[who][work]}
                for who in same_duty
                if left[who][work] != measure
            },
        }
    return told


def _print(told: dict[str, Any]) -> None:
    for kind, works in told.items():
        print(f"\n{kind}: rows written by one turn, with an Idempotency-Key")
        for work, one in works.items():
            sums = ", ".join(f"{who} {sum(tables.values())}" for who, tables in one["rows"].items())
            print(f"  {work:<12}{sums}{'   OTHER ROWS: ' + ', '.join(one['other']) if one['other'] else ''}")
