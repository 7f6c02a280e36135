"""Who stands in which relation to a wish, for the test that tries everyone on everything."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.people.models import Person
from backend.wishes.actions import claims, reviewing, rounds, writing
from backend.wishes.models import Claim, Round, Wish

CONTENT = {
    "title": "台灯",
    "description": "想要一盏台灯",
    "category": "goods",
    "beneficiary_group": "elder",
    "estimated_cost": 80,
    "disclosure": "anonymous",
    "address": "雪松家园 7 号楼",
    "contact_phone": "11100000001",
}


@dataclass(frozen=True)
class By:
    """Someone who acts."""

    id: int


def by(town, name):
    return By(town.person(name).id)


def open_round(town, name="tong", days=10):
    today = clock.today()

    with transaction():
        found = rounds.open_round(
            town.songtao,
            "本期",
            today + timedelta(days=days),
            today + timedelta(days=2 * days),
            actor=by(town, name),
        )
    return found.id


def submitted(town, wisher="ning", reporter=None, **content):
    with transaction():
        on_behalf = (by(town, wisher).id, "没有手机") if reporter else None
        author = by(town, reporter or wisher)
        wish = writing.write(town.songtao, {**CONTENT, **content}, on_behalf_of=on_behalf, actor=author)
        return writing.submit(wish.id, actor=author).id


def published(town, count=1, **kwargs):
    """Wishes of ning in a published round, reviewed by lan; answers their ids and the round's."""
    round_id = open_round(town)
    made = [submitted(town, **kwargs) for _ in range(count)]
    with transaction():
        for wish_id in made:
            reviewing.accept(wish_id, actor=by(town, "lan"))
        rounds.review(round_id, actor=by(town, "tong"))
        rounds.publish(round_id, actor=by(town, "tong"))
    return made, round_id


def claimed(town, name="pei"):
    (wish_id,), _ = published(town)
    with transaction():
        claims.claim(wish_id, actor=by(town, name))
    return wish_id


def fulfilled(town, name="pei"):
    wish_id = claimed(town, name)
    with transaction():
        claims.fulfil(wish_id, "送到了", actor=by(town, name))
    return wish_id


def wish(wish_id):
    session.expire_all()
    return session.get(Wish, wish_id, populate_existing=True)


def round_(round_id):
    return session.get(Round, round_id, populate_existing=True)


def standing(wish_id):
    return session.scalar(sa.select(Claim).where(Claim.wish_id == wish_id, Claim.outcome.is_(None)))


def everyone():
    return session.scalars(sa.select(Person).order_by(Person.id)).all()
