"""Reading without signing in: a guest is nobody, so that no office, no fact and no row is theirs.

What a guest is not told is decided where the views are made, in each capability.
"""

from backend.journal import Actor

# No person has it: the database numbers them from one.
GUEST_ID = 0


def is_guest(actor: Actor) -> bool:
    """Whether nobody in particular reads."""
    return actor.id == GUEST_ID
