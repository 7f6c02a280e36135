"""What the titles of transfers say of a person, and how it goes when they leave."""

import sqlalchemy as sa

from backend import erasable
from backend.db import session
from backend.ledger.writing import transfers


def erase_reasons(person_id: int) -> None:
    """Takes the words out of the titles of this person's adjustments, which say why staff gave or took points."""
    title = transfers.c
    theirs = (title.person_id == person_id, title.kind == "adjust", title.title != erasable.ERASED)
    wanted = sa.select(title.id, title.title, title.title_digest).where(*theirs)
    for row in session.execute(wanted).mappings().all():
        changed = erasable.erased(row, "title", erasable.ERASED)
        session.execute(sa.update(transfers).where(title.id == row["id"]).values(changed))
