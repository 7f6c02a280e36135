"""Opening what is sealed beyond the pace: the same form asks a colleague (people.openings)."""

from flask import Response, request

from backend.console.frame.page import redirect_with_message


def asks_a_colleague() -> bool:
    """Was the button pressed that stands there once the pace is used up?"""
    return bool(request.form.get("ask"))


def asked_a_colleague() -> Response:
    return redirect_with_message("console.my_openings", "已请同事同意，同意后会收到消息")
