"""回访: staff call the wisher of a fulfilled wish, and register what they said: solved or not, satisfied or not."""

from datetime import date, timedelta
from typing import Any

from flask import Response

from backend import clock, config, working_days
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
from backend.console.frame.forms import Form, line, one_of
from backend.console.frame.openings import asked_a_colleague, asks_a_colleague
from backend.console.frame.page import Staff, page, redirect_with_message, run_form
from backend.console.wishes.wishes import ContactForm
from backend.errors import NotFound
from backend.people import openings
from backend.people.permissions import Permission
from backend.wishes import queries, queues, staff_queries
from backend.wishes.actions import claims, contacting
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
    found = _fulfilled(staff, wish_id)
    openings.note_names("wish", found.id, found.community_id, actor=staff)
    return {
        "contact_form": with_sentences(ContactForm(formdata=None, reason="电话回访"), sentences.CONTACT),
        "contact": None,
        "wish": found,
        "may_open": Permission.WISH_CONTACT in found.words,
        "known": staff_queries.known_contact(wish_id),
    }


def _confirm(wish_id: int, form: Any, staff: Staff) -> Wish:
    solved, satisfaction = form.solved.data == "yes", int(form.satisfaction.data)
    told = solved, satisfaction, form.method.data, form.comment.data or None
    return claims.confirm(wish_id, *told, actor=staff)


def _silent_until(wishes: list[Wish]) -> list[date]:
    """Until when each may still be confirmed: on a free day nothing ends."""
    silence = timedelta(days=config.settings().silence_days)
    days = [clock.business_day(one.fulfilled_at or clock.now()) + silence for one in wishes]
    last = working_days.on_or_after_each(days)
    return [last[day] for day in days]


QUEUE = register(
    Queue(
        kind="回访许愿人",
        word=Permission.WISH_CONFIRM,
        find=queues.to_call_back,
        titles=lambda wishes: [wish.title for wish in wishes],
        since=lambda wish: wish.fulfilled_at,
        dues=_silent_until,
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
        ),
    )
)


@page("/wishes/<id:wish_id>/call/contact", guard=Permission.WISH_CONTACT, methods=("POST",))
def open_contact_for_call(staff: Staff, wish_id: int) -> Any:
    """The number to call, opened with a reason; the forms stand below it."""
    form = with_sentences(ContactForm(), sentences.CONTACT)
    if asks_a_colleague():
        if run_form(form, lambda: contacting.ask_contact(wish_id, form.reason.data, actor=staff)):
            return asked_a_colleague()
    elif run_form(form, lambda: contacting.contact(wish_id, form.reason.data, actor=staff)):
        return QUEUE.show(staff, wish_id, contact=form.outcome)
    return QUEUE.show(staff, wish_id, contact_form=form)
