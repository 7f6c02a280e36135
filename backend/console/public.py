"""What anyone may open: the landing page, the wall for a hall screen, and where the console will be."""

from apiflask import APIBlueprint
from flask import render_template

from backend import clock, config
from backend.wishes import queries

bp = APIBlueprint(
    "public",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
    enable_openapi=False,
)

STAGES = (
    ("征集中", ("submitted", "sent_back", "accepted")),
    ("等待认领", ("published", "carried_over", "escalated")),
    ("办理中", ("claimed", "fulfilled")),
    ("已点亮", ("confirmed",)),
)


def _public(view: object) -> object:
    """Marks a page that needs no sign-in, for the test that walks every route."""
    view.guard = "public"
    return view


@bp.get("/")
@_public
def landing() -> str:
    settings = config.settings()
    return render_template("landing.html", settings=settings)


@bp.get("/wall")
@_public
def wall() -> str:
    """Public figures and the masked wall; turns the page over by itself every minute."""
    counted = queries.figures()
    stages = [(label, sum(counted.get(state, 0) for state in states)) for label, states in STAGES]
    return render_template(
        "wall.html",
        settings=config.settings(),
        stages=stages,
        wishes=queries.shown_publicly(12),
        now=clock.now().astimezone(clock.CHINA),
    )


@bp.get("/console/")
@_public
def console() -> str:
    return render_template("console.html", settings=config.settings())
