"""The cases of the queues of what people declare."""

from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.identity.models import ConsoleLinkBatch, FirstPasswordRequest
from backend.organisations.models import Organisation
from backend.people import accounts, actions, guardians, openings, permissions, states, teams
from backend.people.guardians import Guardianship
from backend.people.models import Appointment, Membership, PartyRegistration, Person, Residency, Team
from backend.people.opening_requests import OpeningRequest
from backend.people.permissions import Permission
from backend.people.person_merges import PersonMerge
from backend.people.proxy_models import Proxy
from tests.house.queue_case import Case, may
from tests.wishes import cast


def newcomers(number, **values):
    """So many people whom nobody knew; answers their ids. Within a transaction."""
    before = session.scalar(sa.select(sa.func.max(Person.id)))
    new = {"nickname": "", "state": "active", "created_at": clock.now(), **values}
    if number:
        session.execute(sa.insert(Person), [new] * number)
    return session.scalars(sa.select(Person.id).where(Person.id > before).order_by(Person.id)).all()


def write_residencies(town, number, **values):
    """The later a person came, the longer ago they declared where they live."""
    declared = {"community_id": town.songtao, "state": "declared", **values}
    with transaction():
        rows = [
            {**declared, "person_id": one, "declared_at": clock.now() - timedelta(minutes=place)}
            for place, one in enumerate(newcomers(number))
        ]
        if rows:
            session.execute(sa.insert(Residency), rows)


def write_registrations(town, number, **values):
    declared = {
        "community_id": town.songtao,
        "unit_id": town.place("市水务局"),
        "service_roles": [],
        "state": "pending",
        "declared_at": clock.now(),
        **values,
    }
    with transaction():
        if number:
            session.execute(
                sa.insert(PartyRegistration), [{**declared, "person_id": one} for one in newcomers(number)]
            )


def other_declarations(town):
    """Of tong's own and lan's, of a child that waits with its guardian, of tong's child, and in another community."""
    with transaction():
        for name in ("tong", "lan"):
            actor = cast.by(town, name)
            actions.declare_residency(town.songtao, None, "雪松家园 9 号楼", actor=actor)
            actions.register_party_member(town.place("市水务局"), town.songtao, [], actor=actor)
        for name in ("tong", "ning"):
            guardians.declare("小满", clock.today().year - 8, "mother", actor=cast.by(town, name))
    write_residencies(town, 1, community_id=town.baihua)
    write_registrations(town, 1, community_id=town.baihua)


def write_guardianships(town, number, **values):
    """ning's, of whom nobody is so much a parent; they live in 松涛."""
    with transaction():
        declared = {
            "guardian_id": town.person("ning").id,
            "community_id": town.songtao,
            "relation": "mother",
            "state": "declared",
            "declared_at": clock.now(),
            "declared_by_id": town.person("ning").id,
            **values,
        }
        children = newcomers(number, birth_year=clock.today().year - 8)
        if children:
            session.execute(sa.insert(Guardianship), [{**declared, "child_id": one} for one in children])


def other_guardianships(town):
    other_declarations(town)
    write_guardianships(town, 1, community_id=town.baihua)


def residency_waits(row, actor):
    """A child's is decided with its guardian."""
    waiting = sa.select(Guardianship.id).where(
        Guardianship.child_id == row.person_id, Guardianship.state == "declared"
    )
    return may(states.VERIFY_RESIDENCY, row, actor) and session.scalar(waiting.limit(1)) is None


def write_applications(town, number):
    """To a team whose leader has no phone."""
    with transaction():
        team = teams.create_team(
            town.songtao, "community", "银发队", leader_id=town.person("e").id, actor=cast.by(town, "tong")
        )
        asked = {"team_id": team.id, "state": "applied", "since": clock.now()}
        people = newcomers(number)
        if people:
            session.execute(sa.insert(Membership), [{**asked, "person_id": one} for one in people])


def other_applications(town):
    """tong's own, one of today and one of four days ago to a leader with a phone."""
    with transaction():
        silver = session.scalars(sa.select(Team.id).where(Team.name == "银发队")).one()
        teams.join(silver, actor=cast.by(town, "tong"))
        riders = session.scalars(sa.select(Team.id).where(Team.name == "骑手先锋队")).one()
        for days, person_id in enumerate(newcomers(2)):
            since = clock.now() - timedelta(days=4 * days)
            session.add(Membership(team_id=riders, person_id=person_id, state="applied", since=since))


def application_waits(row, actor):
    team = session.get(Team, row.team_id)
    leader = session.get(Person, team.leader_id)
    late = row.since <= clock.now() - timedelta(days=3)
    return may(states.ACCEPT_MEMBER, row, actor) and (leader.openid is None or leader.id == actor.id or late)


def write_first_passwords(town, number):
    """For newcomers who have an office in 松涛, asked by a second administrator."""
    city = session.scalar(sa.select(Organisation.id).where(Organisation.kind == "city"))
    today = {"from_day": clock.today()}
    with transaction():
        jie = town.person("jie").id
        actions.write_appointment(jie, "city_admin", city, clock.today(), None, actor=None)
        people = newcomers(number)
        posts = [
            {"person_id": one, "role": "grid_worker", "organisation_id": town.place("松涛-03"), **today}
            for one in people
        ]
        asked = {"asked_by_id": jie, "asked_at": clock.now(), "expires_at": clock.now() + timedelta(days=7)}
        rows = [{"person_id": one, "place_id": town.songtao, "name": f"new{one}", **asked} for one in people]
        if people:
            session.execute(sa.insert(Appointment), posts)
            session.execute(sa.insert(FirstPasswordRequest), rows)


def first_password_waits(row, actor):
    waits = row.decided_at is None and row.expires_at > clock.now()
    granted = permissions.appointed(actor.id, Permission.APPOINTMENT_GRANT)
    return waits and granted and actor.id not in (row.asked_by_id, row.person_id)


def other_first_passwords(town):
    """Asked by the reader, decided, and too old."""
    write_first_passwords(town, 3)
    mine, decided, old = session.scalars(
        sa.select(FirstPasswordRequest).order_by(FirstPasswordRequest.id.desc()).limit(3)
    )
    with transaction():
        session.merge(mine).asked_by_id = town.person("admin").id
        row = session.merge(decided)
        row.decided_by_id, row.decided_at, row.granted = town.person("admin").id, clock.now(), False
        session.merge(old).expires_at = clock.now() - timedelta(minutes=1)


def write_link_batches(town, number, **values):
    """Printed by a second administrator; each is a batch of one link."""
    city = session.scalar(sa.select(Organisation.id).where(Organisation.kind == "city"))
    with transaction():
        jie = town.person("jie").id
        actions.write_appointment(jie, "city_admin", city, clock.today(), None, actor=None)
        now = clock.now()
        made = {
            "place_id": city,
            "made_by_id": jie,
            "made_at": now,
            "expires_at": now + timedelta(days=7),
            "links": 1,
            "by_one": False,
            **values,
        }
        if number:
            session.execute(sa.insert(ConsoleLinkBatch), [made] * number)


def link_batch_waits(row, actor):
    waits = row.decided_at is None and not row.by_one and row.expires_at > clock.now()
    granted = permissions.appointed(actor.id, Permission.APPOINTMENT_GRANT, row.place_id)
    return waits and granted and actor.id != row.made_by_id


def other_link_batches(town):
    """The reader's own, of a city with one administrator, too old, and decided."""
    admin = town.person("admin").id
    write_link_batches(town, 1, made_by_id=admin)
    write_link_batches(town, 1, by_one=True)
    write_link_batches(town, 1, expires_at=clock.now() - timedelta(minutes=1))
    write_link_batches(town, 1, decided_by_id=admin, decided_at=clock.now(), granted=True)


def write_opening_requests(town, number, **values):
    """Of tong, about newcomers in 松涛."""
    asked = {
        "asked_by_id": town.person("tong").id,
        "subject_kind": "person",
        "place_id": town.songtao,
        "reason": "核实身份",
        "asked_at": clock.now(),
        "expires_at": clock.now() + timedelta(days=1),
        **values,
    }
    with transaction():
        rows = [{**asked, "subject_id": one, "person_id": one} for one in newcomers(number)]
        if rows:
            session.execute(sa.insert(OpeningRequest), rows)


def other_opening_requests(town):
    """About the reader, by the reader, in another community, and too old."""
    lan = town.person("lan").id
    with transaction():
        openings.ask_person(lan, "核实身份", actor=cast.by(town, "tong"))
    write_opening_requests(town, 1, asked_by_id=lan)
    write_opening_requests(town, 1, place_id=town.baihua)
    write_opening_requests(town, 1, expires_at=clock.now() - timedelta(minutes=1))


def opening_waits(row, actor):
    waits = row.decided_at is None and row.expires_at > clock.now()
    granted = Permission.OPENING_GRANT in permissions.permissions_in(actor.id, row.place_id)
    return waits and granted and actor.id not in (row.asked_by_id, row.person_id)


def write_merges(town, number, **values):
    """Of newcomers, two and two; proposed by somebody of elsewhere, unless they asked themselves."""
    asked = {"community_id": town.songtao, "state": "asked", "begun_at": clock.now(), **values}
    with transaction():
        people = newcomers(2 * number)
        pairs = zip(people[::2], people[1::2], strict=True)
        rows = [{"from_id": one, "into_id": other, **asked} for one, other in pairs]
        if rows:
            session.execute(sa.insert(PersonMerge), rows)


def proposal(town):
    told = {"proof": "known", "proposed_by_id": town.person("mei").id, "proposed_at": clock.now()}
    return {"state": "proposed", **told}


def write_proposed_merges(town, number, **values):
    write_merges(town, number, **{**proposal(town), **values})


def other_merges(town):
    """About the reader, by the reader, in another community, and in the other state."""
    tong = town.person("tong").id
    for write in (write_merges, write_proposed_merges):
        write(town, 1, into_id=tong)
        write(town, 1, community_id=town.baihua)
    write_proposed_merges(town, 1, proposed_by_id=tong)


def write_proxies(town, number, **values):
    """Newcomers ask to act for others of 松涛 who have no WeChat; the later, the longer ago."""
    with transaction():
        people = newcomers(2 * number)
        home = {"community_id": town.songtao, "state": "verified", "decided_by_id": town.person("lan").id}
        homes = [{**home, "person_id": one, "declared_at": clock.now()} for one in people[::2]]
        rows = [
            {
                "for_id": one,
                "by_id": other,
                "relation": "child",
                "state": "asked",
                "asked_at": clock.now() - timedelta(minutes=place),
                **values,
            }
            for place, (one, other) in enumerate(zip(people[::2], people[1::2], strict=True))
        ]
        if rows:
            session.execute(sa.insert(Residency), homes)
            session.execute(sa.insert(Proxy), rows)


def other_proxies(town):
    """Asked of somebody with WeChat, of nobody, by the reader, of somebody of the reader's number, agreed, and of
    another community."""
    ning, tong = town.person("ning").id, town.person("tong")
    write_proxies(town, 1, for_id=ning)
    write_proxies(town, 1, for_id=None)
    write_proxies(town, 1, by_id=tong.id)
    write_proxies(town, 1, state="agreed", agreed_at=clock.now())
    write_proxies(town, 2)
    with transaction():
        shared, elsewhere = session.scalars(sa.select(Proxy).order_by(Proxy.id.desc()).limit(2))
        session.get(Person, shared.for_id).phone_index = tong.phone_index
        session.get(Residency, elsewhere.for_id).community_id = town.baihua


def proxy_waits(row, actor):
    if row.for_id is None or session.get(Person, row.for_id).openid is not None:
        return False
    household = any(accounts.same_phone(one, actor.id) for one in (row.by_id, row.for_id))
    own = actor.id in (row.by_id, row.for_id)
    return may(states.AGREE_PROXY, row, actor) and not household and not own


def nothing_asked(model):
    return session.execute(sa.delete(model))


def nothing(model, state):
    return session.execute(sa.delete(model).where(model.state == state))


PERSON = {"identity": lambda row: row.person_id, "key": "personId", "page": "/console/verifying"}
CASES = {
    "同意初始口令": Case(
        FirstPasswordRequest,
        write_first_passwords,
        partial(nothing_asked, FirstPasswordRequest),
        first_password_waits,
        reader="admin",
        others=other_first_passwords,
    ),
    "确认首次登录链接": Case(
        ConsoleLinkBatch,
        write_link_batches,
        partial(nothing_asked, ConsoleLinkBatch),
        link_batch_waits,
        reader="admin",
        others=other_link_batches,
    ),
    "同意查看": Case(
        OpeningRequest,
        write_opening_requests,
        partial(nothing_asked, OpeningRequest),
        opening_waits,
        reader="lan",
        others=other_opening_requests,
    ),
    "核实找回档案": Case(
        PersonMerge,
        write_merges,
        partial(nothing, PersonMerge, "asked"),
        lambda row, actor: may(states.PROPOSE_MERGE, row, actor),
        others=other_merges,
    ),
    "复核合并档案": Case(
        PersonMerge,
        write_proposed_merges,
        partial(nothing, PersonMerge, "proposed"),
        lambda row, actor: may(states.APPROVE_MERGE, row, actor),
        others=other_merges,
    ),
    "核实居住": Case(
        Residency,
        write_residencies,
        partial(nothing, Residency, "declared"),
        residency_waits,
        path="/residencies/to-verify",
        others=other_declarations,
        **PERSON,
    ),
    "核实双报到": Case(
        PartyRegistration,
        write_registrations,
        partial(nothing, PartyRegistration, "pending"),
        lambda row, actor: may(states.VERIFY_PARTY_MEMBER, row, actor),
        path="/party-registrations/to-verify",
        others=other_declarations,
        **PERSON,
    ),
    "核实监护": Case(
        Guardianship,
        write_guardianships,
        partial(nothing, Guardianship, "declared"),
        lambda row, actor: may(states.VERIFY_GUARDIAN, row, actor),
        path="/guardianships/to-verify",
        page="/console/guardians",
        others=other_guardianships,
    ),
    "家人代办": Case(
        Proxy,
        write_proxies,
        partial(nothing, Proxy, "asked"),
        proxy_waits,
        page="/console/proxies",
        others=other_proxies,
    ),
    "入队申请": Case(
        Membership,
        write_applications,
        partial(nothing, Membership, "applied"),
        application_waits,
        identity=lambda row: row.team_id,
        others=other_applications,
        shows="/console/teams/{id}/members/",
    ),
}
