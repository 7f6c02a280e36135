"""Who lives in a community already, as far as some names can mean them: so that nobody is registered twice.

A name is sealed, so all names of the community are opened to be compared: that takes long, and is done before the
transaction, which looks again only at who came since.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.people import sealed
from backend.people.kinds import PersonState
from backend.people.models import Person, Residency
from backend.people.sameness import Known, Likeness, likeness, name_key

# No transaction is open for longer, and no two clocks are further apart.
SETTLED_AFTER = timedelta(minutes=5)
# So many ids may have been given to rows that are not committed yet, when one of them is seen.
UNSETTLED = 500
# More of one name are not offered to choose from.
MOST_LIKELY = 6


class Neighbours:
    """Those of a community whose names are the names of the coming rows, however these are written."""

    def __init__(self, community_id: int, names: Iterable[str]) -> None:
        self._community_id, self._names = community_id, {name_key(name) for name in names}
        self._since = clock.now() - SETTLED_AFTER
        self._ids: set[int] = set()
        self._told: dict[str, dict[int, Known]] = {}
        self._read(sa.true())

    def look_again(self) -> None:
        """In the transaction, from which on nobody else gets a card: who has come since."""
        newer = Person.id > max(self._ids, default=0) - UNSETTLED
        # Whom an import makes are many, have a card, and are known by now.
        known_before = sa.or_(Person.card_number.is_(None), Person.created_at < self._since)
        self._read(sa.or_(newer, sa.and_(Residency.declared_at >= self._since, known_before)))

    def add(self, person_id: int, told: Known) -> None:
        self._ids.add(person_id)
        self._told.setdefault(name_key(told.name), {})[person_id] = told

    def alike(self, told: Known) -> tuple[list[int], list[int], str]:
        """Who is this person, who may be, and what speaks for it; the longest here first."""
        same: list[int] = []
        likely: list[int] = []
        whys: list[str] = []
        for person_id, other in self._told.get(name_key(told.name), {}).items():
            found, why = likeness(told, other)
            if found != Likeness.ANOTHER:
                (same if found == Likeness.SAME else likely).append(person_id)
                whys.append(why)
        return sorted(same), sorted(likely)[:MOST_LIKELY], "；".join(dict.fromkeys(whys))

    def _read(self, some: Any) -> None:
        rows = session.execute(
            sa.select(
                Person.id,
                Person.real_name_sealed,
                Person.phone_sealed,
                Person.birth_year,
                Residency.person_id,
                Residency.address_sealed,
            )
            .join(Residency, Residency.person_id == Person.id)
            .where(Residency.community_id == self._community_id, Person.state == PersonState.ACTIVE, some)
        )
        row: Any
        for row in rows:
            if row.id in self._ids:
                continue
            self._ids.add(row.id)
            name = sealed.real_name(row) or ""
            if name_key(name) in self._names:
                phone, address = sealed.phone(row) or "", sealed.address(row) or ""
                self.add(row.id, Known(name, phone, address, row.birth_year))
