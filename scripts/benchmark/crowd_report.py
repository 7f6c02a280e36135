"""What a crowd leaves behind: a line each few seconds, tables, JSON for programs, a chart of each database."""

import json
from pathlib import Path
from typing import Any

import pygal

HEAD = f"{'':<24}{'requests':>10}{'errors':>8}{'p50 ms':>9}{'p99 ms':>9}"
# More points than these are not seen apart.
POINTS = 120


def progress(kind: str, sample: dict[str, Any]) -> str:
    held = sample["memory_mb"].values()
    memory = f"{min(held):.0f}–{max(held):.0f} MB a worker" if held else "memory not known"
    return (
        f"{kind}: {sample['seconds']:.0f} s, {sample['done']:,} done, {sample['errors']} errors, "
        f"p50 {_ms(sample['p50_ms'])}, p99 {_ms(sample['p99_ms'])}, {memory}"
    )


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} ms"


def write(result: dict[str, Any], folder: Path) -> None:
    """Prints the tables, writes `crowd.json` and a `crowd-….svg` for each database into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for database, told in result["databases"].items():
        print(f"\n{database}: {result['people']:,} people over {result['connections']} connections")
        _print_kinds(told)
        _print_memory(told)
        _print_judgement(told)
        (folder / f"crowd-{database}.svg").write_text(_chart(database, told), encoding="utf-8")
    (folder / "crowd.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"\nresults in {folder}")


def _print_kinds(told: dict[str, Any]) -> None:
    print(HEAD)
    for kind, row in [*told["kinds"].items(), ("all", told)]:
        p50, p99 = row["p50_ms"] or 0, row["p99_ms"] or 0
        print(f"{kind:<24}{row['requests']:>10,}{row['errors']:>8}{p50:>9.1f}{p99:>9.1f}")
    rate = told["requests"] / told["seconds"]
    print(f"{rate:.0f} requests/s for {told['seconds']:.0f} s; errors {told['errors_per_thousand']:.2f} ‰")
    print(told["gate"])
    for sentence in told["told"]:
        print(f"    {sentence}")


def _print_memory(told: dict[str, Any]) -> None:
    print(f"memory, {len(told['samples'])} samples: second fifth, last fifth")
    for number, held in told["workers"].items():
        grown = held["after"] / held["before"] - 1
        print(f"    worker {number}: {held['before']:.1f} MB, {held['after']:.1f} MB ({grown:+.1%})")


def _print_judgement(told: dict[str, Any]) -> None:
    for said, times in told["log"].items():
        print(f"the log, {times} times: {said}")
    if told["audit"]["database"]:
        print(f"counted by the database: {told['audit']['database']}")
    for deadlock in told.get("deadlocks", [])[:5]:
        print(deadlock)
    for finding in told["audit"]["findings"]:
        print(f"audit: {finding}")
    print("memory flat, books in order, errors few: well" if not told["wrong"] else "NOT WELL:")
    for sentence in told["wrong"]:
        print(f"    {sentence}")


def _chart(database: str, told: dict[str, Any]) -> str:
    """Memory of each worker on the left, p99 on the right."""
    chart = pygal.XY(
        title=f"Memory of the workers and p99, {database}",
        x_title="seconds",
        y_title="MB (left), ms (right)",
        show_dots=False,
        disable_xml_declaration=True,
        js=[],
    )
    samples = told["samples"][:: max(1, len(told["samples"]) // POINTS)]
    for place, number in enumerate(sorted({number for one in samples for number in one["memory_mb"]}), 1):
        line = [(one["seconds"], one["memory_mb"][number]) for one in samples if number in one["memory_mb"]]
        chart.add(f"worker {place}, MB", line)
    waits = [(one["seconds"], one["p99_ms"]) for one in samples if one["p99_ms"] is not None]
    chart.add("p99, ms", waits, secondary=True)
    return chart.render(is_unicode=True)
