"""What must be true after every fault. Each answers sentences about what is wrong; none is good."""

from collections import Counter

import requests
import sqlalchemy as sa

from backend import commands
from backend.db import session
from backend.supermarket.models import Redemption
from backend.wishes.models import Wish
from tests.served import PATIENCE_SECONDS


def wrong_with_the_house():
    """All that `flask ledger verify` would name: books, seals, stock, and what holds across the rooms."""
    session.rollback()
    found = [finding for audit in commands.books.AUDITS for finding in audit(lambda _: None)]
    session.rollback()
    return found


def lost_or_doubled(load):
    """Acknowledged changes that are not there, and changes that nobody was told of or that are there twice."""
    session.rollback()
    people = [one.id for one in load.people]
    wishes = Counter(one.data["id"] for one in load.kept if one.path == "/wishes")
    orders = Counter(one.data["id"] for one in load.kept if one.path == "/redemptions")
    wished = set(session.scalars(sa.select(Wish.id).where(Wish.wisher_id.in_(people))))
    bought = set(session.scalars(sa.select(Redemption.id).where(Redemption.person_id.in_(people))))
    session.rollback()
    return [
        *_compared("wish", wishes, wished),
        *_compared("redemption", orders, bought),
        *_moved_on([one for one in load.kept if one.path.endswith("/cancel")]),
    ]


def _compared(kind, acknowledged, there):
    lost = [f"{kind} {one} was acknowledged and is not there" for one in sorted(acknowledged.keys() - there)]
    more = [f"{kind} {one} is there twice, or for nobody" for one in sorted(there - acknowledged.keys())]
    same = [f"{kind} {one} answered {number} keys" for one, number in acknowledged.items() if number > 1]
    return lost + more + same


def _moved_on(cancelled):
    ids = [one.data["id"] for one in cancelled if one.status == 200]
    states = session.execute(sa.select(Redemption.id, Redemption.state).where(Redemption.id.in_(ids))).all()
    session.rollback()
    return [
        f"redemption {row.id} was cancelled and is {row.state}" for row in states if row[1] != "cancelled"
    ]


def replayed_otherwise(url, kept):
    """Answers that a repeat under the same key does not get again, byte for byte."""
    found = []
    with requests.Session() as line:
        for one in kept:
            headers = {"Authorization": f"Bearer {one.token}", "Idempotency-Key": one.key}
            answer = line.post(
                f"{url}/api/v1{one.path}", json=one.body, headers=headers, timeout=PATIENCE_SECONDS
            )
            if (answer.status_code, answer.content) != (one.status, one.content):
                found.append(f"{one.path}: {one.status} {one.content!r} became {answer.content!r}")
    return found
