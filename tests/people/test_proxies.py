"""家人代办: two adults, two consents, and an end whenever either wants it; whose a number is, nobody learns."""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import columns_of, session, transaction
from backend.errors import InvalidInput, NotAllowed, NotFound
from backend.journal import JournalLine
from backend.outbox.models import Notice
from backend.people import proxies as rules
from backend.people import proxy_queries, sealed, states
from backend.people.models import Person
from backend.people.proxy_models import Proxy
from backend.rights import cancellation, merge_checks, merging, retention
from tests.people.proxies_cast import YEAR, agreed, asked, born, ended, of_age, phone_of
from tests.wishes.cast import by


def row(proxy_id):
    return session.get(Proxy, proxy_id, populate_existing=True)


def ask(town, name="ning", **number):
    with transaction():
        return rules.ask("child", **number, actor=by(town, name))


def seen_by(town, name):
    found = proxy_queries.mine(actor=by(town, name)).rows(50)
    return proxy_queries.view_mine(found, actor=by(town, name))


def notices(person_id, kind):
    wanted = sa.select(Notice.body).where(Notice.person_id == person_id, Notice.kind == kind)
    return session.scalars(wanted).all()


# --- asking ------------------------------------------------------------------------------------------


def test_an_adult_asks_by_card_and_the_other_one_reads_who_it_is(town):
    proxy_id = asked(town)
    made = row(proxy_id)
    assert (made.by_id, made.for_id, made.state) == (town.person("ning").id, town.person("e").id, "asked")
    (told,) = notices(made.for_id, "proxy_asked")
    assert "宁**" in told
    assert "子女" in told


def test_an_unknown_number_is_answered_and_kept_like_a_known_one(town):
    of_age(town, "ning")
    known, unknown = ask(town, card_number="P000001"), ask(town, card_number="P999999")
    shown = [vars(one) for one in seen_by(town, "ning")]
    different = {"id", "asked_at"}
    assert [{key: value for key, value in one.items() if key not in different} for one in shown] == [
        {
            "direction": "acts_for",
            "person_id": None,
            "name": None,
            "relation": "child",
            "state": "asked",
            "agreed_at": None,
            "ended_at": None,
            "actions": ["end"],
        }
    ] * 2
    assert (known.for_id is None, unknown.for_id is None) == (False, True)
    # And the second time.
    for number in ("P000001", "P999999"):
        with pytest.raises(rules.ProxyAskedAlready):
            ask(town, card_number=number)


def test_an_unknown_number_costs_as_many_statements(town, statements):
    of_age(town, "ning")
    counts = []
    for number in ("P000001", "P999999"):
        with statements() as seen:
            ask(town, card_number=number)
        counts.append(len([one for one in seen if "notices" not in one]))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("why", ["minor", "several", "twice", "gone"])
def test_whom_one_cannot_ask_is_answered_like_nobody(town, why):
    of_age(town, "ning")
    number = {"phone": phone_of(town, "wulan")}
    if why == "minor":
        born(town, wulan=YEAR - 18)
    elif why == "several":
        with transaction():
            sealed.keep_phone(session.get(Person, town.person("qin").id), number["phone"])
    elif why == "gone":
        with transaction():
            cancellation.cancel(town.person("wulan").id, confirmed=True, actor=by(town, "wulan"))
    else:
        with transaction():
            session.get(Person, town.person("wulan").id).card_number = "P000777"
        ask(town, card_number="P000777")
    assert ask(town, **number).for_id is None


def test_who_shares_the_number_of_the_household_is_found_beside_oneself(town):
    of_age(town, "ning")
    with transaction():
        sealed.keep_phone(session.get(Person, town.person("e").id), phone_of(town, "ning"))
    assert ask(town, phone=phone_of(town, "ning")).for_id == town.person("e").id


def test_who_is_known_to_be_a_minor_does_not_ask(town):
    for year in (YEAR - 17, YEAR - 18):
        born(town, ning=year)
        with pytest.raises(rules.ProxyAsksAdults):
            ask(town, card_number="P000001")
    born(town, ning=YEAR - 19)
    assert ask(town, card_number="P000001").for_id is not None


def test_who_has_told_no_year_of_birth_asks_like_an_adult(town):
    born(town, ning=None)
    assert ask(town, card_number="P000001").for_id is not None


def test_one_number_and_no_more(town):
    of_age(town, "ning")
    for number in ({}, {"card_number": "P000001", "phone": "11100000011"}):
        with pytest.raises(InvalidInput):
            ask(town, **number)


def test_a_person_asks_five_times_a_day_and_acts_for_five(town):
    of_age(town, "ning")
    for number in range(5):
        ask(town, card_number=f"P10000{number}")
    with pytest.raises(rules.TooManyProxyRequests) as refused:
        ask(town, card_number="P100009")
    assert int(refused.value.headers["Retry-After"]) <= 86400
    with transaction():
        session.execute(sa.update(Proxy).values(asked_at=clock.now() - rules._DAY))
    with pytest.raises(rules.TooManyProxies):
        ask(town, card_number="P100009")


def test_who_declined_is_left_in_peace_by_whatever_number(town):
    proxy_id = asked(town, of="wulan")
    with transaction():
        rules.decline(proxy_id, actor=by(town, "wulan"))
        session.get(Person, town.person("wulan").id).card_number = "P000777"
    assert notices(town.person("ning").id, "proxy_declined")
    with pytest.raises(rules.ProxyAskedAlready):
        ask(town, phone=phone_of(town, "wulan"))
    assert ask(town, card_number="P000777").for_id is None
    with transaction():
        row(proxy_id).ended_at = clock.now() - rules._DAY * 31
    assert ask(town, phone=phone_of(town, "wulan")).for_id == town.person("wulan").id


# --- answering ---------------------------------------------------------------------------------------


def test_both_learn_each_others_name_once_both_agreed(town):
    asked(town, of="wulan")
    assert [(one.direction, one.name, one.person_id) for one in seen_by(town, "wulan")] == [
        ("acted_by", None, None)
    ]
    of_age(town, "wulan")
    (one,) = seen_by(town, "wulan")
    assert one.actions == ["agree", "decline"]
    with transaction():
        rules.agree(one.id, actor=by(town, "wulan"))
    (mine,), (theirs,) = seen_by(town, "ning"), seen_by(town, "wulan")
    assert (mine.name, mine.person_id, mine.actions) == ("乌兰舟", town.person("wulan").id, ["end"])
    assert (theirs.name, theirs.person_id, theirs.actions) == ("宁小舟", town.person("ning").id, ["end"])
    for name in ("ning", "wulan"):
        assert notices(town.person(name).id, "proxy_agreed")
    ended(town, one.id, "ning")
    assert [(one.name, one.person_id, one.state) for one in seen_by(town, "wulan")] == [(None, None, "ended")]


@pytest.mark.parametrize("verb", ["agree", "decline", "end"])
def test_somebody_elses_is_unknown(town, verb):
    proxy_id = asked(town, of="wulan")
    for name in ("qin", "tong", "ning") if verb != "end" else ("qin", "tong"):
        with transaction(), pytest.raises(NotFound):
            getattr(rules, verb)(proxy_id, actor=by(town, name))


def test_nobody_agrees_where_one_is_known_to_be_a_minor(town):
    proxy_id = asked(town, of="wulan")
    born(town, wulan=YEAR - 18)
    with transaction(), pytest.raises(rules.ProxyNeedsAdult):
        rules.agree(proxy_id, actor=by(town, "wulan"))
    born(town, wulan=YEAR - 70, ning=YEAR - 18)
    with transaction(), pytest.raises(rules.ProxyNeedsAdult):
        rules.agree(proxy_id, actor=by(town, "wulan"))


def test_staff_agree_for_a_card_holder_and_the_journal_says_how(town):
    proxy_id = asked(town)
    with transaction():
        rules.agree_for(proxy_id, "call", actor=by(town, "tong"))
    made, line = (
        row(proxy_id),
        session.scalars(sa.select(JournalLine).order_by(JournalLine.id.desc())).first(),
    )
    assert (made.state, made.agreed_by_id, made.method) == ("agreed", town.person("tong").id, "call")
    assert (line.verb, line.subject_kind, line.subject_id) == ("agree", "proxy", proxy_id)
    assert (line.actor_id, line.organisation_id, line.facts) == (
        town.person("tong").id,
        town.songtao,
        {"method": "call"},
    )


def test_staff_of_elsewhere_and_whoever_is_family_agree_for_nobody(town):
    proxy_id = asked(town)
    for name in ("bai", "jin"):
        with transaction(), pytest.raises(NotFound):
            rules.agree_for(proxy_id, "seen", actor=by(town, name))
    for name in ("shao", "bu", "jie", "admin", "ning"):
        with transaction(), pytest.raises(NotAllowed):
            rules.agree_for(proxy_id, "seen", actor=by(town, name))
    own = asked(town, "tong", of="e")
    with transaction(), pytest.raises(rules.OwnProxy):
        rules.agree_for(own, "seen", actor=by(town, "tong"))
    with transaction():
        sealed.keep_phone(session.get(Person, town.person("e").id), phone_of(town, "lan"))
    with transaction(), pytest.raises(rules.OwnProxy):
        rules.agree_for(proxy_id, "seen", actor=by(town, "lan"))
    waiting = [one.id for one, _place in proxy_queries.to_agree(actor=by(town, "tong")).rows(9)]
    assert waiting == [proxy_id]
    assert proxy_queries.to_agree(actor=by(town, "lan")).rows(9) == []


def test_staff_answer_for_nobody_who_has_wechat(town):
    proxy_id = asked(town, of="wulan")
    of_age(town, "wulan")
    for verb in (rules.decline_for, rules.end_for):
        with transaction(), pytest.raises(rules.AnswersThemselves):
            verb(proxy_id, actor=by(town, "tong"))
    with transaction(), pytest.raises(rules.AnswersThemselves):
        rules.agree_for(proxy_id, "seen", actor=by(town, "tong"))
    assert proxy_queries.to_agree(actor=by(town, "tong")).rows(9) == []


def test_what_nobody_was_asked_is_nothing_for_staff(town):
    of_age(town, "ning")
    made = ask(town, card_number="P999999")
    with transaction(), pytest.raises(NotFound):
        rules.agree_for(made.id, "seen", actor=by(town, "tong"))
    with transaction(), pytest.raises(NotFound):
        rules.agree(made.id, actor=by(town, "wulan"))


# --- ends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ning", "wulan"])
def test_either_ends_it_at_once_and_the_other_one_is_told(town, name):
    proxy_id = agreed(town)
    ended(town, proxy_id, name)
    with transaction():
        assert not rules.acts_for(town.person("ning").id, town.person("wulan").id)
    other = "wulan" if name == "ning" else "ning"
    assert notices(town.person(other).id, "proxy_ended")
    assert not notices(town.person(name).id, "proxy_ended")
    with transaction(), pytest.raises(states.ProxyDecided):
        rules.end(proxy_id, actor=by(town, name))


def test_staff_end_it_for_a_card_holder(town):
    proxy_id = agreed(town, of="e")
    with transaction():
        rules.end_for(proxy_id, actor=by(town, "lan"))
    assert row(proxy_id).state == "ended"


@pytest.mark.parametrize("name", ["ning", "wulan"])
def test_it_ends_with_the_account_of_either(town, name):
    proxy_id = agreed(town)
    with transaction():
        cancellation.cancel(town.person(name).id, confirmed=True, actor=by(town, name))
    assert row(proxy_id).state == "ended"


def test_who_leaves_without_an_answer_leaves_no_trace_to_whoever_asked(town):
    """It goes on waiting, as for a number that is nobody's."""
    proxy_id = asked(town, of="wulan")
    with transaction():
        cancellation.cancel(town.person("wulan").id, confirmed=True, actor=by(town, "wulan"))
    made = row(proxy_id)
    assert (made.state, made.for_id) == ("asked", None)


def test_what_nobody_answers_for_a_month_is_over_whoever_it_was(town):
    of_age(town, "ning")
    ids = [ask(town, card_number=number).id for number in ("P000001", "P999999")]
    assert rules.unanswered() == []
    with transaction():
        session.execute(sa.update(Proxy).values(asked_at=clock.now() - rules._DAY * 31))
    assert rules.unanswered() == ids
    for one in ids:
        with transaction():
            rules.lapse(one)
    assert {row(one).state for one in ids} == {"ended"}
    assert [row(one).number_index for one in ids] == [None, None]
    with transaction():
        session.execute(sa.update(Proxy).values(ended_at=clock.now() - rules._DAY * 181))
    assert retention.unagreed_proxies() == ids
    for one in ids:
        with transaction():
            retention.forget_proxy(one)
    assert session.scalars(sa.select(Proxy.id)).all() == []


def test_what_was_agreed_once_is_kept(town):
    proxy_id = agreed(town)
    ended(town, proxy_id)
    with transaction():
        session.execute(sa.update(Proxy).values(ended_at=clock.now() - rules._DAY * 999))
    assert retention.unagreed_proxies() == []
    with transaction():
        retention.forget_proxy(proxy_id)
    assert row(proxy_id) is not None


def _second_record(town, of):
    """A record of the same person on paper."""
    with transaction():
        made = Person(nickname="", state="active", created_at=clock.now(), card_number="P000555")
        session.add(made)
        session.flush()
        sealed.keep_real_name(made, "乌兰舟")
    return made.id


def test_it_ends_when_a_record_is_joined_to_another_one(town):
    proxy_id, gone = agreed(town), town.person("wulan").id
    into = _second_record(town, "wulan")
    with transaction():
        merge = merging.begin(gone, into, "known", "两份档案", actor=by(town, "tong"))
    with transaction():
        merging.approve(merge.id, actor=by(town, "lan"))
    made = row(proxy_id)
    assert (made.state, made.for_id) == ("ended", into)
    assert notices(town.person("ning").id, "proxy_ended")


def test_what_one_record_asked_of_the_other_one_was_asked_of_oneself(town):
    into = _second_record(town, "wulan")
    of_age(town, "wulan")
    made = ask(town, "wulan", card_number="P000555")
    assert made.for_id == into
    with transaction():
        merge = merging.begin(into, town.person("wulan").id, "known", "两份档案", actor=by(town, "tong"))
    with transaction():
        merging.approve(merge.id, actor=by(town, "lan"))
    assert row(made.id) is None


def test_who_acted_for_somebody_is_not_the_same_person(town):
    proxy_id = agreed(town)
    ended(town, proxy_id)
    with pytest.raises(merge_checks.MergeOneActedForOther):
        merge_checks.refuse(town.person("ning").id, town.person("wulan").id)


# --- acting ------------------------------------------------------------------------------------------


def test_nobody_acts_before_both_agreed(town):
    asked(town, of="wulan")
    with transaction():
        assert not rules.acts_for(town.person("ning").id, town.person("wulan").id)


def test_it_is_for_one_direction(town):
    agreed(town)
    with transaction():
        assert rules.acts_for(town.person("ning").id, town.person("wulan").id)
        assert not rules.acts_for(town.person("wulan").id, town.person("ning").id)


@pytest.mark.parametrize("name", ["ning", "wulan"])
def test_it_rests_while_either_is_suspended_or_turns_out_a_minor(town, name):
    agreed(town)
    both = town.person("ning").id, town.person("wulan").id
    with transaction():
        session.get(Person, town.person(name).id).suspended_until = clock.now() + rules._DAY
    with transaction(), pytest.raises(rules.ProxyRests):
        rules.acts_for(*both)
    with transaction():
        session.get(Person, town.person(name).id).suspended_until = clock.now() - rules._DAY
    with transaction():
        assert rules.acts_for(*both)
    born(town, **{name: YEAR - 16})
    with transaction(), pytest.raises(rules.ProxyRests):
        rules.acts_for(*both)


def _copy(made, **more):
    return {key: value for key, value in columns_of(made).items() if key != "id"} | more


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "agreed"},
        {"state": "ended"},
        {"state": "agreed", "agreed_at": clock.now(), "method": "seen"},
        {"relation": "friend"},
        {"for_id": None, "agreed_at": clock.now()},
        "oneself",
        "by the relative",
    ],
    # Without moments: every worker of a run has to call them alike.
    ids=lambda one: one if isinstance(one, str) else " ".join(one),
)
def test_the_database_refuses_what_the_rules_do(town, wrong):
    made = row(asked(town))
    given = wrong
    if wrong == "oneself":
        given = {"for_id": made.by_id}
    elif wrong == "by the relative":
        given = {"state": "agreed", "agreed_at": clock.now(), "method": "seen", "agreed_by_id": made.by_id}
    with transaction(), pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(sa.insert(Proxy), [_copy(made, number_index="another", by_id=made.by_id) | given])


def test_the_database_knows_one_standing_proxy_of_two(town):
    made = row(asked(town))
    for same in ({"number_index": "another"}, {"for_id": town.person("qin").id}):
        with transaction(), pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            session.execute(sa.insert(Proxy), [_copy(made, **same)])
