"""How long writers waited and how long each kept the others waiting, as /metrics of a served product tells it."""

import re
import urllib.request
from dataclasses import dataclass

_BUCKET = re.compile(r'^dianliang_write_(wait|held)_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)

# Transactions of at most so many seconds, for each bound.
Buckets = dict[float, float]
Counted = dict[str, Buckets]


@dataclass(frozen=True)
class Times:
    """In milliseconds; `most` is the bound that none exceeded (the histogram keeps no single ones)."""

    number: int
    p50: float
    p99: float
    most: float


def counted(url: str) -> Counted:
    """What the workers behind `url` have counted so far."""
    # Only ever asked of a product that we serve ourselves.
    with urllib.request.urlopen(f"{url}/metrics", timeout=60) as answer:  # noqa: S310 # nosec B310
        text = answer.read().decode()
    found: Counted = {"wait": {}, "held": {}}
    for kind, bound, number in _BUCKET.findall(text):
        found[kind][float(bound)] = float(number)
    return found


def since(before: Counted, after: Counted) -> dict[str, Times]:
    """Of the transactions between the two; `wait` and `held`."""
    return {
        kind: _times({bound: number - before[kind].get(bound, 0) for bound, number in buckets.items()})
        for kind, buckets in after.items()
    }


def _times(buckets: Buckets) -> Times:
    bounds = sorted(buckets)
    total = buckets[bounds[-1]] if bounds else 0
    most = next((bound for bound in bounds if buckets[bound] >= total), 0.0)
    p50, p99 = (1000 * _quantile(buckets, bounds, part * total) for part in (0.5, 0.99))
    return Times(int(total), p50, p99, 1000 * most)


def _quantile(buckets: Buckets, bounds: list[float], wanted: float) -> float:
    """Between the bounds of its bucket, as if those in it were spread evenly."""
    low = below = 0.0
    for bound in bounds:
        here = buckets[bound]
        if here >= wanted and here > below:
            return low if bound == float("inf") else low + (bound - low) * (wanted - below) / (here - below)
        low, below = bound, here
    return 0.0


def sentence(told: dict[str, Times]) -> str:
    """A line for people: p50, p99 and the bound that none exceeded."""
    waited, held = (f"{one.p50:.1f} / {one.p99:.1f} / {one.most:.0f}" for one in (told["wait"], told["held"]))
    return f"at the gate, p50 / p99 / at most ms: waited {waited}, held {held}"
