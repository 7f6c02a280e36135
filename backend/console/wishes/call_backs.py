"""回访: staff call the wisher of a fulfilled wish, and register what they said: solved or not, satisfied or not."""

from datetime import timedelta
from typing import Any

from flask import url_for

from backend import clock, config
from backend.console.frame import sentences
from backend.console.frame.decisions import ReasonedForm, with_sentences
from backend.console.frame.forms import Form, line, one_of
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.todo import Waiting, provider
from backend.console.wishes import lists
from backend.console.wishes.wishes import ContactForm
from backend.organisations import queries as places
from backend.people import permissions
from backend.wishes import queries
from backend.wishes.actions import claims, contacting
from backend.wishes.models import WishState

SATISFACTION = ((5, "很满意"), (4, "满意"), (3, "一般"), (2, "不太满意"), (1, "不满意"))


class CallForm(Form):
    method = one_of("怎么确认的", (("call", "电话回访"), ("signature", "上门签字")), default="call")
    solved = one_of("问题解决了吗", (("yes", "解决了"), ("no", "没有解决")))
    satisfaction = one_of("满意吗", ((str(value), label) for value, label in SATISFACTION))
    comment = line("许愿人想说的话", most=300, needed=False)


class DisputeForm(ReasonedForm):
    pass


@provider("wish:confirm")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    found = lists.to_call(staff, most)
    names = places.names({wish.community_id for wish in found})
    days = timedelta(days=config.settings().silence_days)
    return [
        Waiting(
            "回访许愿人",
            wish.title,
            names[wish.community_id],
            wish.fulfilled_at,
            url_for("console.call", wish_id=wish.id),
            clock.business_day(wish.fulfilled_at) + days,
        )
        for wish in found
    ]


@page("/wishes/<id:wish_id>/call", guard="wish:confirm")
def call(staff: Staff, wish_id: int) -> Any:
    found = queries.one(wish_id, actor=staff)
    permissions.require(staff.id, "wish:confirm", found.place_id)
    if found.state != WishState.FULFILLED:
        return redirect_with_message("console.wish", "这个心愿现在不需要回访", wish_id=wish_id)
    return _page(staff, wish_id)


def _page(staff: Staff, wish_id: int, **given: Any) -> Any:
    found = queries.one(wish_id, actor=staff)
    (shown,) = queries.view_wishes([found], actor=staff)
    facts: dict[str, Any] = {
        "form": CallForm(formdata=None),
        "dispute": with_sentences(DisputeForm(formdata=None), sentences.DISPUTE),
        "contact_form": with_sentences(ContactForm(formdata=None, reason="电话回访"), sentences.CONTACT),
        "contact": None,
        **given,
    }
    return render(
        "wishes/call.html",
        wish=found,
        shown=shown,
        face=lists.wisher_summary(found),
        may_open=staff.may("wish:contact"),
        places=places.names({place for place in (found.grid_id, found.community_id) if place}),
        **facts,
    )


@page("/wishes/<id:wish_id>/call/contact", guard="wish:contact", methods=("POST",))
def open_contact_for_call(staff: Staff, wish_id: int) -> Any:
    """The number to call, opened with a reason; the forms stand below it."""
    form = with_sentences(ContactForm(), sentences.CONTACT)
    if run_form(form, lambda: contacting.contact(wish_id, form.reason.data, actor=staff)):
        return _page(staff, wish_id, contact=form.outcome)
    return _page(staff, wish_id, contact_form=form)


@page("/wishes/<id:wish_id>/call/confirm", guard="wish:confirm", methods=("POST",))
def confirm(staff: Staff, wish_id: int) -> Any:
    form = CallForm()

    def work() -> Any:
        return claims.confirm(
            wish_id,
            form.solved.data == "yes",
            int(form.satisfaction.data),
            form.method.data,
            form.comment.data or None,
            actor=staff,
        )

    if run_form(form, work):
        return redirect_with_message("console.today", f"“{form.outcome.title}”的回访已登记")
    return _page(staff, wish_id, form=form)


@page("/wishes/<id:wish_id>/call/dispute", guard="wish:confirm", methods=("POST",))
def dispute(staff: Staff, wish_id: int) -> Any:
    form = with_sentences(DisputeForm(), sentences.DISPUTE)
    if run_form(form, lambda: claims.dispute(wish_id, form.reason.data, actor=staff)):
        return redirect_with_message("console.today", f"已告诉认领人“{form.outcome.title}”还要再办")
    return _page(staff, wish_id, dispute=form)
