"""My account: my open consoles, my name and password, my one-time codes."""

from typing import Any

import segno
from flask import Response
from wtforms.validators import ValidationError

from backend import config, oidc
from backend.console.frame.forms import Form, JustDo, code, line, secret
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.db import transaction
from backend.errors import Refused
from backend.identity import console_links, console_sessions, credentials, denials, provider_accounts
from backend.people import accounts, security_events

# So many of the last events stand on the page; the mini-program has them all.
EVENTS = 20


class PasswordChoice(Form):
    name = line(
        "登录名",
        most=40,
        description="小写字母、数字，例如姓名的拼音",
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    password = secret("新口令", description="10 个字以上", render_kw={"autocomplete": "new-password"})
    again = secret("再输一遍新口令", render_kw={"autocomplete": "new-password"})

    def validate_again(self, field: Any) -> None:
        if field.data != self.password.data:
            raise ValidationError("两次输入的口令不一样")


class CodeForm(Form):
    code = code("手机上显示的 6 位数字", most=8, render_kw={"inputmode": "numeric", "autocomplete": "off"})


def _page(staff: Staff, **forms: Any) -> Any:
    own = credentials.view_of(staff.id)
    address = credentials.one_time_address(staff.id)
    settings = config.settings()
    given = {
        "choice": PasswordChoice(formdata=None, name=own.name if own else ""),
        "code_form": CodeForm(formdata=None),
        **forms,
    }
    return render(
        "account/page.html",
        events=security_events.view_events(security_events.mine(staff.id).rows(EVENTS)),
        open_consoles=console_sessions.open_of(staff.id),
        credential=own,
        bindable=console_links.opened(staff.session_id) and accounts.openid(staff.id) is None,
        provider=settings.oidc_name if oidc.offered() else None,
        provider_account=provider_accounts.of(staff.id, settings.oidc_issuer) if oidc.offered() else None,
        code_picture=segno.make(address).svg_data_uri(scale=4, border=2) if address else None,
        form=JustDo(formdata=None),
        **given,
    )


@page("/account")
def account(staff: Staff) -> Any:
    return _page(staff)


@page("/account/password", methods=("POST",))
def choose_password(staff: Staff) -> Any:
    """A new password ends every other console of this person."""
    form = PasswordChoice()
    name, hashed = (form.name.data or "").lower(), ""
    if form.validate_on_submit():
        try:
            credentials.check_choice(name, form.password.data)
            hashed = credentials.hashed(form.password.data)
        except Refused as refusal:
            form.refuse(refusal)
            return _page(staff, choice=form)[0], refusal.status()

    def work() -> None:
        credentials.keep(staff.id, name, hashed, actor=staff)
        console_sessions.leave_others(staff.session_id, actor=staff)

    if run_form(form, work):
        return redirect_with_message("console.account", "新口令已生效；您在其他电脑上的登录已退出")
    return _page(staff, choice=form)


@page("/account/one-time-codes", methods=("POST",))
def begin_one_time_codes(staff: Staff) -> Any:
    form = JustDo()
    if run_form(form, lambda: credentials.begin_one_time_codes(actor=staff)):
        return redirect_with_message("console.account", "请用手机上的动态口令软件扫码，再填入它显示的数字")
    return _page(staff, form=form)


@page("/account/one-time-codes/confirm", methods=("POST",))
def confirm_one_time_codes(staff: Staff) -> Any:
    form = CodeForm()
    if run_form(form, lambda: credentials.confirm_one_time_codes(form.code.data, actor=staff)):
        return redirect_with_message("console.account", "动态口令已启用，以后用口令登录时要一起填")
    return _page(staff, code_form=form)


@page("/account/one-time-codes/drop", methods=("POST",))
def drop_one_time_codes(staff: Staff) -> Any:
    form = JustDo()
    if run_form(form, lambda: credentials.drop_one_time_codes(actor=staff)):
        return redirect_with_message("console.account", "动态口令已停用")
    return _page(staff, form=form)


@page("/account/sessions/<id:session_id>/end", methods=("POST",))
def end_session(staff: Staff, session_id: int) -> Response:
    """Ends one of one's own consoles; someone else's is 404."""
    with transaction():
        console_sessions.leave(session_id, actor=staff)
    return redirect_with_message("console.account", "那次登录已退出")


@page("/account/sessions/end-others", methods=("POST",))
def end_other_sessions(staff: Staff) -> Response:
    with transaction():
        console_sessions.leave_others(staff.session_id, actor=staff)
    return redirect_with_message("console.account", "其他电脑上的登录都已退出")


@page("/account/events/<id:event_id>/deny", methods=("POST",))
def deny_event(staff: Staff, event_id: int) -> Any:
    """“不是我操作的”: this console stays, so that a new password can be chosen in it."""
    form = JustDo()
    if run_form(form, lambda: denials.deny(event_id, actor=staff, console_id=staff.session_id)):
        return redirect_with_message(
            "console.account", "其他登录都已退出，口令已停用，已告诉市级管理员和监督员；请在下面设置新口令"
        )
    return _page(staff, form=form)
