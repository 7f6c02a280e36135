"""初始口令: two administrators set up the sign-in of somebody without a phone; they choose their own at once."""

from typing import Any

from flask import request

from backend.console.frame.decisions import Address, Decision, Queue, home, register
from backend.console.frame.forms import Form, JustDo, line
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.people.account import PasswordChoice
from backend.errors import NotFound
from backend.identity import console_sessions, credentials, first_passwords
from backend.people import appointing, residents
from backend.people import queries as people
from backend.people.permissions import Permission

PATH = "/appointments/people/<id:person_id>/sign-in"


class FirstPasswordForm(Form):
    name = line(
        "登录名",
        most=40,
        description="小写字母、数字、点、横线；告诉本人，以后可以自己改",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


@page(PATH, guard=Permission.APPOINTMENT_GRANT, methods=("GET", "POST"))
def first_password(staff: Staff, person_id: int) -> Any:
    """Asks the other administrators; what stands already is shown instead of the form."""
    if residents.active(person_id) is None:
        raise NotFound()
    had = credentials.view_of(person_id)
    suggested = had.name if had else f"staff{person_id}"
    form = FirstPasswordForm() if request.method == "POST" else FirstPasswordForm(name=suggested)
    if request.method == "GET":
        first_passwords.check(person_id, actor=staff)
    elif run_form(form, lambda: first_passwords.ask(person_id, (form.name.data or "").lower(), actor=staff)):
        return redirect_with_message(
            "console.first_password", "已提出，等另一位市级管理员同意", person_id=person_id
        )
    return _page(staff, person_id, form=form)


def _page(staff: Staff, person_id: int, **given: Any) -> Any:
    person = residents.active(person_id)
    if person is None:
        raise NotFound()
    asked = first_passwords.of(person_id)
    facts: dict[str, Any] = {"form": FirstPasswordForm(formdata=None), "do": JustDo(formdata=None), **given}
    return render(
        "first_passwords/new.html",
        person=residents.view_exact(person, ""),
        had=credentials.view_of(person_id),
        asked=asked and first_passwords.view_of(asked),
        posts=_posts(person_id),
        **facts,
    )


@page(f"{PATH}/password", guard=Permission.APPOINTMENT_GRANT, methods=("POST",))
def make_first_password(staff: Staff, person_id: int) -> Any:
    """The password is on the answer to the form and nowhere else: no redirect, and nothing that keeps it."""
    form, password = JustDo(), ""

    def prepare() -> str:
        nonlocal password
        password, hashed = first_passwords.new_password()
        return hashed

    if run_form(form, lambda hashed: first_passwords.give(person_id, hashed, actor=staff), precheck=prepare):
        made = form.outcome
        return render("first_passwords/slip.html", name=made.name, password=password, until=made.first_until)
    return _page(staff, person_id, do=form)


@page(f"{PATH}/take-back", guard=Permission.APPOINTMENT_GRANT, methods=("POST",))
def take_back_first_password(staff: Staff, person_id: int) -> Any:
    form = JustDo()
    if run_form(form, lambda: first_passwords.take_back(person_id, actor=staff)):
        return redirect_with_message("console.first_password", "已撤回", person_id=person_id)
    return _page(staff, person_id, do=form)


def _titles(rows: list[Any]) -> list[str]:
    names = people.officer_names({row.person_id for row in rows})
    return [f"{names[row.person_id]}（登录名 {row.name}）" for row in rows]


def _posts(person_id: int) -> list[appointing.AppointmentView]:
    return appointing.view_appointments(console_sessions.appointments(person_id))


def _facts(staff: Staff, request_id: int) -> dict[str, Any]:
    asked = first_passwords.one(request_id, actor=staff)
    return {"asked": first_passwords.view_of(asked), "posts": _posts(asked.person_id)}


QUEUE = register(
    Queue(
        kind="同意初始口令",
        word=Permission.APPOINTMENT_GRANT,
        find=first_passwords.to_decide,
        titles=_titles,
        since=lambda row: row.asked_at,
        place=lambda row: row.place_id,
        one=Address("/first-passwords/<id:request_id>", "decide_first_password"),
        template="first_passwords/decide.html",
        facts=_facts,
        then=home,
        decisions=(
            Decision(
                name="grant",
                label="同意",
                key=1,
                address=Address("/first-passwords/<id:request_id>", "decided_first_password"),
                verb=lambda one, _form, actor: first_passwords.decide(one, True, actor=actor),
                done=lambda _form: "已同意，提出的管理员会收到消息",
            ),
            Decision(
                name="refuse",
                label="不同意",
                key=2,
                address=Address("/first-passwords/<id:request_id>", "decided_first_password"),
                verb=lambda one, _form, actor: first_passwords.decide(one, False, actor=actor),
                done=lambda _form: "没有同意，提出的管理员会收到消息",
            ),
        ),
    )
)


@page("/own-password", methods=("GET", "POST"))
def own_password(staff: Staff) -> Any:
    """Where everyone with a first password stands until they have chosen their own."""
    had = credentials.of(staff.id)
    if not staff.first or had is None:
        return redirect_with_message("console.account")
    form = PasswordChoice() if request.method == "POST" else PasswordChoice(name=had.name)

    def prepare() -> str:
        first_passwords.check_own(staff.id, (form.name.data or "").lower(), form.password.data)
        return credentials.hashed(form.password.data)

    def work(hashed: str) -> Any:
        credentials.keep(staff.id, form.name.data.lower(), hashed, actor=staff)
        console_sessions.leave_others(staff.session_id, actor=staff)

    if request.method == "POST" and run_form(form, work, precheck=prepare):
        return redirect_with_message("console.today", "口令已改好，以后用它登录")
    return render("first_passwords/own.html", form=form)
