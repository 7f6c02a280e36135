"""组织: the tree of places and units."""

from typing import Any

from backend.console.frame.page import Staff, page, render
from backend.organisations import queries
from backend.people import place_choices
from backend.people.permissions import Permission


@page("/places", guard=Permission.ORGANISATION_MANAGE)
def places(staff: Staff) -> Any:
    """Streets with their communities, each with the number of its grids; units and centres."""
    rows = queries.streets_and_communities()
    return render(
        "places/tree.html",
        streets=[row for row in rows if row.kind == "street"],
        communities=[row for row in rows if row.kind == "community"],
        grids=queries.grids_counted(),
        units=place_choices.of_kinds("unit"),
        centres=place_choices.of_kinds("centre"),
    )
