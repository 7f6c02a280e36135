"""What scripts/bench leaves behind: a table in the terminal, JSON for programs, a chart for eyes."""

import json
from pathlib import Path
from typing import Any

import pygal

from scripts import at_the_gate

HEAD = (
    f"{'':<26}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'p99/p50':>9}{'errors':>8}{'stmts':>7}{'driver/s':>10}"
    f"{'share':>8}"
)
GROWTH_HEAD = f"{'':<26}{'rows':>11}{'p50 ms':>9}{'ratio':>8}{'driver p50':>12}{'ratio':>8}  read whole"


def write(result: dict[str, Any], folder: Path, names: dict[str, str]) -> None:
    """Prints the tables, writes `bench.json` and `bench.svg` into the folder."""
    sizes = result["rows"] if isinstance(result["rows"], list) else [result["rows"]]
    size = " to ".join(f"{one:,}" for one in (sizes[0], sizes[-1])[: len(sizes)])
    for database, told in result["databases"].items():
        print(f"\n{database}; {size} wishes and transfers, medians of {result['rounds']} rounds")
        print(HEAD)
        for work, row in told["works"].items():
            print(_line(names[work], row))
        print(_memory(told["memory_mb"]))
    for database, works in result.get("growth", {}).items():
        _print_growth(database, works, names)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    chart = _growth_chart(result, names) if "growth" in result else _chart(result, names)
    (folder / "bench.svg").write_text(chart, encoding="utf-8")


def _line(name: str, row: dict[str, Any]) -> str:
    http, errors = row["http"], sum(row["errors"].values())
    figures = f"{http['rate']:>8.{_places(http['rate'])}f}{http['p50_ms']:>9.1f}{http['p99_ms']:>9.1f}"
    figures += f"{row['tail']:>9.1f}{errors:>8}"
    driver = row["driver"]["rate"]
    told = f"{name:<26}{figures}{row['statements']:>7}{driver:>10.{_places(driver)}f}{row['share']:>8.1%}"
    if row["gate"]:
        times = {kind: at_the_gate.Times(**one) for kind, one in row["gate"].items()}
        told += f"\n    {at_the_gate.sentence(times)}"
    if "lines" in row:
        told += f"\n    {_export(row)}"
    return f"{told}\n    {row['first_error']}" if row["first_error"] else told


def _places(rate: float) -> int:
    return 0 if rate >= 10 else 1


def _export(row: dict[str, Any]) -> str:
    peak = "not known" if row["peak_mb"] is None else f"{row['peak_mb']:.0f} MB more than before"
    return (
        f"{row['lines']:,} rows a file: {row['http_lines_per_second']:,.0f} rows/s over HTTP, "
        f"{row['driver_lines_per_second']:,.0f} by the driver; a worker at most {peak}"
    )


def _memory(held: list[float]) -> str:
    if not held:
        return "memory of a worker: not known on this system"
    return f"memory of a worker: {held[0]:.0f} MB at first, {held[-1]:.0f} MB at last"


def _print_growth(database: str, works: dict[str, Any], names: dict[str, str]) -> None:
    print(f"\n{database}, growth: p50 and how many times that of the smallest size it is")
    print(GROWTH_HEAD)
    for work, sizes in works.items():
        for one in sizes:
            figures = f"{one['rows']:>11,}{one['p50_ms']:>9.2f}{one['ratio']:>8.2f}"
            figures += f"{one['driver_p50_ms']:>12.2f}{one['driver_ratio']:>8.2f}"
            whole = ", ".join(one["whole"]) or "no table" if "whole" in one else "not asked"
            print(f"{names[work]:<26}{figures}  {whole}")


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


def _growth_chart(result: dict[str, Any], names: dict[str, str]) -> str:
    chart = pygal.Line(
        title="p50 as a multiple of that at the smallest size",
        x_title="wishes and transfers",
        range=(0, 2),
        disable_xml_declaration=True,
        js=[],
    )
    chart.x_labels = [f"{rows:,}" for rows in result["rows"]]
    for database, works in result["growth"].items():
        for work, sizes in works.items():
            chart.add(f"{names[work]}, {database}", [round(one["ratio"], 2) for one in sizes])
    return chart.render(is_unicode=True)
