"""Every change is sent three times, the third time late and in another order: it happens once."""

import contextlib

import pytest

from backend.api.frame import idempotency
from backend.db import db, session
from scripts import pages
from tests.attacks import matrix
from tests.attacks.test_matrix import things  # noqa: F401 - a fixture: the city with a thing of each kind
from tests.faults.altered import forgets_keys
from tests.faults.three_times import Thrice, changes_beside, played, three_times_by_whoever_may

PAGES = pages.pages()
# Refused to everybody on the things that there are: three times in the same words, and nothing comes of it.
REFUSED = {
    "POST /api/v1/guardianships",
    "POST /api/v1/items/{item_id}/batches/{batch_id}/release",
    "POST /api/v1/items/{item_id}/look",
    "POST /api/v1/people/{person_id}/nickname/take-down",
    "POST /api/v1/person-merges/{merge_id}/propose",
    "POST /api/v1/points/opening-balances/{opening_id}/confirm",
    "POST /api/v1/redemptions/{redemption_id}/no-show",
    "POST /api/v1/shop-transfers/{transfer_id}/receive",
    "POST /api/v1/shops",
    "POST /api/v1/wishes/{wish_id}/explain",
    "POST /api/v1/wishes/{wish_id}/look",
    "POST /api/v1/wishes/{wish_id}/merge",
    "POST /api/v1/wishes/{wish_id}/republish",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_sent_three_times_happens_once(town, house, page):
    thrice, wrong = played(town.app, page)
    assert wrong == []
    assert thrice.kept or page.name != "wishes.md"


def test_nearly_every_change_of_the_api_is_among_them(town):
    """The pages play whole journeys; a new page or route makes this number grow."""
    asked = set()
    for page in PAGES:
        asked |= {_shape(path) for _, path, *_ in played(town.app, page)[0].kept}
    assert len(asked) >= 30, sorted(asked)


def test_what_no_page_plays_happens_once_too(things, host):  # noqa: F811
    """With the pages this is every change of the API: a new route is played by a page, or comes here by itself."""
    wrong, refused = [], set()
    for operation, told in changes_beside(things.town.app, PAGES).items():
        found, succeeded = three_times_by_whoever_may(things, operation, told, lambda: _afresh(host))
        wrong += found
        if not succeeded:
            refused.add(operation)
    assert wrong == []
    assert refused == REFUSED


def _afresh(host):
    session.remove()
    db.engine.dispose()
    host.restore("matrix")


def test_the_check_beside_the_pages_sees_a_product_that_forgets_its_keys(things, host, monkeypatch):  # noqa: F811
    """Negative control."""
    monkeypatch.setattr(idempotency, "begin", idempotency.begin)
    monkeypatch.setattr(idempotency, "keep", idempotency.keep)
    forgets_keys(things.town.app)
    operation = "POST /api/v1/points/adjustments"
    told = matrix.operations(things.town.app)[operation]
    found, _ = three_times_by_whoever_may(things, operation, told, lambda: _afresh(host))
    assert any(" became " in one for one in found)


def _shape(path):
    return "/".join("1" if part.isdigit() else part for part in path.split("?")[0].split("/"))


def test_the_check_sees_a_product_that_forgets_its_keys(town, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(idempotency, "begin", idempotency.begin)
    monkeypatch.setattr(idempotency, "keep", idempotency.keep)
    forgets_keys(town.app)
    thrice = Thrice(town.app)
    page = next(one for one in PAGES if one.name == "supermarket.md")
    # The page itself does not get far with such a product.
    with contextlib.suppress(pages.BadPage):
        list(pages.Play(thrice).page(page))
    assert any(" became " in one for one in thrice.wrong)
