"""服务时长: the organiser's minutes are proposed, someone else certifies them; odd ones are decided one by one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, request

from backend.console.frame.decisions import Address, Queue, joint_head, register
from backend.console.frame.forms import Form, one_of, whole
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.errors import Refused
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queries, queues, sessions
from backend.volunteering.actions import hours as verbs
from backend.volunteering.actions import naming
from backend.volunteering.models import MOST_MINUTES, Activity, ActivityKind, ActivityState
from backend.volunteering.views import AttendedView

# How many of each queue stand on the page; the rest comes up as the first are done.
MOST = 100
# What may be decided about minutes that look odd.
DECISIONS = (("as", "按申报的认定"), ("less", "改少，填分钟数"), ("none", "不计时长"))


class MinutesForm(Form):
    """For each person `minutes-7`, and where something is odd `decision-7`; made by the functions below."""

    rows: Sequence[AttendedView] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Who is to get fewer minutes needs their number."""
        good = super().validate(extra_validators)
        for row in self.rows:
            decision, minutes = (
                self._fields.get(f"decision-{row.person_id}"),
                self[f"minutes-{row.person_id}"],
            )
            if decision is not None and decision.data == "less" and minutes.data is None:
                minutes.errors = [*minutes.errors, "请填认定多少分钟"]
                good = False
        return good

    def refuse(self, refusal: Refused) -> None:
        """A refusal that names people stands beside their minutes."""
        super().refuse(refusal)
        named = [refusal.facts.get("personId"), *refusal.facts.get("people", [])]
        for person_id in named:
            name = f"minutes-{person_id}"
            if name in self:
                self[name].errors = [*self[name].errors, "请看这一位"]


def _counted(staff: Staff, activity_id: int) -> list[AttendedView]:
    """Whose minutes are to be proposed or certified, in the order of the sign-ups."""
    return [
        one for one in naming.attendance(activity_id, actor=staff).people if one.state in desk_queries.COUNTED
    ]


def propose_form(most: int, rows: Sequence[AttendedView]) -> MinutesForm:
    """The minutes from check-in to check-out, at most so many; empty where nobody saw the person leave."""
    fields: dict[str, Any] = {"rows": rows}
    for row in rows:
        default = row.attended_minutes if row.proposed_minutes is None else row.proposed_minutes
        fields[f"minutes-{row.person_id}"] = whole("分钟", least=0, most=most, needed=False, default=default)
    return type("ProposeForm", (MinutesForm,), fields)()


def certify_form(rows: Sequence[AttendedView], odd: dict[int, list[str]]) -> MinutesForm:
    """A decision for each odd one; the unremarkable ones need none."""
    fields: dict[str, Any] = {"rows": [row for row in rows if row.person_id in odd]}
    for row in fields["rows"]:
        fields[f"decision-{row.person_id}"] = one_of("怎么认定", DECISIONS)
        minutes = whole("认定多少分钟（选“改少”时填）", least=0, most=MOST_MINUTES, needed=False)
        fields[f"minutes-{row.person_id}"] = minutes
    return type("CertifyForm", (MinutesForm,), fields)()


def proposed(form: MinutesForm) -> dict[int, int]:
    """{person: minutes} as they stand in the form; who is left empty is for the verb to ask about."""
    told = {row.person_id: form[f"minutes-{row.person_id}"].data for row in form.rows}
    return {person_id: minutes for person_id, minutes in told.items() if minutes is not None}


def decided(form: MinutesForm) -> dict[int, int]:
    """{person: minutes} of the odd ones that shall not be certified as proposed."""
    told = {}
    for row in form.rows:
        decision = form[f"decision-{row.person_id}"].data
        if decision == "none":
            told[row.person_id] = 0
        elif decision == "less":
            told[row.person_id] = form[f"minutes-{row.person_id}"].data or 0
    return told


def _titles(found: list[Activity]) -> list[str]:
    numbers = desk_queries.numbers_to_count([one.id for one in found])
    return [f"{one.title}：{numbers[one.id][0]} 人" for one in found]


def _titles_to_estimate(found: list[Activity]) -> list[str]:
    numbers = desk_queries.numbers_to_count([one.id for one in found])
    told = ((one, *numbers[one.id]) for one in found)
    return [f"{one.title}：{came} 人，{unverified} 人没有签退" for one, came, unverified in told]


PROPOSE = Address("/hours/<id:activity_id>/propose", "propose_hours")
TO_PROPOSE, TO_ESTIMATE = (
    register(
        Queue(
            kind=kind,
            word=Permission.ACTIVITY_ORGANISE,
            find=find,
            titles=titles,
            since=lambda found: found.ended_at,
            due=lambda found: found.record_due_on,
            one=PROPOSE,
            most=MOST,
        )
    )
    for kind, find, titles in (
        ("申报时长", queues.hours_to_propose, _titles),
        ("没有签退，待决定", queues.hours_to_estimate, _titles_to_estimate),
    )
)
TO_CERTIFY = register(
    Queue(
        kind="认定时长",
        word=Permission.ACTIVITY_CERTIFY,
        find=queues.hours_to_certify,
        titles=_titles,
        since=lambda found: found.proposed_at,
        due=lambda found: found.record_due_on,
        one=Address("/hours/<id:activity_id>/certify", "certify_hours"),
        most=MOST,
    )
)


@page("/hours", guard=Permission.ACTIVITY_CERTIFY)
def hours(staff: Staff) -> Any:
    """What waits to be proposed and what waits to be certified, oldest first."""
    return render(
        "hours/queue.html",
        queues=(
            ("待认定", "现在没有等您认定的时长。", TO_CERTIFY.head(staff)),
            ("待申报", "现在没有待申报的活动。", joint_head(staff, TO_PROPOSE, TO_ESTIMATE)),
        ),
        others=queues.hours_for_a_colleague(actor=staff),
    )


@page("/hours/<id:activity_id>/propose", guard=Permission.ACTIVITY_ORGANISE, methods=("GET", "POST"))
def propose_hours(staff: Staff, activity_id: int) -> Any:
    """How long each one served. Who did not check out has to be decided, 0 included."""
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_ORGANISE, actor=staff)
    if found.state != ActivityState.ENDED or found.kind != ActivityKind.VOLUNTEER_SERVICE:
        return redirect_with_message("console.activity", "这个活动现在不能申报时长", activity_id=activity_id)
    form = propose_form(sessions.course_of(found).most, _counted(staff, activity_id))
    if request.method == "POST" and run_form(
        form, lambda: verbs.propose(activity_id, proposed(form), actor=staff)
    ):
        return redirect_with_message("console.hours", f"“{found.title}”的时长已申报，请同事认定")
    return _show(staff, activity_id, "hours/propose.html", form)


@page("/hours/<id:activity_id>/certify", guard=Permission.ACTIVITY_CERTIFY, methods=("GET", "POST"))
def certify_hours(staff: Staff, activity_id: int) -> Any:
    """One key for the unremarkable ones together; each odd one wants its own decision first."""
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_CERTIFY, actor=staff)
    if found.state != ActivityState.ENDED or found.proposed_at is None:
        return redirect_with_message(
            "console.activity", "这个活动现在没有待认定的时长", activity_id=activity_id
        )
    form = certify_form(_counted(staff, activity_id), desk_queries.oddities(found))

    def work() -> Activity:
        return verbs.certify(activity_id, decided(form), seen=_seen(), actor=staff)

    if request.method == "POST" and run_form(form, work):
        return _next(staff, activity_id, f"“{found.title}”的时长已认定")
    return _show(staff, activity_id, "hours/certify.html", form)


def _seen() -> datetime | None:
    """When the proposal was made that the page has shown."""
    try:
        return datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError:
        return None


def _show(staff: Staff, activity_id: int, template: str, form: MinutesForm) -> Any:
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_READ, actor=staff)
    facts = found.facts_about(staff.id)
    return render(
        template,
        form=form,
        activity=queries.view_activities([found], actor=staff)[0],
        people=_counted(staff, activity_id),
        odd=desk_queries.oddities(found),
        most=sessions.course_of(found).most,
        mine="proposer" in facts,
        took_part="participant" in facts,
    )


def _next(staff: Staff, certified: int, sentence: str) -> Response:
    place = TO_CERTIFY.find(actor=staff).place_of(certified)
    following = TO_CERTIFY.following(staff, certified, place)
    if following is None:
        return redirect_with_message("console.hours", f"{sentence}。待认定的都办完了")
    return redirect_with_message("console.certify_hours", sentence, activity_id=following.id)
