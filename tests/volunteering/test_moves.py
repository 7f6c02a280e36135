"""Every move × every person × every state, held against tables written by hand from the blueprint.

The tables are not read from the code: a change of the rules has to be made in both places.
"""

import pytest
import sqlalchemy as sa

from backend import clock, journal, lifecycle
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.volunteering import certificate_numbers, states
from backend.volunteering.certificate_models import Certificate, CertificateState
from backend.volunteering.models import Activity, ActivityState, SignUp, SignUpState
from backend.volunteering.record_models import Backfill, Correction, RequestState, ServiceRecord
from tests.volunteering import cast

LINES = sa.select(sa.func.count()).select_from(journal.JournalLine)
# wulan leads the team and proposed the hours; ning takes part, and lives in shao's grid; lan takes part too;
# tong and lan are the community's staff, bai and jin those of another community.
PEOPLE = [
    "wulan",
    "tong",
    "lan",
    "ning",
    "pei",
    "qin",
    "shao",
    "bu",
    "yan",
    "shang",
    "jie",
    "admin",
    "bai",
    "jin",
    "he",
    "time",
]
FOREIGN = {"bai", "jin"}
# move: (states it starts from, state it ends in, who may make it)
ACTIVITY_RULES = {
    "publish": ("draft", "published", "wulan tong lan"),
    "cancel": ("draft published", "cancelled", "wulan tong lan"),
    "end": ("published", "ended", "wulan tong lan time"),
    "propose_hours": ("ended", "ended", "wulan tong lan"),
    # Neither wulan, who proposed, nor lan, who took part.
    "certify": ("ended", "certified", "tong"),
}
SIGN_UP_RULES = {
    "move_up": ("waitlisted", "confirmed", "time"),
    "cancel_sign_up": ("confirmed waitlisted", "cancelled", "ning tong lan shao"),
    "cancel_late": ("confirmed", "late_cancelled", "ning tong lan shao"),
    "excuse": ("confirmed no_show late_cancelled", "excused", "wulan tong lan"),
    "check_in": ("confirmed", "checked_in", "ning tong lan shao"),
    "check_in_again": ("checked_out unverified", "checked_in", "ning tong lan shao"),
    "check_out": ("checked_in unverified", "checked_out", "ning tong lan shao"),
    "call_in": ("confirmed no_show", "checked_in", "wulan tong lan"),
    "call_in_again": ("checked_in checked_out unverified", "checked_in", "wulan tong lan"),
    "call_out": ("confirmed no_show checked_in unverified checked_out", "checked_out", "wulan tong lan"),
    "lapse": ("checked_in", "unverified", "time"),
    "miss": ("confirmed", "no_show", "time"),
    "call_off": ("confirmed waitlisted", "cancelled", "time"),
    "certify": ("checked_out unverified", "certified", "tong lan"),
}
# ning's certificate: only the staff of the community that issued it.
CERTIFICATE_RULES = {"revoke": ("issued", "revoked", "tong lan")}
REQUEST_RULES = {
    # ning asks; lan certified the record (or made the backfill), so tong alone may decide.
    "approve": ("requested", "approved", "tong"),
    "reject": ("requested", "rejected", "tong"),
}


def test_the_tables_name_the_same_moves_as_the_code():
    assert {move.name for move in states.ACTIVITY_MOVES} == set(ACTIVITY_RULES)
    assert {move.name for move in states.SIGN_UP_MOVES} == set(SIGN_UP_RULES)
    assert {move.name for move in states.CORRECTION_MOVES} == set(REQUEST_RULES)
    assert {move.name for move in states.BACKFILL_MOVES} == set(REQUEST_RULES)
    assert {move.name for move in states.CERTIFICATE_MOVES} == set(CERTIFICATE_RULES)


@pytest.fixture
def here(town):
    """An activity of the riders with ning's and lan's sign-ups, and everyone by name."""
    who = {name: cast.by(town, name) for name in PEOPLE if name != "time"}
    activity_id = cast.published(town)
    sign_up_id = cast.sign_up(activity_id, who["ning"]).id
    cast.sign_up(activity_id, who["lan"])
    return activity_id, sign_up_id, who


def _try_each(put, move, who, names=PEOPLE, **facts):
    """What comes of it for each of the people, of one thing that `put` makes or changes. Leaves no trace."""
    with transaction():
        subject, lines = put(), session.scalar(LINES)
        made = {name: _try(subject, move, who, name, lines, facts) for name in names}
        session.rollback()
        return made


def _try(subject, move, who, name, lines, facts):
    """The new state, `refused`, or `conflict`. The next one finds the thing as it was."""
    state = subject.state
    beginning = session.begin_nested()
    try:
        lifecycle.transition(move, subject, actor=None if name == "time" else who[name], **facts)
        assert session.scalar(LINES) == lines + 1, "a move without its journal line"
        outcome = session.scalar(sa.select(type(subject).state).where(type(subject).id == subject.id))
        session.expire(subject)
    except NotFound:
        outcome = "refused"
    except (NotAllowed, lifecycle.FourEyes):
        # Staff whose permission ends at another community do not learn that there is such a thing.
        outcome = "told too much" if name in FOREIGN and _is_staffs(move) else "refused"
    except move.refusal:
        outcome = "conflict"
    beginning.rollback()
    assert subject.state == state
    return outcome


def _is_staffs(move):
    return bool(lifecycle.permissions.roles_with(move.permission))


def _expected(rules, move, state, name):
    sources, target, allowed = rules[move.name]
    if name not in allowed.split():
        return "refused"
    return target if state in sources.split() else "conflict"


@pytest.mark.parametrize("move", states.ACTIVITY_MOVES, ids=lambda move: move.name)
def test_each_move_of_an_activity_is_made_by_the_right_people_from_the_right_states(here, move):
    activity_id, _, who = here
    attended = {"state": "checked_out", "checked_in_at": cast.STARTS, "checked_out_at": cast.STARTS}

    def put(state):
        session.execute(
            sa.update(SignUp)
            .where(SignUp.activity_id == activity_id, SignUp.person_id == who["lan"].id)
            .values(**attended, source="check_in")
        )
        session.execute(
            sa.update(Activity)
            .where(Activity.id == activity_id)
            .values(
                state=state,
                proposed_by_id=who["wulan"].id,
                proposed_at=clock.now(),
                certified_by_id=who["tong"].id if state == "certified" else None,
            )
        )
        return session.get(Activity, activity_id, populate_existing=True)

    facts = {"certified_by_id": who["tong"].id} if move.name == "certify" else {}
    for state in ActivityState:
        tried = _try_each(lambda: put(state), move, who, **facts)  # noqa: B023 - called at once
        for name in PEOPLE:
            made = tried[name]
            expected = _expected(ACTIVITY_RULES, move, state, name)
            assert made == expected, f"{name} {move.name} from {state}: {made}, not {expected}"


@pytest.mark.parametrize("move", states.SIGN_UP_MOVES, ids=lambda move: move.name)
def test_each_move_of_a_sign_up_is_made_by_the_right_people_from_the_right_states(here, move):
    activity_id, sign_up_id, who = here

    def put(state):
        came = state in ("checked_in", "checked_out", "certified", "unverified")
        session.execute(
            sa.update(SignUp)
            .where(SignUp.id == sign_up_id)
            .values(
                state=state,
                checked_in_at=cast.STARTS if came else None,
                checked_out_at=cast.STARTS if state == "checked_out" else None,
                source="check_in" if came else None,
                minutes=60 if state == "certified" else None,
            )
        )
        session.execute(
            sa.update(Activity)
            .where(Activity.id == activity_id)
            .values(proposed_by_id=who["wulan"].id, proposed_at=clock.now())
        )
        return session.get(SignUp, sign_up_id, populate_existing=True)

    facts = {"checked_in_at": cast.STARTS, "checked_out_at": cast.STARTS, "source": "check_in"}
    if move.name == "certify":
        facts["minutes"] = 60
    if move.target not in ("checked_in", "checked_out", "unverified", "certified"):
        facts = {}
    for state in SignUpState:
        tried = _try_each(lambda: put(state), move, who, **facts)  # noqa: B023 - called at once
        for name in PEOPLE:
            made = tried[name]
            expected = _expected(SIGN_UP_RULES, move, state, name)
            assert made == expected, f"{name} {move.name} from {state}: {made}, not {expected}"


def _record(town, who):
    with transaction():
        made = ServiceRecord(
            person_id=who["ning"].id,
            community_id=town.songtao,
            activity_name="清雪",
            category="便民",
            served_on=clock.business_day(cast.STARTS),
            started_at=cast.STARTS,
            ended_at=cast.STARTS,
            place="东门",
            content="清雪",
            minutes=60,
            organising_body="松涛社区",
            in_charge_id=who["wulan"].id,
            recorded_by_id=who["wulan"].id,
            certified_by_id=who["lan"].id,
            recorded_at=clock.now(),
            source="check_in",
            sync_state="not_synchronised",
        )
        session.add(made)
        session.flush()
    return made.id


@pytest.mark.parametrize("move", states.CORRECTION_MOVES, ids=lambda move: move.name)
def test_a_correction_is_decided_by_neither_the_volunteer_nor_the_certifier(here, town, move):
    *_, who = here
    record_id = _record(town, who)

    def put(state):
        decided = state != "requested"
        made = Correction(
            record_id=record_id,
            person_id=who["ning"].id,
            community_id=town.songtao,
            state=state,
            minutes=30,
            reason="少记了",
            requested_at=clock.now(),
            decided_by_id=who["tong"].id if decided else None,
            decided_at=clock.now() if decided else None,
        )
        session.add(made)
        session.flush()
        return made

    _try_requests(put, move, who)


@pytest.mark.parametrize("move", states.BACKFILL_MOVES, ids=lambda move: move.name)
def test_a_backfill_is_decided_by_neither_the_volunteer_nor_its_maker(here, town, move):
    *_, who = here

    def put(state):
        decided = state != "requested"
        made = Backfill(
            person_id=who["ning"].id,
            community_id=town.songtao,
            state=state,
            activity_name="清雪",
            category="便民",
            started_at=cast.STARTS,
            place="东门",
            content="清雪",
            minutes=30,
            in_charge_id=who["lan"].id,
            reason="纸质签到",
            maker_id=who["lan"].id,
            requested_at=clock.now(),
            decided_by_id=who["tong"].id if decided else None,
            decided_at=clock.now() if decided else None,
        )
        session.add(made)
        session.flush()
        return made

    _try_requests(put, move, who)


def _try_requests(put, move, who):
    for state in RequestState:
        facts = {"decided_by_id": who["tong"].id, "decided_at": clock.now()}
        tried = _try_each(lambda: put(state), move, who, **facts)  # noqa: B023 - called at once
        for name in PEOPLE:
            made = tried[name]
            expected = _expected(REQUEST_RULES, move, state, name)
            assert made == expected, f"{name} {move.name} from {state}: {made}, not {expected}"


def test_a_certificate_is_revoked_by_the_staff_of_its_issuer_and_never_by_its_holder(here, town):
    *_, who = here

    def put(state, holder):
        revoked = {"revoked_by_id": who["tong"].id, "revoked_at": clock.now(), "revoke_reason": "名单有误"}
        made = Certificate(
            number=certificate_numbers.new(),
            person_id=who[holder].id,
            state=state,
            issuer_id=town.songtao,
            issuer_name="松涛社区",
            first_day=cast.STARTS.date(),
            last_day=cast.STARTS.date(),
            minutes=60,
            issued_at=clock.now(),
            digest="",
            digest_key="",
            **(revoked if state == "revoked" else {}),
        )
        session.add(made)
        session.flush()
        return made

    def tried(state, holder, names=PEOPLE):
        facts = {"revoked_by_id": who["lan"].id, "revoked_at": clock.now(), "revoke_reason": "名单有误"}
        return _try_each(lambda: put(state, holder), states.REVOKE, who, names, **facts)

    for state in CertificateState:
        made = tried(state, "ning")
        for name in PEOPLE:
            expected = _expected(CERTIFICATE_RULES, states.REVOKE, state, name)
            assert made[name] == expected, f"{name} revokes from {state}"
    assert tried("issued", "tong", ["tong"]) == {"tong": "refused"}
