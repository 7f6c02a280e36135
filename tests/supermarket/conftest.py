"""Every test of the supermarket ends with books that balance, unless it says that it broke them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from backend.db import session, transaction
from backend.errors import Refused
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


@pytest.fixture
def at_once(town):
    """Runs the callables in as many threads, each in a context and a transaction of its own; answers what
    they answered or refused."""

    def run(*works):
        barrier = Barrier(len(works))

        def one(work):
            with town.app.app_context():
                barrier.wait(timeout=20)
                try:
                    with transaction():
                        return work()
                except Refused as refusal:
                    return refusal
                finally:
                    session.remove()

        with ThreadPoolExecutor(len(works)) as threads:
            return list(threads.map(one, works))

    return run
