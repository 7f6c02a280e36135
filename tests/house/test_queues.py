"""Every queue at both doors: what is listed can be decided by whom it is listed for, and what waits is listed.

What waits for whom is told here a second time, from the moves and from the rows themselves, one person and one row at a
time. A new queue adds a case to CASES.
"""

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from backend import clock
from backend.complaints import actions as complaint_verbs
from backend.complaints import states as complaint_states
from backend.complaints.models import Complaint
from backend.console.frame import todo
from backend.console.frame.decisions import QUEUES
from backend.db import session, transaction
from backend.files import queries as files
from backend.organisations.models import Organisation, Reach
from backend.people import permissions
from backend.people.models import Appointment
from backend.wishes import states
from backend.wishes.models import Claim, Round, Wish
from tests.api.test_paging import walk
from tests.console.visitor import Visitor
from tests.house import people_queues, points_queues, shop_queues, volunteering_queues
from tests.house.queue_case import Case, ended, may, multiply, numbers
from tests.wishes import cast

# Everybody with an office in or above the two communities of the cast.
STAFF = ("tong", "lan", "shao", "bu", "yan", "jie", "bai", "jin", "admin", "shang")
NUMBERS = (0, 1, 101, 600)


def write_submitted(town, number):
    if number:
        first = session.get(Wish, cast.submitted(town))
        with transaction():
            multiply(first, number - 1)


def write_fulfilled(town, number):
    """Wishes that pei has fulfilled, with a note that nobody has looked at."""
    if not number:
        return
    first = session.get(Wish, cast.fulfilled(town))
    claim = cast.standing(first.id)
    with transaction():
        multiply(first, number - 1, number=numbers("抄"))
        copied = session.scalars(sa.select(Wish.id).where(Wish.number.like("抄-%"))).all()
        multiply(claim, number - 1, wish_id=lambda one: copied[one])


def write_escalated(town, number):
    if not number:
        return
    (wish_id,), _round = cast.published(town)
    with transaction():
        first = session.get(Wish, wish_id)
        first.state, first.carried = "escalated", 1
        session.flush()
        multiply(first, number - 1, number=numbers("报"))


def write_rounds(state, town, number):
    """A round in each of so many communities, all of them tong's."""
    with transaction():
        mine = write_communities(town, number)
        tong = town.person("tong").id
        appointed = {"person_id": tong, "role": "community_staff", "from_day": clock.today()}
        if mine:
            session.execute(sa.insert(Appointment), [{**appointed, "organisation_id": one} for one in mine])
        write_round_in(mine, state)


def write_communities(town, number):
    """So many communities under 松涛's street; answers their ids."""
    street = session.get(Organisation, town.songtao).parent_id
    names = [f"新{one:04d}社区" for one in range(number)]
    if not names:
        return []
    new = [{"parent_id": street, "kind": "community", "name": name, "short": name[:5]} for name in names]
    made = session.scalars(sa.insert(Organisation).returning(Organisation.id), new).all()
    above = session.execute(
        sa.select(Reach.ancestor_id, Reach.depth).where(Reach.descendant_id == street)
    ).all()
    reach = [(one, one, 0) for one in made] + [(up, one, depth + 1) for one in made for up, depth in above]
    session.execute(
        sa.insert(Reach),
        [dict(zip(("ancestor_id", "descendant_id", "depth"), row, strict=True)) for row in reach],
    )
    return made


def write_round_in(community_ids, state, **values):
    facts = {
        "number": 1,
        "title": "一期",
        "state": state,
        "collect_until": clock.today(),
        "publish_until": clock.today() + timedelta(days=1),
        "last_sequence": 0,
        "opened_at": clock.now(),
        "published_at": clock.now() if state in ("published", "closed") else None,
        "closed_at": clock.now() if state == "closed" else None,
        **values,
    }
    if community_ids:
        session.execute(sa.insert(Round), [{**facts, "community_id": one} for one in community_ids])


def write_complaints(town, number):
    if not number:
        return
    with transaction():
        first = complaint_verbs.file("suggestion", "多放几把椅子", actor=cast.by(town, "ning"))
        # What is sealed is sealed for its own row.
        multiply(first, number - 1, text_sealed=None)


def call_back_waits(row, actor):
    """Whoever wished, or speaks for the child who did, says it in the app."""
    return may(states.CONFIRM, row, actor) and actor.id not in (row.wisher_id, row.guardian_id)


def look_waits(row, actor):
    if row.state == "draft" or "wish:review" not in permissions.permissions_in(actor.id, row.place_id):
        return False
    stands = Claim.outcome.is_(None) | Claim.outcome.in_(("confirmed", "closed_unconfirmed"))
    claim = session.scalar(sa.select(Claim).where(Claim.wish_id == row.id, stands))
    subjects = [("wish", row.id), *([("claim", claim.id)] if claim else [])]
    pictures = [one for found in files.of(subjects).values() for one in found]
    return bool(claim and claim.needs_look) or any(one.state == "needs_look" for one in pictures)


def round_waits(move, soon, row, actor):
    last = row.publish_until if row.state == "published" else row.collect_until
    return may(move, row, actor) and (not soon or last <= clock.today() + timedelta(days=2))


def complaint_waits(row, actor):
    """At those alone who are appointed where it lies: whoever is above may answer it, but nobody waits for them."""
    here = sa.select(Appointment.id).where(
        permissions.active_today(actor.id), Appointment.organisation_id == row.place_id
    )
    return may(complaint_states.ANSWER, row, actor) and session.scalar(here.limit(1)) is not None


def no_submitted():
    return ended(Wish, "withdrawn", "submitted")


def nothing_fulfilled():
    session.execute(sa.update(Claim).values(needs_look=False))
    withdrawn = {"claimer_id": None, "confirmed_by_id": None, "solved": None}
    return ended(Wish, "withdrawn", "fulfilled", **withdrawn)


def no_rounds():
    return ended(Round, "closed", "collecting", "reviewing", "published")


ROUNDS = {"model": Round, "empty": no_rounds, "shows": "/console/rounds/{id}/"}
CASES = {
    "审核心愿": Case(
        Wish,
        write_submitted,
        no_submitted,
        lambda row, actor: may(states.ACCEPT, row, actor),
        path="/wishes/to-review",
        action="accept",
        page="/console/review",
    ),
    "回访许愿人": Case(Wish, write_fulfilled, nothing_fulfilled, call_back_waits),
    "查看图片、留言": Case(Wish, write_fulfilled, nothing_fulfilled, look_waits, path="/wishes/to-look"),
    "街道统筹": Case(
        Wish,
        write_escalated,
        lambda: ended(Wish, "withdrawn", "escalated"),
        lambda row, actor: may(states.REPUBLISH, row, actor),
        reader="jie",
    ),
    "征集快结束": Case(
        write=partial(write_rounds, "collecting"),
        waits=partial(round_waits, states.REVIEW_ROUND, True),
        **ROUNDS,
    ),
    "等待发布": Case(
        write=partial(write_rounds, "reviewing"),
        waits=partial(round_waits, states.PUBLISH_ROUND, False),
        **ROUNDS,
    ),
    "发布快结束": Case(
        write=partial(write_rounds, "published"),
        waits=partial(round_waits, states.CLOSE_ROUND, True),
        **ROUNDS,
    ),
    "答复投诉建议": Case(
        Complaint,
        write_complaints,
        lambda: ended(Complaint, "withdrawn", "received", "escalated", ended_at=clock.now()),
        complaint_waits,
        path="/complaints?state=received",
        action="answer",
        below=True,
        page="/console/complaints",
    ),
    **people_queues.CASES,
    **volunteering_queues.CASES,
    **shop_queues.CASES,
    **points_queues.CASES,
}


@pytest.fixture(params=CASES)
def queue(town, request):
    """A queue of the console by what it calls its work."""
    (found,) = [one for one in QUEUES if one.kind == request.param]
    return found


def listed_ids(queue, actor):
    """What the queue lists for a person, read in small pages."""
    waiting, found, after = queue.find(actor=actor), [], None
    while read := waiting.page(after, 3):
        found += [queue.identity(row) for _place, row in read]
        after = read[-1][0]
    return found


def test_each_queue_has_a_case(migrated_app):
    assert sorted(queue.kind for queue in QUEUES) == sorted(CASES)


def a_bit_of_everything(town, case):
    """Rows that the reader may decide, and rows that they, a colleague or nobody there may."""
    case.write(town, 3)
    other = {"reporter_id": town.person("tong").id, "on_behalf_reason": "没有手机"}
    with transaction():
        wish = session.scalar(sa.select(Wish).where(Wish.state == "submitted").limit(1))
        multiply(wish, 1, number=None, **other)
        multiply(wish, 1, number=None, guardian_id=town.person("lan").id)
        multiply(wish, 1, number=None, wisher_id=town.person("tong").id)
        multiply(wish, 1, number=None, community_id=town.baihua, grid_id=None)
        for name in ("tong", "bai"):
            complaint_verbs.file("complaint", "楼道灯坏了", actor=cast.by(town, name))
    case.others(town)


def test_what_is_listed_is_what_waits_for_each_of_the_staff(town, queue):
    case = CASES[queue.kind]
    a_bit_of_everything(town, case)
    session.expire_all()
    rows, seen = session.scalars(sa.select(case.model)).all(), 0
    for name in STAFF:
        actor = cast.by(town, name)
        if not permissions.appointed(actor.id, queue.word):
            continue
        found = listed_ids(queue, actor)
        assert sorted(found) == sorted(case.identity(row) for row in rows if case.waits(row, actor)), name
        assert queue.find(actor=actor).count() == len(found)
        seen += len(found)
        if case.path:
            told = walk(town.phone(name), case.path, 7)
            assert all(case.action in ("", *one.get("actions", [])) for one in told), name
            ids = [one[case.key] for one in told]
            assert set(found) <= set(ids) if case.below else sorted(found) == sorted(ids), name
    assert seen >= 3


def test_the_page_of_whatever_is_listed_has_a_decision_for_the_reader(town, queue):
    case = CASES[queue.kind]
    a_bit_of_everything(town, case)
    clerk, actor = Visitor(town.app, case.reader), cast.by(town, case.reader)
    with town.app.test_request_context():
        rows = queue.find(actor=actor).rows(50)
        waiting = [(queue.identity(row), queue.address_of(row)) for row in rows]
        sent = {
            row_id: [queue.action(one, row_id) for one in queue.decisions] for row_id, _address in waiting
        }
    home = clerk.page("/console/")
    for row_id, address in waiting:
        assert f'href="{address}"' in home
        page = clerk.page(address.partition("#")[0])
        if queue.decisions:
            assert any(f'action="{one}"' in page for one in sent[row_id]), address
        else:
            assert case.shows.format(id=row_id, address=address) in page
    assert len(waiting) >= 3


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_right_however_many_wait(town, queue, number):
    case = CASES[queue.kind]
    with transaction():
        case.empty()
    case.write(town, number)
    clerk = Visitor(town.app, case.reader)
    assert queue.find(actor=cast.by(town, case.reader)).count() == number
    home = clerk.page("/console/")
    assert (f"<span><b>{number}</b> {queue.kind}</span>" in home) is (number > 0)
    assert home.count(f'<span class="kind">{queue.kind}</span>') == min(number, todo.MOST)
    if case.page:
        page = clerk.page(case.page)
        assert page.count(f'<span class="kind">{queue.kind}</span>') == min(number, queue.most)
        assert (f"这里只列出 {queue.most} 件" in page) is (number > queue.most)
    if case.path:
        assert len(walk(town.phone(case.reader), case.path, 50)) == number


@pytest.mark.parametrize("number", [1, 110])
def test_the_page_of_one_says_how_many_wait(town, number):
    with transaction():
        no_submitted()
    write_submitted(town, number)
    first = session.scalar(sa.select(sa.func.min(Wish.id)).where(Wish.state == "submitted"))
    assert f"还有 {number} 个待审核" in Visitor(town.app, "tong").page(f"/console/review/{first}")


def test_a_clerk_finds_behind_many_of_their_own_the_one_that_they_may_decide(town):
    """Left out in the query, ahead of any LIMIT, on the phone as at the desk."""
    with transaction():
        no_submitted()
    write_submitted(town, 70)
    mine = {"reporter_id": town.person("tong").id, "on_behalf_reason": "没有手机"}
    with transaction():
        ended(Wish, "submitted", "submitted", **mine)
    last = cast.submitted(town, title="只有这一个")
    assert [one["id"] for one in walk(town.phone("tong"), "/wishes/to-review", 2)] == [last]
    clerk = Visitor(town.app, "tong")
    assert "只有这一个" in clerk.page("/console/")
    assert "只有这一个" in clerk.page("/console/review")
    assert len(walk(town.phone("lan"), "/wishes/to-review", 50)) == 71


def test_a_guardian_does_not_review_or_call_about_the_wish_of_their_child(town):
    made = cast.fulfilled(town, "qin")
    again = cast.submitted(town)
    with transaction():
        session.execute(
            sa.update(Wish).where(Wish.id.in_((made, again))).values(guardian_id=town.person("tong").id)
        )
    for kind, wish_id in (("审核心愿", again), ("回访许愿人", made)):
        (queue,) = [one for one in QUEUES if one.kind == kind]
        assert wish_id not in listed_ids(queue, cast.by(town, "tong"))
    assert again not in [one["id"] for one in walk(town.phone("tong"), "/wishes/to-review", 50)]


def test_a_communitys_round_is_not_pushed_out_by_newer_ones_elsewhere(town):
    with transaction():
        no_rounds()
        write_round_in([town.songtao], "reviewing", number=91, title="松涛的一期")
        write_round_in([town.songtao], "closed", number=90, title="松涛的上一期")
        elsewhere = write_communities(town, 510)
        write_round_in(elsewhere, "reviewing")
        write_round_in(elsewhere, "closed", number=2)
    clerk = Visitor(town.app, "tong")
    assert "第 91 期：松涛的一期" in clerk.page("/console/")
    board = clerk.page("/console/rounds")
    assert "第 91 期：松涛的一期" in board
    assert "第 90 期：松涛的上一期" in board


def test_a_community_sees_how_many_rounds_have_ended_and_the_newest_of_them(town):
    with transaction():
        no_rounds()
        session.execute(
            sa.delete(Round).where(~Round.id.in_(sa.select(Wish.round_id).where(Wish.round_id.is_not(None))))
        )
        before = session.scalar(sa.select(sa.func.count(Round.id)).where(Round.community_id == town.songtao))
        for number in range(200, 215):
            write_round_in([town.songtao], "closed", number=number)
    board = Visitor(town.app, "tong").page("/console/rounds")
    assert f"已结束 {15 + before} 期" in board
    assert "第 214 期" in board
    assert "第 203 期" in board
    assert "第 202 期" not in board


def test_the_next_complaint_is_the_one_behind_and_at_the_end_the_first_that_was_left(town):
    clerk = Visitor(town.app, "tong")
    with transaction():
        CASES["答复投诉建议"].empty()
    write_complaints(town, 3)
    first, second, third = session.scalars(
        sa.select(Complaint.id).where(Complaint.state == "received").order_by(Complaint.id)
    )
    clerk.page(f"/console/complaints/{second}")
    told = {"reason": "已经安排"}
    answer = clerk.post(f"/console/complaints/{second}/answer", told)
    assert answer.headers["Location"] == f"/console/complaints/{third}"
    answer = clerk.post(f"/console/complaints/{third}/answer", told)
    assert answer.headers["Location"] == f"/console/complaints/{first}"
    answer = clerk.post(f"/console/complaints/{first}/answer", told)
    assert answer.headers["Location"] == "/console/"
