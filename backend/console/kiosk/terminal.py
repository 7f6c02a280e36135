"""How a page of a terminal is made: which terminal → who stands there → page; nothing of it is kept by the browser.

The terminal's token and that of who is signed in stand in cookies that no script reads. Who is signed in is out after
three minutes at the latest: by the token's end, by the page, which a browser without scripts leaves by itself, too.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from apiflask import APIBlueprint
from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError

from backend import clock, config, crypto, journal
from backend.console.frame import error_pages
from backend.console.frame.page import POLICY, refuse_other_sites, send_once
from backend.db import transaction
from backend.errors import InvalidInput, NotFound, NotSignedIn, Refused, SessionEnded
from backend.identity import kiosk_sessions, kiosks
from backend.identity.kiosks import Device
from backend.identity.sessions import Caller
from backend.organisations import queries as places
from backend.people import at_kiosk, suspensions

bp = APIBlueprint("kiosk", __name__, url_prefix="/kiosk", enable_openapi=False)
# The guard of these pages, as the API's: a terminal by its token.
KIOSK = "kiosk"
PUBLIC = "public"
# Nobody has touched it for so long: whoever was signed in is out, and the first page stands there again.
IDLE_SECONDS = 60
# A page on which something went wrong leads back by itself.
BACK_SECONDS = 30
# How long a browser may keep a cookie at most; each visit begins it anew.
DEVICE_DAYS = 400
# What a page says of what was done before it, by the word in its address.
SAID = {
    "left": "已退出，您的信息已经清除",
    "time": "时间到了，已经为您退出",
    "ended": "已经退出了。要接着办，请工作人员再给一个验证码",
    "set-up": "设置好了，这台设备可以用了",
    "signed-up": "报名成功",
    "waiting": "名额满了，已为您排上候补，有空位会自动补上",
    "cancelled": "已取消",
    "ordered": "兑换单已提交，积分先冻结，社区审批后来领取",
    "confirmed": "谢谢您的确认",
}


@dataclass(frozen=True)
class Visit:
    """A request at a terminal: which one, in which community, and who is signed in there, if anybody is."""

    device: Device
    community_id: int
    holder: Caller | None

    @property
    def seconds_left(self) -> int:
        """Until who is signed in is out."""
        ends = self.holder.ends_at if self.holder is not None else None
        return max(1, int((ends - clock.now()).total_seconds()) + 1) if ends is not None else 0


def page(
    rule: str, *, card: bool = False, methods: tuple[str, ...] = ("GET",)
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A page of a terminal; the view gets the `visit` first. `card` is for a card's holder alone, and leads whoever is
    not signed in to where one is let in."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**parts: Any) -> Any:
            try:
                visit = g.visit = _visit()
            except (NotSignedIn, SessionEnded) as refusal:
                return not_set_up(refusal)
            if request.method == "POST":
                _refuse_forged()
            if card and visit.holder is None:
                return redirect(url_for("kiosk.enter", next=_came_from(), done=g.get("ended")), 303)
            return view(visit, **parts)

        guarded.guard, guarded.asked_by = KIOSK, _asked_by  # type: ignore[attr-defined]
        return bp.route(rule, methods=list(methods), endpoint=view.__name__)(guarded)

    return decorate


def open_page(rule: str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[..., Any]:
    """A page for a device that is no terminal yet."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        view.guard = PUBLIC  # type: ignore[attr-defined]
        return bp.route(rule, methods=list(methods), endpoint=view.__name__)(view)

    return decorate


def _came_from() -> str:
    return request.path if request.method == "GET" else url_for("kiosk.card")


def _asked_by() -> int | None:
    """Who counts: whoever is signed in; else the address, as for all whom nobody knows."""
    try:
        g.visiting = _find_visit()
    except Refused as refusal:
        g.visiting = refusal
        return None
    g.kiosk_id = g.visiting.device.kiosk_id
    return g.visiting.holder.id if g.visiting.holder is not None else None


def _visit() -> Visit:
    visit = g.pop("visiting", None) or _find_visit()
    if isinstance(visit, Refused):
        raise visit
    if visit.device.stale:
        with transaction():
            kiosks.note_use(visit.device.kiosk_id)
    if visit.holder is not None:
        at_kiosk.enter(visit.holder.id, visit.holder.helper_id)
        journal.opened_by.set("kiosk")
    return visit


def _find_visit() -> Visit:
    token = request.cookies.get(_cookie("kiosk"))
    if not token:
        raise NotSignedIn()
    device = kiosks.device(token)
    return Visit(device, places.standing_id(device.community_id), _holder(device))


def _holder(device: Device) -> Caller | None:
    token = request.cookies.get(_cookie("card"))
    if not token:
        return None
    try:
        found = kiosk_sessions.caller(token)
    except SessionEnded:
        found = None
    if found is None or found.kiosk_id != device.kiosk_id:
        g.ended = "ended"
        return None
    return found


def _secure() -> bool:
    return request.is_secure or config.settings().production


def _cookie(name: str) -> str:
    own = name if name == "kiosk" else f"kiosk-{name}"
    return f"__Host-{own}" if _secure() else own


def keep(answer: Response, name: str, token: str, seconds: int) -> Response:
    """A token in a cookie that only our own pages send and no script reads."""
    answer.set_cookie(
        _cookie(name), token, max_age=seconds, secure=_secure(), httponly=True, samesite="Strict", path="/"
    )
    return answer


def forget_card(answer: Response) -> Response:
    answer.delete_cookie(_cookie("card"), secure=_secure(), httponly=True, samesite="Strict", path="/")
    return answer


def card_token() -> str | None:
    return request.cookies.get(_cookie("card"))


def form_signature() -> str:
    """What each form of a terminal's pages carries, so that no other site makes one."""
    return crypto.signature("kiosk form", request.cookies.get(_cookie("kiosk"), ""))


def _refuse_forged() -> None:
    if not hmac.compare_digest(request.form.get("form", ""), form_signature()):
        raise CSRFError("another page")


@bp.before_request
def _only_our_own() -> None:
    refuse_other_sites()


@bp.after_request
def _keep_nothing(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    visit: Visit | None = g.get("visit")
    if visit is not None and answer.status_code < 400 and answer.mimetype == "text/html":
        own = request.cookies[_cookie("kiosk")]
        keep(answer, "kiosk", own, DEVICE_DAYS * 86400)
    if g.get("ended"):
        forget_card(answer)
    if visit is not None and visit.holder is not None and "Location" not in answer.headers:
        # Also where no script runs, and where the page's own clock was stopped.
        answer.headers["Refresh"] = f"{visit.seconds_left}; url={url_for('kiosk.leave', done='time')}"
    return answer


def attempt(visit: Visit, work: Callable[[], Any]) -> Any:
    """What a holder does, once for each form: what the work answers, or its refusal, also one that it answers. Raises
    SessionEnded where nobody is signed in, and NotFound: of what is not there nothing can be shown beside a refusal."""
    holder = visit.holder
    if holder is None:
        raise SessionEnded()
    try:
        suspensions.refuse(holder.id, holder.suspended_until)
        with transaction():
            send_once(holder)
            return work()
    except NotFound:
        raise
    except Refused as refusal:
        return refusal


def render(template: str, *, refusal: Refused | None = None, **facts: Any) -> tuple[str, int]:
    """A page with the head of the terminal; a refusal stands above it in large letters."""
    said = SAID.get(request.args.get("done", "")) if refusal is None else None
    visit: Visit | None = g.get("visit")
    text = render_template(
        f"kiosk/{template}.html",
        kiosk=_head(visit) if visit is not None else None,
        said=said,
        refused=_sentence(refusal) if refusal is not None else None,
        settings=config.settings(),
        idle_seconds=IDLE_SECONDS,
        form=form_signature(),
        **facts,
    )
    return text, refusal.status() if refusal is not None else 200


def _sentence(refusal: Refused) -> str:
    """Of a form with few fields what is wrong with them, and not only that something is."""
    if isinstance(refusal, InvalidInput):
        return "；".join(one for sentences in refusal.facts.values() for one in sentences)
    return refusal.sentence


def _head(visit: Visit) -> dict[str, Any]:
    name = places.names({visit.community_id})[visit.community_id]
    return {"community": name, "signed_in": visit.holder is not None, "seconds_left": visit.seconds_left}


def go_on(endpoint: str, done: str | None = None, **parts: Any) -> Response:
    """POST → redirect → GET, with the word of what was done."""
    answer: Any = redirect(url_for(endpoint, done=done, **parts), 303)
    return answer


def not_set_up(refusal: Refused) -> Response:
    """A device that is no terminal, or none any more."""
    revoked = isinstance(refusal, SessionEnded)
    text, _status = render("not_set_up", revoked=revoked)
    return make_response(text, refusal.status())


def _refusal_page(refusal: Refused) -> Response:
    text, _status = render("refusal", sentence=refusal.sentence, back_seconds=BACK_SECONDS)
    answer = make_response(text, refusal.status())
    answer.headers.update(refusal.headers)
    answer.headers["Refresh"] = f"{BACK_SECONDS}; url={url_for('kiosk.home')}"
    return answer


error_pages.answer_with_pages(bp, _refusal_page)
