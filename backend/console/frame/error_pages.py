"""Pages answer their errors with pages in Chinese, the console's and the public ones; the API keeps its JSON."""

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from backend.console.frame.page import PUBLIC, TOKEN, bp, is_inside, own_address, page
from backend.errors import (
    BodyTooLarge,
    DatabaseUnavailable,
    MethodNotAllowed,
    NotFound,
    NotSignedIn,
    Refused,
    ServerFault,
    SessionEnded,
    TooManyRequests,
)

log = structlog.get_logger()
_BY_STATUS: dict[int, type[Refused]] = {
    404: NotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    429: TooManyRequests,
}
# What a page that cannot go on never repeats.
_SECRET = {"csrf_token", "password", "again", "one_time_code", "code", "next"}
# What was chosen rather than written: words of ours, ids and small numbers, days and times.
_CHOSEN = re.compile(r"[a-z_]*|\d{1,4}|\d{4}-\d\d-\d\d(T.*)?")


class PageOutdated(Refused):
    code, message = 40090, "这个页面打开得太久，或不是从本站提交的，刚才的内容没有提交"


@page("/<path:rest>", guard=PUBLIC, methods=("GET", "POST"))
def nowhere(rest: str) -> Any:
    raise NotFound()


def _on_refusal(refusal: Refused) -> Any:
    if isinstance(refusal, NotSignedIn | SessionEnded):
        cookie.pop(TOKEN, None)
        if request.method == "GET":
            return redirect(url_for("console.sign_in", next=request.full_path.rstrip("?")), 303)
    return _refusal_page(refusal)


# Ways in: whoever came in by another tab meanwhile has nothing left to do there.
_WAYS_IN = (
    "console.sign_in",
    "console.begin_scan",
    "console.finish_scan",
    "console.enter_by_link",
    "console.begin_provider_sign_in",
)


def _on_forged(_fault: CSRFError) -> Any:
    if request.endpoint in _WAYS_IN and is_inside():
        return redirect(own_address(request.form.get("next")), 303)
    return _refusal_page(PageOutdated())


def _on_http(fault: HTTPException) -> Any:
    status = fault.code or 500
    if status < 400:
        return fault.get_response()
    return _refusal_page(_BY_STATUS.get(status, ServerFault if status >= 500 else PageOutdated)())


def _on_database(fault: Exception) -> Any:
    log.error("database.unavailable", kind=type(getattr(fault, "orig", fault)).__name__)
    return _refusal_page(DatabaseUnavailable())


def _on_fault(fault: Exception) -> Any:
    """The log names the place, not the values: what was typed may be personal."""
    trace, found = fault.__traceback__, []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{code.co_filename.rsplit('/backend/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    log.error("fault", kind=type(fault).__name__, places=found[-12:])
    return _refusal_page(ServerFault())


_HANDLERS: dict[type[Exception], Any] = {
    Refused: _on_refusal,
    CSRFError: _on_forged,
    HTTPException: _on_http,
    sa.exc.OperationalError: _on_database,
    sa.exc.InterfaceError: _on_database,
    sa.exc.TimeoutError: _on_database,
    Exception: _on_fault,
}
# The page of a refusal, by the blueprint that was asked.
_PAGES: dict[str | None, Callable[[Refused], Response]] = {}


def answer_with_pages(blueprint: Blueprint, refusal_page: Callable[[Refused], Response]) -> None:
    """Faults and refusals of this blueprint's routes are answered by its own page of a refusal."""
    _PAGES[blueprint.name] = refusal_page
    for kind, handler in _HANDLERS.items():
        blueprint.register_error_handler(kind, handler)


@bp.before_app_request
def _on_routing() -> Any:
    """A console address that exists only for another method meets no blueprint, so it is caught here."""
    fault = request.routing_exception
    if not request.path.startswith("/console/") or not isinstance(fault, HTTPException):
        return None
    return _on_http(fault) if (fault.code or 500) in _BY_STATUS else None


def _written() -> list[str]:
    """What was written into the form, in its order and once, without the names that only we know."""
    typed = (value.strip() for name, value in request.form.items() if name not in _SECRET)
    return list(dict.fromkeys(value for value in typed if not _CHOSEN.fullmatch(value)))


def _refusal_page(refusal: Refused) -> Response:
    return _PAGES.get(request.blueprint, console_page)(refusal)


def console_page(refusal: Refused) -> Response:
    """The page of a refusal, with what was typed, so that nothing has to be thought of twice."""
    # What was too large to be read cannot be shown, either.
    kept = [] if isinstance(refusal, BodyTooLarge) else _written()
    text = render_template(
        "refusal.html", refusal=refusal, kept=kept, staff=g.get("staff"), request_id=g.request_id
    )
    answer = Response(text, status=refusal.status(), mimetype="text/html")
    answer.headers.update(refusal.headers)
    return answer


answer_with_pages(bp, console_page)
