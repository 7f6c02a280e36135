"""初始口令: the administrator sets up the sign-in of somebody without a phone; they choose their own at once."""

from typing import Any

from flask import request

from backend.console.frame.forms import Form, line
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.people.account import PasswordChoice
from backend.errors import NotFound
from backend.identity import console_sessions, credentials, first_passwords
from backend.people import appointing, residents
from backend.people.permissions import Permission


class FirstPasswordForm(Form):
    name = line(
        "登录名",
        most=40,
        description="小写字母、数字、点、横线；告诉本人，以后可以自己改",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


@page(
    "/appointments/people/<id:person_id>/sign-in", guard=Permission.APPOINTMENT_GRANT, methods=("GET", "POST")
)
def first_password(staff: Staff, person_id: int) -> Any:
    """The password is on the answer to the form and nowhere else: no redirect, and nothing that keeps it."""
    person = residents.active(person_id)
    if person is None:
        raise NotFound()
    had = credentials.view_of(person_id)
    suggested = had.name if had else f"staff{person_id}"
    form = FirstPasswordForm() if request.method == "POST" else FirstPasswordForm(name=suggested)
    told: list[str] = []

    def prepare() -> str:
        name = (form.name.data or "").lower()
        credentials.check_name(name)
        password, hashed = first_passwords.new_password()
        told.extend((name, password))
        return hashed

    def work(hashed: str) -> Any:
        return first_passwords.give(person_id, told[0], hashed, actor=staff)

    if request.method == "POST" and run_form(form, work, precheck=prepare):
        return render(
            "first_passwords/slip.html", name=told[0], password=told[1], until=form.outcome.first_until
        )
    if request.method == "GET":
        first_passwords.check(person_id, actor=staff)
    return render(
        "first_passwords/new.html",
        form=form,
        person=residents.view_person(person),
        had=had,
        posts=appointing.view_appointments(console_sessions.appointments(person_id)),
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
