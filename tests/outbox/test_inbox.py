import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import db, dialect, session, transaction
from backend.errors import NotFound
from backend.outbox import actions, queries
from backend.outbox.models import Delivery, Notice
from tests.outbox.conftest import NOON, PROGRESS, add_person, delivery, subscribe, tell


def say(person, times=1):
    with transaction():
        return actions.notify_many(
            [
                actions.Telling(person.id, "wish_published", f"第{n}期", "新一期心愿已发布。")
                for n in range(times)
            ]
        )


def test_a_notice_stands_in_the_inbox_with_what_it_is_about(zhu):
    notice = tell(zhu)
    (row,) = queries.inbox(zhu.id, None, 20)
    assert (row.id, row.kind, row.title, row.subject_kind, row.subject_id) == (
        notice,
        "wish_claimed",
        "心愿被认领",
        "wish",
        17,
    )
    assert row.read_at is None


def test_a_notice_without_a_subject_opens_nothing(zhu):
    say(zhu)
    (row,) = queries.inbox(zhu.id, None, 20)
    assert (row.subject_kind, row.subject_id) == (None, None)


def test_the_inbox_is_newest_first_and_pages_without_gaps(zhu):
    ids = say(zhu, 5)
    say(add_person())
    first = [row.id for row in queries.inbox(zhu.id, None, 3)]
    rest = [row.id for row in queries.inbox(zhu.id, first[-1], 3)]
    assert first + rest == ids[::-1]


def test_a_notice_is_read_once_and_the_first_time_is_kept(zhu):
    (notice,) = say(zhu)
    assert queries.unread(zhu.id) == 1
    with transaction():
        actions.read(notice, actor=zhu)
    first = queries.inbox(zhu.id, None, 1)[0].read_at
    with transaction():
        actions.read(notice, actor=zhu)
    assert queries.inbox(zhu.id, None, 1)[0].read_at == first
    assert first is not None
    assert queries.unread(zhu.id) == 0


def test_another_persons_notice_is_not_found(zhu):
    (notice,), other = say(zhu), add_person()
    with pytest.raises(NotFound), transaction():
        actions.read(notice, actor=other)
    assert queries.unread(zhu.id) == 1


def test_a_notice_that_does_not_exist_is_not_found(zhu):
    with pytest.raises(NotFound), transaction():
        actions.read(10**12, actor=zhu)


def test_reading_all_reads_ones_own_and_nobody_elses(zhu):
    other = add_person()
    say(zhu, 3)
    say(other)
    with transaction():
        assert actions.read_all(actor=zhu) == 3
    with transaction():
        assert actions.read_all(actor=zhu) == 0
    assert (queries.unread(zhu.id), queries.unread(other.id)) == (0, 1)


def test_the_unread_badge_counts_to_ninety_nine(zhu):
    say(zhu, 101)
    assert queries.unread(zhu.id) == 99


def test_a_person_without_wechat_gets_the_notice_and_no_delivery(app):
    notice = tell(add_person(openid=None))
    assert session.get(Notice, notice) is not None
    assert delivery(notice) is None


def test_a_notice_without_a_template_has_no_delivery(zhu):
    (notice,) = say(zhu)
    assert delivery(notice) is None


def test_the_values_of_a_message_are_made_to_fit_when_they_are_written(zhu):
    notice = tell(zhu, data={**PROGRESS["data"], "thing1": "心" * 30})
    kept = delivery(notice)
    assert kept.data == {
        "thing1": "心" * 19 + "…",
        "phrase2": "已认领",
        "time3": "2026-03-02 12:00",
        "thing4": "裴**认领了您的心愿",
    }
    assert (kept.state, kept.page) == ("waiting", "pages/wish/detail?id=17")


@pytest.mark.parametrize(
    ("template", "data"), [("no_such", {}), ("wish_progress", {}), ("points_changed", {"thing1": "a"})]
)
def test_a_message_that_is_not_in_the_catalogue_is_our_own_mistake(zhu, template, data):
    with pytest.raises(ValueError, match=r"no template|has the fields"):
        tell(zhu, template=template, data=data)
    assert queries.inbox(zhu.id, None, 20) == []


def test_many_are_told_each_their_own_in_the_order_given(app):
    people = [add_person(f"openid-{n}" if n % 2 else None) for n in range(6)]
    with transaction():
        ids = actions.notify_many(
            [
                actions.Telling(person.id, "wish_carried_over", "心愿延期", f"第{person.id}位", **PROGRESS)
                for person in people
            ]
        )
    for person, notice in zip(people, ids, strict=True):
        assert queries.inbox(person.id, None, 9)[0].id == notice
        assert (delivery(notice) is not None) == (person.openid is not None)


def test_telling_nobody_asks_the_database_nothing(app, statements):
    with transaction():
        statements.clear()
        assert actions.notify_many([]) == []
        assert statements == []


@pytest.mark.parametrize("many", [1, 40])
def test_telling_many_takes_two_statements_however_many_they_are(app, statements, many):
    people = [add_person(f"openid-{n}") for n in range(many)]
    with transaction():
        statements.clear()
        actions.notify_many(
            [actions.Telling(one.id, "wish_claimed", "标题", "正文", **PROGRESS) for one in people]
        )
        # One where notice and delivery go together, as on PostgreSQL.
        assert len(statements) == (2 if dialect() == "sqlite" else 1)
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == many


@pytest.mark.parametrize("many", [1, 40])
def test_reading_lists_takes_one_statement_however_long_they_are(zhu, statements, many):
    say(zhu, many)
    for ask in (
        lambda: queries.inbox(zhu.id, None, 50),
        lambda: queries.unread(zhu.id),
        lambda: queries.subscriptions(zhu.id),
        queries.waiting,
        queries.dead_letters,
    ):
        statements.clear()
        ask()
        assert len(statements) == 1


def _plan(asked, parameters):
    """How the database would read this, if reading the whole table were dear; empty tables tell nothing."""
    if db.engine.dialect.name == "sqlite":
        rows = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + asked, parameters).all()
        return " ".join(row[3] for row in rows)
    with transaction():
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        rows = session.connection().exec_driver_sql("EXPLAIN " + asked, parameters).all()
    return " ".join(row[0] for row in rows)


def test_the_inbox_and_the_badge_are_read_from_their_indexes(zhu, statements):
    subscribe(zhu)
    statements.clear()
    statements.parameters.clear()
    queries.inbox(zhu.id, None, 20)
    queries.unread(zhu.id)
    queries.waiting()
    asked = list(zip(statements, statements.parameters, strict=True))
    plans = [_plan(*one) for one in asked]
    assert "ix_notices_inbox" in plans[0]
    assert "ix_notices_unread" in plans[1]
    assert "ix_deliveries_due" in plans[2]
    assert "ix_deliveries_lost" in plans[2]


def test_moments_are_what_the_clock_said(zhu):
    with clock.frozen_at(NOON):
        say(zhu)
    assert queries.inbox(zhu.id, None, 1)[0].created_at == NOON
