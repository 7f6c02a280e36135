"""The console for scripts/bench: a clerk who takes a register along as a file."""

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import g

from backend import clock
from backend.db import session
from backend.organisations.models import Organisation
from backend.registers import scopes
from backend.reports import catalogue
from backend.seeds import demo

# So many transfers were booked on one day long ago, whatever was booked since.
ROWS = 4000
LONG_AGO = timedelta(days=20)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PAGE = "/console/registers/points"


class Desk:
    """Signed in anew for each measurement: a console left alone for half an hour is closed."""

    def __init__(self, app: Any) -> None:
        self.app = app
        first = sa.select(Organisation.id).where(Organisation.kind == "community").order_by(Organisation.id)
        # Where `flask ledger fill` books: the first community.
        self.place = session.scalars(first.limit(1)).one()
        self.day = clock.business_day(clock.now() - LONG_AGO)

    def lines(self) -> int:
        """How many rows the file has."""
        found = catalogue.one("points")
        return found.rows.counted(scopes.whole(found, self.place, self.day, self.day), 10 * ROWS)

    def register(self, kind: str) -> dict[str, Any]:
        """The request for the register of that day, as the page's own form sends it."""
        form = {"csrf_token": self.token, "place": self.place, "kind": kind}
        form |= {"first": self.day.isoformat(), "last": self.day.isoformat()}
        return {"method": "POST", "path": f"{_PAGE}/file", "cookie": self.cookie, "form": form}

    def sign_in(self) -> None:
        client = self.app.test_client()
        told = {"csrf_token": _token(client, "/console/sign-in"), "name": "jie"}
        forget_the_last_request()
        client.post("/console/sign-in", data={**told, "password": demo.password()})
        self.token = _token(client, _PAGE)
        self.cookie = f"console={client.get_cookie('console').value}"


def _token(client: Any, path: str) -> str:
    forget_the_last_request()
    answer = client.get(path)
    found = _TOKEN.search(answer.get_data(as_text=True))
    if answer.status_code != 200 or found is None:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return found[1]


def forget_the_last_request() -> None:
    """The town keeps one application context, in which a request would find the token of the one before it."""
    for name in list(g):
        g.pop(name)
