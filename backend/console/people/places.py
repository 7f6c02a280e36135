"""组织: the tree of places and units. It is searched by typing, and each place has a page on which it is changed."""

from typing import Any

from flask import request

from backend.console.frame.forms import Form, line
from backend.console.frame.page import Staff, asked_number, next_page_url, page, render
from backend.console.people.place_forms import forms_for
from backend.organisations.models import NAME_MAX
from backend.people.permissions import Permission
from backend.reports import communities

PAGE = 50


class FindForm(Form):
    class Meta(Form.Meta):
        csrf = False

    q = line("找地方或单位：名称的一部分", most=NAME_MAX, needed=False, render_kw={"autocomplete": "off"})


@page("/places", guard=Permission.ORGANISATION_MANAGE)
def places(staff: Staff) -> Any:
    """The whole tree but grids; or whatever has the words that were typed in its name."""
    form = FindForm(request.args)
    q = form.q.data or ""
    if not q:
        return render("places/tree.html", form=form, q=q, branches=communities.tree())
    rows = communities.search(q, asked_number("before"), PAGE + 1)
    following = next_page_url(rows[PAGE - 1][0].id) if len(rows) > PAGE else None
    return render("places/found.html", form=form, q=q, rows=rows[:PAGE], following=following)


@page("/places/<id:place_id>", guard=Permission.ORGANISATION_MANAGE)
def place(staff: Staff, place_id: int) -> Any:
    found = communities.place(place_id)
    return render("places/place.html", place=found, forms=forms_for(found))
