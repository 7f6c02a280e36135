"""投诉与建议: what waits for an answer, until when; answered, or sent one level up.

Who may see one is decided by where it lies: what is about the community's own staff lies with the street, and
is not there for the community.
"""

from typing import Any

from flask import request

from backend.complaints import actions, queries
from backend.complaints.labels import KINDS, STATES
from backend.complaints.models import Complaint
from backend.console.frame import sentences
from backend.console.frame.decisions import with_sentences
from backend.console.frame.forms import Form, choice, line, lines
from backend.console.frame.page import Staff, asked_number, page, redirect_with_message, render, run_form
from backend.console.frame.todo import Waiting, provider
from backend.organisations import queries as places

PAGE = 50


class AnswerForm(Form):
    ready = choice("常用说法", needed=False)
    reason = lines("给他的答复", most=1000, rows=5, description="提交后马上能在手机上看到")


class EscalateForm(Form):
    ready = choice("常用说法", needed=False)
    reason = line("为什么要由上一级办", most=200)


class CallBackForm(Form):
    ready = choice("常用理由", needed=False)
    reason = line("为什么要看", most=200, description="会记入日志，本人可以查到")


class Filters(Form):
    class Meta(Form.Meta):
        csrf = False

    state = choice("状态", STATES, needed=False)


_FORMS: dict[str, tuple[type[Form], tuple[str, ...]]] = {
    "answer_form": (AnswerForm, sentences.ANSWER_COMPLAINT),
    "escalate_form": (EscalateForm, sentences.ESCALATE_COMPLAINT),
    "contact_form": (CallBackForm, sentences.CALL_BACK),
}


@provider("complaint:answer")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    """Its words are not in the list: they are read on its own page, by who answers it."""
    found = queries.to_answer(most, actor=staff)
    names = places.names({one.place_id for one in found})
    return [
        Waiting(
            "答复投诉建议",
            f"{KINDS[one.complaint_kind]} {one.id}",
            names[one.place_id],
            one.filed_at,
            f"/console/complaints/{one.id}",
            one.due_on,
        )
        for one in found
    ]


@page("/complaints", guard="complaint:answer")
def complaints(staff: Staff) -> Any:
    """What waits here for an answer; below it all of one's places, whichever way they went."""
    form = Filters(request.args)
    form.state.choices = {"": "全部", **STATES}
    state = form.state.data if form.validate() else None
    rows = queries.to_handle(state, asked_number("after"), PAGE + 1, actor=staff)
    return render(
        "complaints/queue.html",
        form=form,
        state=state,
        waiting=_waiting(staff, 200),
        rows=queries.view_complaints(rows[:PAGE], actor=staff),
        following=rows[PAGE - 1].id if len(rows) > PAGE else None,
    )


@page("/complaints/<id:complaint_id>", guard="complaint:answer")
def complaint(staff: Staff, complaint_id: int) -> Any:
    return _page(staff, queries.one(complaint_id, actor=staff))


def _page(staff: Staff, found: Complaint, **given: Any) -> Any:
    forms = {name: with_sentences(form(formdata=None), ready) for name, (form, ready) in _FORMS.items()}
    (shown,) = queries.view_complaints([found], actor=staff)
    facts: dict[str, Any] = {"contact": None, **forms, **given}
    # A colleague may have been quicker: then the form is gone, and what was typed is shown all the same.
    tried = next((given[name] for name in _FORMS if name in given), None)
    late = tried if tried is not None and tried.refusal is not None and not shown["actions"] else None
    return render("complaints/page.html", one=shown, row=found, late=late, **facts)


def _form(name: str) -> Any:
    form, ready = _FORMS[name]
    return with_sentences(form(), ready)


@page("/complaints/<id:complaint_id>/answer", guard="complaint:answer", methods=("POST",))
def answer_complaint(staff: Staff, complaint_id: int) -> Any:
    form = _form("answer_form")
    found = queries.one(complaint_id, actor=staff)
    if run_form(form, lambda: actions.answer(complaint_id, form.reason.data, actor=staff)):
        return _next(staff, "已答复，本人会收到消息")
    return _page(staff, found, answer_form=form)


@page("/complaints/<id:complaint_id>/escalate", guard="complaint:escalate", methods=("POST",))
def escalate_complaint(staff: Staff, complaint_id: int) -> Any:
    """One level up; from then on it may be none of this clerk's business."""
    form = _form("escalate_form")
    found = queries.one(complaint_id, actor=staff)
    if run_form(form, lambda: actions.escalate(complaint_id, form.reason.data, actor=staff)):
        return _next(staff, "已转上一级办理，本人会收到消息")
    return _page(staff, found, escalate_form=form)


@page("/complaints/<id:complaint_id>/contact", guard="complaint:answer", methods=("POST",))
def call_back(staff: Staff, complaint_id: int) -> Any:
    """The phone in clear, once, for a reason that goes into the journal; no redirect, so that it stays here."""
    form = _form("contact_form")
    if run_form(form, lambda: queries.contact(complaint_id, form.reason.data, actor=staff)):
        return _page(staff, queries.one(complaint_id, actor=staff), contact=form.outcome)
    return _page(staff, queries.one(complaint_id, actor=staff), contact_form=form)


def _next(staff: Staff, sentence: str) -> Any:
    following = queries.to_answer(1, actor=staff)
    if not following:
        return redirect_with_message("console.today", f"{sentence}。投诉建议都答复完了")
    return redirect_with_message("console.complaint", sentence, complaint_id=following[0].id)
