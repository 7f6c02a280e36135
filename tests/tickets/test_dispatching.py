"""Dispatching, returning, pausing, extending, levels: who may, and what becomes of the deadline."""

from datetime import date

import pytest
import sqlalchemy as sa

from backend import clock, working_days
from backend.db import session, transaction
from backend.errors import FourEyes, InvalidInput, NotAllowed, NotFound
from backend.tickets import dues, queries, views
from backend.tickets.actions import (
    asking,
    dispatching,
    extending,
    handling,
    holding,
    reporting,
    resolving,
    returning,
    withdrawing,
)
from backend.tickets.holding_models import Assignment
from backend.tickets.models import Ticket
from backend.tickets.said_models import Flag
from backend.tickets.states import TicketMovedOn
from tests.tickets import cast

DEC = {day: date(2026, 12, day) for day in range(1, 32)}
LEAK = {"category": "building.leak"}


@pytest.fixture
def leak(city):
    """Assigned to 市住建局 on Tue 1 Dec: five working days, until Tue 8."""
    return cast.assigned(city, cast.reported(city, DEC[1], **LEAK), DEC[1])


def test_the_lists_say_to_whom_by_which_item_and_until_when(city, leak):
    found = cast.ticket(leak)
    assert (found.state, found.lead_id, found.level) == ("assigned", city.place("市住建局"), 3)
    assert found.list_item_id is not None
    assert cast.due_on(leak) == DEC[8]
    assert found.number.startswith("林海街道-202612-")


def test_a_units_matter_is_not_passed_down(city):
    ticket_id = cast.reported(city, DEC[1], category="market.restaurant")
    for lead in ("林海街道", "松涛社区", "松涛-03"):
        with pytest.raises(holding.TownNotChoosable):
            cast.assigned(city, ticket_id, DEC[1], lead=lead)
    assert cast.ticket(cast.assigned(city, ticket_id, DEC[1], lead="市市场监管局")).level == 3


def test_what_is_complained_about_holds_nothing_and_learns_nothing(city):
    """Its superior is the holder; its own people find no such ticket, by place, by id or in a list."""
    ticket_id = cast.reported(
        city, DEC[1], text="社区不给开门", request_kind="complain", subject_id=city.place("松涛社区")
    )
    for lead in ("松涛社区", "松涛-03"):
        with pytest.raises(holding.ComplainedAbout):
            cast.assigned(city, ticket_id, DEC[1], lead=lead)
    cast.assigned(city, ticket_id, DEC[1], lead="林海街道")
    with cast.on(DEC[1], 11), pytest.raises(holding.ComplainedAbout):
        dispatching.add_cooperator(ticket_id, city.place("松涛社区"), actor=city.person("tang"))
    with cast.now_is(DEC[2]):
        for name in ("tong", "lan", "shao", "rao"):
            with pytest.raises(NotFound):
                queries.one(ticket_id, actor=city.person(name))
            assert queries.listed(actor=city.person(name)).count() == 0
        assert queries.one(ticket_id, actor=city.person("jie")).id == ticket_id


def test_a_unit_sees_what_it_holds_and_no_more(city, leak):
    with cast.now_is(DEC[2]):
        assert [one.id for one in queries.listed(actor=city.person("zong")).rows(9)] == [leak]
        assert queries.listed(actor=city.person("cen")).count() == 0
        with pytest.raises(NotFound):
            queries.one(leak, actor=city.person("cen"))
        assert [one.id for one in queries.listed(actor=city.person("tong")).rows(9)] == [leak]
        assert queries.listed(actor=city.person("bai")).count() == 0


def test_the_lead_sees_who_to_call_and_a_cooperator_only_the_matter(city):
    ticket_id = cast.reported(city, DEC[1], contact="11100000012", **LEAK)
    cast.assigned(city, ticket_id, DEC[1], cooperator_ids=[city.place("市市场监管局")])

    def seen(name):
        found = queries.one(ticket_id, actor=city.person(name))
        return views.view_tickets([found], actor=city.person(name))[0]

    assert seen("zong").reporter.phone == "111******12"
    assert seen("cen").reporter is None
    assert seen("cen").text == "楼顶漏水"
    assert clock.business_day(seen("cen").cooperators[0].sent_at) == DEC[1]


def test_the_clock_runs_before_anybody_signs(city, leak):
    before = cast.ticket(leak).due_at
    cast.handled(city, leak, DEC[3])
    assert cast.ticket(leak).due_at == before


def test_a_return_needs_an_item_or_a_law_and_comes_within_a_day(city, leak):
    with cast.on(DEC[1], 10), pytest.raises(InvalidInput):
        returning.ask_return(leak, "不归我们管", actor=city.person("zong"))
    with pytest.raises(returning.ReturnTooLate):
        cast.returned(city, leak, DEC[3])


def test_who_dispatched_does_not_decide_and_an_arbiter_may(city, leak):
    cast.returned(city, leak, DEC[1])
    for name, refusal in (("tang", FourEyes), ("zong", NotAllowed), ("cen", NotFound)):
        with cast.on(DEC[2]), pytest.raises(refusal):
            returning.decide_return(leak, False, "看过清单", actor=city.person(name))
    with cast.on(DEC[2]):
        returning.decide_return(leak, False, "看过清单", actor=city.person("zhuo"))
    assert cast.ticket(leak).state == "assigned"


def test_an_emergency_is_not_returned(city):
    ticket_id = cast.reported(
        city, DEC[1], category="safety.collapse", urgency="emergency", text="路面有个洞"
    )
    cast.assigned(city, ticket_id, DEC[1])
    assert (
        cast.ticket(ticket_id).due_at
        == cast.ticket(ticket_id).counted_from
        + (resolving.clock.day_ends(DEC[1]) - resolving.clock.day_starts(DEC[1])) / 12
    )
    with pytest.raises(returning.EmergencyNoReturn):
        cast.returned(city, ticket_id, DEC[1])


def test_a_pause_gives_working_time_back_once(city, leak):
    cast.handled(city, leak, DEC[2])
    with cast.on(DEC[3], 15):
        handling.ask_info(leak, "哪个单元？", actor=city.person("zong"))
    assert cast.events(leak)[-1] == ("paused", DEC[8])
    with cast.on(DEC[7]):
        handling.supply(leak, "三单元", actor=city.person("ning"))
    # From Thu 3 to Mon 7: Friday and Monday.
    assert cast.events(leak)[-1] == ("resumed", DEC[10])
    assert cast.due_on(leak) == DEC[10]
    with cast.on(DEC[8]), pytest.raises(handling.InfoSpent):
        handling.ask_info(leak, "还有呢？", actor=city.person("zong"))


def test_nobody_answers_for_five_working_days_and_it_goes_on(city, leak):
    cast.handled(city, leak, DEC[2])
    with cast.on(DEC[3]):
        handling.ask_info(leak, "哪个单元？", actor=city.person("zong"))
    with cast.on(DEC[10]):
        handling.go_on(leak)
    assert cast.ticket(leak).state == "needs_info"
    with cast.on(DEC[11]):
        handling.go_on(leak)
    assert cast.ticket(leak).state == "handling"
    assert cast.due_on(leak) == DEC[15]


def test_a_pause_does_not_move_what_an_owner_expects(city):
    ticket_id = cast.from_hotline(city, "热线-261201-000002", DEC[1], DEC[9], **LEAK)
    cast.handled(city, cast.assigned(city, ticket_id, DEC[1]), DEC[1])
    with cast.on(DEC[2]):
        handling.ask_info(ticket_id, "哪个单元？", actor=city.person("zong"))
    with cast.on(DEC[9]):
        handling.go_on(ticket_id)
    with cast.on(DEC[10]):
        handling.go_on(ticket_id)
    assert cast.due_on(ticket_id) == DEC[8]


def test_an_extension_is_asked_once_in_time_and_decided_by_another(city, leak):
    cast.handled(city, leak, DEC[2])
    zong, tang = city.person("zong"), city.person("tang")
    with cast.on(DEC[3]), pytest.raises(InvalidInput):
        extending.extend(leak, 6, "要等材料", actor=zong)
    with cast.on(DEC[3]):
        extending.extend(leak, 5, "要等材料", actor=zong)
    with cast.on(DEC[3], 11), pytest.raises(NotAllowed):
        extending.decide_extension(leak, True, None, actor=zong)
    with cast.on(DEC[4]):
        extending.decide_extension(leak, True, "材料在路上", actor=tang)
    assert cast.due_on(leak) == DEC[15]
    assert cast.events(leak)[-1] == ("extended", DEC[15])
    with cast.on(DEC[5]), pytest.raises(extending.ExtensionSpent):
        extending.extend(leak, 1, "还要等", actor=zong)
    with cast.on(DEC[5]), pytest.raises(extending.NothingToExtend):
        extending.decide_extension(leak, True, None, actor=tang)


def test_after_its_end_no_extension_is_asked(city, leak):
    cast.handled(city, leak, DEC[2])
    with cast.on(DEC[9]), pytest.raises(extending.TooLateToExtend):
        extending.extend(leak, 2, "来不及", actor=city.person("zong"))


def test_another_category_counts_from_the_first_dispatch_and_keeps_the_pause(city, leak):
    cast.handled(city, leak, DEC[2])
    with cast.on(DEC[3]):
        handling.ask_info(leak, "哪里？", actor=city.person("zong"))
    with cast.on(DEC[4]):
        handling.supply(leak, "路上", actor=city.person("ning"))
        dispatching.recategorise(leak, "road.pothole", actor=city.person("tang"))
    # Three days from 1 Dec, and one of the pause.
    assert cast.due_on(leak) == DEC[7]
    assert [one for one, _day in cast.events(leak)] == ["set", "paused", "resumed", "recomputed"]


def test_levels_go_up_with_a_reason_and_change_no_deadline(city):
    ticket_id = cast.reported(city, DEC[1], category="environment.rubbish", grid_id=city.place("松涛-03"))
    cast.assigned(city, ticket_id, DEC[1], lead="松涛-03", by="rao")
    before = cast.ticket(ticket_id).due_at
    for level in (2, 3):
        with cast.on(DEC[1], 10):
            handling.level_up(ticket_id, "一个人清不完", actor=city.person("shao"))
        assert cast.ticket(ticket_id).level == level
    with cast.on(DEC[1], 11), pytest.raises(handling.NothingAbove):
        handling.level_up(ticket_id, "还是不行", actor=city.person("shao"))
    assert cast.ticket(ticket_id).due_at == before


def test_the_second_time_it_goes_up_to_another_holder(city):
    ticket_id = cast.through(city, DEC[1], **LEAK)
    cast.called_back(city, ticket_id, DEC[2], solved="no", satisfied="no")
    with cast.on(DEC[3]):
        handling.contact(ticket_id, "call", True, actor=city.person("zong"))
    cast.resolved(city, ticket_id, DEC[3])
    cast.called_back(city, ticket_id, DEC[4], solved="no")
    found = cast.ticket(ticket_id)
    assert (found.state, found.round, found.lead_id) == ("reported", 3, None)
    assert found.own_due_at is not None
    with pytest.raises(holding.AnotherHolder):
        cast.assigned(city, ticket_id, DEC[4], hour=10)
    due = found.due_at
    cast.assigned(city, ticket_id, DEC[4], lead="林海街道", hour=11)
    assert cast.ticket(ticket_id).due_at == due


def test_the_handler_calls_nobody_back_and_colleagues_of_the_place_do(city):
    ticket_id = cast.assigned(city, cast.reported(city, DEC[1]), DEC[1], lead="松涛社区", by="rao")
    cast.resolved(city, cast.handled(city, ticket_id, DEC[1], by="tong"), DEC[2], by="tong")
    for name in ("tong", "lan", "rao"):
        with pytest.raises(FourEyes):
            cast.called_back(city, ticket_id, DEC[3], by=name)
    cast.called_back(city, ticket_id, DEC[3], by="tang")
    assert cast.ticket(ticket_id).closed_by == "call_back"


def test_three_tries_and_then_only_time_ends_it(city):
    ticket_id = cast.through(city, DEC[1], **LEAK)
    for day in (2, 3, 4):
        with cast.on(DEC[day]):
            asking.call_back(ticket_id, "call", False, actor=city.person("tong"))
    with cast.on(DEC[5]), pytest.raises(asking.TriesSpent):
        asking.call_back(ticket_id, "call", False, actor=city.person("tong"))
    with cast.on(DEC[16]):
        asking.close_by_time(ticket_id)
    assert cast.ticket(ticket_id).state == "resolved"
    with cast.on(DEC[17]):
        asking.close_by_time(ticket_id)
    found = cast.ticket(ticket_id)
    assert (found.state, found.closed_by, found.solved) == ("closed", "time", None)


def test_nothing_is_answered_before_somebody_was_spoken_with(city, leak):
    with cast.on(DEC[2]):
        handling.sign(leak, actor=city.person("zong"))
    with pytest.raises(resolving.NoContactYet):
        cast.resolved(city, leak, DEC[2])
    with cast.on(DEC[2], 16):
        handling.contact(leak, "call", False, actor=city.person("zong"))
    assert cast.ticket(cast.resolved(city, leak, DEC[2], hour=17)).state == "resolved"


def test_what_is_planned_has_a_day(city, leak):
    cast.handled(city, leak, DEC[2])
    for more in ({"result": "planned"}, {"planned_on": DEC[31]}):
        with pytest.raises(InvalidInput):
            cast.resolved(city, leak, DEC[2], **more)
    found = cast.ticket(cast.resolved(city, leak, DEC[2], result="planned", planned_on=DEC[31]))
    assert (found.result_kind, found.solved) == ("planned", None)


def test_a_signal_is_looked_at_by_a_person_first(city):
    ticket_id = cast.reported(city, DEC[1], text="邻居家打孩子", **LEAK)
    with pytest.raises(dispatching.NotLookedAt):
        cast.assigned(city, ticket_id, DEC[1])
    with cast.on(DEC[1], 9, 10):
        dispatching.look(ticket_id, "sensitive", actor=city.person("tang"))
    assert cast.ticket(ticket_id).confidential
    with cast.on(DEC[1], 10), pytest.raises(dispatching.NothingToLookAt):
        dispatching.look(ticket_id, "clear", actor=city.person("tang"))
    with cast.on(DEC[1], 11):
        dispatching.refer(ticket_id, "emergency", told="请拨打 110", actor=city.person("tang"))
    assert cast.ticket(ticket_id).state == "referred"
    assert session.get(Flag, ticket_id) is None


def test_two_decline_each_with_one_call(city):
    ticket_id = cast.reported(city, DEC[1])
    with cast.on(DEC[1], 10):
        dispatching.decline(ticket_id, "同一事项已经依法答复", actor=city.person("tang"))
    assert cast.ticket(ticket_id).state == "reported"
    with cast.on(DEC[1], 11), pytest.raises(FourEyes):
        dispatching.decline(ticket_id, "同一事项已经依法答复", actor=city.person("tang"))
    with cast.on(DEC[1], 12):
        dispatching.decline(ticket_id, "同意", actor=city.person("fang"))
    assert cast.ticket(ticket_id).state == "declined"


def test_the_same_person_and_matter_is_urged_and_gets_no_new_number(city, leak):
    with cast.on(DEC[4]):
        told = reporting.report(cast.said(city, "还在漏", **LEAK), actor=city.person("ning"))
    assert told.again
    assert told.ticket.id == leak


def test_a_hazard_goes_on_when_its_reporter_takes_it_back(city):
    hazard = cast.reported(city, DEC[1], request_kind="hazard", category="road.pothole")
    other = cast.reported(city, DEC[1], **LEAK)
    with cast.on(DEC[2]):
        withdrawing.withdraw(hazard, actor=city.person("ning"))
        withdrawing.withdraw(other, actor=city.person("ning"))
    assert (cast.ticket(hazard).state, cast.ticket(hazard).reporter_id) == ("reported", None)
    assert cast.ticket(other).state == "withdrawn"


def test_the_citys_calendar_moves_our_dues_and_no_owners(city, leak):
    hotline = cast.from_hotline(city, "热线-261201-000003", DEC[1], DEC[31], **LEAK)
    cast.assigned(city, hotline, DEC[1])
    day = working_days.Day(DEC[7], False, "冰雪节", working_days.Source.CITY)
    with cast.on(DEC[2]):
        assert working_days.enter([day]) == [DEC[7]]
        assert dues.recompute() == 2
        assert dues.recompute() == 0
    assert cast.due_on(leak) == DEC[9]
    assert cast.events(leak)[-1] == ("recomputed", DEC[9])
    assert clock.business_day(cast.ticket(hotline).owner_due_at) == DEC[31]


def test_the_database_alone_keeps_one_live_lead(city, leak):
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(
            sa.insert(Assignment).values(
                ticket_id=leak,
                organisation_id=city.place("市市场监管局"),
                part="lead",
                round=1,
                sent_at=clock.now(),
            )
        )


@pytest.mark.parametrize(
    "values",
    [
        {"lead_id": None},
        {"own_due_at": None, "due_at": None},
        {"due_at": None},
        {"state": "merged"},
        {"state": "closed"},
        {"state": "resolved"},
        {"state": "declined"},
    ],
    ids=[
        "no-holder",
        "no-due",
        "due-lost",
        "merged-into-nothing",
        "closed-by-nothing",
        "no-answer",
        "by-nobody",
    ],
)
def test_the_database_alone_keeps_holder_due_and_end(city, leak, values):
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(sa.update(Ticket).where(Ticket.id == leak).values(**values))


def test_the_same_number_of_a_platform_is_one_ticket(city):
    one = cast.from_hotline(city, "热线-261201-000004", DEC[1], DEC[9], **LEAK)
    assert cast.from_hotline(city, "热线-261201-000004", DEC[2], DEC[9], **LEAK) == one


@pytest.mark.parametrize("name", ["shao", "tong", "zong", "ning", "admin", "shang", "bai", "jie"])
def test_nobody_else_dispatches(city, name):
    ticket_id = cast.reported(city, DEC[1])
    with pytest.raises((NotAllowed, NotFound)):
        cast.assigned(city, ticket_id, DEC[1], by=name)


def test_a_move_from_another_state_is_refused(city, leak):
    with pytest.raises(TicketMovedOn):
        cast.assigned(city, leak, DEC[2])
