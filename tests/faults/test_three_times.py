"""Every change is sent three times, the third time late and in another order: it happens once."""

import contextlib

import pytest

from backend.api import idempotency
from scripts import pages
from tests.faults.altered import forgets_keys
from tests.faults.three_times import Thrice, played

PAGES = pages.pages()


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
