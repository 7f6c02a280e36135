"""更正: a volunteer asks to have a record put right; other staff decide, with the old record before them."""

from typing import Any

from flask import Response, url_for

from backend.console.frame import sentences
from backend.console.frame.decisions import ReasonedForm, with_sentences
from backend.console.frame.forms import JustDo
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.todo import Waiting, head, provider
from backend.organisations import queries as places
from backend.people import queries as people
from backend.volunteering import desk_queries
from backend.volunteering.actions import corrections as verbs

# So many of the queue are listed; what is more follows as they are decided.
MOST = 100


class RejectCorrectionForm(ReasonedForm):
    pass


@provider("service_record:decide")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    found = desk_queries.corrections_to_decide(most, actor=staff)
    names = places.names({one.community_id for one, _record in found})
    return [
        Waiting(
            "更正申请",
            record.activity_name,
            names[one.community_id],
            one.requested_at,
            url_for("console.correction", correction_id=one.id),
        )
        for one, record in found
    ]


@page("/hours/corrections", guard="service_record:decide")
def corrections(staff: Staff) -> Any:
    return render("hours/requests.html", title="更正申请", **head(_waiting(staff, MOST + 1), MOST))


@page("/hours/corrections/<id:correction_id>", guard="service_record:decide")
def correction(staff: Staff, correction_id: int) -> Any:
    return _page(staff, correction_id)


def _page(staff: Staff, correction_id: int, **given: Any) -> Any:
    asked, record = desk_queries.correction(correction_id, actor=staff)
    facts: dict[str, Any] = {
        "form": JustDo(formdata=None),
        "reject_form": with_sentences(RejectCorrectionForm(formdata=None), sentences.REJECT_CORRECTION),
        **given,
    }
    return render(
        "hours/correction.html",
        asked=asked,
        record=record,
        names=people.masked_names({asked.person_id, record.recorded_by_id, record.certified_by_id}),
        barred=staff.id in (asked.person_id, record.certified_by_id),
        **facts,
    )


def _next(staff: Staff, sentence: str) -> Response:
    following = desk_queries.corrections_to_decide(1, actor=staff)
    if not following:
        return redirect_with_message("console.today", f"{sentence}。更正申请都处理完了")
    return redirect_with_message("console.correction", sentence, correction_id=following[0][0].id)


@page("/hours/corrections/<id:correction_id>/approve", guard="service_record:decide", methods=("POST",))
def approve_correction(staff: Staff, correction_id: int) -> Any:
    """A new record counts in the old one's place; the old one stays to be read."""
    desk_queries.correction(correction_id, actor=staff)
    form = JustDo()
    if run_form(form, lambda: verbs.approve(correction_id, actor=staff)):
        return _next(staff, "已更正")
    return _page(staff, correction_id, form=form)


@page("/hours/corrections/<id:correction_id>/reject", guard="service_record:decide", methods=("POST",))
def reject_correction(staff: Staff, correction_id: int) -> Any:
    desk_queries.correction(correction_id, actor=staff)
    form = with_sentences(RejectCorrectionForm(), sentences.REJECT_CORRECTION)
    if run_form(form, lambda: verbs.reject(correction_id, form.reason.data, actor=staff)):
        return _next(staff, "已答复：不更正")
    return _page(staff, correction_id, reject_form=form)
