"""Everything the pages of the API do, each change sent three times, the third time late and in another order."""

import random
import secrets

import sqlalchemy as sa

from backend.api import documentation  # noqa: F401 - the document has to be known before the pages are
from backend.db import Base, session
from scripts import pages
from scripts.record_examples import sender

# Not the same twice by their nature: what is asked for is made anew, under no key and for nobody yet.
WITHOUT_A_KEY = ("/sessions",)


class Thrice:
    """Sends each POST of somebody signed in under a key, and at once again; keeps it for a third time."""

    def __init__(self, app):
        self.app, self.send = app, sender(app)
        self.kept, self.wrong = [], []

    def __call__(self, method, path, headers, body):
        if method == "GET" or path.startswith(WITHOUT_A_KEY):
            return self.send(method, path, headers, body)
        told = headers if method != "POST" else {"Idempotency-Key": secrets.token_hex(16), **headers}
        first = self.send(method, path, told, body)
        if method == "POST" and "Authorization" in headers:
            self._compare(path, first, self.send(method, path, told, body))
            self.kept.append((method, path, told, body, first))
        return first

    def all_again(self):
        """The third time, in any order; answers what is wrong with it."""
        before = counts()
        random.shuffle(self.kept)
        for method, path, headers, body, first in self.kept:
            again = self.send(method, path, headers, body)
            # Who has signed out meanwhile is nobody any more, and is told nothing.
            if again.status != 401:
                self._compare(path, first, again)
        after = counts()
        changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
        return self.wrong + [f"{name}: {was} rows became {now}" for name, (was, now) in changed.items()]

    def _compare(self, path, first, again):
        if _said(again) != _said(first):
            self.wrong.append(f"{path}: {first.status} {first.told} became {again.status} {again.told}")


def _said(answer):
    """What was answered. A refusal at the door keeps no key, and its request has a number of its own each time."""
    refused = answer.status >= 400
    return answer.status, {
        name: one for name, one in answer.told.items() if not (refused and name == "requestId")
    }


def counts():
    """How many rows each table has."""
    session.rollback()
    found = {
        name: session.scalar(sa.select(sa.func.count()).select_from(table))
        for name, table in Base.metadata.tables.items()
    }
    session.rollback()
    return found


def played(app, page):
    """A page of miniprogram_api_docs/ played so; answers what was sent, and what is wrong."""
    thrice = Thrice(app)
    for _ in pages.Play(thrice).page(page):
        pass
    return thrice, thrice.all_again()
