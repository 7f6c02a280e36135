"""A person leaves for good: what they said is still answered, but nobody is named or called."""

from backend.complaints import actions
from backend.journal import Actor
from backend.leaving import LeavingStep, nothing


def _hide(person_id: int, *, actor: Actor) -> None:
    actions.leave(person_id)


STEPS = (LeavingStep("complaints", nothing, _hide, position=50),)
