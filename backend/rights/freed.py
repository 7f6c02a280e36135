"""A person can do again what they could not: what they wait for is asked in the same transaction.

What a capability keeps people waiting for says so in `waiting.py`: `hold(person id)` and `ask(what it held)`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from backend import capabilities
from backend.journal import Actor
from backend.people import actions as people
from backend.people import suspensions


@cache
def _waiting() -> list[ModuleType]:
    return list(capabilities.modules("waiting"))


@contextmanager
def freed(person_id: int) -> Iterator[None]:
    """Around a change after which the person may be given what they wait for. Nothing of the person is locked before."""
    held = [(module, module.hold(person_id)) for module in _waiting()]
    yield
    for module, what in held:
        module.ask(what)


def update_profile(changes: dict[str, Any], *, actor: Actor) -> None:
    """What the caller says of themselves; another year of birth may open what has a minimum age."""
    if "birth_year" not in changes:
        people.update_profile(changes, actor=actor)
        return
    with freed(actor.id):
        people.update_profile(changes, actor=actor)


def end_suspension(suspension_id: int) -> None:
    """Time ends it."""
    with freed(suspensions.person_of(suspension_id)):
        suspensions.end(suspension_id)
