"""What the database itself refuses, to a script that goes past the code."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from tests.volunteering import cast
from tests.volunteering.cast import STARTS

RECORD = (
    "INSERT INTO service_records (person_id, activity_id, community_id, activity_name, category, served_on,"
    " started_at, ended_at, place, content, minutes, organising_body, in_charge_id, recorded_by_id,"
    " certified_by_id, recorded_at, source, sync_status, corrects_id, backfill_id)"
    " SELECT {} FROM service_records WHERE activity_name = '清雪' AND served_on = '2027-03-06'"
)
SIGN_UP = (
    "INSERT INTO sign_ups (activity_id, person_id, community_id, state, signed_up_at, checked_in_at, source)"
    " SELECT {} FROM sign_ups WHERE activity_id = (SELECT max(id) FROM activities) AND state = 'confirmed'"
)


def record(**changed):
    """A statement that writes the record once more, with some columns changed."""
    names = RECORD.partition("(")[2].partition(")")[0].split(", ")
    told = {**{name: name for name in names}, "activity_id": "NULL", "corrects_id": "NULL", **changed}
    return RECORD.format(", ".join(told.values()))


def signed_up(**changed):
    names = SIGN_UP.partition("(")[2].partition(")")[0].split(", ")
    return SIGN_UP.format(", ".join({**{name: name for name in names}, **changed}.values()))


NEWEST = " WHERE id = (SELECT max(id) FROM activities)"
OTHER = "(SELECT min(id) FROM persons)"
ATTACKS = {
    "change a record": "UPDATE service_records SET minutes = 480",
    "change whose record it is": "UPDATE service_records SET person_id = person_id + 1",
    "delete a record": "DELETE FROM service_records",
    "a record twice": record(activity_id="activity_id"),
    "a record of no time": record(minutes="0"),
    "a record of more than a day holds": record(minutes="481"),
    "eight hours on top of what is there": record(minutes="361"),
    "a record certified by who recorded it": record(certified_by_id="recorded_by_id"),
    "a record certified by who served": record(person_id="certified_by_id"),
    "a record from nowhere": record(source="'gift'"),
    "a backfill that nobody entered": record(source="'backfill'"),
    "a record that ends before it begins": record(ended_at="'2000-01-01'"),
    "a record of nobody": record(person_id="4711"),
    "a correction of nothing": record(corrects_id="4711"),
    "one place for two": signed_up(person_id=OTHER),
    "a sign-up twice": signed_up(),
    "checked in without a time": signed_up(person_id=OTHER, state="'checked_in'"),
    "certified without minutes": "UPDATE sign_ups SET state = 'certified' WHERE state = 'confirmed'",
    "more than four days hold": "UPDATE sign_ups SET proposed_minutes = 1921",
    "minutes without certification": "UPDATE sign_ups SET minutes = 60 WHERE state = 'confirmed'",
    "a place nobody knows": "UPDATE sign_ups SET place_check = '46.98,128.03'",
    "a state nobody knows": "UPDATE sign_ups SET state = 'present'",
    "an activity that ends first": "UPDATE activities SET ends_at = starts_at",
    "a risk without insurance": f"UPDATE activities SET risk = '登高'{NEWEST}",
    "certified by nobody": f"UPDATE activities SET state = 'certified'{NEWEST}",
    "certified by who proposed": "UPDATE activities SET certified_by_id = proposed_by_id WHERE state = 'certified'",
    "hours for a meeting": "UPDATE activities SET activity_kind = 'meeting' WHERE state = 'certified'",
    "half a point on the map": f"UPDATE activities SET latitude = 46.98{NEWEST}",
    "no places at all": f"UPDATE activities SET capacity = 0{NEWEST}",
}


@pytest.fixture
def scene(town):
    """One certified record, and one published activity whose only place is taken."""
    (one,) = cast.newcomers(town, 1)
    cast.certified(town, one)
    tomorrow = {"starts_at": STARTS + timedelta(days=1), "ends_at": STARTS + timedelta(days=1, hours=1)}
    full = cast.published(town, title="义诊", capacity=1, **tomorrow)
    cast.sign_up(full, one)
    return one


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_database_refuses(scene, attack):
    with pytest.raises(sa.exc.DBAPIError), transaction():
        session.execute(sa.text(attack))


def test_the_copied_rows_themselves_are_well_formed(scene):
    """Else the attacks above would be refused for another reason than the one they name."""
    with transaction():
        session.execute(sa.text(record(minutes="60")))
        session.execute(sa.text("UPDATE activities SET capacity = 2" + NEWEST))
        session.execute(sa.text(signed_up(person_id=OTHER)))
        session.rollback()


def test_only_the_synchronisation_of_a_record_may_change(scene):
    with transaction():
        session.execute(sa.text("UPDATE service_records SET sync_status = 'synchronised'"))


def test_nobody_stands_at_two_places_at_once(scene):
    here = "state = 'checked_in', checked_in_at = signed_up_at, source = 'check_in', minutes = NULL"
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(sa.text(f"UPDATE sign_ups SET {here} WHERE person_id = {scene.id}"))


def test_no_column_and_no_route_compares_people(town):
    """减负: no ranking, no per-person rate, no online time."""
    from backend.db import Base

    forbidden = ("rank", "score", "league", "top", "rate", "streak", "latitude", "longitude")
    ours = ("sign_ups", "service_records", "record_corrections", "backfills", "teams", "team_members")
    columns = [f"{name}.{column}" for name in ours for column in Base.metadata.tables[name].columns]
    assert not [one for one in columns if any(word in one.split(".")[1].split("_") for word in forbidden)]
    rules = [rule.rule for rule in town.app.url_map.iter_rules()]
    assert not [
        rule for rule in rules if any(word in rule for word in ("rank", "league", "leader-board", "top"))
    ]
