"""Two people of one name are told apart wherever they stand in one list: by what a clerk may know of both."""

from collections import Counter
from collections.abc import Mapping

import sqlalchemy as sa

from backend.db import session
from backend.organisations.models import Organisation
from backend.people.models import Person, Residency

# So many signs of a card's number tell one of a community from another.
TAIL = 4


def told_apart(names: Mapping[int, str]) -> dict[int, str]:
    """Of those who are shown under one name with another one: year of birth, the card's last digits, the grid. In one
    statement, and in none where no two share a name."""
    counted = Counter(names.values())
    shared = [person_id for person_id, name in names.items() if counted[name] > 1 and name != "一位居民"]
    if not shared:
        return {}
    rows = session.execute(
        sa.select(Person.id, Person.birth_year, Person.card_number, Organisation.name)
        .outerjoin(Residency, Residency.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Residency.grid_id)
        .where(Person.id.in_(shared))
    )
    return {person_id: in_words(born, card, grid) for person_id, born, card, grid in rows}


def in_words(birth_year: int | None, card: str | None, grid: str | None) -> str:
    """What is known of the three: 1958年生，卡号尾号 0001，松涛-03."""
    born = f"{birth_year}年生" if birth_year else None
    tail = f"卡号尾号 {card[-TAIL:]}" if card else None
    return "，".join(one for one in (born, tail, grid) if one)
