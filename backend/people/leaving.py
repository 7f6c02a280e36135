"""A person leaves for good: nobody speaks for them, and they speak for nobody."""

from backend.journal import Actor
from backend.leaving import LeavingStep, nothing
from backend.people import guardians


def _end_links(person_id: int, *, actor: Actor) -> None:
    guardians.leave(person_id, actor=actor)


STEPS = (LeavingStep("children", nothing, _end_links, position=60),)
