"""The cases of the queues of what people declare."""

from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.people import actions, guardians, states, teams
from backend.people.guardians import Guardianship
from backend.people.models import Membership, PartyRegistration, Person, Residency, Team
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


def nothing(model, state):
    return session.execute(sa.delete(model).where(model.state == state))


PERSON = {"identity": lambda row: row.person_id, "key": "personId", "page": "/console/verifying"}
CASES = {
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
