import random
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from structlog.testing import CapturingLogger

from backend import clock, config
from backend.db import session, transaction
from backend.outbox import actions, queries
from backend.outbox.delivery import LEASE, LONGEST_WAIT, MOST_ATTEMPTS, _wait_after, deliver_due
from backend.outbox.models import Delivery, Notice
from backend.people.models import Person
from backend.wechat.gateway import Sent, WeChatRejected, WeChatUnavailable
from tests.outbox.conftest import NOON, PROGRESS, StandIn, add_person, delivery, quota, subscribe, tell


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


@pytest.fixture
def logged(monkeypatch):
    """Every call of the logger, whatever level the settings of a test run let through."""
    logger = CapturingLogger()
    monkeypatch.setattr("backend.outbox.delivery.log", logger)
    return logger.calls


def people(many, subscribed=1):
    found = [add_person(f"openid-{n}") for n in range(many)]
    for person in found:
        subscribe(person, subscribed)
    return found


def states():
    return Counter(session.scalars(sa.select(Delivery.state)).all())


def test_a_message_goes_out_once_with_its_fields_and_its_page(zhu):
    notice, wechat = tell(zhu), StandIn()
    assert deliver_due(wechat) == 1
    assert deliver_due(wechat) == 0
    data = {
        "thing1": "一台轮椅",
        "phrase2": "已认领",
        "time3": "2026-03-02 12:00",
        "thing4": "裴**认领了您的心愿",
    }
    assert wechat.asked == [("openid-zhu", "tpl_wish_progress", data, "pages/wish/detail?id=17")]
    sent = delivery(notice)
    assert (sent.state, sent.attempts, sent.errcode) == ("sent", 1, None)
    assert sent.finished_at is not None


def test_it_is_marked_and_paid_for_before_wechat_is_asked(zhu):
    notice, seen = tell(zhu), []

    def look():
        seen.append((delivery(notice).state, quota(zhu)))
        return Sent.SENT

    deliver_due(StandIn(look))
    assert seen == [("sending", 0)]


def test_without_quota_wechat_is_not_asked_and_that_is_a_normal_end(zhu):
    first, second, wechat = tell(zhu), tell(zhu), StandIn()
    assert deliver_due(wechat) == 2
    assert (delivery(first).state, delivery(second).state) == ("sent", "not_subscribed")
    assert len(wechat.asked) == 1
    assert quota(zhu) == 0
    assert queries.waiting() == {"waiting": 0, "sending": 0, "dead": 0, "unknown": 0}


def test_quota_of_another_template_does_not_count(zhu):
    notice = tell(zhu, template="points_changed", data={"thing1": "兑换", "number2": 5, "time3": NOON})
    deliver_due(StandIn())
    assert delivery(notice).state == "not_subscribed"
    assert quota(zhu) == 1


def test_who_left_wechat_meanwhile_is_not_written_to(zhu):
    notice, wechat = tell(zhu), StandIn()
    with transaction():
        session.execute(sa.update(Person).values(openid=None))
    deliver_due(wechat)
    assert (delivery(notice).state, wechat.asked, quota(zhu)) == ("not_subscribed", [], 1)


def test_in_production_a_template_without_an_id_is_not_delivered(zhu, settings):
    notice, wechat = tell(zhu), StandIn()
    config.use(replace(settings, app_env="production"))
    deliver_due(wechat)
    assert (delivery(notice).state, wechat.asked, quota(zhu)) == ("not_subscribed", [], 1)


def test_a_refusal_is_a_normal_end_and_empties_the_quota(zhu, logged):
    subscribe(zhu, 2)
    notice = tell(zhu)
    deliver_due(StandIn(Sent.REFUSED))
    assert (delivery(notice).state, quota(zhu)) == ("refused", 0)
    assert [call.method_name for call in logged] == ["info"]
    assert queries.dead_letters() == []


def test_wechat_being_down_puts_it_off_and_gives_the_quota_back_and_it_is_sent_once(zhu):
    notice, wechat = tell(zhu), StandIn(WeChatUnavailable("refused -1"))
    now = clock.now()
    with clock.frozen_at(now):
        deliver_due(wechat)
        put_off = delivery(notice)
        assert (put_off.state, put_off.attempts, quota(zhu)) == ("waiting", 1, 1)
        assert 48 <= (put_off.next_at - now).total_seconds() <= 72
        assert deliver_due(wechat) == 0
    with clock.frozen_at(now + timedelta(minutes=2)):
        assert deliver_due(wechat) == 1
        assert deliver_due(wechat) == 0
    assert (delivery(notice).state, quota(zhu), len(wechat.asked)) == ("sent", 0, 2)


def test_the_wait_doubles_from_a_minute_to_six_hours_and_is_never_quite_the_same():
    for attempts in range(1, MOST_ATTEMPTS):
        planned = min(timedelta(minutes=2 ** (attempts - 1)), LONGEST_WAIT)
        waits = {_wait_after(attempts) for _ in range(20)}
        assert len(waits) > 1
        assert all(planned * 0.8 <= wait <= planned * 1.2 for wait in waits)


def test_after_twelve_failures_it_is_dead_and_staff_can_see_it(zhu):
    notice = tell(zhu)
    wechat = StandIn(*[WeChatUnavailable("ConnectTimeout")] * 20)
    now = clock.now()
    for day in range(1, 20):
        with clock.frozen_at(now + timedelta(days=day)):
            deliver_due(wechat)
    assert len(wechat.asked) == MOST_ATTEMPTS == 12
    assert (delivery(notice).state, quota(zhu)) == ("dead", 1)
    (letter,) = queries.dead_letters()
    assert (letter.notice_id, letter.person_id, letter.attempts) == (notice, zhu.id, 12)
    assert queries.waiting()["dead"] == 1


@pytest.mark.parametrize(
    ("errcode", "level"),
    [(47003, "error"), (40037, "error"), (43107, "error"), (45168, "warning"), (40013, "warning")],
)
def test_what_will_never_get_better_is_dead_at_once_and_logged_without_a_word_of_it(
    zhu, logged, errcode, level
):
    notice = tell(zhu)
    deliver_due(StandIn(WeChatRejected(errcode, "openid-zhu 一台轮椅")))
    dead = delivery(notice)
    assert (dead.state, dead.errcode, dead.attempts, quota(zhu)) == ("dead", errcode, 1, 1)
    (call,) = logged
    # Where every message fails, somebody has to be woken.
    assert call.method_name == level
    assert call.kwargs == {"notice": notice, "template": "wish_progress", "errcode": errcode}


def test_an_answer_that_was_lost_is_unknown_and_never_asked_for_again(zhu):
    notice, wechat = tell(zhu), StandIn(WeChatUnavailable("ReadTimeout", may_have_arrived=True))
    now = clock.now()
    deliver_due(wechat)
    with clock.frozen_at(now + timedelta(days=2)):
        assert deliver_due(wechat) == 0
    assert (delivery(notice).state, quota(zhu), len(wechat.asked)) == ("unknown", 0, 1)
    assert queries.waiting()["unknown"] == 1


@pytest.mark.parametrize("answer", [RuntimeError("openid-zhu"), None])
def test_what_no_gateway_should_answer_is_unknown_and_the_next_is_sent_all_the_same(app, logged, answer):
    one, two = people(2)
    first, second = tell(one), tell(two)
    deliver_due(StandIn(answer))
    assert (delivery(first).state, delivery(second).state) == ("unknown", "sent")
    assert "openid" not in str(logged)


def test_a_worker_killed_while_sending_leaves_it_unknown_and_it_is_never_sent_again(zhu):
    notice = tell(zhu)
    with pytest.raises(Killed):
        deliver_due(StandIn(Killed()))
    assert delivery(notice).state == "sending"
    assert queries.waiting()["sending"] == 1
    wechat = StandIn()
    assert deliver_due(wechat) == 0
    for wait in (LEASE, LEASE * 2, timedelta(days=1)):
        with clock.frozen_at(clock.now() + wait):
            deliver_due(wechat)
    assert (delivery(notice).state, wechat.asked) == ("unknown", [])
    assert [row.state for row in queries.dead_letters()] == ["unknown"]


def test_those_a_killed_worker_had_not_begun_are_sent_by_the_next(app):
    everyone = people(6)
    notices = [tell(person) for person in everyone]
    killed, wechat = StandIn(Sent.SENT, Sent.SENT, Killed()), StandIn()
    with pytest.raises(Killed):
        deliver_due(killed)
    with clock.frozen_at(clock.now() + LEASE):
        while deliver_due(wechat):
            pass
    assert [delivery(notice).state for notice in notices] == [
        "sent",
        "sent",
        "unknown",
        "sent",
        "sent",
        "sent",
    ]
    assert killed.openids + wechat.openids == [f"openid-{n}" for n in range(6)]
    assert [delivery(notice).attempts for notice in notices] == [1] * 6
    assert [quota(person) for person in everyone] == [0] * 6


def test_a_worker_that_slept_through_its_lease_sends_nothing_that_became_anothers(app):
    notices = [tell(person) for person in people(4)]
    other = StandIn()

    def sleep():
        with clock.frozen_at(clock.now() + LEASE):
            while deliver_due(other):
                pass
        return Sent.SENT

    sleeper = StandIn(sleep)
    deliver_due(sleeper)
    assert sleeper.openids == ["openid-0"]
    assert other.openids == ["openid-1", "openid-2", "openid-3"]
    assert [delivery(notice).state for notice in notices] == ["unknown", "sent", "sent", "sent"]


def test_when_wechat_is_down_a_batch_does_not_queue_for_its_timeouts(app):
    notices = [tell(person) for person in people(8)]
    wechat = StandIn(*[WeChatUnavailable()] * 8)
    deliver_due(wechat)
    assert len(wechat.asked) == 3
    assert [delivery(notice).attempts for notice in notices] == [1] * 3 + [0] * 5
    assert deliver_due(wechat) == 0
    wechat.plan.clear()
    with clock.frozen_at(clock.now() + timedelta(minutes=2)):
        deliver_due(wechat)
    assert states() == {"sent": 8}


def test_told_to_stop_it_gives_back_what_it_has_not_begun(app):
    everyone = people(5)
    notices = [tell(person) for person in everyone]
    wechat, orders = StandIn(), iter([False, False, True])
    assert deliver_due(wechat, stopping=lambda: next(orders)) == 2
    assert [delivery(notice).state for notice in notices] == ["sent"] * 2 + ["waiting"] * 3
    assert [quota(person) for person in everyone] == [0, 0, 1, 1, 1]
    deliver_due(wechat)
    assert wechat.openids == [f"openid-{n}" for n in range(5)]


def test_a_crash_before_commit_sends_nothing(zhu):
    def told_and_killed():
        with transaction():
            actions.notify(zhu.id, "wish_claimed", "心愿被认领", "正文", **PROGRESS)
            raise Killed

    with pytest.raises(Killed):
        told_and_killed()
    wechat = StandIn()
    assert deliver_due(wechat) == 0
    assert wechat.asked == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 0


def test_two_workers_at_once_send_each_of_forty_exactly_once(app):
    for person in people(20, subscribed=2):
        tell(person)
        tell(person)
    wechat, failures = StandIn(), []
    ready = threading.Barrier(2)

    def work():
        try:
            with app.app_context():
                ready.wait()
                while deliver_due(wechat, 7):
                    pass
        except Exception as fault:
            failures.append(fault)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    # Whoever found all rows in the other's hands went home; what is left is nobody's.
    deliver_due(wechat)
    assert states() == {"sent": 40}
    assert Counter(wechat.openids) == {f"openid-{n}": 2 for n in range(20)}


@pytest.mark.parametrize("seed", range(3))
def test_however_often_workers_are_killed_nobody_is_written_to_twice(app, seed):
    for person in people(40):
        tell(person)
    lot, wechat, kills = random.Random(seed), StandIn(), []

    def work():
        with app.app_context():
            try:
                while deliver_due(wechat, 9):
                    pass
            except Killed:
                kills.append(1)

    now = clock.now()
    for round_number in range(20):
        wechat.plan = [Killed() if lot.random() < 0.1 else Sent.SENT for _ in range(40)]
        with clock.frozen_at(now + LEASE * round_number):
            workers = [threading.Thread(target=work) for _ in range(3)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
    assert max(Counter(wechat.openids).values()) == 1
    assert len(wechat.asked) == 40
    assert states() == Counter(sent=40 - len(kills), unknown=len(kills))
    assert kills


def test_leasing_takes_the_same_statements_for_one_and_for_twenty(app, statements):
    def cost(many):
        for person in session.scalars(sa.select(Person).limit(many)).all():
            subscribe(person)
            tell(person)
        statements.clear()
        deliver_due(StandIn(), stopping=lambda: True)
        session.remove()
        taken = len(statements)
        while deliver_due(StandIn()):
            pass
        return taken

    people(20)
    assert cost(20) == cost(1)


def test_each_message_costs_one_more_statement_and_no_more(app, statements):
    for person in people(10):
        tell(person)
    statements.clear()
    deliver_due(StandIn())
    updates = [one for one in statements if one.startswith("UPDATE deliveries")]
    assert len(updates) == 11
    assert len([one for one in statements if "subscriptions" in one]) == 2


def test_a_batch_is_never_more_than_twenty(app):
    for person in people(23):
        tell(person)
    assert deliver_due(StandIn(), 1000) == 20
    assert deliver_due(StandIn(), 1000) == 3


@pytest.mark.parametrize(
    "values",
    [
        {"state": "lost"},
        {"state": "sending"},
        {"state": "sent"},
        {"lease": "a"},
        {"finished_at": NOON},
        {"attempts": -1},
    ],
)
def test_the_database_itself_refuses_a_delivery_that_makes_no_sense(zhu, values):
    tell(zhu)
    with pytest.raises(IntegrityError), transaction():
        session.execute(sa.update(Delivery).values(**values))


def test_a_notice_is_delivered_once_at_most_by_the_tables_themselves(zhu):
    notice = tell(zhu)
    row = {"template": "x", "data": {}, "state": "waiting", "attempts": 0, "next_at": NOON}
    with pytest.raises(IntegrityError), transaction():
        session.execute(sa.insert(Delivery).values(notice_id=notice, **row))
