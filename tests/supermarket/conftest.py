"""Every test of the supermarket ends with books that balance, unless it says that it broke them."""

import pytest

from backend.db import session
from backend.ledger import verify as ledger
from backend.supermarket import verify


@pytest.fixture(autouse=True)
def books(request):
    # Asked for first, so that the town still stands when its books are looked at.
    town = request.getfixturevalue("town") if "town" in request.fixturenames else None
    yield
    if town is not None and "broken_books" not in request.fixturenames:
        session.rollback()
        assert list(verify.findings()) == []
        assert list(ledger.findings()) == []


@pytest.fixture
def broken_books():
    """The test breaks the books on purpose."""
