"""监护登记: who says to speak for a child; verified by staff of the child's community who saw the papers."""

from datetime import timedelta
from typing import Any

from flask import request, url_for

from backend import clock
from backend.console.frame import residents, sentences
from backend.console.frame.decisions import with_sentences
from backend.console.frame.forms import Form, JustDo, choice, line, one_of, tick
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.resident_form import WhoForm
from backend.console.frame.todo import Waiting, head, provider
from backend.console.people.verification import VERIFY_DAYS
from backend.db import session
from backend.organisations import queries as places
from backend.people import guardians, queries
from backend.people.guardians import Guardianship
from backend.people.labels import RELATIONS
from backend.people.models import Person
from backend.rights import consent, notice

# So many of the queue are listed; what is more follows as they are decided.
MOST = 200


class RejectGuardianForm(Form):
    ready = choice("常用说法", needed=False)
    reason = line("告诉家长的话", most=200)


class LinkForm(WhoForm):
    """Whoever stands at the counter with the child's papers."""

    asked = line("家长", most=40, description="卡号、手机号或姓名；要先在本社区登记过")
    relation = one_of("是孩子的", RELATIONS)
    agreed = tick("家长当面看过《敏感信息单独同意》，替孩子同意")

    def find_beside(self, staff: Staff, child_id: int) -> None:
        """The child of that name is not its own guardian."""
        self.find(staff)
        self.person.choices = [(value, face) for value, face in self.person.choices if value != child_id]
        if len(self.person.choices) == 1:
            self.person.data = self.person.choices[0][0]


def _waiting_links(staff: Staff, most: int) -> list[Guardianship]:
    """What waits, the oldest first; never one's own family."""
    rows = guardians.waiting(actor=staff, after=0, limit=most + guardians.MOST_CHILDREN)
    return [row for row in rows if staff.id not in (row.guardian_id, row.child_id)][:most]


@provider("guardian:verify")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    found = _waiting_links(staff, most)
    names = queries.masked_names({one for row in found for one in (row.guardian_id, row.child_id)})
    where = places.names({row.community_id for row in found})
    return [
        Waiting(
            "核实监护",
            f"{names[row.guardian_id]}　孩子 {names[row.child_id]}",
            where[row.community_id],
            row.declared_at,
            url_for("console.guardian", guardianship_id=row.id),
            clock.business_day(row.declared_at) + timedelta(days=VERIFY_DAYS),
        )
        for row in found
    ]


@page("/guardians", guard="guardian:verify")
def guardians_waiting(staff: Staff) -> Any:
    return render("guardians/queue.html", **head(_waiting(staff, MOST + 1), MOST))


@page("/guardians/<id:guardianship_id>", guard="guardian:verify")
def guardian(staff: Staff, guardianship_id: int) -> Any:
    return _page(staff, guardianship_id)


def _page(staff: Staff, guardianship_id: int, **given: Any) -> Any:
    row = guardians.one(guardianship_id, actor=staff)
    if row.status != "declared":
        return redirect_with_message("console.guardians_waiting", "这条监护登记已经处理过了")
    facts: dict[str, Any] = {
        "form": JustDo(formdata=None),
        "reject_form": with_sentences(RejectGuardianForm(formdata=None), sentences.REJECT_GUARDIAN),
        **given,
    }
    return render(
        "guardians/page.html",
        row=row,
        guardian=residents.masked(session.get_one(Person, row.guardian_id)),
        child=residents.masked(session.get_one(Person, row.child_id)),
        community=places.names({row.community_id})[row.community_id],
        others=[one for one in guardians.guardians_of(row.child_id) if one != row.guardian_id],
        **facts,
    )


@page("/guardians/<id:guardianship_id>/accept", guard="guardian:verify", methods=("POST",))
def accept_guardian(staff: Staff, guardianship_id: int) -> Any:
    form = JustDo()
    if run_form(form, lambda: guardians.decide(guardianship_id, True, actor=staff)):
        return _next(staff, "已核实，家长可以代孩子填心愿了")
    return _page(staff, guardianship_id, form=form)


@page("/guardians/<id:guardianship_id>/reject", guard="guardian:verify", methods=("POST",))
def reject_guardian(staff: Staff, guardianship_id: int) -> Any:
    form = with_sentences(RejectGuardianForm(), sentences.REJECT_GUARDIAN)
    if run_form(form, lambda: guardians.decide(guardianship_id, False, form.reason.data, actor=staff)):
        return _next(staff, "已记下，家长能看到原因")
    return _page(staff, guardianship_id, reject_form=form)


@page("/people/<id:person_id>/guardians/new", guard="guardian:verify", methods=("GET", "POST"))
def link_guardian(staff: Staff, person_id: int) -> Any:
    """At the counter, from the child's page: both are here, and the clerk has seen the papers."""
    child, _home = residents.resident(staff, person_id, "guardian:verify")
    if not guardians.under_14(child.birth_year):
        return redirect_with_message("console.person", guardians.NotAChild.message, person_id=person_id)
    form = LinkForm()
    if request.method == "POST":
        form.find_beside(staff, person_id)

    def work() -> Any:
        told = form.person.data, person_id, form.relation.data, form.agreed.data
        return consent.link_guardian(*told, actor=staff)

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message("console.person", "已登记，家长可以代孩子填心愿了", person_id=person_id)
    linked = guardians.active_guardianships(person_id, actor=staff)
    return render(
        "guardians/link.html",
        form=form,
        child=residents.masked(child),
        linked=linked,
        document=notice.current(consent.FOR_CHILDREN) if consent.asked_at_the_counter(person_id) else None,
        names=queries.masked_names({row.guardian_id for row in linked}),
    )


def _next(staff: Staff, sentence: str) -> Any:
    following = _waiting_links(staff, 1)
    if not following:
        return redirect_with_message("console.today", f"{sentence}。监护登记都处理完了")
    return redirect_with_message("console.guardian", sentence, guardianship_id=following[0].id)
