"""Pictures and notes of which WeChat was not sure: staff look before anyone else sees them."""

from typing import Any

from flask import request

from backend.console.frame.decisions import Address, Decision, Queue, home, register
from backend.console.frame.page import Staff, bp
from backend.console.wishes.wishes import LookForm, wish_page
from backend.errors import InvalidInput
from backend.people.permissions import Permission
from backend.wishes import queues
from backend.wishes.actions import reviewing


@bp.app_template_filter("here")
def here(link: str) -> str:
    """A picture's link without its host: the page is on that host already, under whichever name."""
    return link[link.index("/api/") :]


def _look(wish_id: int, form: Any, staff: Staff) -> Any:
    """What passes is shown from now on; what does not is never shown."""
    verdict = request.form.get("verdict")
    if verdict not in ("show", "hide"):
        raise InvalidInput()
    return reviewing.look(wish_id, verdict == "show", form.reason.data or None, actor=staff)


def _sentence_after(_form: Any) -> str:
    return "可以展示" if request.form.get("verdict") == "show" else "不予展示，已记录原因"


register(
    Queue(
        kind="查看图片、留言",
        word=Permission.WISH_REVIEW,
        find=queues.to_look_at,
        titles=lambda wishes: [wish.title for wish in wishes],
        since=lambda wish: wish.fulfilled_at or wish.submitted_at or wish.created_at,
        one=Address("/wishes/<id:wish_id>", "wish"),
        elsewhere=lambda staff, wish_id, tried: wish_page(staff, wish_id, look_form=tried["look"]),
        then=home,
        decisions=(
            Decision(
                name="look",
                label="请先看一看",
                key=0,
                address=Address("/wishes/<id:wish_id>/look", "look"),
                form=LookForm,
                verb=_look,
                done=_sentence_after,
            ),
        ),
    )
)
