"""Axe finds nothing, not even something small, on any page of the console or any open page, in either theme, at either size.

Each page is opened as somebody of the staff who may, with things of several states on it. That there is no page that this
walk leaves out is a test, too.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from backend.db import transaction
from backend.wishes.actions import claims
from tests.attacks.matrix import Things
from tests.console.walk import LEFT_OUT, STAFF, Addresses
from tests.wishes import cast as wishes

# Light at the usual size, dark at the large one: contrast is a matter of the theme, the rest one of the size. With
# `--every-screen` each page in both, otherwise one after the other in turns.
LOOKS = ("light", "dark-large")
# Of each page so many are opened with `--every-screen`, the first things and the last; otherwise one.
OF_EACH = 2
# What answers a GET and shows nobody a page: files, pictures, small answers, and ways on to another page.
NO_PAGES = LEFT_OUT | {
    "console.answers",
    "console.blank_opening_sheet",
    "console.blank_sheet",
    "console.finish_provider_sign_in",
    "console.following_code",
    "console.later",
    "console.later_adjustment",
    "console.points",
    "console.provider_sign_in",
    "console.scan_standing",
    "console.skip",
    "console.thing_numbered",
    "console.transfer_named",
}
# Goes on by itself at once.
GOES_ON = {"console.provider_answer"}
# Shown in the middle of something, or of rows that were ticked: the tests of these look at them (`desk.look_at`).
IN_BETWEEN = {
    "console.bind_wechat",
    "console.delivery_note",
    "console.edit_wish",
    "console.first_password",
    "console.item_look",
    "console.own_password",
    "console.people_cards",
    "console.pick_up_slip",
    "console.redemption_slips",
    "console.resume_person",
    "console.scan",
    "console.wish_slips",
}


def pages_of(town, visitor, of_each):
    """endpoint → [(who, path)] of the pages that somebody may open; and the endpoints for which there was none."""
    made = Things(town)
    with transaction():
        claims.fulfil(made.ids["claimed"], "送到了", actor=wishes.by(town, "pei"))
    addresses, map_ = Addresses(town), town.app.url_map.bind("localhost")
    seated = {"": visitor(), **{name: visitor(name) for name in STAFF}}
    paths = {}
    for path in addresses.of("GET"):
        if not path.startswith("/kiosk"):
            paths.setdefault(map_.match(path, method="GET")[0], []).append(path)
    found, missing = {}, set()
    for endpoint, all_paths in paths.items():
        for path in dict.fromkeys([*all_paths[:1], *all_paths[::-1]]):
            if len(found.get(endpoint, ())) == of_each:
                break
            who = next((name for name in seated if _shows(seated[name], path)), None)
            if who is not None:
                found.setdefault(endpoint, []).append((who, path))
        if endpoint not in found:
            missing.add(endpoint)
    return found, missing


def _shows(visitor, path):
    with visitor.get(path) as answer:
        return answer.status_code == 200 and answer.mimetype == "text/html"


@pytest.mark.slow
def test_axe_finds_nothing_on_any_page_in_either_theme_or_size(desk, town, visitor, request):
    every = request.config.getoption("--every-screen")
    found, missing = pages_of(town, visitor, OF_EACH if every else 1)
    assert missing - NO_PAGES == IN_BETWEEN
    seats, faults = {}, []
    pages = sorted({one for name, pages in found.items() if name not in GOES_ON for one in pages})
    turns = [LOOKS if every else (LOOKS[number % len(LOOKS)],) for number in range(len(pages))]
    for look, (who, path) in [
        (look, page) for looks, page in zip(turns, pages, strict=True) for look in looks
    ]:
        page = seats.get(who) or seats.setdefault(who, desk.sit_down(who) if who else desk.page())
        page.context.add_cookies([{"name": "look", "value": look, "url": desk.address}])
        page.emulate_media(color_scheme=look.partition("-")[0])
        page.goto(path)
        told = Axe().run(page).response["violations"]
        faults += [
            (look, who, path, one["id"], one["nodes"][0]["html"][:120], len(one["nodes"])) for one in told
        ]
    assert faults == []
