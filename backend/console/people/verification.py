"""核实登记: where people say they live, and party members who reported; accepted or turned back with a reason."""

from datetime import timedelta
from typing import Any

from flask import url_for

from backend import clock
from backend.console.frame import residents, sentences
from backend.console.frame.decisions import with_sentences
from backend.console.frame.forms import Form, JustDo, choice, line
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.todo import Waiting, head, provider
from backend.db import session
from backend.errors import NotAllowed, NotFound
from backend.organisations import queries as places
from backend.people import actions, guardians, permissions, queries
from backend.people.models import PartyRegistration, Person, Residency

VERIFY_DAYS = 3
# So many of the queue are listed; what is more follows as they are decided.
MOST = 200
_KINDS = {
    "residency": (Residency, "declared", "居住登记", actions.decide_residency, sentences.REJECT_RESIDENCY),
    "party": (
        PartyRegistration,
        "pending",
        "双报到登记",
        actions.decide_party_registration,
        sentences.REJECT_REGISTRATION,
    ),
}
_WORDS = {"residency": "residency:verify", "party": "party_registration:verify"}


class RejectForm(Form):
    ready = choice("常用说法", needed=False)
    reason = line("告诉居民的话", most=200)


def _waiting_registrations(staff: Staff, kind: str, most: int) -> list[tuple[Any, Person]]:
    """What waits, oldest declaration first; never one's own, nor a child's that waits with its guardian."""
    model, state, *_ = _KINDS[kind]
    rows = queries.waiting(model, state, _WORDS[kind], actor=staff, after=0, limit=most + 1)
    children = guardians.children_waiting(row[0].person_id for row in rows) if kind == "residency" else set()
    others = children | {staff.id}
    mine = [(row[0], row[1]) for row in rows if row[0].person_id not in others]
    return sorted(mine, key=lambda row: row[0].declared_at)[:most]


def _waiting(staff: Staff, kind: str, most: int) -> list[Waiting]:
    found = _waiting_registrations(staff, kind, most)
    names = places.names({row.community_id for row, _person in found})
    return [
        Waiting(
            f"核实{_KINDS[kind][2].removesuffix('登记')}",
            residents.masked(person)["name"],
            names[row.community_id],
            row.declared_at,
            url_for("console.verify", kind=kind, person_id=row.person_id),
            clock.business_day(row.declared_at) + timedelta(days=VERIFY_DAYS),
        )
        for row, person in found
    ]


@provider("residency:verify")
def _residencies(staff: Staff, most: int) -> list[Waiting]:
    return _waiting(staff, "residency", most)


@provider("party_registration:verify")
def _registrations(staff: Staff, most: int) -> list[Waiting]:
    return _waiting(staff, "party", most)


@page("/verifying")
def verifying(staff: Staff) -> Any:
    """Both queues in one list."""
    kinds = [kind for kind, word in _WORDS.items() if staff.may(word)]
    if not kinds:
        raise NotAllowed()
    found = [one for kind in kinds for one in _waiting(staff, kind, MOST + 1)]
    return render("verifying/queue.html", **head(sorted(found, key=lambda one: one.since), MOST))


@page("/verifying/<any(residency, party):kind>/<id:person_id>")
def verify(staff: Staff, kind: str, person_id: int) -> Any:
    return _page(staff, kind, person_id)


def _page(staff: Staff, kind: str, person_id: int, **given: Any) -> Any:
    model, state, label, _verb, ready = _KINDS[kind]
    row, person = session.get(model, person_id), session.get(Person, person_id)
    if row is None or person is None:
        raise NotFound()
    permissions.require(staff.id, _WORDS[kind], row.community_id)
    if row.state != state:
        return redirect_with_message("console.verifying", "这条登记已经处理过了")
    facts: dict[str, Any] = {
        "form": JustDo(formdata=None),
        "reject_form": with_sentences(RejectForm(formdata=None), ready),
        **given,
    }
    unit_id, grid_id = getattr(row, "unit_id", None), getattr(row, "grid_id", None)
    return render(
        "verifying/page.html",
        kind=kind,
        label=label,
        row=row,
        person=residents.masked(person),
        unit_id=unit_id,
        grid_id=grid_id,
        places=places.names({one for one in (row.community_id, unit_id, grid_id) if one}),
        **facts,
    )


@page("/verifying/<any(residency, party):kind>/<id:person_id>/accept", methods=("POST",))
def accept_registration(staff: Staff, kind: str, person_id: int) -> Any:
    form = JustDo()
    if run_form(form, lambda: _KINDS[kind][3](person_id, True, actor=staff)):
        return _next(staff, kind, "已核实")
    return _page(staff, kind, person_id, form=form)


@page("/verifying/<any(residency, party):kind>/<id:person_id>/reject", methods=("POST",))
def reject_registration(staff: Staff, kind: str, person_id: int) -> Any:
    form = with_sentences(RejectForm(), _KINDS[kind][4])
    if run_form(form, lambda: _KINDS[kind][3](person_id, False, form.reason.data, actor=staff)):
        return _next(staff, kind, "已告诉居民")
    return _page(staff, kind, person_id, reject_form=form)


def _next(staff: Staff, kind: str, sentence: str) -> Any:
    following = _waiting_registrations(staff, kind, 1)
    if not following:
        return redirect_with_message("console.today", f"{sentence}。{_KINDS[kind][2]}都处理完了")
    return redirect_with_message("console.verify", sentence, kind=kind, person_id=following[0][0].person_id)
