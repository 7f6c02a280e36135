"""What scripts/bench --peer leaves behind: tables in the terminal, peers.json, peers.svg."""

import json
from pathlib import Path
from typing import Any

import pygal

HEAD = (
    f"{'':<36}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'p99/p50':>9}{'errors':>8}{'rows':>6}"
    f"{'cpu ms':>9}{'db ms':>8}{'planned':>9}{'ran':>7}{'others':>8}"
)
JUDGED = (
    ("full", "× full peer"),
    ("plain", "× plain peer"),
    ("share", "of the SQL by hand"),
    ("tail", "p99/p50"),
    ("cpu", "ms of the workers"),
)
# A busy machine changes ratios, too.
OTHERS_MOST = 0.1


def write(result: dict[str, Any], folder: Path, names: dict[str, str]) -> None:
    for database, told in result["databases"].items():
        print(
            f"\n{database}; {result['rows']:,} wishes and transfers, medians of {result['rounds']} alternating rounds,"
            f" {result['clients']} connections; product {result['workers']} × {result['threads']},"
            f" peers {result['peer_workers']} processes"
        )
        print(HEAD)
        for name, row in told["works"].items():
            _print_work(_title(name, names), name.split(",")[0], row, told["rows"])
        print(f"\n{'':<36}{''.join(f'{title:>20}' for _, title in JUDGED)}")
        for name, row in told["works"].items():
            print(f"{_title(name, names):<36}{''.join(f'{_judged(row, one):>20}' for one, _ in JUDGED)}")
        _print_conditions(told)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "peers.json").write_text(
        json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (folder / "peers.svg").write_text(_chart(result, names), encoding="utf-8")


def _title(name: str, names: dict[str, str]) -> str:
    work, *rest = name.split(",")
    return ",".join([names[work], *rest])


def _print_work(title: str, work: str, row: dict[str, Any], rows: dict[str, Any]) -> None:
    print(title)
    for who, one in row["who"].items():
        changed = rows.get(work, {}).get("rows", {})
        # pgbench plays the SQL by hand.
        left = changed.get("by hand" if who == "pgbench" else who)
        # Told with a key; without one it is the row of the key less.
        number = (
            "–"
            if left is None
            else str(sum(left.values()) - (", no key" in title and "idempotency_keys" in left))
        )
        print(f"  {who:<34}{_figures(one)}{number:>6}{_spent(one, row.get('explained', {}).get(who))}")
        if one["error"]:
            print(f"      {one['error']}")


def _figures(one: dict[str, Any]) -> str:
    rate = "failed" if one["rate"] is None else f"{one['rate']:.{0 if one['rate'] >= 10 else 1}f}"
    return f"{rate:>9}{one['p50_ms']:>9.1f}{one['p99_ms']:>9.1f}{one['tail']:>9.1f}{one['errors']:>8}"


def _spent(one: dict[str, Any], explained: dict[str, float] | None) -> str:
    cpu, plan = one["cpu"], one["planning"] or explained or {}
    told = [cpu.get("server"), cpu.get("database"), plan.get("planned"), plan.get("ran")]
    widths = (9, 8, 9, 7)
    figures = "".join(
        f"{'–' if value is None else f'{value:.2f}':>{width}}"
        for value, width in zip(told, widths, strict=True)
    )
    return f"{figures}{'–' if 'others' not in cpu else format(cpu['others'], '.0%'):>8}"


def _judged(row: dict[str, Any], name: str) -> str:
    value = {
        "full": row["ratios"].get("full"),
        "plain": row["ratios"].get("plain"),
        "share": row["share"],
        "tail": row.get("tail"),
        "cpu": (row.get("cpu") or {}).get("server"),
    }[name]
    if value is None:
        return "–"
    told = f"{value:.1%}" if name == "share" else f"{value:.2f}"
    return f"{told} {row['goals'].get(name, '')}".strip()


def _print_conditions(told: dict[str, Any]) -> None:
    others = [
        one["cpu"]["others"]
        for row in told["works"].values()
        for who in row["who"].values()
        for one in who["rounds"]
        if "others" in one["cpu"]
    ]
    if others:
        busy = sum(part > OTHERS_MOST for part in others)
        print(
            f"others took {sorted(others)[len(others) // 2]:.0%} of the machine (median; at most {max(others):.0%});"
            f" more than {OTHERS_MOST:.0%} in {busy} of {len(others)} measurements"
        )
    for work, one in told["rows"].items():
        if one["other"]:
            print(
                f"NOT ALIKE: in {work}, {', '.join(one['other'])} left other rows than the product (rows.json)"
            )


def _chart(result: dict[str, Any], names: dict[str, str]) -> str:
    chart = pygal.HorizontalBar(
        title=f"The product's rate, as a multiple of others': {result['rows']:,} wishes and transfers",
        x_title="×",
        disable_xml_declaration=True,
        js=[],
    )
    first = next(iter(result["databases"].values()))["works"]
    chart.x_labels = [_title(name, names) for name in first]
    for database, told in result["databases"].items():
        for who in ("full", "plain"):
            ratios = [told["works"][name]["ratios"].get(who) for name in first]
            if any(ratios):
                chart.add(f"{who} peer, {database}", [one and round(one, 2) for one in ratios])
    return chart.render(is_unicode=True)
