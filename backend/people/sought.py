"""Persons looked for among those who stand in a list: by card, by whole phone number, or by a part of the name."""

import sqlalchemy as sa

from backend import text
from backend.db import session
from backend.people import sealed
from backend.people.models import Person
from backend.people.residents import NAMES_OPENED

# A part of a name may be that of many; so many of them are looked for.
MOST = 500


def among(candidates: sa.Select[int], asked: str) -> list[int]:
    """Which of these it is: a name is sealed, so that it is found by opening those of the candidates, and of nobody else."""
    wanted = (
        sa.select(Person.id, Person.real_name_sealed).where(Person.id.in_(candidates)).order_by(Person.id)
    )
    if text.is_card(asked):
        return [row[0] for row in session.execute(wanted.where(Person.card_number == text.card(asked)))]
    if text.MOBILE.fullmatch(text.phone(asked)):
        return [row[0] for row in session.execute(wanted.where(sealed.has_phone(asked)))]
    named = session.execute(wanted.limit(NAMES_OPENED))
    return [row[0] for row in named if asked in (sealed.unsealed_name(row[0], row[1]) or "")][:MOST]
