"""What is kept no longer than needed; and what has to stay."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config, jobs, journal
from backend.app import JOBS
from backend.complaints import actions as complaints
from backend.complaints import queries as complaint_queries
from backend.db import session, transaction
from backend.outbox.models import Delivery, Notice
from backend.people import actions as people
from backend.people.models import Consent, PartyRegistration, Residency
from backend.rights import retention
from backend.wishes.actions import claims, writing
from tests.wishes import cast

NAMES = {job.name for job in retention.JOBS}


def after(days):
    """Does what the retention jobs do on that day."""
    with clock.standing_at(clock.now() + timedelta(days=days)):
        for job in retention.JOBS:
            jobs.run(job)
    session.expire_all()


def count(model, *conditions):
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def test_the_worker_runs_them():
    assert {job.name for job in JOBS} >= NAMES


def test_the_contact_of_a_closed_wish_goes_and_that_of_an_open_one_stays(town):
    wish_id = cast.fulfilled(town)
    still_open = cast.submitted(town)
    with transaction():
        claims.confirm(wish_id, True, 5, "app", by=cast.by(town, "ning"))
    days = config.settings().keep_contact_days
    after(days - 1)
    assert cast.wish(wish_id).phone_sealed is not None
    after(days + 1)
    closed, waiting = cast.wish(wish_id), cast.wish(still_open)
    assert closed.address_sealed is closed.phone_sealed is None
    assert closed.state == "confirmed"
    assert waiting.phone_sealed is not None


def test_notices_go_with_their_messages(town):
    cast.claimed(town)
    assert count(Notice)
    assert count(Delivery)
    after(config.settings().keep_notices_days + 1)
    assert count(Notice) == 0
    assert count(Delivery) == 0


def test_forgotten_drafts_lose_their_words(town):
    with transaction():
        draft = writing.write(town.songtao, cast.CONTENT, by=cast.by(town, "ning")).id
    after(config.settings().keep_draft_days + 1)
    found = cast.wish(draft)
    assert (found.title, found.description, found.phone_sealed) == ("（已删除）", "", None)


def test_rejected_registrations_go_and_verified_ones_stay(town):
    newcomer = town.phone("newcomer")
    with transaction():
        people.declare_residency(town.songtao, None, "某处", by=cast.By(newcomer.id))
        people.decide_residency(newcomer.id, False, "不在本社区", by=cast.by(town, "tong"))
    homes, members = count(Residency), count(PartyRegistration)
    after(config.settings().keep_rejected_days + 1)
    assert session.get(Residency, newcomer.id) is None
    assert count(Residency) == homes - 1
    assert count(PartyRegistration) == members


def test_withdrawn_consents_are_kept_as_proof_and_then_go(town):
    ning = cast.by(town, "ning")
    with transaction():
        people.give_consent("pictures", "2026-11", by=ning)
        people.give_consent("privacy", "2026-11", by=ning)
        people.withdraw_consent("pictures", by=ning)
    after(config.settings().keep_consent_days - 1)
    assert count(Consent, Consent.person_id == ning.id) == 2
    after(config.settings().keep_consent_days + 1)
    assert count(Consent, Consent.person_id == ning.id) == 1


def test_the_words_of_an_old_complaint_go_and_the_figures_stay(town):
    ning, tong = cast.by(town, "ning"), cast.by(town, "tong")
    with transaction():
        made = complaints.file("complaint", "门口的灯坏了", contact="11100000012", by=ning)
        complaints.answer(made.id, "已经修好", by=tong)
    after(config.settings().keep_complaint_days + 1)
    (told,) = complaint_queries.shown(complaint_queries.mine(ning.id, None, 20), by=ning)
    assert (told["text"], told["answer"], told["contact_back"]) == ("（已按期删除）", "（已按期删除）", None)
    assert complaint_queries.figures() == {"answered": 1}


def test_the_journal_is_never_touched(town):
    cast.claimed(town)
    before = count(journal.JournalLine)
    after(4000)
    assert count(journal.JournalLine) >= before


def test_an_item_that_is_no_longer_due_is_left_alone(town):
    wish_id = cast.submitted(town)
    with transaction():
        retention.forget_contact(wish_id)
        retention.forget_draft(wish_id)
    assert cast.wish(wish_id).phone_sealed is not None


@pytest.mark.parametrize("name", ["keep_contact_days", "keep_notices_days"])
def test_periods_are_configuration(town, settings, name):
    config.use(replace(settings, **{name: 1}))
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.confirm(wish_id, True, 5, "app", by=cast.by(town, "ning"))
    after(2)
    gone = cast.wish(wish_id).phone_sealed is None if name == "keep_contact_days" else count(Notice) == 0
    config.use(settings)
    assert gone
