"""Claims to the letter: what decides at the edges. Each of these a mutation had survived (docs/mutation.md)."""

from datetime import timedelta

import pytest

from backend import clock, config, jobs, screening, working_days
from backend.db import session, transaction
from backend.errors import NotFound
from backend.outbox import queries as outbox
from backend.wishes.actions import claims, deadlines
from tests.attacks.test_fraud import told
from tests.wishes import cast


def doubted(*texts):
    """What screening answers where WeChat could not tell."""
    return screening.Screened(screening.harmless(*texts).digest, doubtful=True)


def releases(wish_id):
    return [line.facts for line in told("release", "wish", wish_id)]


def read_by(town, name, kind):
    return [row.body for row in outbox.inbox(town.person(name).id, None, 50) if row.kind == kind]


def give_back(town, wish_id, name, found=None):
    with transaction():
        found = found or screening.harmless("没有时间")
        claims.release(wish_id, "没有时间", found, actor=cast.by(town, name))


def claim(town, wish_id, name):
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, name))


@pytest.mark.parametrize("method", ["call", "signature"])
def test_the_wisher_confirms_in_the_app_and_by_no_other_method(town, method):
    """“call” and “signature” say that staff have asked the wisher: nobody says so of themselves."""
    wish_id = cast.fulfilled(town)
    with pytest.raises(claims.MethodNotYours), transaction():
        claims.confirm(wish_id, True, 5, method, actor=cast.by(town, "ning"))


def test_staff_may_register_a_signature(town):
    wish_id = cast.fulfilled(town)
    with transaction():
        confirmed = claims.confirm(wish_id, True, 5, "signature", actor=cast.by(town, "tong"))
    assert (confirmed.state, confirmed.confirm_method) == ("confirmed", "signature")


@pytest.mark.parametrize("unknown", [0, 10**6])
def test_a_wish_that_is_not_there_cannot_be_claimed_and_no_other_is_claimed_for_it(town, unknown):
    (wish_id,), _ = cast.published(town)
    with pytest.raises(NotFound), transaction():
        claims.claim(unknown, actor=cast.by(town, "pei"))
    assert cast.wish(wish_id).state == "published"


def test_a_claim_without_a_note_gives_nobody_anything_to_look_at(town):
    assert not cast.standing(cast.claimed(town)).needs_look


def test_without_a_day_the_promise_is_for_the_last_day_allowed(town):
    wish_id = cast.claimed(town)
    last = clock.today() + timedelta(days=config.settings().promise_days)
    assert cast.standing(wish_id).promised_on == last


def test_a_dispute_gives_at_least_the_days_of_grace_and_never_takes_promised_days_away(town):
    grace = config.settings().promise_grace_days
    again, last = working_days.after(clock.today(), grace), clock.today() + timedelta(days=30)
    for wish_id, promised, expected in zip(cast.published(town, 2)[0], (0, 30), (again, last), strict=True):
        with transaction():
            day = clock.today() + timedelta(days=promised)
            claims.claim(wish_id, promised_on=day, actor=cast.by(town, "pei"))
            claims.fulfil(wish_id, "送到了", actor=cast.by(town, "pei"))
            claims.dispute(wish_id, "灯不亮", actor=cast.by(town, "ning"))
        assert cast.standing(wish_id).promised_on == expected


def test_who_already_holds_more_than_a_lowered_limit_may_claim_no_further(town, monkeypatch):
    """A city may lower the limit while claims stand: those stand on, and no new one is added."""
    first, second, third = cast.published(town, 3)[0]
    claim(town, first, "pei")
    claim(town, second, "pei")
    lowered = {**vars(config.settings()), "claim_limit": 1}
    monkeypatch.setattr(claims.config, "settings", lambda: type("Settings", (), lowered))
    with pytest.raises(claims.ClaimLimitReached, match="1 个"), transaction():
        claims.claim(third, actor=cast.by(town, "pei"))


def test_only_what_was_given_back_by_oneself_and_of_this_wish_is_counted_as_again(town):
    """Neither another wish given back, nor a claim that ended because its time was over."""
    before, first, second = cast.published(town, 3)[0]
    for one in (first, before):
        claim(town, one, "pei")
        give_back(town, one, "pei")
    claim(town, second, "pei")
    # Nothing goes on a free day.
    later = working_days.after(clock.today() + timedelta(days=60), 1)
    with clock.frozen_at(clock.day_starts(later) + timedelta(hours=9)):
        (overdue,) = [job for job in deadlines.JOBS if job.name == "wishes.release_overdue"]
        with transaction():
            cast.standing(second).reminded_at = clock.now() - timedelta(days=30)
        jobs.run(overdue)
    session.expire_all()
    assert cast.standing(second) is None
    claim(town, second, "pei")
    give_back(town, second, "pei")
    assert [*releases(before), *releases(first), *releases(second)] == [None, None, None]


def test_a_reason_nobody_has_looked_at_is_not_passed_on_but_noted_as_kept_back(town):
    wish_id = cast.claimed(town)
    give_back(town, wish_id, "pei", doubted("没有时间"))
    claim(town, wish_id, "pei")
    give_back(town, wish_id, "pei", screening.harmless("没有时间"))
    assert releases(wish_id) == [{"kept_back": True}, {"times": 2}]
    newest, first = read_by(town, "ning", "wish_released")
    assert claims.KEPT_BACK in first
    assert "没有时间" not in first
    assert "没有时间" in newest


def test_the_claimer_reads_why_it_is_disputed_unless_the_reason_was_doubted(town):
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.dispute(wish_id, "灯不亮", screening.harmless("灯不亮"), actor=cast.by(town, "ning"))
        claims.fulfil(wish_id, "换了一盏", actor=cast.by(town, "pei"))
        claims.dispute(wish_id, "还是不亮", doubted("还是不亮"), actor=cast.by(town, "ning"))
    newest, first = read_by(town, "pei", "claim_disputed")
    assert "灯不亮" in first
    assert claims.KEPT_BACK in newest
    assert "不亮" not in newest
    assert [line.facts for line in told("dispute", "wish", wish_id)] == [None, {"kept_back": True}]
