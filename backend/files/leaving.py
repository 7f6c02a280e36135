"""A person leaves for good: nobody sees their pictures from now on."""

from backend.files import actions
from backend.journal import Actor
from backend.leaving import LeavingStep, nothing


def _discard(person_id: int, *, actor: Actor) -> None:
    """The files' own job erases them from the store within a minute."""
    actions.discard_of(person_id)


STEPS = (LeavingStep("pictures", nothing, _discard, position=70),)
