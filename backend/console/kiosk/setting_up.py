"""A device becomes a terminal: by a link that works once, or by what staff type there."""

from typing import Any

from flask import request

from backend.console.kiosk.terminal import DEVICE_DAYS, go_on, keep, open_page, render
from backend.db import transaction
from backend.errors import NotFound, Refused, SessionEnded
from backend.identity import kiosks
from backend.identity.typed_codes import TYPED_MAX

# A device's token is longer than the code of a link.
TOKEN_MAX = 80


class TokenNotKnown(SessionEnded):
    code, message = 40103, "这个令牌不对，或者这台终端已经停用，请到工作后台的“自助终端”里核对"


@open_page("/set-up", methods=("GET", "POST"))
def set_up() -> Any:
    """The code of a link is spent by the button alone: what looks at links in advance spends none."""
    if request.method == "GET":
        return render("set_up", given="")
    typed = request.form.get("code", "").strip()[:TOKEN_MAX]
    try:
        token = _token_of(typed)
    except Refused as refusal:
        return render("set_up", refusal=refusal, given="")
    return keep(go_on("kiosk.home", "set-up"), "kiosk", token, DEVICE_DAYS * 86400)


def _token_of(typed: str) -> str:
    if typed.startswith(kiosks.TOKEN_START):
        try:
            kiosks.device(typed)
        except SessionEnded:
            raise TokenNotKnown() from None
        return typed
    with transaction():
        return kiosks.set_up(typed)


@open_page("/set-up/<code>")
def set_up_by_link(code: str) -> Any:
    try:
        kiosks.check_set_up_code(code[:TYPED_MAX])
    except Refused as refusal:
        return render("set_up", refusal=refusal, given="")
    return render("set_up", given=code[:TYPED_MAX])


@open_page("/<path:rest>", methods=("GET", "POST"))
def nowhere(rest: str) -> Any:
    raise NotFound()
