"""What stands in a place and keeps it from being closed or merged: `STANDING` of every `<capability>/standing.py`."""

from collections.abc import Callable
from dataclasses import dataclass


def nothing_moves(_gone_id: int, _into_id: int) -> int:
    return 0


@dataclass(frozen=True)
class Standing:
    """One kind of thing in one place: `count(place id)` of what is there.

    Each hinders closing the place. What does not hinder a merge goes on where it is, as the place lies below the other
    one then, or is moved: `move(gone id, into id)`, which answers how many. `name` is the key of that in the journal.
    """

    name: str
    label: str
    count: Callable[[int], int]
    hinders_merge: bool = False
    move: Callable[[int, int], int] = nothing_moves
