"""What scripts/bench leaves behind: a table in the terminal, JSON for programs, a chart for eyes."""

import json
from pathlib import Path
from typing import Any

import pygal

from scripts import at_the_gate
from scripts.benchmark import goals, lean

HEAD = (
    f"{'':<26}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'p99/p50':>11}{'errors':>8}{'stmts':>7}{'by hand/s':>11}"
    f"{'share':>9}{'driver/s':>10}{'python':>8}{'cpu ms':>10}{'db ms':>8}"
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
            print(_line(database, names[work], work, row))
        print(_memory(told["memory_mb"]))
    for database, works in result.get("growth", {}).items():
        _print_growth(database, works, names)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    chart = _growth_chart(result, names) if "growth" in result else _chart(result, names)
    (folder / "bench.svg").write_text(chart, encoding="utf-8")


def _line(database: str, name: str, work: str, row: dict[str, Any]) -> str:
    http, errors, marks = row["http"], sum(row["errors"].values()), goals.judged(database, work, row)
    # A rate of refusals is no rate.
    rate = "failed" if row["errors"]["http"] else f"{http['rate']:.{_places(http['rate'])}f}"
    told = f"{name:<26}{rate:>8}{http['p50_ms']:>9.1f}{http['p99_ms']:>9.1f}"
    tail = _marked(f"{row['tail']:.1f}", marks, "tail")
    told += f"{tail:>11}{errors:>8}{row['statements'] or '':>7}"
    told += f"{_rate(row, 'limit'):>11}{_marked(_part(row['share']), marks, 'share'):>9}"
    told += f"{_rate(row, 'driver'):>10}{_part(row['python']):>8}{cpu(row['cpu'], marks)}"
    if row["gate"]:
        times = {kind: at_the_gate.Times(**one) for kind, one in row["gate"].items()}
        told += f"\n    {at_the_gate.sentence(times)}"
    if row.get("planning"):
        told += f"\n    {_planning(row['planning'])}"
    if "lines" in row:
        told += f"\n    {_export(row)}"
    return f"{told}\n    {row['first_error']}" if row["first_error"] else told


def _planning(told: dict[str, dict[str, float]]) -> str:
    each = (f"{who} {one['planned']:.2f} and {one['ran']:.2f}" for who, one in told.items() if one)
    return f"planned and ran, ms: {'; '.join(each)}"


def _rate(row: dict[str, Any], part: str) -> str:
    if part not in row:
        return "–"
    return "failed" if row["errors"][part] else f"{row[part]['rate']:.{_places(row[part]['rate'])}f}"


def _part(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _marked(figure: str, marks: dict[str, str], name: str) -> str:
    return f"{figure} {marks[name]}" if name in marks else figure


def cpu(spent: dict[str, float], marks: dict[str, str]) -> str:
    """Two columns: the server's processor time a turn, and the database's, in ms."""
    if not spent:
        return f"{'–':>10}{'–':>8}"
    server, database = f"{spent['server']:.2f}", spent.get("database")
    return f"{_marked(server, marks, 'cpu'):>10}{'–' if database is None else f'{database:.2f}':>8}"


def write_cpu(result: dict[str, Any], folder: Path, names: dict[str, str]) -> None:
    """Prints the processor time of each work alone, writes `cpu.json` into the folder."""
    for database, told in result["databases"].items():
        print(
            f"\n{database}; {result['rows']:,} wishes and transfers, {result['rounds']} rounds: ms of processor time a turn"
        )
        print(f"{'':<26}{'workers':>10}{'db':>8}{'goal':>8}{'least':>8}{'most':>8}{'turns':>8}{'others':>8}")
        for work, row in told["works"].items():
            print(_cpu_line(database, names[work], work, row))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cpu.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _cpu_line(database: str, name: str, work: str, row: dict[str, Any]) -> str:
    if row["errors"]["http"]:
        return f"{name:<26}{'failed':>10}    {row['first_error']}"
    if not row["cpu"]:
        return f"{name:<26}{'–':>10}    this system does not tell"
    each = [one["cpu"]["server"] for one in row["rounds"]]
    goal = goals.CPU.get(work) if database.startswith("postgresql") else None
    turns = sum(one["http"]["turns"] for one in row["rounds"])
    told = f"{name:<26}{cpu(row['cpu'], goals.judged(database, work, row))}"
    told += f"{'' if goal is None else f'≤ {goal}':>8}{min(each):>8.2f}{max(each):>8.2f}{turns:>8}"
    return f"{told}{row['cpu']['others']:>8.0%}"


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
        title=f"Share of what the leanest SQL reaches, {result['rows']:,} wishes and transfers",
        x_title="%",
        disable_xml_declaration=True,
        js=[],
    )
    shown = [work for work in names if work in lean.READS + tuple(lean.known("sqlite"))]
    chart.x_labels = [names[work] for work in shown]
    for database, told in result["databases"].items():
        shares = [told["works"][work]["share"] for work in shown]
        chart.add(database, [None if one is None else round(100 * one, 1) for one in shares])
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
