"""一次性链接: into the console by a link that somebody else printed; and one's own WeChat joined to the account there."""

from typing import Any

import segno
from flask import Response, url_for
from flask import session as cookie

from backend.console.frame.forms import Form, JustDo, code
from backend.console.frame.page import (
    PUBLIC,
    Staff,
    browser,
    enter,
    page,
    redirect_to,
    redirect_with_message,
    render,
    run_form,
)
from backend.console.people.sign_in import address_of, scan_state
from backend.db import transaction
from backend.errors import Refused
from backend.identity import console_links, console_sessions
from backend.identity.typed_codes import TYPED_MAX
from backend.people import accounts


class LinkForm(Form):
    code = code(
        "链接里的码",
        most=TYPED_MAX,
        description="16 个小写字母和数字，中间的横线可以不填",
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )


@page("/link/<code>", guard=PUBLIC)
def link(code: str) -> Any:
    """Opened by whoever was given it. Only the button enters: a program that looks at links in advance spends none."""
    form = LinkForm(formdata=None, code=code[:TYPED_MAX])
    try:
        console_links.check(code)
    except Refused as refusal:
        form = LinkForm(formdata=None)
        form.refuse(refusal)
        return render("sign_in/link.html", form=form, given="")[0], refusal.status()
    return render("sign_in/link.html", form=form, given=code)


@page("/link", guard=PUBLIC, methods=("GET", "POST"))
def enter_by_link() -> Any:
    """The same for a link on paper: its code is typed."""
    form = LinkForm()

    def work() -> str:
        return console_links.redeem(form.code.data, browser())

    if form.is_submitted() and run_form(form, work):
        enter(form.outcome)
        return redirect_with_message(
            "console.account", "您是用一次性链接登录的。请设好下次的登录办法：口令，或绑定微信以后扫码"
        )
    return render("sign_in/link.html", form=form, given="")


@page("/account/wechat", methods=("POST",))
def begin_binding(staff: Staff) -> Response:
    with transaction():
        code, own = console_links.begin_binding(staff.session_id, browser(), actor=staff)
    cookie["scan"] = {"code": code, "secret": own}
    return redirect_to(url_for("console.bind_wechat"))


@page("/account/wechat")
def bind_wechat(staff: Staff) -> Any:
    """The code that one's own phone scans; the page asks whether it did."""
    kept = cookie.get("scan")
    if kept is None or accounts.openid(staff.id) is not None:
        return redirect_to(url_for("console.account"))
    return render(
        "account/wechat.html",
        picture=segno.make(address_of(kept["code"]), error="m").svg_data_uri(scale=6, border=2),
        number=console_sessions.number_on_screen(kept["secret"]),
        standing=scan_state(kept),
        form=JustDo(formdata=None),
    )


@page("/account/wechat/finish", methods=("POST",))
def finish_binding(staff: Staff) -> Response:
    cookie.pop("scan", None)
    bound = accounts.openid(staff.id) is not None
    return redirect_with_message(
        "console.account",
        "微信已绑定，以后可以扫码登录；手机上请重新打开小程序" if bound else "还没有绑定，请再试",
    )
