"""Proposing that a list should say something else, and deciding it."""

from backend import clock, journal, moves
from backend.db import lock_row, session
from backend.duties import queries, states
from backend.duties.kinds import ChangeState
from backend.duties.models import ItemChange
from backend.errors import FourEyes, NotAllowed
from backend.journal import Actor
from backend.organisations import queries as places
from backend.people import permissions
from backend.people.permissions import Permission


def propose(proposal: str, why: str, *, item_id: int | None = None, actor: Actor) -> ItemChange:
    """Whoever works with the lists says what is wrong with an item, or what is missing. Raises NotAllowed, NotFound."""
    if not permissions.appointed(actor.id, Permission.LIST_PROPOSE):
        raise NotAllowed()
    if item_id is not None:
        queries.item(item_id)
    made = ItemChange(
        item_id=item_id,
        place_id=places.city_id(),
        proposal=proposal,
        why=why,
        state=ChangeState.PROPOSED,
        proposed_by_id=actor.id,
        proposed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    journal.write(
        "propose", "duty_item_change", made.id, actor=actor, states=(None, made.state), place=made.place_id
    )
    return made


def decide(change_id: int, granted: bool, reason: str, *, actor: Actor) -> ItemChange:
    """The list office (编办) decides, never who proposed it. What is granted stands in the next version that is brought in.

    Raises NotFound, NotAllowed, FourEyes, ChangeDecided, InvalidInput.
    """
    found = lock_row(ItemChange, change_id)
    permissions.require(actor.id, Permission.LIST_CHANGE, found.place_id)
    if found.proposed_by_id == actor.id:
        raise FourEyes()
    move = states.GRANT if granted else states.REJECT
    moves.check_source(move, found)
    journal.check_reason(reason)
    facts = {"decided_by_id": actor.id, "decided_at": clock.now(), "reason": reason}
    moves.apply(move, found, facts, actor=actor)
    return found
