"""How much of a person somebody sees: one mask at three levels, and who has which level (个人信息保护法 6, 28).

Whatever shows a name, a number or an address shows it through `masked`. Nobody sees a number or an address in
full here, however near they are: that takes an opening with a reason, which the journal keeps.
"""

from collections.abc import Iterable
from enum import StrEnum

import sqlalchemy as sa

from backend.db import session
from backend.organisations.models import Organisation, Reach
from backend.people import permissions
from backend.people.models import Appointment


class Level(StrEnum):
    """How near somebody stands to the person whose data it is."""

    # Anybody: the wall, a stranger, a file that leaves the house.
    PUBLIC = "public"
    # Holds an office somewhere, but not this work in this place.
    COLLEAGUE = "colleague"
    # Does this work in the very community or grid.
    AT_WORK = "at_work"


class Kind(StrEnum):
    """What of a person is shown. An officer is a person who acts in an office: that is no private matter among
    colleagues."""

    NAME = "name"
    OFFICER = "officer"
    CARD = "card"
    PHONE = "phone"
    ADDRESS = "address"


# Who sees what in full. A card's number alone says nothing of who its holder is: staff anywhere may need it.
IN_FULL: dict[Kind, frozenset[Level]] = {
    Kind.NAME: frozenset({Level.AT_WORK}),
    Kind.OFFICER: frozenset({Level.COLLEAGUE, Level.AT_WORK}),
    Kind.CARD: frozenset({Level.COLLEAGUE, Level.AT_WORK}),
    Kind.PHONE: frozenset(),
    Kind.ADDRESS: frozenset(),
}
# Offices that watch or configure, and do no work with a single person.
APART = frozenset({"auditor", "city_admin"})
# A street or a city reaches many communities and is at work in none of them.
ABOVE = ("city", "street")


def masked(kind: Kind, value: str | None, level: Level = Level.PUBLIC) -> str | None:
    """The value as this level sees it; None where there is nothing.

    A masked name is 裴**; of a phone, as WeChat's guideline asks, and of a card the first three and the last two
    characters stay (15612345677 → 156******77), of one abroad its country too (+85261234567 → +852******67); of an
    address the fact that there is one.
    """
    if not value:
        return None
    if level in IN_FULL[kind]:
        return value
    if kind in (Kind.NAME, Kind.OFFICER):
        return value[0] + "*" * max(1, min(2, len(value) - 1))
    if kind in (Kind.PHONE, Kind.CARD):
        shown = 4 if value.startswith("+") else 3
        return value[:shown] + "*" * max(0, len(value) - shown - 2) + value[-2:]
    return "***"


def levels(viewer_id: int, place_ids: Iterable[int], word: str) -> dict[int, Level]:
    """How this viewer sees the people of each of these places, a resident's grid or else community, while doing
    what the permission `word` names. In one statement."""
    ids = set(place_ids)
    rows = session.execute(
        sa.select(Appointment.role, Organisation.kind, Reach.descendant_id)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .outerjoin(
            Reach, sa.and_(Reach.ancestor_id == Appointment.organisation_id, Reach.descendant_id.in_(ids))
        )
        .where(permissions.active_today(viewer_id))
    ).all()
    at_work = {place for role, kind, place in rows if kind not in ABOVE and _works(role, word)}
    otherwise = Level.COLLEAGUE if rows else Level.PUBLIC
    return {place: Level.AT_WORK if place in at_work else otherwise for place in ids}


def level(viewer_id: int, place_id: int, word: str) -> Level:
    """The same for the people of one place."""
    return levels(viewer_id, [place_id], word)[place_id]


def level_of(words: frozenset[str], *work: str) -> Level:
    """The same from the words that the viewer has in the place, where these were read already. `work` are words that
    nobody has but who works with single people in a place."""
    if not words:
        return Level.PUBLIC
    return Level.AT_WORK if words & set(work) else Level.COLLEAGUE


def _works(role: str, word: str) -> bool:
    return role not in APART and role in permissions.roles_with(word)
