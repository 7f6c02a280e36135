"""What is to be reached on PostgreSQL (docs/performance.md), and whether it was."""

from typing import Any

# The first figure has to be reached, the second is the aim.
SHARE = {"wall": (0.18, 0.22), "claim": (0.25, 0.30), "request": (0.45, 0.50)}
FULL = {"wall": (2.5, 3.0), "statement": (1.6, 1.8), "claim": (1.8, 2.4), "request": (3.0, 4.0)}
# Of works for which nothing was known when the goals were set, and of every work on SQLite.
FULL_ELSE = (1.5, 1.5)
PLAIN = {"wall": (0.9, 1.0), "statement": (1.15, 1.3), "claim": (0.7, 0.9), "request": (0.55, 0.7)}
TAIL = {"wall": 3.0, "statement": 3.0, "claim": 3.0, "request": 3.0}
TAIL_ELSE = 4.0
# ms of the workers' processor time a request.
CPU = {"wall": 1.7, "statement": 1.1, "claim": 2.8, "request": 3.2, "sign_in": 0.8}


def at_least(value: float | None, goal: tuple[float, float] | None) -> str:
    """✓ reached, ✓✓ the aim too, ✗ not; nothing where there is no goal or no figure."""
    if goal is None or value is None:
        return ""
    return "✓✓" if value >= goal[1] else "✓" if value >= goal[0] else "✗"


def at_most(value: float | None, goal: float | None) -> str:
    if goal is None or value is None:
        return ""
    return "✓" if value <= goal else "✗"


def judged(database: str, work: str, row: dict[str, Any]) -> dict[str, str]:
    """The marks of a row of the bench, by the figure's name. Shares and CPU have goals on PostgreSQL alone."""
    postgres = database.startswith("postgresql")
    full = FULL.get(work, FULL_ELSE) if postgres else FULL_ELSE
    ratios = row.get("ratios") or {}
    marks = {
        "share": at_least(row.get("share"), SHARE.get(work) if postgres else None),
        "tail": at_most(row.get("tail"), TAIL.get(work, TAIL_ELSE) if postgres else TAIL_ELSE),
        "cpu": at_most((row.get("cpu") or {}).get("server"), CPU.get(work) if postgres else None),
        "full": at_least(ratios.get("full"), full),
        "plain": at_least(ratios.get("plain"), PLAIN.get(work) if postgres else None),
    }
    return {name: mark for name, mark in marks.items() if mark}
