"""Of what was seen in the rounds: rates and times of each, and the medians."""

import statistics
from typing import Any


def figures(seen: dict[str, Any]) -> dict[str, Any]:
    took = seen["took"]
    # What was refused was not done.
    rate = (len(took) - seen["errors"]) / seen["seconds"] if took else 0.0
    at = {f"p{part}_ms": 1000 * took[min(len(took) - 1, len(took) * part // 100)] for part in (50, 99)}
    told = {"rate": rate, **at, "errors": seen["errors"], "error": seen["first_error"], "turns": len(took)}
    return {**told, "cpu": per_turn(seen.get("spent", {}), len(took))}


def per_turn(spent: dict[str, float], turns: int) -> dict[str, float]:
    """Processor time in ms for each turn, and what part of the machine others took."""
    own = {name: 1000 * seconds / max(1, turns) for name, seconds in spent.items() if name != "others"}
    return {**own, **{name: spent[name] for name in spent if name == "others"}}


def medians(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    parts = [part for part in ("http", "driver", "limit") if all(part in one for one in rounds)]
    middle = {
        part: {
            key: statistics.median(one[part][key] for one in rounds) for key in ("rate", "p50_ms", "p99_ms")
        }
        for part in parts
    }
    errors = {part: sum(one[part]["errors"] for one in rounds) for part in parts}
    first = [one[part]["error"] for one in rounds for part in parts if one[part]["error"]]
    peaks = [one["peak_mb"] for one in rounds if one.get("peak_mb") is not None]
    return {
        **middle,
        "share": ratio(rounds, "limit"),
        "python": ratio(rounds, "driver"),
        "tail": tail(rounds),
        "cpu": cpu(rounds),
        "errors": errors,
        "first_error": next(iter(first), None),
        "peak_mb": max(peaks, default=None),
        "gate": _gate(rounds),
        "rounds": rounds,
    }


def ratio(rounds: list[dict[str, Any]], to: str) -> float | None:
    """What part of that rate was reached over HTTP, paired within the rounds; None where it was not measured or any
    request failed: a rate of refusals is no rate."""
    if any(
        to not in one or one["http"]["errors"] or one[to]["errors"] or not one[to]["rate"] for one in rounds
    ):
        return None
    return statistics.median(one["http"]["rate"] / one[to]["rate"] for one in rounds)


def tail(rounds: list[dict[str, Any]]) -> float:
    return statistics.median(one["http"]["p99_ms"] / one["http"]["p50_ms"] for one in rounds)


def cpu(rounds: list[dict[str, Any]]) -> dict[str, float]:
    """Medians of each process's ms a turn, and of the part that others took; empty where the system does not tell."""
    return {
        name: statistics.median(one["cpu"][name] for one in rounds) for name in rounds[0].get("cpu") or {}
    }


def _gate(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Of a work that writes, how long writers waited and kept others waiting: medians of the rounds, and the most."""
    return {
        kind: {
            "number": sum(one["gate"][kind]["number"] for one in rounds),
            **{key: statistics.median(one["gate"][kind][key] for one in rounds) for key in ("p50", "p99")},
            "most": max(one["gate"][kind]["most"] for one in rounds),
        }
        for kind in rounds[0].get("gate") or {}
    }


def in_lines(row: dict[str, Any], lines: int) -> dict[str, Any]:
    """A work that makes a long file is told in the rows of the file, too."""
    rates = {f"{part}_lines_per_second": lines * row[part]["rate"] for part in ("http", "driver")}
    return {"lines": lines, **rates}
