"""The city's work while something fails: who is there, and what they do."""

from backend import clock
from backend.db import session, transaction
from backend.ledger import actions as ledger
from backend.outbox import actions as outbox
from backend.people.models import Person
from backend.wechat.simulator.rules import openid_of
from tests.api import crowd
from tests.supermarket import cast as shop
from tests.wishes import cast

WISH = {
    "title": "停电时用的台灯",
    "description": "停电的时候也想看书。",
    "category": "goods",
    "beneficiaryGroup": "elder",
    "estimatedCost": 80,
    "disclosure": "anonymous",
    "submit": True,
}
PURSE = 100_000
MESSAGE = {"thing1": "一盏台灯", "phrase2": "已认领", "thing4": "有人认领了您的心愿"}


def people(town, count):
    """Residents with points that do not end."""
    made = crowd.residents(count, town.songtao)
    with transaction():
        for one in made:
            ledger.grant(
                one.id, PURSE, reference=f"work:{one.id}", title="", community_id=town.songtao, actor=None
            )
    return made


def mixed(town, stock=100_000):
    """A step of everyday work: a wish; an order; and every other order is cancelled again."""
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id, stock=stock, points=1)
    wish = {"communityId": town.songtao, **WISH}
    order = {"shopId": shop_id, "lines": [{"itemId": item_id, "quantity": 1}]}

    def step(client, number):
        asked = client.insist("/redemptions", order)
        assert asked.status == 201, asked.content
        kept = [asked]
        if number % 2:
            kept.append(client.insist(f"/redemptions/{asked.data['id']}/cancel", {}))
            kept.append(client.insist("/wishes", wish))
        assert {one.status for one in kept} <= {200, 201}, [one.content for one in kept]
        return kept

    return step


def wishes_only(town):
    """A step that needs the database and nothing else."""
    wish = {"communityId": town.songtao, **WISH}

    def step(client, _number):
        kept = client.insist("/wishes", wish)
        assert kept.status == 201, kept.content
        return [kept]

    return step


def told(town, count):
    """So many notices with a WeChat message, each to a person of their own who allowed one; their openids."""
    del town
    with transaction():
        made = crowd.people(count)
        openids = [openid_of(f"told{one.id}") for one in made]
        for one, openid in zip(made, openids, strict=True):
            session.get_one(Person, one.id).openid = openid
        session.flush()
    for one in made:
        with transaction():
            outbox.record_subscriptions(one, ["wish_progress"], [])
            data = {**MESSAGE, "time3": clock.now()}
            outbox.notify(
                one.id,
                "wish_claimed",
                "心愿有人认领了",
                "有人认领了您的心愿。",
                template="wish_progress",
                data=data,
            )
    return openids


def published(town, count):
    """Published wishes that wait for a claimer."""
    ids, _ = cast.published(town, count)
    return ids
