"""地图: the offices, wishes and activities of one's communities where they are. Wishes by grid and in numbers alone."""

from typing import Any

from flask import request, url_for

from backend.console.frame import maps
from backend.console.frame.forms import Form, choice
from backend.console.frame.page import Staff, page, render
from backend.errors import NotAllowed
from backend.people import place_choices
from backend.people.permissions import Permission
from backend.reports import map_spots
from backend.reports.map_spots import Spot


class PlaceForm(Form):
    class Meta(Form.Meta):
        csrf = False

    community = choice("社区", needed=False, numbers=True)


@page("/map")
def map_page(staff: Staff) -> Any:
    form, own = PlaceForm(request.args), dict(place_choices.around(staff.place_ids))
    if not own:
        raise NotAllowed("地图按社区画，您的任职范围里没有社区")
    form.community.choices = {"": "全部", **own}
    form.validate()
    chosen = form.community.data if not form.community.errors else None
    shown = {chosen} if chosen in own else set(own)
    return render(
        "map/page.html",
        form=form,
        choices=len(own) > 1,
        map=maps.draw(map_spots.of_staff(shown), lambda spot: _link(spot, staff)),
        missing=map_spots.without_a_point(shown),
        may_place=staff.may(Permission.ORGANISATION_CONTACT),
    )


def _link(spot: Spot, staff: Staff) -> str | None:
    if spot.kind == "activity":
        return (
            url_for("console.activity", activity_id=spot.id) if staff.may(Permission.ACTIVITY_READ) else None
        )
    if spot.kind == "office" and staff.may(Permission.ORGANISATION_CONTACT):
        return url_for("console.office", place_id=spot.id)
    return None
