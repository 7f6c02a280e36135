"""核实登记: where people say they live, and party members who reported; accepted or turned back with a reason."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from flask import Response

from backend import clock, working_days
from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Decision, Queue, joint_head, register
from backend.console.frame.forms import Form, choice, line
from backend.console.frame.page import SIGNED_IN, Staff, page, redirect_with_message, render
from backend.db import session
from backend.errors import NotAllowed, NotFound
from backend.journal import REASON_MAX
from backend.moves import Move
from backend.paging import KeysetQuery
from backend.people import actions, masking, permissions, queues, residents, states
from backend.people.masking import Level
from backend.people.models import PartyRegistration, Person, Residency

VERIFY_DAYS = 3
ONE = "/verifying/<any(residency, party):kind>/<id:person_id>"


class RejectForm(Form):
    ready = choice("常用说法", needed=False)
    reason = line("告诉居民的话", most=REASON_MAX)


def dues(declared: Sequence[Any]) -> list[date]:
    """Until which day each declaration should have been verified: VERIFY_DAYS working days."""
    days = [clock.business_day(one.declared_at) for one in declared]
    last = working_days.after_each(days, VERIFY_DAYS)
    return [last[day] for day in days]


def _facts(
    model: type[Any], move: Move, label: str, staff: Staff, person_id: int
) -> dict[str, Any] | Response:
    row, person = session.get(model, person_id), session.get(Person, person_id)
    if row is None or person is None:
        raise NotFound()
    permissions.require(staff.id, move.permission, row.community_id)
    if row.state not in move.sources:
        return redirect_with_message("console.verifying", "这条登记已经处理过了")
    return {
        "label": label,
        "declared": residents.view_declarations([row])[0],
        "person": residents.view_person(person, masking.level(staff.id, row.community_id, move.permission)),
    }


def _decisions(decide: Callable[..., Any], ready: tuple[str, ...]) -> tuple[Decision, ...]:
    """Open to whoever is signed in: the verb asks for the word in the place of what is decided."""
    return (
        Decision(
            name="accept",
            label="核实通过",
            key=1,
            address=Address(f"{ONE}/accept", "accept_registration"),
            word=SIGNED_IN,
            verb=lambda one, _form, actor: decide(one, True, actor=actor),
            done=lambda _form: "已核实",
        ),
        Decision(
            name="reject",
            label="不通过",
            key=2,
            address=Address(f"{ONE}/reject", "reject_registration"),
            word=SIGNED_IN,
            form=RejectForm,
            ready=ready,
            verb=lambda one, form, actor: decide(one, False, form.reason.data, actor=actor),
            done=lambda _form: "已告诉居民",
        ),
    )


def _queue(
    kind: str,
    label: str,
    *,
    model: type[Any],
    move: Move,
    find: Callable[..., KeysetQuery],
    decide: Callable[..., Any],
    ready: tuple[str, ...],
) -> Queue:
    """Rows are a declaration, from whose state `move` is made, and its person."""
    return Queue(
        kind=f"核实{label.removesuffix('登记')}",
        word=move.permission,
        find=find,
        titles=lambda found: [residents.view_person(person, Level.AT_WORK).name for _row, person in found],
        place=lambda found: found[0].community_id,
        since=lambda found: found[0].declared_at,
        dues=lambda found: dues([declared for declared, _person in found]),
        identity=lambda found: found[0].person_id,
        parts={"kind": kind},
        guard=SIGNED_IN,
        one=Address(ONE, "verify"),
        template="verifying/page.html",
        facts=partial(_facts, model, move, label),
        finished=f"{label}都处理完了",
        decisions=_decisions(decide, ready),
    )


RESIDENCIES = _queue(
    "residency",
    "居住登记",
    model=Residency,
    move=states.VERIFY_RESIDENCY,
    find=queues.residencies_to_verify,
    decide=actions.decide_residency,
    ready=sentences.REJECT_RESIDENCY,
)
REGISTRATIONS = _queue(
    "party",
    "双报到登记",
    model=PartyRegistration,
    move=states.VERIFY_PARTY_MEMBER,
    find=queues.party_registrations_to_verify,
    decide=actions.decide_party_registration,
    ready=sentences.REJECT_REGISTRATION,
)
register(RESIDENCIES, REGISTRATIONS)


@page("/verifying")
def verifying(staff: Staff) -> Any:
    """Both queues in one list."""
    mine = [queue for queue in (RESIDENCIES, REGISTRATIONS) if staff.may(queue.word)]
    if not mine:
        raise NotAllowed()
    return render("verifying/queue.html", **joint_head(staff, *mine))
