"""Places are added, renamed, moved, merged and closed by the city; what was said of them goes on being said."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, reorganising
from backend.db import session, transaction
from backend.errors import InvalidInput, NotAllowed, NotFound
from backend.journal import lines
from backend.operations import invariants
from backend.organisations import actions
from backend.organisations import queries as places
from backend.organisations.actions import CityStays, MisplacedOrganisation, PlaceAlreadyThere, PlaceClosed
from backend.organisations.models import Organisation, Reach
from backend.people import actions as people
from backend.people import permissions
from backend.people.kinds import ResidencyState
from backend.people.models import Appointment, FormerRegistration, PartyRegistration, Residency, Team
from backend.people.permissions import Permission
from backend.people.standing import TeamsOfOneName
from backend.registers import scopes
from backend.reorganising import PlaceInUse
from backend.reports import catalogue
from backend.supermarket import queries as supermarket
from backend.supermarket.models import Shop
from backend.volunteering.models import Activity
from backend.wishes.actions import reviewing, writing
from backend.wishes.actions.writing import CostAboveCap
from backend.wishes.models import Round, Wish
from tests.wishes import cast

WHY = "市里调整区划"


@pytest.fixture
def admin(town):
    return cast.by(town, "admin")


def done(work, *told, **more):
    with transaction():
        return work(*told, reason=WHY, **more).id


def added(town, admin, kind="community", name="云杉社区", parent="林海街道", short=None):
    return done(reorganising.add, town.place(parent), kind, name, short, actor=admin)


def closure_is_whole():
    """Each place is reached from itself and from all above it, at the right distance, and from nothing else."""
    parent = dict(session.execute(sa.select(Organisation.id, Organisation.parent_id)).all())
    wanted = set()
    for one in parent:
        above, depth = one, 0
        while above is not None:
            wanted.add((above, one, depth))
            above, depth = parent[above], depth + 1
    kept = session.execute(sa.select(Reach.ancestor_id, Reach.descendant_id, Reach.depth)).all()
    return set(map(tuple, kept)) == wanted


def ended_affairs(place_id):
    """Whatever hinders a merge is over, as after a last round: straight in the tables, past all moves."""
    for table, over, but in (
        (Round, "closed", ("closed",)),
        (Wish, "taken_down", ("draft", "confirmed", "declined", "withdrawn")),
        (Activity, "cancelled", ("draft", "ended", "certified", "cancelled")),
    ):
        session.execute(
            sa.update(table)
            .where(table.community_id == place_id, table.state.not_in(but))
            .values(state=over),
            execution_options={"synchronize_session": False},
        )


def test_a_new_place_stands_in_the_tree_and_in_the_journal(town, admin):
    made = added(town, admin)
    assert closure_is_whole()
    assert places.get(made).short == "云杉"
    (line,) = lines("organisation", made)
    assert (line.verb, line.reason, line.actor_id) == ("add", WHY, admin.id)
    with pytest.raises(PlaceAlreadyThere):
        added(town, admin)
    with pytest.raises(MisplacedOrganisation):
        added(town, admin, kind="grid", name="云杉-01")


def test_only_the_city_changes_the_tree(town):
    work = {
        "add": lambda who: reorganising.add(town.songtao, "grid", "松涛-99", None, reason=WHY, actor=who),
        "rename": lambda who: reorganising.rename(town.songtao, "松", None, reason=WHY, actor=who),
        "move": lambda who: reorganising.move(town.songtao, places.city_id(), reason=WHY, actor=who),
        "merge": lambda who: reorganising.merge(town.songtao, town.baihua, reason=WHY, actor=who),
        "close": lambda who: reorganising.close(town.songtao, reason=WHY, actor=who),
        "reopen": lambda who: reorganising.reopen(town.songtao, reason=WHY, actor=who),
    }
    for name in ("tong", "jie", "shao"):
        for one in work.values():
            with pytest.raises((NotAllowed, NotFound)), transaction():
                one(cast.by(town, name))


def test_no_reason_no_change(town, admin):
    with pytest.raises(InvalidInput), transaction():
        reorganising.rename(town.songtao, "松涛新社区", None, reason="。", actor=admin)


def test_a_renamed_community_is_called_as_it_was_in_what_was_before(town, admin):
    register = catalogue.one("wishes")
    day = clock.today() - timedelta(days=1)
    done(reorganising.rename, town.songtao, "松海社区", "松海", actor=admin)
    now = scopes.whole(register, town.songtao, None, None)
    before = scopes.whole(register, town.songtao, day, day)
    assert (now.place, before.place) == ("松海社区", "松涛社区")
    assert places.names_at([town.songtao], before.until) == {town.songtao: "松涛社区"}
    (line,) = [one for one in lines("organisation", town.songtao) if one.verb == "rename"]
    assert (line.facts["from"], line.facts["to"]) == ("松涛社区", "松海社区")
    # Its former numbers begin with what it was called: nobody else's ever do.
    with pytest.raises(InvalidInput):
        added(town, admin, name="松涛社区")
    with pytest.raises(InvalidInput), transaction():
        reorganising.rename(town.baihua, "白桦社区", "松涛", reason=WHY, actor=admin)


def test_a_community_with_all_in_it_moves_to_another_street(town, admin):
    street = added(town, admin, kind="street", name="新兴街道", parent="青松市")
    jie = cast.by(town, "jie")
    assert permissions.appointed(jie.id, Permission.WISH_READ, town.songtao)
    done(reorganising.move, town.songtao, street, actor=admin)
    assert closure_is_whole()
    assert not permissions.appointed(jie.id, Permission.WISH_READ, town.songtao)
    assert not permissions.appointed(jie.id, Permission.WISH_READ, town.place("松涛-01"))
    for where in (street, town.songtao, town.baihua):
        with pytest.raises((InvalidInput, MisplacedOrganisation)), transaction():
            reorganising.move(town.songtao, where, reason=WHY, actor=admin)
    with pytest.raises(CityStays), transaction():
        reorganising.move(places.city_id(), street, reason=WHY, actor=admin)


def test_who_lives_in_a_grid_lives_in_its_new_community(town, admin):
    grid = town.place("松涛-01")
    there = session.scalars(sa.select(Residency.person_id).where(Residency.grid_id == grid)).all()
    assert there
    done(reorganising.move, grid, town.baihua, actor=admin)
    homes = session.scalars(sa.select(Residency).where(Residency.person_id.in_(there))).all()
    assert {home.community_id for home in homes} == {town.baihua}
    assert {home.state for home in homes} <= {ResidencyState.VERIFIED, ResidencyState.DECLARED}


def test_a_place_in_use_is_not_closed_and_says_what_still_stands(town, admin):
    with pytest.raises(PlaceInUse) as refused, transaction():
        reorganising.close(town.songtao, reason=WHY, actor=admin)
    for what in ("居民", "任职", "兑换超市", "下级组织", "志愿队"):
        assert what in refused.value.sentence
    assert refused.value.status() == 409
    with pytest.raises(CityStays), transaction():
        actions.close(places.city_id(), reason=WHY, actor=admin)


def test_a_closed_place_takes_nothing_new_and_can_be_opened_again(town, admin):
    made = added(town, admin)
    done(reorganising.close, made, actor=admin)
    listed = places.children(town.place("林海街道"), None).rows(50)
    assert made not in [one.id for one in listed]
    ning = cast.by(town, "ning")
    with pytest.raises(places.NotACommunity), transaction():
        people.declare_residency(made, actor=ning)
    with pytest.raises(PlaceClosed), transaction():
        people.appoint(ning.id, "community_staff", made, clock.today(), None, actor=admin)
    for work in (
        lambda: reorganising.add(made, "grid", "云杉-01", None, reason=WHY, actor=admin),
        lambda: reorganising.rename(made, "云柳社区", None, reason=WHY, actor=admin),
        lambda: reorganising.move(made, places.city_id(), reason=WHY, actor=admin),
        lambda: reorganising.merge(made, town.baihua, reason=WHY, actor=admin),
        lambda: reorganising.close(made, reason=WHY, actor=admin),
    ):
        with pytest.raises(PlaceClosed), transaction():
            work()
    done(reorganising.reopen, made, actor=admin)
    assert places.community(made).id == made


def test_what_is_under_way_keeps_two_communities_apart(town, admin):
    with pytest.raises(PlaceInUse) as refused, transaction():
        reorganising.merge(town.songtao, town.baihua, reason=WHY, actor=admin)
    assert "没有办结的心愿" in refused.value.sentence
    assert "居民" not in refused.value.sentence


def test_a_merged_community_goes_along_whole_and_its_records_stay(town, admin, statements):
    gone, into = town.songtao, town.baihua
    grids = places.below(gone, "grid")
    residents = session.scalar(sa.select(sa.func.count()).where(Residency.community_id.in_((gone, into))))
    shop = session.scalars(sa.select(Shop).where(Shop.community_id == gone)).first()
    counted = {
        table: session.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE community_id = {gone}"))
        for table in ("transfers", "service_records", "wishes", "redemptions")
    }
    drafts = session.scalar(
        sa.select(sa.func.count()).select_from(Wish).where(Wish.community_id == gone, Wish.state == "draft")
    )
    before = scopes.whole(catalogue.one("wishes"), into, None, clock.today() - timedelta(days=1))
    with transaction():
        ended_affairs(gone)
    broken = set(invariants.findings())
    with statements() as seen, transaction():
        reorganising.merge(gone, into, reason=WHY, actor=admin)
    assert len(seen) < 150
    place = places.get(gone)
    assert (place.merged_into_id, place.parent_id) == (into, into)
    assert closure_is_whole()
    assert set(grids) <= set(places.below(into, "grid"))
    assert places.standing_id(gone) == into
    # Who lived there lives here; who worked there works here, and reaches what was left.
    assert session.scalar(sa.select(sa.func.count()).where(Residency.community_id == into)) == residents
    tong = cast.by(town, "tong")
    for where in (gone, into, grids[0]):
        assert permissions.appointed(tong.id, Permission.WISH_REVIEW, where)
    assert not session.scalars(
        sa.select(Appointment).where(Appointment.organisation_id == gone, Appointment.to_day.is_(None))
    ).all()
    assert not session.scalars(sa.select(Team).where(Team.community_id == gone)).all()
    moved = session.scalars(sa.select(PartyRegistration).where(PartyRegistration.community_id == gone)).all()
    assert moved == []
    assert session.scalars(sa.select(FormerRegistration).where(FormerRegistration.community_id == gone)).all()
    assert shop.id in [one.id for one in supermarket.shops(into).rows(50)]
    # The ledger, the hours, the numbers and the orders go on naming the place of then.
    for table, count in counted.items():
        there = session.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE community_id = {gone}"))
        assert there == count - (drafts if table == "wishes" else 0), table
    # The one that remains had no part of the other before.
    again = scopes.whole(catalogue.one("wishes"), into, None, clock.today() - timedelta(days=1))
    assert again.communities == before.communities == (into,)
    assert scopes.whole(catalogue.one("wishes"), into, None, None).communities == tuple(sorted((gone, into)))
    assert scopes.whole(catalogue.one("wishes"), gone, None, None).communities == (gone,)
    new = set(invariants.findings()) - broken
    assert new == set(), new
    verbs = {one.verb: one.facts for one in lines("organisation", gone)}
    assert verbs["merge"]["into"] == into
    assert verbs["merge"]["residents"] > 0
    assert [one.facts["from"] for one in lines("organisation", into) if one.verb == "absorb"] == [gone]


def test_parts_and_teams_of_one_name_are_named_before_a_merge(town, admin):
    with transaction():
        ended_affairs(town.songtao)
        made = session.scalars(sa.select(Team).where(Team.community_id == town.songtao)).first()
        name = made.name
        session.add(
            Team(
                community_id=town.baihua,
                kind="community",
                name=name,
                leader_id=made.leader_id,
                created_at=clock.now(),
            )
        )
    with pytest.raises(TeamsOfOneName) as refused, transaction():
        reorganising.merge(town.songtao, town.baihua, reason=WHY, actor=admin)
    assert name in refused.value.sentence
    with transaction():
        session.execute(
            sa.update(Team).where(Team.community_id == town.baihua, Team.name == name).values(name="别的队")
        )
        places_named = actions.add(town.baihua, "grid", "松涛-01")
    with pytest.raises(PlaceAlreadyThere) as refused, transaction():
        reorganising.merge(town.songtao, town.baihua, reason=WHY, actor=admin)
    assert places_named.name in refused.value.sentence


def test_a_grid_is_merged_with_its_neighbour_and_a_unit_with_its_like(town, admin):
    gone, into = town.place("松涛-01"), town.place("松涛-02")
    count = session.scalar(sa.select(sa.func.count()).where(Residency.grid_id.in_((gone, into))))
    done(reorganising.merge, gone, into, actor=admin)
    assert session.scalar(sa.select(sa.func.count()).where(Residency.grid_id == into)) == count
    assert closure_is_whole()
    unit, other = town.place("市教育局"), town.place("市水务局")
    members = session.scalar(sa.select(sa.func.count()).where(PartyRegistration.unit_id.in_((unit, other))))
    done(reorganising.merge, unit, other, actor=admin)
    assert session.scalar(sa.select(sa.func.count()).where(PartyRegistration.unit_id == other)) == members
    elsewhere = session.scalars(
        sa.select(Organisation.id).where(Organisation.kind == "grid", Organisation.parent_id == town.baihua)
    ).first()
    for target in (elsewhere, town.baihua, into):
        with pytest.raises(InvalidInput), transaction():
            reorganising.merge(into, target, reason=WHY, actor=admin)


def test_the_database_alone_keeps_the_city_open_and_the_merged_below(town):
    for place, wrong in (
        (places.city_id(), {"closed_at": clock.now()}),
        (town.songtao, {"merged_into_id": town.baihua}),
        (town.songtao, {"merged_into_id": town.baihua, "closed_at": clock.now()}),
    ):
        with pytest.raises(sa.exc.IntegrityError), transaction():
            session.execute(sa.update(Organisation).where(Organisation.id == place).values(wrong))


def test_a_community_gets_a_cap_of_its_own_for_what_wishes_cost(town, admin):
    with transaction():
        reorganising.set_wish_cost_cap(town.songtao, 80, reason=WHY, actor=admin)
    assert places.wish_cost_cap(town.songtao) == 80
    assert places.wish_cost_cap(town.place("白桦社区")) == 300
    for place, cap in (("松涛社区", 80), ("白桦社区", 300), ("林海街道", None)):
        assert town.phone().data("GET", f"/organisations/{town.place(place)}")["wishCostCap"] == cap
    draft = cast.submitted(town)
    with pytest.raises(CostAboveCap, match="80 元"):
        cast.submitted(town, estimated_cost=81)
    with transaction():
        reorganising.set_wish_cost_cap(town.songtao, 60, reason=WHY, actor=admin)
    # What was handed in before stays; what is handed in again is measured anew.
    with transaction():
        reviewing.send_back(draft, "请写明数量", actor=cast.by(town, "tong"))
    with pytest.raises(CostAboveCap), transaction():
        writing.submit(draft, actor=cast.by(town, "ning"))
    with transaction():
        reorganising.set_wish_cost_cap(town.songtao, None, reason=WHY, actor=admin)
    assert places.wish_cost_cap(town.songtao) == 300
    written = [line for line in lines("organisation", town.songtao) if line.verb == "set_wish_cost_cap"]
    assert [line.facts for line in written] == [
        {"from": None, "to": 80},
        {"from": 80, "to": 60},
        {"from": 60, "to": None},
    ]


def test_a_cap_is_a_communitys_and_the_citys_to_set(town, admin):
    for place, cap in (("林海街道", 100), ("松涛社区", 0), ("松涛社区", 100_001), ("松涛社区", None)):
        with pytest.raises(InvalidInput), transaction():
            reorganising.set_wish_cost_cap(town.place(place), cap, reason=WHY, actor=admin)
    for name in ("tong", "jie", "ning"):
        with pytest.raises(NotAllowed), transaction():
            reorganising.set_wish_cost_cap(town.songtao, 100, reason=WHY, actor=cast.by(town, name))
    for cap, kind in ((0, "community"), (100_001, "community"), (100, "street")):
        with pytest.raises(sa.exc.IntegrityError), transaction():
            session.execute(
                sa.text("UPDATE organisations SET wish_cost_cap = :cap WHERE kind = :kind"),
                {"cap": cap, "kind": kind},
            )
