import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from backend.db import session, transaction
from backend.outbox import actions, queries
from backend.outbox.actions import MOST_SAVED, ContradictingAnswers, UnknownTemplate
from backend.outbox.models import Subscription
from tests.outbox.conftest import add_person, quota, subscribe


@pytest.fixture
def person(app):
    return add_person("openid")


def answer(person, accepted=(), rejected=()):
    with transaction():
        actions.record_subscriptions(person, list(accepted), list(rejected))


def test_each_acceptance_is_good_for_one_message(person):
    answer(person, ["wish_progress", "points_changed"])
    answer(person, ["wish_progress"])
    assert [(row.template, row.remaining) for row in queries.subscriptions(person.id)] == [
        ("points_changed", 1),
        ("wish_progress", 2),
    ]


def test_one_answer_that_names_a_template_twice_grants_one_message(person):
    answer(person, ["wish_progress", "wish_progress"])
    assert quota(person) == 1


def test_what_is_saved_up_has_an_end(person):
    subscribe(person, MOST_SAVED + 3)
    assert quota(person) == MOST_SAVED


def test_a_rejection_is_remembered_until_the_next_acceptance_and_takes_nothing(person):
    answer(person, ["wish_progress"])
    answer(person, [], ["wish_progress"])
    (row,) = queries.subscriptions(person.id)
    assert row.remaining == 1
    assert row.rejected_at is not None
    answer(person, ["wish_progress"])
    (row,) = queries.subscriptions(person.id)
    assert (row.remaining, row.rejected_at) == (2, None)


def test_an_unknown_template_is_refused_and_nothing_is_granted(person):
    with pytest.raises(UnknownTemplate) as refusal:
        answer(person, ["wish_progress", "lottery"])
    assert refusal.value.code == 42260
    assert queries.subscriptions(person.id) == []


def test_a_template_cannot_be_accepted_and_rejected_at_once(person):
    with pytest.raises(ContradictingAnswers):
        answer(person, ["wish_progress"], ["wish_progress"])


def test_no_answer_changes_nothing(person):
    answer(person)
    assert queries.subscriptions(person.id) == []


@pytest.mark.parametrize("keys", [["wish_progress"], ["wish_progress", "points_changed", "review_result"]])
def test_an_answer_takes_one_statement_however_many_templates_it_names(person, statements, keys):
    with transaction():
        statements.clear()
        actions.record_subscriptions(person, keys, ["claim_progress"])
        assert len(statements) == 1


def test_the_database_itself_refuses_a_quota_below_nothing(person):
    answer(person, ["wish_progress"])
    with pytest.raises(IntegrityError), transaction():
        session.execute(sa.update(Subscription).values(remaining=-1))
