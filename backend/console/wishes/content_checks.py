"""Pictures and notes of which WeChat was not sure: staff look before anyone else sees them."""

from typing import Any

from flask import request, url_for

from backend.console.frame.page import Staff, bp, page, redirect_with_message, run_form
from backend.console.frame.todo import Waiting, provider
from backend.console.wishes.wishes import LookForm, wish_page
from backend.errors import InvalidInput
from backend.organisations import queries as places
from backend.wishes import queries
from backend.wishes.actions import reviewing


@bp.app_template_filter("here")
def here(link: str) -> str:
    """A picture's link without its host: the page is on that host already, under whichever name."""
    return link[link.index("/api/") :]


@provider("wish:review")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    found = queries.to_look(None, most, actor=staff)
    names = places.names({wish.community_id for wish in found})
    return [
        Waiting(
            "查看图片、留言",
            wish.title,
            names[wish.community_id],
            wish.fulfilled_at or wish.submitted_at or wish.created_at,
            url_for("console.wish", wish_id=wish.id),
        )
        for wish in found
    ]


@page("/wishes/<id:wish_id>/look", guard="wish:review", methods=("POST",))
def look(staff: Staff, wish_id: int) -> Any:
    """What passes is shown from now on; what does not is never shown."""
    form, verdict = LookForm(), request.form.get("verdict")

    def work() -> Any:
        if verdict not in ("show", "hide"):
            raise InvalidInput()
        return reviewing.look(wish_id, verdict == "show", form.reason.data or None, actor=staff)

    if run_form(form, work):
        return redirect_with_message(
            "console.today", "可以展示" if verdict == "show" else "不予展示，已记录原因"
        )
    return wish_page(staff, wish_id, look_form=form)
