"""Everything the pages of the API do, each change sent three times, the third time late and in another order."""

import random
import secrets

import sqlalchemy as sa

from backend.api.frame import openapi as documentation  # noqa: F401 - the document has to be known before the pages are
from backend.db import Base, session
from backend.erasable import GONE
from scripts import pages
from scripts.record_examples import operation as operation_id
from scripts.record_examples import sender
from tests.attacks import matrix

# Not the same twice by their nature: what is asked for is made anew, under no key and for nobody yet.
WITHOUT_A_KEY = ("/sessions", "/kiosk-sessions")
# WeChat's own, which has no key either: tests/api/test_push.py sends each again and again.
OF_WECHAT = "POST /api/v1/wechat/push"
API = "/api/v1"
DRAFT = {
    "title": "台灯",
    "description": "停电的时候也想看书。",
    "category": "goods",
    "beneficiaryGroup": "elder",
    "estimatedCost": 80,
    "disclosure": "anonymous",
}


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
                self._compare(path, first, again, later=True)
        after = counts()
        changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
        return self.wrong + [f"{name}: {was} rows became {now}" for name, (was, now) in changed.items()]

    def _compare(self, path, first, again, later=False):
        said = _said(again)
        # A person who is gone meanwhile is taken out of the answers that are kept, too.
        if said != (_without_the_erased(_said(first), said) if later else _said(first)):
            self.wrong.append(f"{path}: {first.status} {first.told} became {again.status} {again.told}")


def _said(answer):
    """What was answered. A refusal at the door keeps no key, and its request has a number of its own each time."""
    refused = answer.status >= 400
    return answer.status, {
        name: one for name, one in answer.told.items() if not (refused and name == "requestId")
    }


def _without_the_erased(first, again):
    """What was answered first, without the words that an erasure took out of what is kept of it."""
    if isinstance(again, str) and GONE in again:
        return again
    if isinstance(first, dict) and isinstance(again, dict) and first.keys() == again.keys():
        return {name: _without_the_erased(one, again[name]) for name, one in first.items()}
    if isinstance(first, list | tuple) and isinstance(again, list | tuple) and len(first) == len(again):
        return type(first)(_without_the_erased(*both) for both in zip(first, again, strict=True))
    return first


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


# --- what no page plays --------------------------------------------------------------------------------


def changes_beside(app, played_pages):
    """The changes of the API that no page asks for, `METHOD /path` → what the document says of it."""
    asked = {operation_id(app, call.method, call.path) for page in played_pages for call in pages.calls(page)}
    return {
        name: told
        for name, told in matrix.operations(app).items()
        if not name.startswith("GET") and told["operationId"] not in asked and name != OF_WECHAT
    }


def three_times_by_whoever_may(things, operation, told, afresh):
    """Sends it as each of those whom the matrix lets in, until one succeeds; answers what is wrong, and whether
    anybody did."""
    wrong = []
    # Where the example finds nothing the matrix lets nobody in: staff find what stands below.
    may = [actor for actor, came in matrix.kept()[operation].items() if came == "in"] or ["staff"]
    for actor in may:
        afresh()
        found, first = _three_times(things, operation, told, actor)
        wrong += [f"{operation} as {actor}: {one}" for one in found]
        if first.status < 400:
            return wrong, True
    return wrong, False


def _three_times(things, operation, told, actor):
    method, path = operation.split(" ")[0], things.path(operation).removeprefix(API)
    headers, body = things.phones[actor].headers, BODIES.get(operation, things.body)(told)
    thrice = Thrice(things.town.app)
    for who, verb, before, said in BEFORE.get(operation, ()):
        things.phones[who or actor].data(verb, before.format(**things.ids), said)
    first = thrice(method, path, headers, body)
    # Somebody else does something, and then everything comes once more, in any order.
    thrice("POST", "/wishes", things.phones["owner"].headers, {"communityId": things.town.songtao, **DRAFT})
    if method == "POST":
        return thrice.all_again(), first
    again = [thrice.send(method, path, headers, body) for _ in range(2)]
    return [f"{first.status} became {one.status}" for one in again if one.status >= 500], first


# What is sent where the document's example does not fit our things.
BODIES = {
    "POST /api/v1/items/{item_id}/barcodes": lambda _: {"code": "4006381333931", "factor": 1},
    "POST /api/v1/me/children": lambda _: {"realName": "宁小树", "birthYear": 2019, "relation": "mother"},
    "PUT /api/v1/items/{item_id}": lambda _: {"name": "香皂", "points": 6},
    "POST /api/v1/shops/{shop_id}/deliveries": lambda _: {
        "source": "purchase",
        "lines": [{"barcode": "6901234567892", "quantity": 3}],
    },
    "POST /api/v1/people/{person_id}/cancel": lambda _: {"reason": "当面提出", "confirm": True},
    "POST /api/v1/people/{person_id}/bind": lambda _: {"code": f"sim:kin:{secrets.token_hex(4)}"},
}
# What has to be done before: by whom (None: who will act), and how.
BEFORE = {
    "POST /api/v1/complaints/{complaint_id}/appeal": [
        ("staff", "POST", "/complaints/{complaint_id}/answer", {"answer": "已经转给物业"})
    ],
    "DELETE /api/v1/me/consents/{document}": [
        (None, "POST", "/me/consents", {"document": "privacy", "version": "2026-11"})
    ],
    "POST /api/v1/person-merges": [
        ("second", "POST", "/person-merges/{merge_id}/reject", {"reason": "再核对一次"})
    ],
    "POST /api/v1/shops/{shop_id}/stocktakes": [
        ("supervisor", "POST", "/stocktakes/{stocktake_id}/reject", {"reason": "重新清点"})
    ],
}
