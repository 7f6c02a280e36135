"""The code in the hall: fills a screen, turns every half minute, and waits out a broken line."""

import math
from typing import Any

import segno
from flask import Response, jsonify, url_for

from backend import clock
from backend.console.frame.page import Staff, page, redirect_with_message, render
from backend.people.permissions import Permission
from backend.volunteering import attendance_queries, desk_queries, queries
from backend.volunteering.codes import SLOT_SECONDS
from backend.volunteering.states import ActivityMovedOn


def _code_view(staff: Staff, activity_id: int) -> dict[str, Any]:
    """The code of this half minute, how long it stands, how many have come. Raises ActivityMovedOn."""
    told = attendance_queries.check_in_code(activity_id, actor=staff)
    came, expected = desk_queries.numbers(activity_id)
    left = (told.expires_at - clock.now()).total_seconds()
    return {
        "code": told.code,
        # Never the micro form, which such a short text would get: WeChat does not read it.
        "picture": segno.make(told.text, error="m", micro=False).svg_data_uri(omitsize=True, border=2),
        "seconds": min(max(math.ceil(left), 1), SLOT_SECONDS),
        "came": came,
        "expected": expected,
    }


@page("/activities/<id:activity_id>/code", guard=Permission.ACTIVITY_ORGANISE)
def check_in_screen(staff: Staff, activity_id: int) -> Any:
    """Without scripts the page loads itself again when the code has run out."""
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_ORGANISE, actor=staff)
    try:
        shown = _code_view(staff, activity_id)
    except ActivityMovedOn:
        return redirect_with_message("console.activity", "活动发布以后才有签到码", activity_id=activity_id)
    following = url_for("console.following_code", activity_id=activity_id)
    (activity,) = queries.view_activities([found], actor=staff)
    return render("activities/code.html", activity=activity, shown=shown, following=following)


@page("/activities/<id:activity_id>/code/following", guard=Permission.ACTIVITY_ORGANISE)
def following_code(staff: Staff, activity_id: int) -> Response:
    """The same for the script of the page. A refusal of it is a page, and no code."""
    desk_queries.reached(activity_id, Permission.ACTIVITY_ORGANISE, actor=staff)
    return jsonify(_code_view(staff, activity_id))
