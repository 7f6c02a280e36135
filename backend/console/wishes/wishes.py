"""One wish and lists of them: find, look at its course, make the moves that are open, open the contact."""

from typing import Any

from backend.console.frame import sentences
from backend.console.frame.decisions import (
    Address,
    Decision,
    Queue,
    ReasonedForm,
    register,
    stay,
    with_sentences,
)
from backend.console.frame.forms import Form, JustDo, choice, line
from backend.console.frame.openings import asked_a_colleague, asks_a_colleague
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.wishes.back_forms import open_forms
from backend.errors import NotAllowed, NotFound
from backend.people import place_choices
from backend.people.permissions import Permission
from backend.wishes import queries, queues, staff_queries, timeline_queries
from backend.wishes.actions import contacting, reviewing, writing
from backend.wishes.views import WishView


class ExplainForm(ReasonedForm):
    pass


class LookForm(Form):
    reason = line("不予展示时写明原因", most=200, needed=False)


class ContactForm(Form):
    ready = choice("常用理由", needed=False)
    reason = line("为什么要看", most=200, description="会记入日志，许愿人可以查到")


def communities(staff: Staff, word: str) -> list[tuple[int, str]]:
    """The communities in which this word is granted, for a list to choose from."""
    return place_choices.choices(staff, word, "community")


@page("/wishes/<id:wish_id>")
def wish(staff: Staff, wish_id: int) -> Any:
    return wish_page(staff, wish_id)


def wish_page(staff: Staff, wish_id: int, tried: dict[str, Any] | None = None, **given: Any) -> Any:
    """The page of a wish, with a tried form or an opened contact among `given`; `tried` are forms that take it back."""
    found = queries.view_wish(wish_id, actor=staff)
    facts: dict[str, Any] = {
        "explain_form": with_sentences(ExplainForm(formdata=None), sentences.EXPLAIN),
        "contact_form": with_sentences(ContactForm(formdata=None), sentences.CONTACT),
        "form": JustDo(formdata=None),
        "contact": None,
        "former": None,
        "former_form": with_sentences(ContactForm(formdata=None), sentences.CONTACT),
        "back": open_forms(found) | (tried or {}),
        "look_form": LookForm(formdata=None),
        **given,
    }
    return render(
        "wishes/wish.html",
        waits_for_a_look=_waits_for_a_look(found),
        wish=found,
        timeline=timeline_queries.timeline(queries.one(wish_id, actor=staff), actor=staff),
        may_open=Permission.WISH_CONTACT in found.words,
        known=staff_queries.known_contact(wish_id),
        may_call=Permission.WISH_CONFIRM in found.words,
        may_visit=found.inside and Permission.PERSON_READ in found.words,
        may_print=found.inside and found.on_behalf and staff.may(Permission.WISH_REPORT),
        **facts,
    )


def _waits_for_a_look(found: WishView) -> bool:
    """Does anything here wait for this clerk's look: a picture, or the claimer's note?"""
    if Permission.WISH_REVIEW not in found.words:
        return False
    pictures = [*found.files, *(found.claim.files if found.claim else [])]
    noted = found.claim is not None and found.claim.note_waits
    return noted or any(one["state"] == "needs_look" for one in pictures)


@page("/wishes/<id:wish_id>/contact", guard=Permission.WISH_CONTACT, methods=("POST",))
def open_contact(staff: Staff, wish_id: int) -> Any:
    """Name, phone and address in clear, once, for a reason that goes into the journal. The answer is the page
    itself, not a redirect: personal data stands in no address and in no cookie."""
    form = with_sentences(ContactForm(), sentences.CONTACT)
    if asks_a_colleague():
        if run_form(form, lambda: contacting.ask_contact(wish_id, form.reason.data, actor=staff)):
            return asked_a_colleague()
    elif run_form(form, lambda: contacting.contact(wish_id, form.reason.data, actor=staff)):
        return wish_page(staff, wish_id, contact=form.outcome)
    return wish_page(staff, wish_id, contact_form=form)


_FORMS = {"republish": "form", "explain": "explain_form"}

register(
    Queue(
        kind="街道统筹",
        word=Permission.WISH_COORDINATE,
        find=queues.escalated,
        titles=lambda wishes: [wish.title for wish in wishes],
        since=lambda wish: wish.published_at or wish.created_at,
        one=Address("/wishes/<id:wish_id>", "wish"),
        elsewhere=lambda staff, wish_id, tried: wish_page(
            staff, wish_id, **{_FORMS[name]: form for name, form in tried.items()}
        ),
        then=stay,
        decisions=(
            Decision(
                name="republish",
                label="重新发布到本期",
                key=1,
                address=Address("/wishes/<id:wish_id>/republish", "republish"),
                verb=lambda one, _form, actor: reviewing.republish(one, actor=actor),
                done=lambda _form: "已重新发布到心愿墙",
            ),
            Decision(
                name="explain",
                label="向许愿人说明，不再办理",
                key=2,
                address=Address("/wishes/<id:wish_id>/explain", "explain"),
                form=ExplainForm,
                ready=sentences.EXPLAIN,
                prefix="explain-",
                send="说明",
                verb=lambda one, form, actor: reviewing.explain(one, form.reason.data, actor=actor),
                done=lambda _form: "已向许愿人说明",
            ),
        ),
    )
)


@page("/wishes/<id:wish_id>/withdraw", guard=Permission.WISH_REPORT, methods=("POST",))
def withdraw(staff: Staff, wish_id: int) -> Any:
    """Whoever reported a wish may take it back for the wisher."""
    form = JustDo()
    if run_form(form, lambda: writing.withdraw(wish_id, actor=staff)):
        return redirect_with_message("console.wish", "已撤回", wish_id=wish_id)
    return wish_page(staff, wish_id, form=form)


@page("/wishes/<id:wish_id>/slip", guard=Permission.WISH_REPORT)
def slip(staff: Staff, wish_id: int) -> Any:
    """The paper that the wisher signs when somebody reported for them (代办)."""
    found = queries.view_wish(wish_id, actor=staff)
    if not found.inside:
        raise NotFound()
    if not found.on_behalf:
        raise NotAllowed("只有代办的心愿才有签字单")
    return render("wishes/slip.html", wish=found, card=staff_queries.wisher_summary(wish_id).card)
