"""Communities as somebody who needs one of them looks for it: how its office is reached."""

from dataclasses import dataclass

from backend.opening_hours import in_words
from backend.organisations import queries as places

# A county has some twenty communities; a page of more would be no page.
MOST_COMMUNITIES = 60


@dataclass(frozen=True)
class Office:
    """A community, and how its office is reached."""

    id: int
    name: str
    telephone: str | None
    hours: str
    address: str | None


def offices() -> list[Office]:
    found = places.children(None, "community").rows(MOST_COMMUNITIES)
    return [
        Office(one.id, one.name, one.telephone, in_words(one.opening_hours or []), one.address)
        for one in found
    ]
