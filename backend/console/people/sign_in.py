"""Into the console and out of it: by a code the phone approves, or by name and password."""

from typing import Any

import segno
from flask import Response, request, url_for
from flask import session as cookie

from backend import config, oidc
from backend.console.frame.forms import Form, JustDo, code, line, secret
from backend.console.frame.page import (
    PUBLIC,
    Staff,
    browser,
    enter,
    is_inside,
    own_address,
    page,
    redirect_to,
    redirect_with_message,
    render,
)
from backend.console.people import known_browsers
from backend.db import transaction
from backend.errors import Refused
from backend.identity import attempts, console_sessions, credentials


class PasswordForm(Form):
    name = line("登录名", most=40, render_kw={"autocomplete": "username", "autofocus": True})
    password = secret("口令", render_kw={"autocomplete": "current-password"})
    one_time_code = code(
        "动态口令（设置过的才填）",
        most=8,
        needed=False,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


@page("/sign-in", guard=PUBLIC, methods=("GET", "POST"))
def sign_in() -> Any:
    form, onto = PasswordForm(), own_address(request.values.get("next"))
    if request.method == "GET" and is_inside():
        return redirect_to(onto)
    if form.validate_on_submit():
        try:
            enter(_by_password(form))
            answer = redirect_to(onto)
            known_browsers.remember(answer, form.name.data)
            return answer
        except Refused as refusal:
            form.refuse(refusal)
    told = form.refusal.headers if form.refusal is not None else {}
    provider = config.settings().oidc_name if oidc.offered() else None
    return render("sign_in/password.html", form=form, onto=onto, provider=provider)[0], _status(form), told


def _status(form: Form) -> int:
    if form.refusal is not None:
        return form.refusal.status()
    return 422 if form.errors else 200


def _by_password(form: PasswordForm) -> str:
    """Counted first, then checked outside any transaction, then entered."""
    name = form.name.data
    with transaction():
        tried = attempts.begin(name, request.remote_addr or "", known_browsers.mark_under(name))
    person_id, half_minute = credentials.person_with(name, form.password.data, form.one_time_code.data or "")
    with transaction():
        credentials.spend_code(person_id, half_minute)
        token = console_sessions.enter(person_id, "password", browser())
        attempts.succeeded(tried)
    return token


@page("/sign-in/scan", guard=PUBLIC, methods=("POST",))
def begin_scan() -> Response:
    """A new code; this browser alone keeps the secret that belongs to it."""
    with transaction():
        code, own = console_sessions.begin_scan(browser())
    cookie["scan"] = {"code": code, "secret": own}
    return redirect_to(url_for("console.scan", next=own_address(request.form.get("next"))))


@page("/sign-in/scan", guard=PUBLIC)
def scan() -> Any:
    """The code on the screen. The page asks every two seconds whether a phone has approved it; without
    JavaScript it loads itself again."""
    kept, onto = cookie.get("scan"), own_address(request.args.get("next"))
    if kept is None:
        return redirect_to(url_for("console.sign_in", next=onto))
    standing = scan_state(kept)
    picture = segno.make(address_of(kept["code"]), error="m").svg_data_uri(scale=6, border=2)
    return render(
        "sign_in/scan.html",
        picture=picture,
        code=kept["code"],
        number=console_sessions.number_on_screen(kept["secret"]),
        standing=standing,
        onto=onto,
        form=JustDo(),
        demo=not config.settings().production,
    )


def address_of(code: str) -> str:
    """What the mini-program reads from the picture: an address of its own, which other scanners only show."""
    return f"dianliang:console-sign-in:{code}"


def scan_state(kept: dict[str, str]) -> str:
    if console_sessions.approved(kept["secret"]):
        return "allowed"
    try:
        console_sessions.scanned(kept["code"])
        return "waiting"
    except console_sessions.SignInOver:
        return "over"


@page("/sign-in/scan/standing", guard=PUBLIC)
def scan_standing() -> dict[str, str]:
    kept = cookie.get("scan")
    return {"standing": scan_state(kept) if kept else "over"}


@page("/sign-in/scan/finish", guard=PUBLIC, methods=("POST",))
def finish_scan() -> Response:
    """The phone has said yes: this browser comes in, under a new session id."""
    kept, onto = cookie.get("scan"), own_address(request.form.get("next"))
    if kept is None:
        raise console_sessions.SignInOver()
    with transaction():
        token = console_sessions.redeem(kept["secret"], browser())
    enter(token)
    return redirect_to(onto)


@page("/sign-out", methods=("POST",))
def sign_out(staff: Staff) -> Response:
    with transaction():
        console_sessions.leave(staff.session_id, actor=staff)
    cookie.clear()
    return redirect_with_message("console.sign_in", "您已退出工作后台")
