"""监护登记: who says to speak for a child; verified by staff of the child's community who saw the papers."""

from typing import Any

from flask import Response, request

from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Decision, Queue, register
from backend.console.frame.forms import Form, choice, line, one_of, tick
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.resident_form import WhoForm
from backend.console.people.verification import dues
from backend.db import session
from backend.journal import REASON_MAX
from backend.organisations import queries as places
from backend.people import guardians, queues, residents
from backend.people.guardians import Guardianship
from backend.people.kinds import GuardianshipState
from backend.people.labels import RELATIONS
from backend.people.masking import Level
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.rights import consent, notice


class RejectGuardianForm(Form):
    ready = choice("常用说法", needed=False)
    reason = line("告诉家长的话", most=REASON_MAX)


class LinkForm(WhoForm):
    """Whoever stands at the counter with the child's papers."""

    asked = line("家长", most=40, looked_for=True, description="卡号、手机号或姓名；要先在本社区登记过")
    relation = one_of("是孩子的", RELATIONS)
    agreed = tick("家长当面看过《敏感信息单独同意》，替孩子同意")

    def find_beside(self, staff: Staff, child_id: int) -> None:
        """The child of that name is not its own guardian."""
        self.find(staff)
        self.person.choices = [(value, face) for value, face in self.person.choices if value != child_id]
        if len(self.person.choices) == 1:
            self.person.data = self.person.choices[0][0]


def _titles(found: list[Guardianship]) -> list[str]:
    return [f"{one.guardian_name}　孩子 {one.child_name}" for one in guardians.view_guardianships(found)]


def _facts(staff: Staff, guardianship_id: int) -> dict[str, Any] | Response:
    row = guardians.one(guardianship_id, actor=staff)
    if row.state != GuardianshipState.DECLARED:
        return redirect_with_message("console.guardians_waiting", "这条监护登记已经处理过了")
    return {
        "row": guardians.view_guardianships([row])[0],
        "guardian": residents.view_person(session.get_one(Person, row.guardian_id), Level.AT_WORK),
        "child": residents.view_person(session.get_one(Person, row.child_id), Level.AT_WORK),
        "community": places.names({row.community_id})[row.community_id],
        "others": len([one for one in guardians.guardians_of(row.child_id) if one != row.guardian_id]),
    }


QUEUE = register(
    Queue(
        kind="核实监护",
        word=Permission.GUARDIAN_VERIFY,
        find=queues.guardianships_to_verify,
        titles=_titles,
        since=lambda found: found.declared_at,
        dues=dues,
        listed=Address("/guardians", "guardians_waiting"),
        list_template="guardians/queue.html",
        one=Address("/guardians/<id:guardianship_id>", "guardian"),
        template="guardians/page.html",
        facts=_facts,
        finished="监护登记都处理完了",
        decisions=(
            Decision(
                name="accept",
                label="看过证件，核实通过",
                key=1,
                address=Address("/guardians/<id:guardianship_id>/accept", "accept_guardian"),
                verb=lambda one, _form, actor: guardians.decide(one, True, actor=actor),
                done=lambda _form: "已核实，家长可以代孩子填心愿了",
            ),
            Decision(
                name="reject",
                label="不通过",
                key=2,
                address=Address("/guardians/<id:guardianship_id>/reject", "reject_guardian"),
                form=RejectGuardianForm,
                ready=sentences.REJECT_GUARDIAN,
                verb=lambda one, form, actor: guardians.decide(one, False, form.reason.data, actor=actor),
                done=lambda _form: "已记下，家长能看到原因",
            ),
        ),
    )
)


@page("/people/<id:person_id>/guardians/new", guard=Permission.GUARDIAN_VERIFY, methods=("GET", "POST"))
def link_guardian(staff: Staff, person_id: int) -> Any:
    """At the counter, from the child's page: both are here, and the clerk has seen the papers."""
    child, home = residents.resident(staff, person_id, Permission.GUARDIAN_VERIFY)
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
    return render(
        "guardians/link.html",
        form=form,
        child=residents.view_resident(staff, child, home, Permission.GUARDIAN_VERIFY),
        linked=guardians.view_guardianships(guardians.active_guardianships(person_id, actor=staff)),
        document=notice.current(consent.FOR_CHILDREN) if consent.asked_at_the_counter(person_id) else None,
    )
