"""Every move × every person × every state of what people register, held against tables written by hand.

The verbs themselves are tried, because these ask for their permission themselves. The tables are not read from the
code: a change of the rules has to be made in both places.
"""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from backend import clock, moves
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.journal import JournalLine
from backend.lifecycle import FourEyes
from backend.people import actions, guardians, proxies, roster, states, teams
from backend.people.guardians import Guardianship
from backend.people.kinds import GuardianshipState, MembershipState, MergeState, ProxyState
from backend.people.models import Membership, PartyRegistration, Person, Residency
from backend.people.person_merges import PersonMerge
from backend.people.proxy_models import Proxy
from backend.rights import merging
from tests.people.test_permissions import appoint
from tests.volunteering import cast

# ning lives here, reported here, is in wulan's team and a mother; tong and lan are the community's staff,
# bai and jin those of another one. Only who is named may; whoever is told "refused" learns nothing of the state.
PEOPLE = ["ning", "wulan", "tong", "lan", "pei", "qin", "shao", "bu", "jie", "admin", "bai", "jin"]
# move: (states it starts from, state it ends in, who may make it)
RULES = {
    "residency": {
        "declare_residency": ("declared verified rejected", "declared", "ning"),
        "verify": ("declared", "verified", "tong lan"),
        "reject": ("declared", "rejected", "tong lan"),
    },
    "party_registration": {
        "register_party_member": ("pending verified rejected", "pending", "ning"),
        "verify": ("pending", "verified", "tong lan"),
        "reject": ("pending", "rejected", "tong lan"),
        "import": ("pending rejected", "verified", "tong lan"),
    },
    "team": {
        "join": ("declined left", "applied", "ning"),
        "leave": ("applied accepted", "left", "ning"),
        "accept": ("applied", "accepted", "wulan tong lan"),
        "decline": ("applied", "declined", "wulan tong lan"),
    },
    "person_merge": {
        "propose": ("asked", "proposed", "tong lan"),
        "approve": ("proposed", "approved", "tong lan"),
        "reject": ("asked proposed", "rejected", "tong lan"),
    },
    # wulan asks to act for ning, who answers; tong and lan for whoever has no WeChat.
    "proxy": {
        "agree": ("asked", "agreed", "ning"),
        "decline": ("asked", "declined", "ning"),
        "end": ("asked agreed", "ended", "ning wulan"),
    },
    "guardianship": {
        "verify": ("declared", "verified", "tong lan"),
        "reject": ("declared", "rejected", "tong lan"),
        "end": ("declared verified", "ended", "ning"),
    },
}
# What only the person themselves can say: there is no way to say it of another.
OWN = {"declare_residency", "register_party_member", "join", "leave"}
REFUSED = (NotAllowed, NotFound, FourEyes, actions.OwnRegistration, guardians.OwnWard)
MOVES = [(table.kind, move) for table in states.TABLES for move in table.moves]


def test_the_tables_name_the_same_moves_as_the_code():
    assert {table.kind: {move.name for move in table.moves} for table in states.TABLES} == {
        kind: set(rules) for kind, rules in RULES.items()
    }


@pytest.fixture
def things(town):
    """ning's registrations; who is staff is also the subject of nothing."""
    who = {name: cast.by(town, name) for name in PEOPLE}
    ning, team_id = who["ning"], cast.riders(town)
    unit_id = town.place("市水务局")
    with transaction():
        party = PartyRegistration(
            person_id=ning.id,
            unit_id=unit_id,
            community_id=town.songtao,
            service_roles=[],
            state="pending",
            declared_at=clock.now(),
        )
        session.add(party)
        link = guardians.declare("宁小禾", clock.today().year - 9, "mother", actor=ning)
        other = Person(nickname="宁小舟", state="active", created_at=clock.now())
        session.add(other)
        session.flush()
        merge = PersonMerge(
            community_id=town.songtao, from_id=other.id, into_id=ning.id, state="asked", begun_at=clock.now()
        )
        session.add(merge)
        proxy = Proxy(
            by_id=who["wulan"].id, for_id=ning.id, relation="child", state="asked", asked_at=clock.now()
        )
        session.add(proxy)
        for name in ("ning", "wulan"):
            session.get(Person, who[name].id).birth_year = clock.today().year - 40
    return Things(town, who, team_id, unit_id, link.id, merge.id, proxy.id)


class Things:
    def __init__(self, town, who, team_id, unit_id, link_id, merge_id, proxy_id):
        self.town, self.who, self.ning = town, who, who["ning"].id
        self.team_id, self.unit_id, self.link_id = team_id, unit_id, link_id
        self.merge_id, self.proposer = merge_id, town.person("mei").id
        self.proxy_id = proxy_id
        self.rows = {
            "residency": (Residency, self.ning),
            "party_registration": (PartyRegistration, self.ning),
            "team": (Membership, (team_id, self.ning)),
            "guardianship": (Guardianship, link_id),
            "person_merge": (PersonMerge, merge_id),
            "proxy": (Proxy, proxy_id),
        }

    def put(self, kind, state):
        """The row in this state, as if lan had decided."""
        model, key = self.rows[kind]
        row = session.get(model, key, populate_existing=True)
        row.state = state
        if kind == "person_merge":
            known, done = state in ("proposed", "approved"), state in ("approved", "rejected")
            row.proof, row.proposed_by_id = ("known", self.proposer) if known else (None, None)
            row.proposed_at = clock.now() if known else None
            row.decided_by_id, row.decided_at = (self.who["lan"].id, clock.now()) if done else (None, None)
            row.points = row.minutes = 0 if state == "approved" else None
        elif kind == "proxy":
            row.agreed_at = clock.now() if state == "agreed" else None
            row.ended_at = None if state in ("asked", "agreed") else clock.now()
        elif kind != "team":
            row.decided_by_id = self.who["lan"].id if state in ("verified", "rejected") else None
        session.flush()

    def state(self, kind):
        model, key = self.rows[kind]
        return session.get(model, key, populate_existing=True).state

    def make(self, kind, name, actor):
        ning, place, accepted = self.ning, self.town.songtao, name in ("verify", "accept")
        verbs = {
            "declare_residency": lambda: actions.declare_residency(place, None, "新家", actor=actor),
            "register_party_member": lambda: actions.register_party_member(
                self.unit_id, self.town.baihua, [], actor=actor
            ),
            "import": lambda: roster.register(ning, self.unit_id, place, [], actor=actor),
            "join": lambda: teams.join(self.team_id, actor=actor),
            "leave": lambda: teams.leave(self.team_id, actor=actor),
            "end": lambda: (
                proxies.end(self.proxy_id, actor=actor)
                if kind == "proxy"
                else guardians.end(self.link_id, actor=actor)
            ),
            "agree": lambda: proxies.agree(self.proxy_id, actor=actor),
            "propose": lambda: merging.propose(self.merge_id, "known", "认识他", actor=actor),
            "approve": lambda: merging.approve(self.merge_id, actor=actor),
        }
        decide = {
            "residency": lambda: actions.decide_residency(ning, accepted, "说明", actor=actor),
            "party_registration": lambda: actions.decide_party_registration(
                ning, accepted, "说明", actor=actor
            ),
            "team": lambda: teams.decide(self.team_id, ning, accepted, actor=actor),
            "guardianship": lambda: guardians.decide(self.link_id, accepted, "说明", actor=actor),
            "person_merge": lambda: merging.reject(self.merge_id, "不是", actor=actor),
            "proxy": lambda: proxies.decline(self.proxy_id, actor=actor),
        }
        return verbs.get(name, decide.get(kind))()


def _lines(after=0):
    newer = sa.select(JournalLine).where(JournalLine.id > after)
    return session.scalars(newer.order_by(JournalLine.id)).all()


def _try(things, kind, move, state, name):
    """What came of it: the new state, `refused`, or `conflict`. Leaves no trace."""
    with transaction():
        things.put(kind, state)
        before = session.scalar(sa.select(sa.func.max(JournalLine.id)))
        try:
            made = things.make(kind, move.name, things.who[name])
            outcome = "conflict" if made is False else things.state(kind)
            if made is not False:
                new = [line for line in _lines(before) if line.subject_kind == kind]
                assert [(one.verb, one.from_state, one.to_state) for one in new] == [
                    (move.name, state, outcome)
                ]
        except REFUSED:
            outcome = "refused"
        except move.refusal:
            outcome = "conflict"
        session.rollback()
        return outcome


def _expected(kind, move, state, name):
    sources, target, allowed = RULES[kind][move.name]
    if name not in allowed.split():
        return "refused"
    if state in sources.split():
        return target
    # Whose link has ended learns no more of it than a stranger.
    return "refused" if (kind, move.name) == ("guardianship", "end") else "conflict"


@pytest.mark.parametrize(("kind", "move"), MOVES, ids=[f"{kind}-{move.name}" for kind, move in MOVES])
def test_each_move_is_made_by_the_right_people_from_the_right_states(things, kind, move):
    known = {
        "residency": ("declared", "verified", "rejected"),
        "party_registration": ("pending", "verified", "rejected"),
        "team": MembershipState,
        "guardianship": GuardianshipState,
        "person_merge": MergeState,
        "proxy": ProxyState,
    }
    for state in known[kind]:
        for name in ("ning",) if move.name in OWN else PEOPLE:
            made, expected = _try(things, kind, move, state, name), _expected(kind, move, state, name)
            assert made == expected, f"{name} {move.name} from {state}: {made}, not {expected}"


def test_nobody_decides_on_what_is_their_own(things, town):
    """ning is made staff, too."""
    appoint(town, "ning", "community_staff")
    for kind, move in MOVES:
        if kind != "proxy" and move.name in ("verify", "reject", "import", "accept", "decline"):
            state = min(move.sources)
            assert _try(things, kind, move, state, "ning") == "refused", (kind, move.name)


def test_a_childs_home_is_verified_with_its_guardian_and_the_journal_says_so(things):
    with transaction():
        link = guardians.decide(things.link_id, True, actor=things.who["tong"])
    told = [
        (line.actor_id, line.from_state, line.to_state)
        for line in _lines()
        if (line.subject_kind, line.subject_id, line.verb) == ("residency", link.child_id, "verify")
    ]
    assert told == [(things.who["tong"].id, "declared", "verified")]


def test_a_link_that_ends_with_an_account_has_its_line(things):
    with transaction():
        guardians.leave(things.ning, actor=things.who["ning"])
    line = _lines()[-1]
    assert (line.verb, line.subject_kind, line.subject_id) == ("end", "guardianship", things.link_id)
    assert (line.from_state, line.to_state, line.actor_id) == ("declared", "ended", things.ning)


@pytest.mark.parametrize(
    ("kind", "move", "now"),
    [("residency", states.VERIFY_RESIDENCY, "rejected"), ("team", states.ACCEPT_MEMBER, "left")],
)
def test_what_somebody_else_decided_meanwhile_is_not_decided_again(things, kind, move, now):
    """The row says one thing, the database another: the guarded UPDATE asks the database."""
    with transaction():
        things.put(kind, now)
    row = session.get(*things.rows[kind])
    set_committed_value(row, "state", min(move.sources))
    with pytest.raises(move.refusal), transaction():
        moves.apply(move, row, {}, actor=things.who["tong"])
    assert things.state(kind) == now
