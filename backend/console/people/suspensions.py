"""停用账号: a resident who abuses the product is stopped for a time; supervisors see who was, by whom, and why."""

from datetime import timedelta
from typing import Any

from flask import request

from backend import clock
from backend.console.frame import sentences
from backend.console.frame.decisions import with_sentences
from backend.console.frame.forms import Form, choice, day, line
from backend.console.frame.page import (
    Staff,
    asked_page,
    next_page_url,
    page,
    redirect_with_message,
    render,
    run_form,
)
from backend.journal import REASON_MAX
from backend.organisations import queries as places
from backend.people import queries, residents, suspensions
from backend.people.permissions import Permission
from backend.people.suspensions import MOST_DAYS, Suspension, until_in_words
from backend.rights import suspending

PAGE = 50
USUAL_DAYS = 7


class SuspendForm(Form):
    until = day("停用到哪天", description=f"含当天，最多 {MOST_DAYS} 天；到期自动恢复")
    ready = choice("常用理由", needed=False)
    reason = line("为什么停用", most=REASON_MAX, description="本人和监督员能看到")


class ResumeForm(Form):
    reason = line("为什么提前恢复", most=REASON_MAX, description="本人和监督员能看到")


@page("/people/<id:person_id>/suspend", guard=Permission.PERSON_SUSPEND, methods=("GET", "POST"))
def suspend_person(staff: Staff, person_id: int) -> Any:
    person, home = residents.resident(staff, person_id, Permission.PERSON_SUSPEND)
    usual = clock.today() + timedelta(days=USUAL_DAYS)
    form = SuspendForm() if request.method == "POST" else SuspendForm(until=usual)
    form = with_sentences(form, sentences.SUSPEND)

    def work() -> Suspension:
        return suspending.suspend(person_id, form.reason.data, form.until.data, actor=staff)

    if request.method == "POST" and run_form(form, work):
        done = f"已停用到 {until_in_words(form.outcome.until_at)}，本人会收到消息"
        return redirect_with_message("console.person", done, person_id=person_id)
    return render(
        "suspensions/suspend.html",
        form=form,
        person=residents.view_resident(staff, person, home, Permission.PERSON_SUSPEND),
    )


@page("/people/<id:person_id>/resume", guard=Permission.PERSON_SUSPEND, methods=("GET", "POST"))
def resume_person(staff: Staff, person_id: int) -> Any:
    person, home = residents.resident(staff, person_id, Permission.PERSON_SUSPEND)
    told = suspensions.facts(person_id, person.suspended_until)
    if told is None and request.method == "GET":
        return redirect_with_message("console.person", suspensions.NOT_SUSPENDED, person_id=person_id)
    form = ResumeForm()
    if request.method == "POST" and run_form(
        form, lambda: suspending.resume(person_id, form.reason.data, actor=staff)
    ):
        return redirect_with_message("console.person", "已恢复，本人会收到消息", person_id=person_id)
    return render(
        "suspensions/resume.html",
        form=form,
        person=residents.view_resident(staff, person, home, Permission.PERSON_SUSPEND),
        told=told,
    )


@page("/suspensions", guard=Permission.SUSPENSION_READ)
def all_suspensions(staff: Staff) -> Any:
    rows, following = asked_page(suspensions.of_places(actor=staff), PAGE)
    acted = {one for row in rows for one in (row.suspended_by_id, row.resumed_by_id) if one}
    whose = {row.person_id: row.community_id for row in rows}
    names = queries.names_near(staff.id, whose, Permission.PERSON_SUSPEND, acted)
    named = places.names({row.community_id for row in rows})
    return render(
        "suspensions/list.html",
        rows=[_view(row, names, named[row.community_id]) for row in rows],
        following=following and next_page_url(following),
    )


def _view(row: Suspension, names: dict[int | None, str], place: str) -> dict[str, Any]:
    return {
        "since": row.since,
        "person": names[row.person_id],
        "person_id": row.person_id,
        "place": place,
        "by": names[row.suspended_by_id],
        "reason": row.reason,
        "until": until_in_words(row.until_at),
        "stands": row.stands(),
        "resumed_by": names.get(row.resumed_by_id) if row.resumed_by_id else None,
        "resumed_at": row.ended_at,
        "resume_reason": row.resume_reason or "",
    }
