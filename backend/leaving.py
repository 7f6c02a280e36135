"""What a person leaves open behind them, and how it is ended: `STEPS` of every `<capability>/leaving.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Facts = list[dict[str, Any]]


@dataclass(frozen=True)
class LeavingStep:
    """`open_things(person id)` are facts for the person's eyes; `close(person id, actor=)` ends them all.

    `name` is the key of these facts in the refusal that warns before an account is cancelled. Steps are taken in the
    order of their `position`: what tells others comes first, and orders give their points back before the points
    are given up. `hold(person id)` locks, before the person is, what everybody locks before a person.
    """

    name: str
    open_things: Callable[[int], Facts]
    close: Callable[..., object]
    position: int
    hold: Callable[[int], object] = lambda _person_id: None


def nothing(_person_id: int) -> Facts:
    """Ends without a loss that anyone has to be warned of."""
    return []
