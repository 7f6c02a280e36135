"""What waits for a person, kind by kind: what each capability declares in its `to_do.py`.

Its own people find there what they have to do; staff find the queues that the console lists, by the same query. What
gathers them stands above the capabilities (backend/reports/to_do.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backend.paging import KeysetQuery


@dataclass(frozen=True)
class Waits:
    """One kind: `find(actor=…)` is what waits, `since` the column that says since when. `word` is the permission of a
    queue of staff; without one it is the person's own."""

    kind: str
    find: Callable[..., KeysetQuery]
    since: Any
    word: str | None = None
