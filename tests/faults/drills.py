"""The drills: short in the suite, long in scripts/faults. Each answers what went wrong, in sentences."""

import os
import random
import signal
import threading
import uuid
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import db, session, transaction
from backend.errors import Refused
from backend.journal import JournalLine
from backend.ledger.models import Transfer
from backend.supermarket.actions import deadlines
from backend.supermarket.models import Redemption
from backend.wishes.models import Claim
from tests.api import crowd
from tests.faults import work
from tests.faults.checks import lost_or_doubled, replayed_otherwise
from tests.faults.clients import Client, Load, wait_for
from tests.supermarket import cast as shop

AT_ONCE = 32


def quiet(_line):
    """For the suite, which shows no progress."""


def afresh():
    """This process' own connections died with the server, too."""
    session.remove()
    db.engine.dispose()


# --- crowds --------------------------------------------------------------------------------------------


def one_winner_each(town, served, wishes, claimers, tell=quiet):
    """So many wishes, and so many people who claim each of them at the same moment."""
    ids = work.published(town, wishes)
    unit, tong = town.place("市水务局"), town.person("tong").id
    members = crowd.party_members(claimers, unit, town.songtao, decided_by_id=tong)
    wrong = []
    for number, wish_id in enumerate(ids, 1):
        calls = [(one.token, "POST", f"/wishes/{wish_id}/claim", {"as": "personal"}) for one in members]
        wrong += _without_one_winner(wish_id, served.at_once(calls), claimers)
        tell(f"{number} of {wishes} wishes claimed")
    return wrong


def _without_one_winner(wish_id, answers, claimers):
    told = Counter((answer.status_code, answer.json()["code"]) for answer in answers)
    session.rollback()
    standing = session.scalar(
        sa.select(sa.func.count()).select_from(Claim).where(Claim.wish_id == wish_id, Claim.outcome.is_(None))
    )
    session.rollback()
    if told == {(200, 0): 1, (409, 40901): claimers - 1} and standing == 1:
        return []
    return [f"wish {wish_id}: {standing} claims stand, answers {dict(told)}"]


def last_pieces(town, served, asked, pieces, tell=quiet):
    """So many requests for the last pieces, each sent twice under its key, in any order."""
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id, stock=pieces, points=1)
    body = {"shopId": shop_id, "lines": [{"itemId": item_id, "quantity": 1}]}
    calls = [(one.token, uuid.uuid4().hex) for one in work.people(town, asked)] * 2
    random.shuffle(calls)

    def ask(call):
        client = Client([served.url], call[0])
        with client.line:
            return client.insist("/redemptions", body, call[1])

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(ask, calls))
    tell(f"{len(answers)} requests answered")
    return _without_those_orders(item_id, answers, pieces)


def _without_those_orders(item_id, answers, pieces):
    by_key = defaultdict(set)
    for one in answers:
        by_key[one.key].add((one.status, one.content))
    told = Counter(one.status for one in answers)
    orders = {one.data["id"] for one in answers if one.status == 201}
    wrong = [f"key {key} got different answers" for key, seen in by_key.items() if len(seen) > 1]
    if told != {201: 2 * pieces, 409: len(answers) - 2 * pieces} or len(orders) != pieces:
        wrong.append(f"{len(orders)} orders for {pieces} pieces, answers {dict(told)}")
    session.rollback()
    if shop.stock(item_id) != (pieces, pieces):
        wrong.append(f"the shelf says {shop.stock(item_id)} for {pieces} pieces")
    session.rollback()
    return wrong


# --- approve ∥ cancel ∥ expire --------------------------------------------------------------------------


def one_resolution_each(town, served, rounds, tell=quiet):
    """So many orders that staff approve, their owner cancels and time ends, all at the same moment."""
    shop_id = shop.opened(town)
    item_id = shop.goods(town, shop_id, stock=rounds, points=1)
    (buyer,) = work.people(town, 1)
    staff = {name: town.phone(name).token for name in ("tong", "lan")}
    wrong = []
    for number in range(1, rounds + 1):
        order_id = _overdue(served, buyer, shop_id, item_id)
        answers = _all_three(town, served, order_id, buyer.token, staff)
        wrong += _resolved_otherwise(order_id, answers)
        if number % 10 == 0:
            tell(f"{number} of {rounds} rounds")
    return wrong


def _overdue(served, buyer, shop_id, item_id):
    """An order that nobody decided until its last day, which was yesterday."""
    body = {"shopId": shop_id, "lines": [{"itemId": item_id, "quantity": 1}]}
    client = Client([served.url], buyer.token)
    with client.line:
        order_id = client.insist("/redemptions", body).data["id"]
    yesterday = clock.today() - timedelta(days=1)
    with transaction():
        session.execute(
            sa.update(Redemption).where(Redemption.id == order_id).values(approve_until=yesterday)
        )
    return order_id


def _all_three(town, served, order_id, owner, staff):
    path = f"/redemptions/{order_id}"
    calls = [(token, "POST", f"{path}/approve", {}) for token in staff.values()]
    calls += [(owner, "POST", f"{path}/cancel", {})] * 2
    random.shuffle(calls)
    expiring = threading.Thread(target=_expire, args=(town.app, order_id))
    expiring.start()
    answers = served.at_once(calls)
    expiring.join()
    return answers


def _expire(app, order_id):
    """What the worker does when the day is over."""
    with app.app_context():
        try:
            with transaction():
                deadlines.expire_undecided(order_id)
        except Refused:
            # Somebody was quicker.
            pass
        finally:
            session.remove()


def _resolved_otherwise(order_id, answers):
    session.rollback()
    state = session.scalar(sa.select(Redemption.state).where(Redemption.id == order_id))
    mine = (JournalLine.subject_kind == "redemption", JournalLine.subject_id == order_id)
    verbs = Counter(session.scalars(sa.select(JournalLine.verb).where(*mine)))
    back = session.scalar(
        sa.select(sa.func.count())
        .select_from(Transfer)
        .where(Transfer.reference.like(f"redemption:{order_id}:release:%"))
    )
    session.rollback()
    ends, won = verbs["cancel"] + verbs["expire"], verbs["approve"] + verbs["cancel"]
    told = Counter(answer.status_code for answer in answers)
    closed = state in ("cancelled", "expired")
    if (ends, back, max(verbs.values())) == (closed, closed, 1) and told == +Counter(
        {200: won, 409: 4 - won}
    ):
        return []
    return [f"order {order_id} is {state}: journal {dict(verbs)}, {back} releases, answers {dict(told)}"]


# --- deaths --------------------------------------------------------------------------------------------


def web_workers_killed(town, served, kills, people=6, between=8, tell=quiet):
    """So many kill -9 of a web worker while everybody works, and after each one work goes on."""
    with Load([served.url], work.people(town, people), work.mixed(town)) as load:
        load.wait_for_more(between)
        for number in range(1, kills + 1):
            os.kill(random.choice(served.worker_ids()), signal.SIGKILL)
            load.wait_for_more(between)
            tell(f"{number} of {kills} kills of web workers, {len(load.kept)} changes acknowledged")
    wait_for(lambda: len(served.worker_ids()) == served.workers, "the workers are back")
    repeats = random.sample(load.kept, min(len(load.kept), 200))
    return lost_or_doubled(load) + replayed_otherwise(served.url, repeats)


def database_killed(town, served, server, kills, people=4, between=8, tell=quiet):
    """So many kill -9 of the whole database server while everybody works; it comes back, and so do writes."""
    with Load([served.url], work.people(town, people), work.mixed(town)) as load:
        load.wait_for_more(between)
        for number in range(1, kills + 1):
            server.kill()
            server.start()
            load.wait_for_more(between)
            tell(f"{number} of {kills} kills of the database, {len(load.kept)} changes acknowledged")
    afresh()
    repeats = random.sample(load.kept, min(len(load.kept), 200))
    return lost_or_doubled(load) + replayed_otherwise(served.url, repeats)
