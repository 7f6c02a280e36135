"""投诉与建议: what waits for an answer, until when; answered, or sent one level up.

Who may see one is decided by where it lies: what is about the community's own staff lies with the street, and
is not there for the community.
"""

from typing import Any

from flask import request

from backend.complaints import actions, queries, queues
from backend.complaints.labels import KINDS, STATES
from backend.complaints.queries import ComplaintView
from backend.console.frame import sentences, things
from backend.console.frame.decisions import Address, Decision, Queue, register, with_sentences
from backend.console.frame.forms import Form, choice, line, lines
from backend.console.frame.openings import asked_a_colleague, asks_a_colleague
from backend.console.frame.page import Staff, asked_number, page, render, run_form
from backend.people.permissions import Permission

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


def _contact_form(**more: Any) -> Any:
    return with_sentences(CallBackForm(**more), sentences.CALL_BACK)


def _facts(staff: Staff, complaint_id: int) -> dict[str, Any]:
    found = queries.one(complaint_id, actor=staff)
    (shown,) = queries.view_complaints([found], actor=staff)
    return {
        "one": shown,
        "subject": _subject(shown, staff),
        "contact": None,
        "contact_form": _contact_form(formdata=None),
    }


def _subject(shown: ComplaintView, staff: Staff) -> things.Link | None:
    """What it is about, with a link for whoever may open its page."""
    if shown.subject_kind is None or shown.subject_id is None:
        return None
    thing = (shown.subject_kind, shown.subject_id)
    return things.Link(things.names([thing])[thing], things.address_of(*thing, staff))


# Its words are not in the list: they are read on its own page, by who answers it.
QUEUE = register(
    Queue(
        kind="答复投诉建议",
        word=Permission.COMPLAINT_ANSWER,
        find=queues.to_answer,
        titles=lambda found: [f"{KINDS[one.complaint_kind]} {one.id}" for one in found],
        place=lambda found: found.place_id,
        since=lambda found: found.filed_at,
        due=lambda found: found.due_on,
        one=Address("/complaints/<id:complaint_id>", "complaint"),
        template="complaints/page.html",
        facts=_facts,
        finished="投诉建议都答复完了",
        decisions=(
            Decision(
                name="answer",
                label="答复",
                key=1,
                address=Address("/complaints/<id:complaint_id>/answer", "answer_complaint"),
                form=AnswerForm,
                ready=sentences.ANSWER_COMPLAINT,
                prefix="answer-",
                unfolded=True,
                verb=lambda one, form, actor: actions.answer(one, form.reason.data, actor=actor),
                done=lambda _form: "已答复，本人会收到消息",
            ),
            Decision(
                name="escalate",
                label="请上一级办理",
                key=2,
                word=Permission.COMPLAINT_ESCALATE,
                address=Address("/complaints/<id:complaint_id>/escalate", "escalate_complaint"),
                form=EscalateForm,
                ready=sentences.ESCALATE_COMPLAINT,
                prefix="escalate-",
                send="转上一级",
                verb=lambda one, form, actor: actions.escalate(one, form.reason.data, actor=actor),
                done=lambda _form: "已转上一级办理，本人会收到消息",
            ),
        ),
    )
)


@page("/complaints", guard=Permission.COMPLAINT_ANSWER)
def complaints(staff: Staff) -> Any:
    """What waits here for an answer; below it all of one's places, whichever way they went."""
    form = Filters(request.args)
    form.state.choices = {"": "全部", **STATES}
    state = form.state.data if form.validate() else None
    after = asked_number("after")
    rows = queues.to_handle([state] if state else None, actor=staff).rows(
        PAGE + 1, (after,) if after else None
    )
    return render(
        "complaints/queue.html",
        form=form,
        state=state,
        rows=queries.view_complaints(rows[:PAGE], actor=staff),
        **QUEUE.head(staff),
        following=rows[PAGE - 1].id if len(rows) > PAGE else None,
    )


@page("/complaints/<id:complaint_id>/contact", guard=Permission.COMPLAINT_ANSWER, methods=("POST",))
def call_back(staff: Staff, complaint_id: int) -> Any:
    """The phone in clear, once, for a reason that goes into the journal; no redirect, so that it stays here."""
    form = _contact_form()
    if asks_a_colleague():
        if run_form(form, lambda: queries.ask_contact(complaint_id, form.reason.data, actor=staff)):
            return asked_a_colleague()
    elif run_form(form, lambda: queries.contact(complaint_id, form.reason.data, actor=staff)):
        return QUEUE.show(staff, complaint_id, contact=form.outcome)
    return QUEUE.show(staff, complaint_id, contact_form=form)
