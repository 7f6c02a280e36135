"""常用答复: a community writes its own ready-made sentences for sending back, declining and referring."""

from typing import Any

from flask import request

from backend.console.frame.forms import Form, lines
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.wishes.back_forms import sentences_of
from backend.errors import NotFound
from backend.people import place_choices
from backend.people.permissions import Permission
from backend.wishes import ready_answers
from backend.wishes.kinds import AnswerKind

_HINT = f"一行一句，最多 {ready_answers.MOST} 句；清空就用系统自带的"


class AnswersForm(Form):
    send_back = lines("退回补充", most=2600, needed=False, rows=6, description=_HINT)
    decline = lines("不予受理", most=2600, needed=False, rows=6, description=_HINT)
    refer = lines("转介", most=2600, needed=False, rows=6, description=_HINT)


@page("/answers", guard=Permission.WISH_REVIEW)
def answers_of_places(staff: Staff) -> Any:
    """Straight to the one community of most clerks."""
    known = place_choices.choices(staff, Permission.WISH_REVIEW, "community")
    if len(known) == 1:
        return answers_page(staff, known[0][0], known[0][1])
    return render("wishes/answers.html", places=known, form=None)


@page("/answers/<id:community_id>", guard=Permission.WISH_REVIEW, methods=("GET", "POST"))
def answers(staff: Staff, community_id: int) -> Any:
    name = dict(place_choices.choices(staff, Permission.WISH_REVIEW, "community")).get(community_id)
    if name is None:
        raise NotFound()
    form = AnswersForm()

    def work() -> None:
        for kind in AnswerKind:
            written = [one.strip() for one in (form[kind].data or "").splitlines() if one.strip()]
            if tuple(written) != sentences_of(community_id, kind):
                ready_answers.change(community_id, kind, written, actor=staff)

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message("console.answers", "已保存", community_id=community_id)
    return answers_page(staff, community_id, name, form if request.method == "POST" else None)


def answers_page(staff: Staff, community_id: int, name: str, tried: Any = None) -> Any:
    known = {kind.value: "\n".join(sentences_of(community_id, kind)) for kind in AnswerKind}
    form = tried or AnswersForm(formdata=None, **known)
    return render("wishes/answers.html", places=[], form=form, community_id=community_id, name=name)
