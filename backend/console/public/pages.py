"""What anyone may open: the front page, the wall for a hall screen, and the files that pages need."""

from pathlib import Path
from typing import Any

import flask_bootstrap
import segno
from apiflask import APIBlueprint
from flask import Response, make_response, render_template, request, send_from_directory, url_for

from backend import clock, config
from backend.console.frame import error_pages
from backend.console.frame.offices import offices
from backend.console.frame.page import OWN, asked_number
from backend.console.public import front
from backend.console.public import wall as wall_lists
from backend.errors import NotFound, Refused
from backend.volunteering import certificate_queries as certificates
from backend.volunteering.certificate_models import Validity
from backend.volunteering.labels import PUBLIC_VALIDITY
from backend.volunteering.notices import told_hours
from backend.wishes import queries
from backend.wishes.kinds import WishState
from backend.wishes.screen_queries import lamps

bp = APIBlueprint("public", __name__, enable_openapi=False)

# The packaged design system, served by the app itself: no page asks another host for anything.
DESIGN = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css"

# Time to read nine wishes from across a hall.
TURN_SECONDS = 20
# More are no longer told apart across a hall: then the line of numbers speaks alone.
MOST_LAMPS = 90
STAGES = (
    ("征集中", (WishState.SUBMITTED, WishState.SENT_BACK, WishState.ACCEPTED)),
    ("等待认领", (WishState.PUBLISHED, WishState.CARRIED_OVER, WishState.ESCALATED)),
    ("办理中", (WishState.CLAIMED, WishState.FULFILLED)),
    ("已点亮", (WishState.CONFIRMED,)),
)


def _public(view: Any) -> Any:
    """Marks a page that needs no sign-in, for the test that walks every route."""
    view.guard = "public"
    return view


@bp.get("/static/<path:filename>")
@_public
def static(filename: str) -> Response:
    """Our own style and script; the browser asks each time whether they are still the same."""
    return send_from_directory(OWN, filename)


@bp.get("/static/design/<path:filename>")
@_public
def design(filename: str) -> Response:
    return send_from_directory(DESIGN, filename, max_age=86400)


@bp.get("/")
@_public
def landing() -> str:
    """For residents: what this is, how to take part, the wall, activities, shops, and whom to ask."""
    return render_template(
        "landing.html",
        settings=config.settings(),
        lamps=lamps(None),
        activities=front.activities(),
        offices=offices(),
        shops=front.shops(),
        picture=_code_of(_mini_program()),
    )


@bp.get("/developers")
@_public
def developers() -> str:
    """Links for those who build and run it."""
    return render_template("developers.html", settings=config.settings())


@bp.get("/wall")
@bp.get("/wall/<id:place_id>")
@_public
def wall(place_id: int | None = None) -> str:
    """Public figures and the masked wall, of the city or of one community; turns over by itself."""
    # Screens that were set up before each community had an address of its own.
    place_id = place_id or asked_number("place")
    counted = queries.figures(place_id)
    wishes, more = wall_lists.pages(place_id), wall_lists.after_the_wishes(place_id)
    last = wishes + len(more)
    number = min(max(asked_number("page", 1), 1), last)
    scene = more[number - wishes - 1] if number > wishes else _wishes(place_id, number)
    return render_template(
        "wall.html",
        settings=config.settings(),
        place=wall_lists.place_name(place_id),
        stages=[(label, sum(counted.get(state, 0) for state in states)) for label, states in STAGES],
        lamps=lamps(place_id),
        most_lamps=MOST_LAMPS,
        scene=scene,
        round=wall_lists.round_sentences(place_id),
        number=number,
        pages=last,
        following=url_for("public.wall", place_id=place_id, page=number % last + 1),
        seconds=TURN_SECONDS,
        picture=_code_of(_mini_program()),
        now=clock.now().astimezone(clock.CHINA),
    )


def _wishes(place_id: int | None, number: int) -> wall_lists.Scene:
    return wall_lists.Scene("wishes", "等待点亮和已经点亮的心愿", wall_lists.page_of_wishes(place_id, number))


def _code_of(address: str) -> str:
    return segno.make(address, error="m").svg_data_uri(scale=4, border=1)


def _mini_program() -> str:
    """The address that opens the mini-program from an ordinary code, once the operator has registered it with
    WeChat (扫普通链接二维码打开小程序); until then a phone shows this site.

    What the operator said goes before what the browser calls us: anybody may write a `Host`.
    """
    return f"{config.settings().public_address}/" if config.settings().public_url else request.host_url


@bp.get("/certificates")
@bp.get("/certificates/<number>")
@_public
def verify_certificate(number: str | None = None) -> Response:
    """查验服务证明: number, period, hours, issuer and status, and nothing that says whose it is.

    How often one address may ask is limited in app.py, beside the other entrances that can be tried out.
    """
    typed = (number or request.args.get("number", "")).strip()[:60]
    shown = _certificate(typed) if typed else None
    text = render_template(
        "certificate.html", settings=config.settings(), typed=typed, certificate=shown, hours=told_hours
    )
    answer = make_response(text, 404 if typed and shown is None else 200)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def refusal_page(refusal: Refused) -> Response:
    """The page of a refusal, for whoever has no console to go back to."""
    again = request.full_path.rstrip("?") if request.method == "GET" and refusal.status() != 404 else None
    text = render_template("public_refusal.html", settings=config.settings(), refusal=refusal, again=again)
    answer = make_response(text, refusal.status())
    answer.headers.update(refusal.headers)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _certificate(typed: str) -> dict[str, object] | None:
    try:
        found = certificates.numbered(typed)
    except NotFound:
        return None
    status = certificates.statuses([found])[found.id]
    return {
        "number": found.number,
        "first_day": found.first_day,
        "last_day": found.last_day,
        "minutes": found.minutes,
        "issuer": found.issuer_name,
        "holds": status == Validity.VALID,
        "status": PUBLIC_VALIDITY[status],
    }


error_pages.answer_with_pages(bp, refusal_page)
