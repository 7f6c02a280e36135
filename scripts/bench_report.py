"""What scripts/bench leaves behind: a table in the terminal, JSON for programs, a chart for eyes."""

import json
from pathlib import Path
from typing import Any

import pygal

HEAD = f"{'':<26}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'errors':>8}{'stmts':>7}{'driver/s':>10}{'share':>8}"


def write(result: dict[str, Any], folder: Path, names: dict[str, str]) -> None:
    """Prints the table, writes `bench.json` and `bench.svg` into the folder."""
    for database, told in result["databases"].items():
        print(f"\n{database}, {result['rows']:,} wishes and transfers, medians of {result['rounds']} rounds")
        print(HEAD)
        for work, row in told["works"].items():
            print(_line(names[work], row))
        print(_memory(told["memory_mb"]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (folder / "bench.svg").write_text(_chart(result, names), encoding="utf-8")


def _line(name: str, row: dict[str, Any]) -> str:
    http, errors = row["http"], sum(row["errors"].values())
    figures = f"{http['rate']:>8.0f}{http['p50_ms']:>9.1f}{http['p99_ms']:>9.1f}{errors:>8}"
    told = f"{name:<26}{figures}{row['statements']:>7}{row['driver']['rate']:>10.0f}{row['share']:>8.1%}"
    return f"{told}\n    {row['first_error']}" if row["first_error"] else told


def _memory(held: list[float]) -> str:
    if not held:
        return "memory of a worker: not known on this system"
    return f"memory of a worker: {held[0]:.0f} MB at first, {held[-1]:.0f} MB at last"


def _chart(result: dict[str, Any], names: dict[str, str]) -> str:
    chart = pygal.HorizontalBar(
        title=f"Share of what the driver alone reaches, {result['rows']:,} wishes and transfers",
        x_title="%",
        disable_xml_declaration=True,
        js=[],
    )
    chart.x_labels = list(names.values())
    for database, told in result["databases"].items():
        chart.add(database, [round(100 * told["works"][work]["share"], 1) for work in names])
    return chart.render(is_unicode=True)
