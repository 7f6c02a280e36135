"""What is kept no longer than needed; and what has to stay."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config, jobs, journal
from backend.app import all_jobs
from backend.complaints import actions as complaints
from backend.complaints import queries as complaint_queries
from backend.db import session, transaction
from backend.ledger import actions as ledger
from backend.ledger import verify
from backend.outbox.models import Delivery, Notice
from backend.people import actions as people
from backend.people import guardians, sealed
from backend.people.models import Consent, PartyRegistration, Person, Residency
from backend.rights import cancellation, consent, purposes, retention
from backend.wishes.actions import claims, writing
from tests.rights.looking import found_in_tables
from tests.wishes import cast

NAMES = {job.name for job in retention.JOBS}


def after(days):
    """Does what the retention jobs do on that day."""
    with clock.frozen_at(clock.now() + timedelta(days=days)):
        for job in retention.JOBS:
            jobs.run(job)
    session.expire_all()


def count(model, *conditions):
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def test_the_worker_runs_them():
    assert {job.name for job in all_jobs()} >= NAMES


def test_the_contact_of_a_closed_wish_goes_and_that_of_an_open_one_stays(town):
    wish_id = cast.fulfilled(town)
    still_open = cast.submitted(town)
    with transaction():
        claims.confirm(wish_id, True, 5, "app", actor=cast.by(town, "ning"))
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
        draft = writing.write(town.songtao, cast.CONTENT, actor=cast.by(town, "ning")).id
    after(config.settings().keep_draft_days + 1)
    found = cast.wish(draft)
    assert (found.title, found.description, found.phone_sealed) == ("（已删除）", "", None)


def test_rejected_registrations_go_and_verified_ones_stay(town):
    newcomer = town.phone("newcomer")
    with transaction():
        people.declare_residency(town.songtao, None, "某处", actor=cast.By(newcomer.id))
        people.decide_residency(newcomer.id, False, "不在本社区", actor=cast.by(town, "tong"))
    homes, members = count(Residency), count(PartyRegistration)
    after(config.settings().keep_rejected_days + 1)
    assert session.get(Residency, newcomer.id) is None
    assert count(Residency) == homes - 1
    assert count(PartyRegistration) == members


def child_of_ning(town, accepted):
    """宁小禾, whom ning declared and consented for, and staff decided on."""
    ning = cast.by(town, "ning")
    with transaction():
        made = guardians.declare("宁小禾", clock.today().year - 9, "mother", actor=ning)
        consent.give_for_child(made.child_id, guardian_id=ning.id, actor=ning)
        return guardians.decide(made.id, accepted, "材料不全", actor=cast.by(town, "tong"))


def drafted(town, link):
    words = {**cast.CONTENT, "title": "想要几本科普书", "description": "喜欢看恐龙"}
    mother = (link.child_id, "孩子的妈妈")
    return writing.write(town.songtao, words, on_behalf_of=mother, actor=cast.by(town, "ning")).id


def test_a_child_whose_guardian_was_rejected_is_forgotten_like_a_cancelled_account(town):
    link, requests = child_of_ning(town, False), purposes.requests()
    days = config.settings().keep_rejected_days
    after(days - 1)
    assert found_in_tables("宁小禾")
    after(days + 1)
    assert found_in_tables("宁小禾") == []
    child, kept = session.get(Person, link.child_id), session.get(guardians.Guardianship, link.id)
    assert (child.state, child.birth_year, kept.state) == ("cancelled", None, "rejected")
    assert session.get(Residency, link.child_id) is None
    (line,) = [one for one in journal.lines("person", link.child_id) if one.verb == "cancel"]
    assert (line.actor_id, line.to_state) == (None, "cancelled")
    assert purposes.requests() == requests, "nobody asked for it"


@pytest.mark.parametrize("how", ["ends", "leaves"])
def test_a_child_whose_last_guardian_is_gone_is_forgotten_after_the_same_time(town, how):
    link, ning = child_of_ning(town, True), cast.by(town, "ning")
    days = config.settings().keep_rejected_days
    with transaction():
        draft = drafted(town, link)
    after(days + 1)
    assert session.get(Person, link.child_id).state == "active"
    with clock.frozen_at(clock.now() + timedelta(days=days)), transaction():
        if how == "ends":
            guardians.end(link.id, actor=ning)
        else:
            cancellation.cancel(ning.id, confirmed=True, actor=ning)
    after(2 * days - 1)
    assert session.get(Person, link.child_id).real_name_sealed is not None
    after(2 * days + 1)
    assert found_in_tables("宁小禾") == []
    assert cast.wish(draft).state == "withdrawn"
    assert list(verify.findings()) == []


def second_guardian(town, link):
    guardians.link(town.person("wulan").id, link.child_id, "grandparent", actor=cast.by(town, "tong"))


def own_card(town, link):
    session.get(Person, link.child_id).card_number = "K900001"


def own_wechat(town, link):
    session.get(Person, link.child_id).openid = "o-of-the-child"


def own_points(town, link):
    told = {"reference": "opening:child", "title": "结转", "community_id": town.songtao}
    ledger.grant(link.child_id, 5, **told, actor=cast.by(town, "tong"))


def open_wish(town, link):
    writing.submit(drafted(town, link), actor=cast.by(town, "ning"))


@pytest.mark.parametrize("why", [second_guardian, own_card, own_wechat, own_points, open_wish])
def test_a_child_who_stands_on_their_own_or_has_something_open_stays(town, why):
    link = child_of_ning(town, True)
    with transaction():
        why(town, link)
        guardians.end(link.id, actor=cast.by(town, "ning"))
    with clock.frozen_at(clock.now() + timedelta(days=config.settings().keep_rejected_days + 1)):
        assert retention.forsaken_children() == []
        with transaction(), suppress(cancellation.ThingsStillOpen):
            retention.forget_child(link.child_id)
    child = session.get(Person, link.child_id, populate_existing=True)
    assert (child.state, sealed.real_name(child)) == ("active", "宁小禾")


def test_withdrawn_consents_are_kept_as_proof_and_then_go(town):
    ning = cast.by(town, "ning")
    before = count(Consent, Consent.person_id == ning.id)
    with transaction():
        people.give_consent("pictures", "2026-11", actor=ning)
        people.give_consent("privacy", "2026-11", actor=ning)
        people.withdraw_consent("pictures", actor=ning)
    after(config.settings().keep_consent_days - 1)
    assert count(Consent, Consent.person_id == ning.id) == before + 2
    after(config.settings().keep_consent_days + 1)
    # The earlier one to `privacy`, which the new one replaced, goes with what was withdrawn.
    assert count(Consent, Consent.person_id == ning.id) == before


def test_the_words_of_an_old_complaint_go_and_the_figures_stay(town):
    ning, tong = cast.by(town, "ning"), cast.by(town, "tong")
    with transaction():
        made = complaints.file("complaint", "门口的灯坏了", contact="11100000012", actor=ning)
        complaints.answer(made.id, "已经修好", actor=tong)
    after(config.settings().keep_complaint_days + 1)
    (told,) = complaint_queries.view_complaints(complaint_queries.mine(ning.id).rows(20), actor=ning)
    assert (told.text, told.answer, told.contact_back) == ("（已按期删除）", "（已按期删除）", None)
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


def test_what_is_kept_for_ever_is_never_deleted_and_the_register_says_so(town, settings):
    kept = [name for name in vars(settings) if name.startswith("keep_")]
    config.use(replace(settings, **dict.fromkeys(kept)))
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.confirm(wish_id, True, 5, "app", actor=cast.by(town, "ning"))
    notices = count(Notice)
    after(40_000)
    told = "".join(one["retention"] for one in purposes.purposes_in_words())
    config.use(settings)
    assert cast.wish(wish_id).phone_sealed is not None
    assert count(Notice) >= notices > 0
    assert "None" not in told
    assert "办结后 不自动删除地址和电话" in told


@pytest.mark.parametrize("name", ["keep_contact_days", "keep_notices_days"])
def test_periods_are_configuration(town, settings, name):
    config.use(replace(settings, **{name: 1}))
    wish_id = cast.fulfilled(town)
    with transaction():
        claims.confirm(wish_id, True, 5, "app", actor=cast.by(town, "ning"))
    after(2)
    gone = cast.wish(wish_id).phone_sealed is None if name == "keep_contact_days" else count(Notice) == 0
    config.use(settings)
    assert gone
