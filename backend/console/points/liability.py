"""积分结存: what a community has given and what is still to be redeemed. Of communities, never of people,
never ranked."""

from typing import Any

from flask import request

from backend import clock
from backend.console.frame import charts
from backend.console.frame.forms import Form, choice
from backend.console.frame.page import Staff, asked_number, page, render
from backend.errors import NotFound
from backend.people import place_choices
from backend.people.permissions import Permission
from backend.points import queries
from backend.supermarket.queries import shelf_value


class PlaceForm(Form):
    class Meta(Form.Meta):
        csrf = False

    community = choice("社区", needed=False, numbers=True)


@page("/points/liability", guard=Permission.POINTS_LIABILITY)
def liability(staff: Staff) -> Any:
    offered = dict(place_choices.choices(staff, Permission.POINTS_LIABILITY, "community"))
    form = PlaceForm(request.args)
    form.community.choices = offered
    asked = asked_number("community")
    if asked is not None and asked not in offered:
        raise NotFound()
    chosen = asked or next(iter(offered), None)
    form.community.data = chosen
    if chosen is None:
        return render("points/liability.html", form=form, told=None)
    months = queries.months(chosen, clock.today(), actor=staff)
    return render(
        "points/liability.html",
        form=form,
        told=queries.liability(chosen, actor=staff),
        shelf=shelf_value(chosen),
        community=offered[chosen],
        chart=charts.groups(
            "近十二个月",
            [f"{one.first.month}月" for one in months],
            {
                "发放": [one.given for one in months],
                "兑换": [one.spent for one in months],
                "到期": [one.expired for one in months],
            },
        ),
        seen_at=clock.now(),
    )
