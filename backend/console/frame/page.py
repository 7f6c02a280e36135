"""How every console page is made: who sits here → guard → form → verb in a transaction → redirect.

`page()` is the only way a console page comes into being, so none can be without a guard.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import structlog
from apiflask import APIBlueprint
from flask import Flask, Request, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from jinja2 import FileSystemLoader

from backend import config, journal
from backend.db import MAX_ID, session, transaction
from backend.errors import NotAllowed, NotFound, NotSignedIn, Refused
from backend.identity import console_sessions, devices, sent_forms
from backend.organisations import queries as places
from backend.paging import Pageable
from backend.people import permissions, sealed, suspensions
from backend.people.models import Person

PUBLIC = "public"
# The field of a form that says which form of which page it is.
ONCE = "once"
SIGNED_IN = "signed in"
TOKEN = "console"  # noqa: S105 - the name of a place in the cookie
# What somebody with a first password may do: choose their own, or leave.
BEFORE_A_PASSWORD = ("own_password", "sign_out")
# Who is suspended may leave; what is theirs to read and to say, they find in the mini-program.
WHILE_SUSPENDED = ("sign_out",)
# Stricter than the API's own: nothing inline, nothing from elsewhere, pictures as data (QR codes, charts).
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ADDRESS = re.compile(r"/console/[A-Za-z0-9/_?=&%.*+-]*")
csrf = CSRFProtect()
# Our own style and scripts.
OWN = Path(__file__).parent / "static"
# Each room has its templates beside its pages; a template is named by its folder: `wishes/review.html`.
TEMPLATES = [str(folder) for folder in sorted(Path(__file__).parents[1].glob("*/templates"))]
bp = APIBlueprint("console", __name__, url_prefix="/console", enable_openapi=False)
bp.jinja_loader = FileSystemLoader(TEMPLATES)
log = structlog.get_logger()


@dataclass(frozen=True)
class Post:
    """An appointment that stands today, with its place by name."""

    role: str
    place_id: int
    place: str


@dataclass(frozen=True)
class Staff:
    """Who sits at the console: a person with the words that their appointments give them today."""

    id: int
    session_id: int
    name: str
    posts: tuple[Post, ...] = ()
    words: frozenset[str] = field(default=frozenset())
    # Signed in with a first password: nothing is done before it is changed.
    first: bool = False
    suspended_until: datetime | None = None

    def may(self, *words: str) -> bool:
        """Does any of these words stand in any of the person's appointments?"""
        return bool(self.words & set(words))

    @property
    def place_ids(self) -> frozenset[int]:
        """Where they are appointed today."""
        return frozenset(post.place_id for post in self.posts)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.posts)


class Cookies(SecureCookieSessionInterface):
    """`__Host-` and Secure wherever the console is reached over https, and always in production.

    The console alone has cookies: the API and the open pages look at none and give none.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if request.path.startswith(f"{bp.url_prefix}/") else None

    def get_cookie_name(self, app: Flask) -> str:
        return "__Host-console" if self.get_cookie_secure(app) else "console"

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or config.settings().production


def install(app: Flask) -> None:
    """Gives the app the console's cookie and its protection against forged requests."""
    app.session_interface = Cookies()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
        # Asked for by the console's own before_request: the API takes Bearer tokens and no cookie.
        WTF_CSRF_CHECK_DEFAULT=False,
        # As long as the session, whose end is decided elsewhere; the origin is checked below.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        WTF_I18N_ENABLED=False,
    )
    csrf.init_app(app)
    app.register_blueprint(bp)


def page(
    rule: str, *, guard: str = SIGNED_IN, methods: tuple[str, ...] = ("GET",), largest: int | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A console page. `guard` is PUBLIC, SIGNED_IN (a standing appointment) or a permission word that one of
    the appointments must grant. The view gets `staff` first, unless it is public. `largest` is the size in bytes of
    what it takes, if not the usual."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**kwargs: Any) -> Any:
            if guard == PUBLIC:
                return view(**kwargs)
            staff = g.staff = current_staff()
            if view.__name__ not in WHILE_SUSPENDED:
                suspensions.refuse(staff.id, staff.suspended_until)
            if staff.first and view.__name__ not in BEFORE_A_PASSWORD:
                return redirect(url_for("console.own_password"), 303)
            if guard != SIGNED_IN and guard not in staff.words:
                raise NotAllowed()
            return view(staff, **kwargs)

        guarded.guard = guard  # type: ignore[attr-defined]
        # By whom a call counts is asked ahead of the guard.
        guarded.asked_by = None if guard == PUBLIC else _asked_by  # type: ignore[attr-defined]
        guarded.largest = largest  # type: ignore[attr-defined]
        return bp.route(rule, methods=list(methods), endpoint=view.__name__)(guarded)

    return decorate


def _entered() -> console_sessions.Entered:
    token = cookie.get(TOKEN)
    if token is None:
        raise NotSignedIn()
    return console_sessions.entered(token)


def _asked_by() -> int | None:
    """The person at the console, for the limits; kept for the guard, so that it is one statement."""
    try:
        g.asking = _entered()
        return g.asking.id
    except Refused as refusal:
        g.asking = refusal
        return None


def current_staff() -> Staff:
    """The person behind the cookie. Raises NotSignedIn, SessionEnded, NoAppointment."""
    found = g.pop("asking", None) or _entered()
    if isinstance(found, Refused):
        raise found
    structlog.contextvars.bind_contextvars(person=found.id)
    journal.opened_by.set(found.mark)
    if found.stale:
        with transaction():
            console_sessions.note_use(found.session_id)
    standing = console_sessions.appointments(found.id)
    if not standing:
        raise console_sessions.NoAppointment()
    named = places.names({one.organisation_id for one in standing})
    posts = tuple(Post(one.role, one.organisation_id, named[one.organisation_id]) for one in standing)
    words = permissions.permissions_of(post.role for post in posts)
    # One's own name is shown in full, to oneself.
    name = sealed.real_name(session.get_one(Person, found.id)) or "工作人员"
    return Staff(found.id, found.session_id, name, posts, words, found.first, found.suspended_until)


def is_inside() -> bool:
    """Has this browser come into the console already?"""
    try:
        return TOKEN in cookie and current_staff() is not None
    except Refused:
        return False


def refuse_other_sites() -> None:
    """What a browser sends says from where; a form of another site is no form of ours. Raises CSRFError."""
    reading = request.method in ("GET", "HEAD", "OPTIONS")
    if not reading and request.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none"):
        raise CSRFError("another site")


@bp.before_request
def _refuse_forged() -> None:
    """A form must come from our own page: the browser says so, and the form's token proves it."""
    refuse_other_sites()
    # The form is read here for its token, before the page is asked: more of it only from whoever was signed in.
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), "largest", None)
    if largest is not None and TOKEN in cookie:
        request.max_content_length = largest
    csrf.protect()


@bp.after_request
def _keep_private(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-store"
    # The whole house says no-referrer; here the form's own origin has to be told to ourselves.
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def run_form(
    form: Any,
    work: Callable[..., Any],
    *,
    precheck: Callable[[], Any] | None = None,
    repeatable: bool = False,
) -> bool:
    """Was the form well filled and the work not refused? A refusal stands beside the form, which keeps what
    was typed. What the person may not know exists stays 404.

    `precheck` is what takes long, outside any transaction: what WeChat has to be asked, a sheet that has to be read;
    the work gets its answer. The same form sent twice is done once, unless it is `repeatable`, as looking something up.
    """

    def whole() -> Any:
        told = () if precheck is None else (precheck(),)
        with transaction():
            if not repeatable:
                send_once(g.get("staff"))
            return work(*told)

    return run_in_parts(form, whole)


def send_once(sender: journal.Actor | None) -> None:
    """The token of a form counts once with what was typed, for who is signed in. Raises FormSentBefore."""
    token = request.form.get(ONCE)
    if not token or sender is None:
        return
    told = hashlib.sha256(f"{request.full_path}\n{token}\n".encode())
    for name, value in sorted(request.form.items(multi=True)):
        if name != "csrf_token":
            told.update(f"{name}={len(value)}:{value}\n".encode("utf-8", "replace"))
    sent_forms.send_once(sender.id, told.hexdigest())


@bp.app_template_global()
def form_token() -> str:
    """A token for one form of one page."""
    return secrets.token_urlsafe(12)


def run_answered(form: Any, work: Callable[[], Any], *, repeatable: bool = False) -> bool:
    """Like `run_form`, for work that may answer its refusal instead of raising it: what it counted is kept."""
    if not run_form(form, work, repeatable=repeatable):
        return False
    if isinstance(form.outcome, Refused):
        form.refuse(form.outcome)
        g.status = form.outcome.status()
        return False
    return True


def run_in_parts(form: Any, work: Callable[[], Any]) -> bool:
    """As `run_form`, for work that opens its transactions itself."""
    if not form.validate_on_submit():
        g.status = 422
        return False
    try:
        form.outcome = work()
    except NotFound:
        raise
    except Refused as refusal:
        form.refuse(refusal)
        g.status = refusal.status()
        return False
    return True


def render(template: str, **facts: Any) -> tuple[str, int]:
    """Renders a page; a refused form answers with the status of its refusal."""
    return render_template(template, **facts), g.get("status", 200)


def redirect_to(address: str) -> Response:
    """Goes on with a GET of this address, after whatever was asked."""
    return cast(Response, redirect(address, 303))


def redirect_with_message(endpoint: str, sentence: str | None = None, **parts: Any) -> Response:
    """POST → redirect → GET, with a sentence on what was done."""
    if sentence:
        flash(sentence)
    return redirect_to(url_for(endpoint, **parts))


def _whole_number(typed: str) -> int:
    # Python would read 1_0 as ten.
    if not re.fullmatch(r"-?\d+", typed):
        raise ValueError(typed)
    return int(typed)


def asked_number(name: str, usual: int | None = None) -> Any:
    """A number that the address asks for. One too large for any row is the largest there can be, which is
    nobody's: the database would refuse to look for it."""
    found = request.args.get(name, usual, type=_whole_number)
    return found if found is None else max(-MAX_ID, min(found, MAX_ID))


def asked_page(rows: Pageable, size: int) -> tuple[list[Any], int | None]:
    """The rows of the page that the address asks for by `before`, and what the next page begins before, if there is
    one."""
    before = asked_number("before")
    read = rows.page(None if before is None else (before,), size + 1)
    following = read[size - 1][0][0] if len(read) > size else None
    return [row for _place, row in read[:size]], following


def next_page_url(before: int) -> str:
    """This page's address, with what was asked of it, from `before` on. The words of an address stay words:
    `url_for` would take some of them, as `endpoint` or `_scheme`, for its own."""
    return f"{request.path}?{urlencode({**request.args, 'before': before})}"


def own_address(wanted: str | None) -> str:
    """Where to go on after signing in: a page of the console, never another host."""
    home = url_for("console.today")
    return wanted if wanted and _ADDRESS.fullmatch(wanted) else home


def enter(token: str) -> None:
    """A new session under a new id: nothing that stood in the cookie before is kept, but the look."""
    cookie.clear()
    cookie[TOKEN] = token
    session.expire_all()


def browser() -> str:
    """The asking browser in a few words, for the list of one's sign-ins."""
    return devices.in_words(request.headers.get("User-Agent", ""))
