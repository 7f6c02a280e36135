"""一笔积分: one movement with its thing, its hold and what corrected it; and residents found for their statement."""

from datetime import timedelta
from typing import Any

from flask import Response, request, url_for

from backend import clock
from backend.console.frame import things, todo
from backend.console.frame.forms import Form, line
from backend.console.frame.page import Staff, page, redirect_to, render
from backend.errors import NotFound
from backend.ledger import trail
from backend.organisations import queries as places
from backend.people import permissions, residents
from backend.people import queries as people
from backend.people.permissions import Permission

WEEK = timedelta(days=7)
# So many of a week are named beside the list of today.
NAMED = 20
MOST = 20


class SearchForm(Form):
    class Meta(Form.Meta):
        csrf = False

    # As it was typed: a bare number may be a card's or the journal's.
    asked = line("卡号、完整手机号或人员编号", most=40, needed=False)


@page("/points/transfers/<id:transfer_id>", guard=Permission.POINTS_READ)
def transfer(staff: Staff, transfer_id: int) -> Any:
    found = trail.one(transfer_id)
    if found is None:
        raise NotFound()
    lives_here = _lives_here(staff, found.person_id)
    if not lives_here:
        permissions.require(staff.id, Permission.POINTS_READ, found.community_id)
    others = trail.around(found)
    return render(
        "points/transfer.html",
        one=found,
        others=others,
        lives_here=lives_here,
        thing=things.links([found.reference], staff)[found.reference],
        holder=people.masked_names({found.person_id})[found.person_id],
        by=people.officer_names({found.by_id}).get(found.by_id) if found.by_id else None,
        community=places.names({found.community_id})[found.community_id],
        rule_version=trail.rule_version(found.rule_id),
    )


def _lives_here(staff: Staff, person_id: int) -> bool:
    """Whether the statement of whose points they are may be read."""
    try:
        residents.resident(staff, person_id, Permission.POINTS_READ)
    except NotFound:
        return False
    return True


@page("/points/transfers/named", guard=Permission.POINTS_READ)
def transfer_named(_staff: Staff) -> Response:
    """The movement that a register names by its reference."""
    found = trail.named(request.args.get("reference", ""))
    if found is None:
        raise NotFound()
    return redirect_to(url_for("console.transfer", transfer_id=found))


@page("/points/residents", guard=Permission.POINTS_READ)
def residents_by_points(staff: Staff) -> Any:
    """Whoever reads statements finds one by card, by whole phone number or by the number in the journal; masked as ever,
    and by no name: that would be browsing."""
    form = SearchForm(request.args)
    asked = (form.asked.data or "").strip()
    found = (
        residents.by_number(staff, asked, MOST, Permission.POINTS_READ) if asked and form.validate() else []
    )
    homes = places.names({home.community_id for _person, home in found})
    return render(
        "points/residents.html",
        form=form,
        asked=asked,
        rows=[(residents.view_person(one), homes[home.community_id]) for one, home in found],
    )


def _reversed_this_week(staff: Staff) -> list[todo.Panel]:
    reach = permissions.reach_of(staff.id, Permission.POINTS_READ)
    found = trail.reversed_since(clock.now() - WEEK, reach, NAMED)
    lines = tuple(
        todo.Line(f"积分流水 {one.id}　{one.title}", url_for("console.transfer", transfer_id=one.id))
        for one in found
    )
    return [todo.Panel("近七天的冲正和退回", lines, "近七天没有冲正。")]


todo.TELLERS.append(todo.Teller(Permission.JOURNAL_READ, _reversed_this_week))
