"""Who comes to an activity: signed up for by staff, taken off the list, excused; also from a resident's page."""

from typing import Any

from flask import request

from backend.console.frame import sentences
from backend.console.frame.decisions import ReasonedForm, with_sentences
from backend.console.frame.forms import Form, choice, line
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.resident_form import WhoForm
from backend.console.volunteering.activities import activity_page
from backend.journal import REASON_MAX
from backend.organisations import queries as places
from backend.people import residents
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queries
from backend.volunteering.actions import naming, sign_ups
from backend.volunteering.models import SignUpState

# So many coming activities are offered to a resident at the window.
OFFERED = 60


class SignUpForForm(WhoForm):
    ready = choice("代办原因", needed=False)
    reason = line("或自己写原因", most=REASON_MAX)
    clash_reason = line(
        "同一时间已有另一个活动，仍然同意的原因",
        most=REASON_MAX,
        needed=False,
        description="没有冲突就不填；时长不会重复计算",
    )


class TakeOffForm(ReasonedForm):
    pass


class ExcuseForm(ReasonedForm):
    pass


class OfferForm(Form):
    activity = choice("哪个活动", numbers=True)
    ready = choice("代办原因", needed=False)
    reason = line("或自己写原因", most=REASON_MAX)


@page("/activities/<id:activity_id>/sign-up", guard=Permission.SIGN_UP_ASSIST, methods=("GET", "POST"))
def sign_up_for(staff: Staff, activity_id: int) -> Any:
    """For a resident who asks at the window, or has no phone: a place, or the end of the waitlist."""
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_READ, actor=staff)
    form = with_sentences(SignUpForForm(), sentences.SIGN_UP_FOR)
    if not staff.may(Permission.SIGN_UP_RECORD):
        # A clash is the organiser's to allow.
        del form.clash_reason
    if request.method == "POST":
        form.find(staff)

    def work() -> Any:
        on_behalf_of = (form.person.data, form.reason.data)
        clash = form.clash_reason.data if form.clash_reason else None
        return sign_ups.sign_up(
            activity_id, on_behalf_of=on_behalf_of, clash_reason=clash or None, actor=staff
        )

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message(
            "console.activity", _outcome_sentence(form.outcome), activity_id=activity_id
        )
    (shown,) = queries.view_activities([found], actor=staff)
    return render("activities/sign_up.html", form=form, activity=shown)


def _outcome_sentence(sign_up: Any) -> str:
    return (
        "已报名" if sign_up.state == SignUpState.CONFIRMED else "名额已满，已排入候补，有名额时自动转正并通知"
    )


@page("/people/<id:person_id>/activities", guard=Permission.SIGN_UP_ASSIST, methods=("GET", "POST"))
def offer_activities(staff: Staff, person_id: int) -> Any:
    """The same from the resident's page, for a grid worker at the door."""
    person, home = residents.resident(staff, person_id, Permission.SIGN_UP_ASSIST)
    found = desk_queries.joinable(home.community_id, OFFERED)
    form = with_sentences(OfferForm(), sentences.SIGN_UP_FOR)
    form.activity.choices = {one.id: one.title for one in found}

    def work() -> Any:
        return sign_ups.sign_up(form.activity.data, on_behalf_of=(person_id, form.reason.data), actor=staff)

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message(
            "console.offer_activities", _outcome_sentence(form.outcome), person_id=person_id
        )
    return render(
        "activities/offer.html",
        form=form,
        person=residents.view_resident(staff, person, home, Permission.SIGN_UP_ASSIST),
        community=places.names({home.community_id})[home.community_id],
        offered=queries.view_activities(found, actor=staff),
    )


@page(
    "/activities/<id:activity_id>/sign-ups/<id:person_id>/excuse",
    guard=Permission.SIGN_UP_RECORD,
    methods=("POST",),
)
def excuse(staff: Staff, activity_id: int, person_id: int) -> Any:
    """Somebody asked to be excused; their place goes to the waitlist."""
    desk_queries.reached(activity_id, Permission.ACTIVITY_READ, actor=staff)
    form = with_sentences(ExcuseForm(), sentences.EXCUSE)
    if run_form(form, lambda: sign_ups.excuse(activity_id, person_id, form.reason.data, actor=staff)):
        return redirect_with_message("console.activity", "已登记请假", activity_id=activity_id)
    return _person(staff, activity_id, person_id, excuse=form)


@page(
    "/activities/<id:activity_id>/sign-ups/<id:person_id>/take-off",
    guard=Permission.SIGN_UP_CANCEL,
    methods=("POST",),
)
def take_off(staff: Staff, activity_id: int, person_id: int) -> Any:
    """Cancels for a resident who asked for it; the place goes to the waitlist."""
    desk_queries.reached(activity_id, Permission.ACTIVITY_READ, actor=staff)
    form = with_sentences(TakeOffForm(), sentences.CANCEL_SIGN_UP)

    def work() -> Any:
        return sign_ups.cancel(activity_id, on_behalf_of=(person_id, form.reason.data), actor=staff)

    if run_form(form, work):
        return redirect_with_message(
            "console.activity", "已取消报名，空出的名额给候补的人", activity_id=activity_id
        )
    return _person(staff, activity_id, person_id, cancel=form)


@page("/activities/<id:activity_id>/sign-ups/<id:person_id>", guard=Permission.SIGN_UP_RECORD)
def sign_up_page(staff: Staff, activity_id: int, person_id: int) -> Any:
    """One person's sign-up, with what staff may note about it."""
    return _person(staff, activity_id, person_id)


def _person(staff: Staff, activity_id: int, person_id: int, **given: Any) -> Any:
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_READ, actor=staff)
    told = naming.attendance(activity_id, person_id=person_id, actor=staff).people
    if not told:
        return activity_page(staff, activity_id)
    forms = {
        "excuse": with_sentences(ExcuseForm(formdata=None), sentences.EXCUSE),
        "cancel": with_sentences(TakeOffForm(formdata=None), sentences.CANCEL_SIGN_UP),
        **given,
    }
    return render(
        "activities/sign_up_page.html",
        activity=queries.view_activities([found], actor=staff)[0],
        one=told[-1],
        sign_up=desk_queries.sign_up(told[-1].sign_up_id, actor=staff),
        forms=forms,
    )
