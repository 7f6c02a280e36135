"""组织: the tree of places and units."""

from typing import Any

import sqlalchemy as sa

from backend.console.frame import place_choices
from backend.console.frame.page import Staff, page, render
from backend.db import session
from backend.organisations.models import Organisation
from backend.people.permissions import Permission


@page("/places", guard=Permission.ORGANISATION_MANAGE)
def places(staff: Staff) -> Any:
    """Streets with their communities, each with the number of its grids; units and centres."""
    counted = dict(
        session.execute(
            sa.select(Organisation.parent_id, sa.func.count())
            .where(Organisation.kind == "grid")
            .group_by(Organisation.parent_id)
        ).all()
    )
    rows = session.execute(
        sa.select(Organisation.id, Organisation.name, Organisation.parent_id, Organisation.kind)
        .where(Organisation.kind.in_(("street", "community")))
        .order_by(Organisation.id)
    ).all()
    return render(
        "places/tree.html",
        streets=[row for row in rows if row.kind == "street"],
        communities=[row for row in rows if row.kind == "community"],
        grids=counted,
        units=place_choices.of_kinds("unit"),
        centres=place_choices.of_kinds("centre"),
    )
