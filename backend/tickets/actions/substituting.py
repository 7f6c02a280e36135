"""代班: somebody acts for who is away, from a day to a day. Nothing is handed over, and nothing has to be handed back."""

from datetime import date

from backend import journal
from backend.db import session
from backend.errors import InvalidInput
from backend.journal import Actor
from backend.people import permissions
from backend.people.permissions import Permission
from backend.tickets import acting
from backend.tickets.holding_models import Substitute


def substitute(
    absent_id: int, substitute_id: int, organisation_id: int, from_day: date, to_day: date, *, actor: Actor
) -> Substitute:
    """Whoever dispatches in the place says who stands in. Raises NotFound, NotAllowed, InvalidInput."""
    permissions.require(actor.id, Permission.TICKET_ASSIGN, organisation_id)
    if absent_id == substitute_id or to_day < from_day:
        raise InvalidInput({"substituteId": ["请选择另一个人和有效的起止日期"]})
    if organisation_id not in set(session.scalars(acting.appointed_in(absent_id))):
        raise InvalidInput({"absentId": ["这个人不在这里任职"]})
    made = Substitute(
        absent_id=absent_id,
        substitute_id=substitute_id,
        organisation_id=organisation_id,
        from_day=from_day,
        to_day=to_day,
    )
    session.add(made)
    session.flush()
    journal.write("substitute", "ticket_substitute", made.id, actor=actor, place=organisation_id)
    return made
