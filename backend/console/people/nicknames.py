"""撤下昵称: a nickname that nobody should have to read becomes a neutral one."""

from typing import Any

from flask import request

from backend.console.frame import sentences
from backend.console.frame.decisions import ReasonedForm, with_sentences
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.people import nicknames, residents
from backend.people.permissions import Permission


class NicknameForm(ReasonedForm):
    pass


@page("/people/<id:person_id>/nickname", guard=Permission.PERSON_SUSPEND, methods=("GET", "POST"))
def take_down_nickname(staff: Staff, person_id: int) -> Any:
    person, home = residents.resident(staff, person_id, Permission.PERSON_SUSPEND)
    form = NicknameForm() if request.method == "POST" else NicknameForm(formdata=None)
    form = with_sentences(form, sentences.TAKE_DOWN)
    if request.method == "POST" and run_form(
        form, lambda: nicknames.take_down(person_id, form.reason.data, actor=staff)
    ):
        return redirect_with_message("console.person", "昵称已撤下，本人会收到消息", person_id=person_id)
    shown = residents.view_resident(staff, person, home, Permission.PERSON_SUSPEND)
    return render("people/nickname.html", form=form, person=shown, nickname=person.nickname)
