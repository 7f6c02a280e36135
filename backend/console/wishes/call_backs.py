"""回访: staff call the wisher of a fulfilled wish, and register what they said: solved or not, satisfied or not; or that
nobody answered, and when somebody tries again."""

from typing import Any

from flask import Response

from backend import clock, working_days
from backend.console.frame import sentences
from backend.console.frame.decisions import (
    Address,
    Decision,
    Queue,
    ReasonedForm,
    home,
    register,
    with_sentences,
)
from backend.console.frame.forms import Form, day, line, one_of
from backend.console.frame.openings import asked_a_colleague, asks_a_colleague
from backend.console.frame.page import Staff, page, redirect_with_message, run_form
from backend.console.wishes.wishes import ContactForm
from backend.crypto import CannotOpen
from backend.db import transaction
from backend.errors import NotFound
from backend.people import openings
from backend.people.openings import Contact
from backend.people.permissions import Permission
from backend.wishes import call_queries, queries, queues, staff_queries
from backend.wishes.actions import calls, claims, contacting
from backend.wishes.kinds import WishState
from backend.wishes.models import Wish
from backend.wishes.views import WishView

SATISFACTION = ((5, "很满意"), (4, "满意"), (3, "一般"), (2, "不太满意"), (1, "不满意"))


class CallForm(Form):
    method = one_of("怎么确认的", (("call", "电话回访"), ("signature", "上门签字")), default="call")
    solved = one_of("问题解决了吗", (("yes", "解决了"), ("no", "没有解决")))
    satisfaction = one_of("满意吗", ((str(value), label) for value, label in SATISFACTION))
    comment = line("许愿人想说的话", most=300, needed=False)


class DisputeForm(ReasonedForm):
    pass


class NoAnswerForm(Form):
    again_on = day("哪天再打", default=lambda: working_days.after(clock.today(), 1))


def _fulfilled(staff: Staff, wish_id: int) -> WishView:
    """A wish of a place in which this person calls back."""
    found = queries.view_wish(wish_id, actor=staff)
    if Permission.WISH_CONFIRM not in found.words:
        raise NotFound()
    return found


def _gone(staff: Staff, wish_id: int) -> Response | None:
    if _fulfilled(staff, wish_id).state == WishState.FULFILLED:
        return None
    return redirect_with_message("console.wish", "这个心愿现在不需要回访", wish_id=wish_id)


def _facts(staff: Staff, wish_id: int) -> dict[str, Any]:
    """With the number to call, where there is one: opened by coming here to call, and journaled as that."""
    found = _fulfilled(staff, wish_id)
    openings.note_names("wish", found.id, found.community_id, actor=staff)
    known = staff_queries.known_contact(wish_id)
    may_open = Permission.WISH_CONTACT in found.words
    asked = ContactForm(formdata=None, reason=contacting.CALL_REASON)
    contact = _opened(staff, wish_id) if may_open and known.phone else None
    return {
        "contact_form": with_sentences(asked, sentences.CONTACT),
        "contact": contact,
        "unreadable": bool(may_open and known.phone and contact is None),
        "wish": found,
        "may_open": may_open,
        "known": known,
        "attempts": call_queries.view_attempts(wish_id),
    }


def _opened(staff: Staff, wish_id: int) -> Contact | None:
    """None where the key of what is sealed is gone: what the wisher says at the door is registered all the same."""
    try:
        with transaction():
            return contacting.contact_for_call(wish_id, actor=staff)
    except CannotOpen:
        return None


def _no_answer(wish_id: int, form: Any, staff: Staff) -> Wish:
    return calls.no_answer(wish_id, form.again_on.data, actor=staff)


def _confirm(wish_id: int, form: Any, staff: Staff) -> Wish:
    solved, satisfaction = form.solved.data == "yes", int(form.satisfaction.data)
    told = solved, satisfaction, form.method.data, form.comment.data or None
    return claims.confirm(wish_id, *told, actor=staff)


QUEUE = register(
    Queue(
        kind="回访许愿人",
        word=Permission.WISH_CONFIRM,
        find=queues.to_call_back,
        titles=lambda wishes: [wish.title for wish in wishes],
        notes=call_queries.notes,
        since=lambda wish: wish.call_again_at or wish.fulfilled_at,
        dues=call_queries.silent_until,
        one=Address("/wishes/<id:wish_id>/call", "call"),
        template="wishes/call.html",
        facts=_facts,
        gone=_gone,
        # A call takes its time: who made one looks at what waits, and does not find the next number before them.
        then=home,
        decisions=(
            Decision(
                name="confirm",
                label="登记回访结果",
                key=1,
                address=Address("/wishes/<id:wish_id>/call/confirm", "confirm"),
                form=CallForm,
                verb=_confirm,
                done=lambda form: f"“{form.outcome.title}”的回访已登记",
            ),
            Decision(
                name="dispute",
                label="许愿人说还没有办好",
                key=2,
                address=Address("/wishes/<id:wish_id>/call/dispute", "dispute"),
                form=DisputeForm,
                ready=sentences.DISPUTE,
                prefix="dispute-",
                send="退给认领人再办",
                verb=lambda one, form, actor: claims.dispute(one, form.reason.data, actor=actor),
                done=lambda form: f"已告诉认领人“{form.outcome.title}”还要再办",
            ),
            Decision(
                name="no_answer",
                label="没打通",
                key=3,
                address=Address("/wishes/<id:wish_id>/call/no-answer", "no_answer"),
                form=NoAnswerForm,
                verb=_no_answer,
                done=lambda form: f"已登记没打通，{form.again_on.data.month}月{form.again_on.data.day}日再打",
            ),
        ),
    )
)


@page("/wishes/<id:wish_id>/call/contact", guard=Permission.WISH_CONTACT, methods=("POST",))
def open_contact_for_call(staff: Staff, wish_id: int) -> Any:
    """Name and address of whoever has no phone, opened with a reason; the forms stand below it."""
    form = with_sentences(ContactForm(), sentences.CONTACT)
    if asks_a_colleague():
        if run_form(form, lambda: contacting.ask_contact(wish_id, form.reason.data, actor=staff)):
            return asked_a_colleague()
    elif run_form(form, lambda: contacting.contact_for_call(wish_id, form.reason.data, actor=staff)):
        return QUEUE.show(staff, wish_id, contact=form.outcome)
    return QUEUE.show(staff, wish_id, contact_form=form)
