"""What the search in the head finds of residents, places and appointments."""

from flask import url_for

from backend import text
from backend.console.frame.page import Staff
from backend.console.frame.search import Hit, Source, listed_at, register
from backend.organisations.models import KIND_NAMES
from backend.people import appointing, place_choices, residents
from backend.people.labels import ROLES
from backend.people.permissions import Permission
from backend.reports import communities


def _whole_number(asked: str) -> bool:
    return text.is_card(asked) or text.MOBILE.fullmatch(asked) is not None


def _people(asked: str, most: int, staff: Staff) -> list[Hit]:
    # No name has a digit: for a number of something else nobody's is opened.
    if any(sign.isdigit() for sign in asked) and not _whole_number(asked):
        return []
    found = residents.search_residents(staff, asked, most)
    homes = residents.view_declarations([home for _person, home in found])
    hits = []
    for (person, _home), home in zip(found, homes, strict=True):
        shown = residents.view_person(person)
        about = " ".join(filter(None, (shown.card, home.community, home.grid)))
        hits.append(Hit(shown.name, about, url_for("console.person", person_id=shown.id)))
    return hits


def _exact(asked: str, staff: Staff) -> str | None:
    """A whole phone number or a card's, where it is one person's: a family may share a phone."""
    if not _whole_number(asked):
        return None
    found = residents.search_residents(staff, asked, 2)
    return url_for("console.person", person_id=found[0][0].id) if len(found) == 1 else None


def _places(asked: str, most: int, staff: Staff) -> list[Hit]:
    """A place leads to its wishes; a grid with its community, from whose grids one is chosen."""
    found = place_choices.named(staff, Permission.WISH_READ, asked, most)
    hits = []
    for one in found:
        grid = one.kind == "grid"
        where = {"community": one.parent_id if grid else one.id, "grid": one.id if grid else None}
        hits.append(Hit(one.name, KIND_NAMES[one.kind], listed_at("wishes", **where)))
    return hits


def _tree(asked: str, most: int, _staff: Staff) -> list[Hit]:
    """For who keeps the tree: a place leads to where it is renamed, moved, closed."""
    return [
        Hit(one.name, around, url_for("console.place", place_id=one.id))
        for one, around in communities.search(asked, None, most)
    ]


def _appointments(asked: str, most: int, staff: Staff) -> list[Hit]:
    """By the name of who holds an office, by their whole phone or card number, or by the place."""
    if _whole_number(asked):
        person = residents.by_exact(asked)
        found = [appointing.Asked(persons=(person.id,))] if person else []
    else:
        found = [
            appointing.resolved(appointing.Asked(name=asked), actor=staff),
            appointing.Asked(place=asked),
        ]
    rows = {row.id: row for one in found for row in appointing.in_force(one, actor=staff).rows(most)}
    return [
        Hit(
            f"{one.person_name}　{ROLES[one.role]}",
            " › ".join(filter(None, (one.around, one.place))),
            listed_at("appointments", name=one.person_name),
        )
        for one in appointing.view_appointments(list(rows.values())[:most])
    ]


register(
    Source(
        label="居民",
        word=Permission.PERSON_READ,
        find=_people,
        exact=_exact,
        whole=lambda asked: listed_at("people_listed", asked=asked),
    )
)
register(
    Source(label="地方", word=Permission.WISH_READ, find=_places, whole=lambda _asked: listed_at("wishes"))
)
register(
    Source(
        label="组织",
        word=Permission.ORGANISATION_MANAGE,
        find=_tree,
        whole=lambda asked: listed_at("places", q=asked),
    )
)
register(
    Source(
        label="任职",
        word=Permission.APPOINTMENT_GRANT,
        find=_appointments,
        whole=lambda asked: listed_at("appointments", name=asked),
    )
)
