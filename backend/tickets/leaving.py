"""A person leaves for good: what they reported is still done, but nobody is named, asked or called."""

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor
from backend.leaving import LeavingStep, nothing
from backend.tickets.holding_models import Follower
from backend.tickets.models import Ticket


def _hide(person_id: int, *, actor: Actor) -> None:
    silent = {"synchronize_session": False}
    session.execute(
        sa.update(Ticket)
        .where(Ticket.reporter_id == person_id)
        .values(contact_sealed=None, reply_wanted=False),
        execution_options=silent,
    )
    session.execute(sa.delete(Follower).where(Follower.person_id == person_id), execution_options=silent)


STEPS = (LeavingStep("tickets", nothing, _hide, position=52),)
