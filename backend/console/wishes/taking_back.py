"""What was accepted or published is taken back on the page of the wish; what was blacked out is opened there."""

from typing import Any

from backend.console.frame import sentences
from backend.console.frame.decisions import with_sentences
from backend.console.frame.page import Staff, page, redirect_with_message, run_form
from backend.console.wishes.back_forms import NAMES, form_of, merged
from backend.console.wishes.wishes import ContactForm, wish_page
from backend.people.permissions import Permission
from backend.wishes import queries
from backend.wishes.actions import reviewing, taking_down
from backend.wishes.models import Wish

_DONE = {
    "send_back": "已退回给许愿人补充，再次提交后重新审核",
    "decline": "已不予受理，并告诉许愿人",
    "refer": "已转介，并告诉许愿人",
    "merge": "已合并，并告诉许愿人",
    "take_down": "已撤下，除许愿人和工作人员外没有人再看得到",
    "redact": "已遮盖，并告诉许愿人",
}


@page(
    f"/wishes/<id:wish_id>/take-back/<any({', '.join(NAMES)}):name>",
    guard=Permission.WISH_REVIEW,
    methods=("POST",),
)
def take_back(staff: Staff, wish_id: int, name: str) -> Any:
    form = form_of(name, queries.view_wish(wish_id, actor=staff), sent=True)
    if run_form(form, lambda: _do(name, wish_id, form, staff)):
        return redirect_with_message("console.wish", _DONE[name], wish_id=wish_id)
    return wish_page(staff, wish_id, tried={name: form})


def _do(name: str, wish_id: int, form: Any, staff: Staff) -> Wish:
    reason = form.reason.data
    if name == "merge":
        return merged(wish_id, form, staff)
    if name == "refer":
        return reviewing.refer(wish_id, form.to.data, reason, actor=staff)
    if name == "redact":
        content = {"title": form.title.data, "description": form.description.data}
        if form.files.choices:
            content["file_ids"] = form.files.data
        return taking_down.redact(wish_id, content, reason, actor=staff)
    verbs = {
        "send_back": reviewing.send_back,
        "decline": reviewing.decline,
        "take_down": taking_down.take_down,
    }
    return verbs[name](wish_id, reason, actor=staff)


@page("/wishes/<id:wish_id>/former-texts", guard=Permission.WISH_CONTACT, methods=("POST",))
def open_former_texts(staff: Staff, wish_id: int) -> Any:
    """Shown once, on the page itself; every look stands in the journal."""
    form = with_sentences(ContactForm(), sentences.CONTACT)
    if run_form(form, lambda: taking_down.former_texts(wish_id, form.reason.data, actor=staff)):
        return wish_page(staff, wish_id, former=form.outcome)
    return wish_page(staff, wish_id, former_form=form)
