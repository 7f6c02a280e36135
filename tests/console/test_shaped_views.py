"""A walk through every page: none of its templates is given a row of the database (see tests/shaped.py)."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import before_render_template

from backend.console.frame.page import TEMPLATES
from backend.people.models import Person
from tests import kiosks, shaped
from tests.attacks.matrix import Things
from tests.console.walk import STAFF, Addresses

# What others are made of.
PARTS = {"layout.html", "macros.html", "decisions.html", "kiosk/base.html"}
# What is shown in the middle of something, which its own tests do: they look in the same way.
IN_BETWEEN = {
    "account/wechat.html",
    "counter/preview.html",
    "first_links/decide.html",
    "first_links/slips.html",
    "first_passwords/decide.html",
    "first_passwords/own.html",
    "first_passwords/slip.html",
    "imports/import.html",
    "item_looks/page.html",
    "kiosk/enter.html",
    "kiosk/my_order.html",
    "openings/decide.html",
    "page.html",
    "people/cards.html",
    "places/found.html",
    "redemptions/delivery_note.html",
    "redemptions/no_shop.html",
    "redemptions/slip.html",
    "redemptions/slips.html",
    "seals/one.html",
    "sign_in/scan.html",
    "stock/none.html",
    "stock/reverse.html",
    "sign_in/to_provider.html",
    "wishes/slips.html",
}


@contextmanager
def contexts(app):
    """`template → where rows stood in what it was given`, of every template rendered meanwhile."""
    seen = {}

    def look(_app, template, context, **_more):
        seen.setdefault(template.name, set()).update(shaped.rows_in(context))

    with before_render_template.connected_to(look, app):
        yield seen


def every_template():
    return {
        path.relative_to(folder).as_posix()
        for folder in TEMPLATES
        for path in Path(folder).rglob("*.html")
        if not path.name.startswith("_")
    }


def _at_a_terminal(town, one):
    """鄂桂兰, who stands there with her card."""
    token = kiosks.device(town, "门口")
    one.client.set_cookie("kiosk", token)
    one.client.set_cookie("kiosk-card", kiosks.holder(town, token=token).token)
    return one


def walk(town, visitor):
    """Opens every page as everyone, then sends every form with a reason and nothing else; yields what broke."""
    Things(town)
    addresses = Addresses(town)
    guest, seated = visitor(), {name: visitor(name) for name in STAFF}
    # Three minutes are enough for the pages of a terminal, and not for all others.
    hall = [path for path in addresses.of("GET") if path.startswith("/kiosk")]
    walks = [(_at_a_terminal(town, visitor()), hall)]
    walks += [(one, list(addresses.of("GET"))) for one in (guest, *seated.values())]
    for one, paths in walks:
        for path in paths:
            with one.get(path) as answer:
                if answer.status_code >= 500:
                    yield path, answer.status_code
    # The administrator ends appointments, so they come last.
    for name in sorted(STAFF, key="admin".__eq__):
        seated[name].get("/console/account")
        for path in addresses.of("POST"):
            with seated[name].post(path, {"reason": "核实情况", "ready": ""}) as answer:
                if answer.status_code >= 500:
                    yield path, answer.status_code


@pytest.mark.slow
def test_no_template_is_given_a_row(town, visitor):
    with contexts(town.app) as given:
        assert list(walk(town, visitor)) == []
    assert {name for name, rows in given.items() if rows} == set()
    assert every_template() - given.keys() == PARTS | IN_BETWEEN


@dataclass(frozen=True)
class View:
    whose: object


@pytest.mark.parametrize(
    "hide",
    [lambda row: row, lambda row: [row], lambda row: {"a": (1, row)}, lambda row: [View({"b": [View(row)]})]],
    ids=["plain", "in a list", "in a dictionary", "in a view"],
)
def test_a_row_is_seen_wherever_it_hides(migrated_app, hide):
    assert shaped.rows_in({"shown": hide(Person(id=1)), "title": "心愿"})
    assert shaped.rows_in({"shown": hide("裴**")}) == set()
