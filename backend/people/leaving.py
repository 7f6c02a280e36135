"""A person leaves for good: nobody speaks or acts for them, and they do so for nobody."""

from backend.journal import Actor
from backend.leaving import LeavingStep, nothing
from backend.people import guardians, proxies


def _end_proxies(person_id: int, *, actor: Actor) -> None:
    proxies.end_all(person_id, actor=actor)


def _end_links(person_id: int, *, actor: Actor) -> None:
    guardians.leave(person_id, actor=actor)


STEPS = (
    # Whoever acts for somebody locks that first, and so does whoever leaves.
    LeavingStep("proxies", nothing, _end_proxies, position=5, hold=proxies.hold),
    LeavingStep("children", nothing, _end_links, position=60),
)
