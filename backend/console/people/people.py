"""Residents as staff meet them: found, opened with a reason, registered with a paper card."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from flask import request

from backend.console.frame import person_sections, sentences
from backend.console.frame.decisions import with_sentences
from backend.console.frame.forms import Form, choice, line, offer, phone, whole
from backend.console.frame.openings import asked_a_colleague, asks_a_colleague
from backend.console.frame.page import (
    Staff,
    asked_page,
    next_page_url,
    page,
    redirect_with_message,
    render,
    run_form,
)
from backend.console.frame.person_sections import Subject
from backend.console.people import corrections
from backend.errors import NotAllowed, NotFound
from backend.journal import REASON_MAX
from backend.organisations import queries as places
from backend.people import (
    correcting,
    guardians,
    openings,
    permissions,
    place_choices,
    registering,
    residents,
    suspensions,
)
from backend.people.models import (
    ADDRESS_MAX,
    BIRTH_YEAR_MAX,
    BIRTH_YEAR_MIN,
    REAL_NAME_MAX,
    Person,
    Residency,
)
from backend.people.neighbours import Neighbours
from backend.people.permissions import Permission
from backend.rights import gates
from backend.rights.labels import SAID_CONSENT

MOST = 50


class SearchForm(Form):
    class Meta(Form.Meta):
        csrf = False

    asked = line(
        "卡号、完整手机号或姓名",
        most=40,
        looked_for=True,
        needed=False,
        render_kw={"autofocus": True, "autocomplete": "off", "type": "search"},
    )


class OpenForm(Form):
    ready = choice("常用理由", needed=False)
    reason = line("为什么要看", most=REASON_MAX, description="会记入日志，居民可以查到")


class CardHolderForm(Form):
    real_name = line("姓名", most=REAL_NAME_MAX)
    community = choice("社区", numbers=True)
    grid = choice("网格", needed=False, numbers=True)
    phone = phone("手机号", needed=False, description="没有就不填，可以填家人的")
    address = line("住址", most=ADDRESS_MAX, needed=False, description="加密保存")
    birth_year = whole("出生年份", least=BIRTH_YEAR_MIN, most=BIRTH_YEAR_MAX, needed=False)
    consent = choice(
        "本人同意保存住址等敏感信息",
        SAID_CONSENT,
        needed=False,
        description="请先把《敏感信息单独同意》念给本人听，或请本人签字",
    )


@page("/people", guard=Permission.PERSON_READ)
def people(staff: Staff) -> Any:
    form = SearchForm(request.args)
    asked = (form.asked.data or "").strip()
    found = residents.search_residents(staff, asked, MOST) if asked and form.validate() else []
    homes = residents.view_declarations([home for _person, home in found])
    rows = list(zip(residents.view_residents(staff, found), homes, strict=True))
    return render("people/search.html", form=form, asked=asked, rows=rows)


@page("/people/<id:person_id>", guard=Permission.PERSON_READ)
def person(staff: Staff, person_id: int) -> Any:
    return person_page(staff, person_id)


def person_page(staff: Staff, person_id: int, **given: Any) -> Any:
    """The page of a resident, with a tried form or an opening among `given`."""
    found, home = residents.resident(staff, person_id)
    subject = _subject(staff, home)
    opened, why = given.get("opened"), given.pop("opened_for", "")
    facts: dict[str, Any] = {
        "open_form": with_sentences(OpenForm(formdata=None), sentences.OPEN_PERSON),
        "correct_form": corrections.form_for(found, home, opened, why),
        "opened": None,
        **given,
    }
    return render(
        "people/person.html",
        person=residents.view_resident(staff, found, home),
        has_address=home.address_sealed is not None,
        home=residents.view_declarations([home])[0],
        child=guardians.under_14(found.birth_year),
        registration=residents.registration(person_id),
        suspension=suspensions.facts(person_id, found.suspended_until),
        sections=person_sections.readable(staff, subject),
        words=subject.words,
        **facts,
    )


def _subject(staff: Staff, home: Residency) -> Subject:
    return Subject(home.person_id, permissions.permissions_in(staff.id, home.grid_id or home.community_id))


@page("/people/<id:person_id>/sections/<section>", guard=Permission.PERSON_READ)
def person_section(staff: Staff, person_id: int, section: str) -> Any:
    """All of what a resident's page shows the latest of."""
    found, home = residents.resident(staff, person_id)
    subject = _subject(staff, home)
    asked = person_sections.one(section, subject)
    rows, following = asked_page(asked.rows(staff, subject), MOST) if asked.rows else ([], None)
    return render(
        "people/section.html",
        person=residents.view_resident(staff, found, home),
        section=asked,
        lines=person_sections.lines_of(asked, staff, subject, rows),
        next_page=following and next_page_url(following),
    )


@page("/people/<id:person_id>/open", guard=Permission.PERSON_OPEN, methods=("POST",))
def open_person(staff: Staff, person_id: int) -> Any:
    """In clear, once, for a reason that goes into the journal; no redirect, so that it stands nowhere else."""
    form = with_sentences(OpenForm(), sentences.OPEN_PERSON)
    if asks_a_colleague():
        if run_form(form, lambda: openings.ask_person(person_id, form.reason.data, actor=staff)):
            return asked_a_colleague()
    elif run_form(form, lambda: openings.open_person(person_id, form.reason.data, actor=staff)):
        return person_page(staff, person_id, opened=form.outcome, opened_for=form.reason.data)
    return person_page(staff, person_id, open_form=form)


@page("/people/<id:person_id>/correct", guard=Permission.PERSON_CORRECT, methods=("POST",))
def correct_person(staff: Staff, person_id: int) -> Any:
    _found, home = residents.resident(staff, person_id, Permission.PERSON_CORRECT)
    form = corrections.sent_form(home)

    def work() -> tuple[list[str], list[str]]:
        person, _home, fields = correcting.correct(person_id, form.changes(), form.reason.data, actor=staff)
        return fields, registering.shared_phone(person) if "phone" in fields else []

    if not run_form(form, work):
        return person_page(staff, person_id, correct_form=form)
    told = corrections.done(*form.outcome)
    try:
        residents.resident(staff, person_id)
    except NotFound:
        # A grid worker's, who lives in another grid from now on.
        return redirect_with_message("console.people", told)
    return redirect_with_message("console.person", told, person_id=person_id)


@page("/people/new", guard=Permission.PERSON_CREATE, methods=("GET", "POST"))
def create_person(staff: Staff) -> Any:
    """A paper card for a resident without a phone; the card can be printed at once."""
    form = CardHolderForm()
    communities = dict(place_choices.community_near(staff, Permission.PERSON_CREATE))
    offer(form.community, communities)
    form.grid.choices = {"": "不清楚", **dict(place_choices.grids_of(list(communities)[:20]))}

    def ahead() -> Neighbours:
        return registering.look_ahead(form.real_name.data, form.community.data)

    def work(neighbours: Neighbours) -> Any:
        return gates.register_resident(
            form.real_name.data,
            form.community.data,
            phone=form.phone.data or None,
            grid_id=form.grid.data,
            address=form.address.data or None,
            birth_year=form.birth_year.data,
            consent=form.consent.data,
            ahead=neighbours,
            actor=staff,
        )

    if request.method == "POST" and run_form(form, work, precheck=ahead):
        told = "。请注意：".join([f"已登记，卡号 {form.outcome.card_number}", *form.outcome.warnings])
        return redirect_with_message("console.card", told, person_id=form.outcome.id)
    return render("people/new.html", form=form)


@page("/people/<id:person_id>/card", guard=Permission.PERSON_READ)
def card(staff: Staff, person_id: int) -> Any:
    """The paper card to print."""
    found, home = residents.resident(staff, person_id)
    if found.card_number is None:
        raise NotAllowed("这位居民没有纸质卡")
    (shown,) = cards([(found, home)], staff)
    return render("people/card.html", person_id=person_id, card=shown)


@dataclass(frozen=True)
class Card:
    """What stands on a paper card: the number, also as a code that any scanner reads."""

    number: str
    name: str
    community: str
    picture: str


def cards(found: Sequence[tuple[Person, Residency]], staff: Staff) -> list[Card]:
    """The cards of those who have one, with the name as their row in the list shows it."""
    held = [(person, home) for person, home in found if person.card_number is not None]
    named = places.names({home.community_id for _person, home in held})
    return [
        Card(str(person.card_number), view.name, named[home.community_id], _picture(str(person.card_number)))
        for (person, home), view in zip(held, residents.view_residents(staff, held), strict=True)
    ]


def _picture(number: str) -> str:
    return segno.make(number, error="m", micro=False).svg_data_uri(scale=4, border=1)
