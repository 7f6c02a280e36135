"""Many redemptions at once over HTTP, against gunicorn with four workers of four threads; and workers killed.

One server and one city serve the whole file; each test takes items of its own.
"""

import os
import signal
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import sqlalchemy as sa

from backend.db import session, transaction
from backend.ledger import actions as ledger
from backend.ledger import verify as ledger_verify
from backend.ledger.models import Hold
from backend.supermarket import verify
from backend.supermarket.models import Line, Redemption
from backend.supermarket.stock_models import Movement
from tests.api import crowd
from tests.conftest import _fresh
from tests.served import PATIENCE_SECONDS, Served
from tests.supermarket import cast
from tests.town import Town

pytestmark = pytest.mark.slow

BUYERS = 50
ONE_PERSON = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("paused")
    for pipe in ("told", "wait"):
        os.mkfifo(made / pipe)
    return made


@pytest.fixture(scope="module")
def city(host, migrated_app, settings):
    for app in _fresh(host, migrated_app, settings, "town"):
        town = Town(app)
        town.shop = cast.opened(town)
        cast.second_keeper(town)
        yield town


@pytest.fixture(scope="module")
def buyers(city):
    """Residents with a hundred points each."""
    made = crowd.residents(BUYERS, city.songtao)
    with transaction():
        for one in made:
            ledger.grant(
                one.id, 100, reference=f"buyer:{one.id}", title="", community_id=city.songtao, actor=None
            )
    return made


@pytest.fixture(scope="module")
def staff(city):
    """Tokens of those who work in the shop."""
    return {name: city.phone(name).token for name in ("tong", "lan", "bu", "shao", "yan", "wulan")}


@pytest.fixture(scope="module")
def served(city, settings, folder, tmp_path_factory):
    environment = {
        "APP_ENV": "test",
        "DATABASE_URL": settings.database,
        "WECHAT_BASE_URL": settings.wechat_base_url,
        "DATA_DIR": str(tmp_path_factory.mktemp("served")),
        "PAUSE_FOLDER": str(folder),
    }
    with Served(environment, app="tests.paused:create_app()") as running:
        yield running


def _wanting(city, item_id):
    return {"shopId": city.shop, "lines": [{"itemId": item_id, "quantity": 1}]}


def _told(answers):
    return Counter((answer.status_code, answer.json().get("error")) for answer in answers)


def _balanced():
    session.rollback()
    assert [*verify.findings(), *ledger_verify.findings()] == []


def _count(model, *conditions):
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def test_of_fifty_who_want_the_last_item_one_gets_it_and_the_others_lose_nothing(served, city, buyers):
    for _ in range(3):
        last = cast.goods(city, city.shop, stock=1)
        holds = _count(Hold)
        answers = served.at_once(
            [(one.token, "POST", "/redemptions", _wanting(city, last)) for one in buyers]
        )
        assert _told(answers) == {(201, None): 1, (409, "OUT_OF_STOCK"): BUYERS - 1}
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        assert refused["data"]["available"] == 0
        assert refused["message"].endswith("库存不足：还剩 0，需要 1")
        assert cast.stock(last) == (1, 1)
        assert _count(Hold) == holds + 1
        assert _count(Line, Line.item_id == last) == 1
        assert _count(Movement, Movement.item_id == last) == 2
    _balanced()


def test_one_persons_points_buy_one_order_however_often_they_ask_at_once(served, city, staff):
    dear = cast.goods(city, city.shop, stock=99, points=70)
    available = cast.purse(city, "wulan")[0]
    assert 70 <= available < 140
    call = (staff["wulan"], "POST", "/redemptions", _wanting(city, dear))
    answers = served.at_once([call] * ONE_PERSON)
    assert _told(answers) == {(201, None): 1, (409, "NOT_ENOUGH_POINTS"): ONE_PERSON - 1}
    assert cast.stock(dear) == (99, 1)
    assert cast.purse(city, "wulan") == (available - 70, 70)
    _balanced()


def test_one_key_told_many_times_at_once_is_one_order(served, city, buyers):
    soap = cast.goods(city, city.shop, points=1)
    key = {"Idempotency_Key": str(uuid.uuid4())}
    call = (buyers[0].token, "POST", "/redemptions", _wanting(city, soap), key)
    answers = served.at_once([call] * 12)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["data"]["id"] for answer in answers if answer.status_code == 201}) == 1
    assert cast.stock(soap) == (10, 1)


def _asked(served, city, buyers, item_id, number):
    answer = served.call(buyers[number].token, "POST", "/redemptions", _wanting(city, item_id))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


def test_approval_and_cancellation_at_once_leave_balanced_books(served, city, buyers, staff):
    soap = cast.goods(city, city.shop, stock=99, points=1)
    for number in range(6):
        order_id = _asked(served, city, buyers, soap, number)
        path = f"/redemptions/{order_id}"
        calls = [
            (staff["tong"], "POST", f"{path}/approve", {}),
            (staff["lan"], "POST", f"{path}/approve", {}),
            (staff["lan"], "POST", f"{path}/reject", {"reason": "暂缓"}),
            (buyers[number].token, "POST", f"{path}/cancel", {}),
        ]
        told = _told(served.at_once(calls * 2))
        assert set(told) <= {(200, None), (409, "REDEMPTION_MOVED_ON")}
        assert told[(200, None)] in (1, 2)
    _balanced()


def test_two_clerks_at_one_code_hand_over_once(served, city, buyers, staff):
    soap = cast.goods(city, city.shop, stock=99, points=1)
    for number in range(6):
        order_id = _asked(served, city, buyers, soap, number)
        assert served.call(staff["tong"], "POST", f"/redemptions/{order_id}/approve").status_code == 200
        mine = served.call(buyers[number].token, "GET", f"/redemptions/{order_id}").json()["data"]
        body = {"pickUpCode": mine["pickUpCode"], "collectedBy": "self"}
        path = f"/redemptions/{order_id}/hand-over"
        answers = served.at_once([(staff[name], "POST", path, body) for name in ("bu", "shao") * 4])
        assert _told(answers) == {(200, None): 1, (409, "REDEMPTION_MOVED_ON"): 7}
    assert cast.stock(soap) == (93, 0)
    _balanced()


def _killed_at(point, folder, served, city, token, item_id, key):
    """Asks for the item, and kills the worker with -9 at that point."""
    (folder / "stop-at").write_text(point)
    with ThreadPoolExecutor(1) as threads:
        asking = threads.submit(
            served.call, token, "POST", "/redemptions", _wanting(city, item_id), Idempotency_Key=key
        )
        with open(folder / "told") as told:
            pid = int(told.read())
        (folder / "stop-at").unlink()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(requests.ConnectionError):
            asking.result()


def _again(served, token, body, key):
    """As a phone repeats it: while the database has not noticed yet that the first one died, it is told to wait."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = served.call(token, "POST", "/redemptions", body, Idempotency_Key=key)
        if answer.status_code != 409 or answer.json()["code"] != 40902 or time.monotonic() > until:
            return answer


@pytest.mark.parametrize(("point", "there"), [("reserved", False), ("held", False), ("committed", True)])
def test_a_worker_killed_inside_a_redemption_leaves_it_whole_or_not_at_all(
    served, city, buyers, folder, point, there
):
    for number in range(2):
        soap, buyer, key = cast.goods(city, city.shop, points=1), buyers[10 + number], str(uuid.uuid4())
        before = _count(Redemption), _count(Hold)
        _killed_at(point, folder, served, city, buyer.token, soap, key)
        # A call of somebody else comes first: nothing is locked any more.
        other = served.call(buyers[20].token, "GET", "/me/redemptions")
        assert other.status_code == 200
        again = _again(served, buyer.token, _wanting(city, soap), key)
        assert again.status_code == 201
        assert (again.headers.get("Idempotency-Replayed") == "true") == there
        assert (_count(Redemption), _count(Hold)) == (before[0] + 1, before[1] + 1)
        assert cast.stock(soap) == (10, 1)
        _balanced()


def test_workers_killed_between_requests_are_replaced_and_nothing_is_lost(served, city, buyers):
    soap = cast.goods(city, city.shop, stock=99, points=1)
    for number in range(4):
        order_id = _asked(served, city, buyers, soap, 30 + number)
        os.kill(_some_worker(served), signal.SIGKILL)
        found = served.call(buyers[30 + number].token, "GET", f"/redemptions/{order_id}")
        assert found.json()["data"]["state"] == "requested"
    assert cast.stock(soap) == (99, 4)
    _balanced()


def _some_worker(served):
    master = served.process.pid
    with open(f"/proc/{master}/task/{master}/children") as children:
        return int(children.read().split()[-1])


def test_books_stay_balanced_while_everybody_works_at_once(served, city, buyers, staff):
    soap = cast.goods(city, city.shop, stock=40, points=1)
    first = [_asked(served, city, buyers, soap, number) for number in range(8)]
    calls = [(one.token, "POST", "/redemptions", _wanting(city, soap)) for one in buyers[8:32]]
    calls += [(staff["tong"], "POST", f"/redemptions/{one}/approve", {}) for one in first]
    calls += [(staff["bu"], "POST", f"/items/{soap}/receipts", {"quantity": 1, "source": "purchase"})] * 4
    calls += [(staff["bu"], "POST", f"/items/{soap}/spoilage", {"quantity": 1, "reason": "受潮"})] * 4
    told = _told(served.at_once(calls))
    assert set(told) <= {(200, None), (201, None)}, told
    assert cast.stock(soap) == (40, 32)
    _balanced()
