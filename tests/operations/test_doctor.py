"""The doctor says in plain words what is wrong, and nothing where all is well."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import backup_age, clock, config, jobs
from backend.db import dialect, session, transaction
from backend.files import stores
from backend.ledger import seals
from backend.operations import doctor
from backend.outbox import delivery
from backend.outbox.models import Delivery
from backend.people.models import Appointment
from backend.wechat import gateway
from backend.wechat.live import LiveWeChat
from backend.wechat.tokens import DatabaseTokens
from tests.conftest import _fresh, kept_as
from tests.operations.test_backups import flask
from tests.town import Town


def faults():
    session.remove()
    return [one.sentence for one in doctor.findings() if one.fault]


def deliver():
    while delivery.deliver_due(gateway.gateway()):
        pass


def seal():
    (job,) = seals.JOBS
    while jobs.run(job):
        pass


def test_books_that_nobody_seals_are_told(well):
    with clock.frozen_at(clock.now() + timedelta(days=5)):
        assert [one for one in faults() if "not sealed" in one] == ["5 past days of the books are not sealed"]


@pytest.fixture(scope="module")
def kept_well(host, migrated_app, settings, running_wechat):
    """The demo city with everything delivered and sealed, made once and kept for each test of this file."""
    with kept_as("well", host, migrated_app, settings):
        running_wechat.memory.reset()
        deliver()
        seal()


@pytest.fixture
def well(kept_well, host, migrated_app, settings, wechat, monkeypatch):
    """A healthy city; the tests' PostgreSQL alone is run without fsync, for speed."""
    if host.name == "postgresql":
        monkeypatch.setattr(doctor, "_postgresql", lambda: iter(()))
    for app in _fresh(host, migrated_app, settings, "well"):
        backup_age.note()
        assert faults() == []
        yield Town(app)


def test_a_healthy_city_has_no_fault_and_each_advice_is_a_sentence(well):
    for one in doctor.findings():
        assert one.sentence
        assert one.advice


def test_it_is_a_command_whose_end_says_whether_all_is_well(well, monkeypatch):
    run = well.app.test_cli_runner().invoke
    told = run(args=["doctor"])
    assert (told.exit_code, told.output.splitlines()[-1]) == (0, "Nothing stands in the way.")
    monkeypatch.setattr(doctor, "GIBIBYTE", 10**18)
    told = run(args=["doctor"])
    assert told.exit_code == 1
    assert "FAULT  only " in told.output
    assert "→ make room" in told.output


def test_without_tables_nothing_more_is_asked(app, host):
    with transaction():
        session.execute(sa.text("DROP TABLE alembic_version"))
    assert faults() == ["the database has no tables yet"]


def test_an_older_database_is_told(well):
    with transaction():
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0003'"))
    session.remove()
    (found,) = (one for one in doctor.findings() if one.fault)
    assert found.sentence == "the database is of an earlier version than the program"
    assert found.advice == "run `flask db upgrade`"


def test_a_program_older_than_its_database_is_told_and_nobody_is_sent_to_upgrade(well):
    with transaction():
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    session.remove()
    found = next(iter(doctor.findings()))
    assert not found.fault
    assert found.sentence.startswith("the database is newer than the program")
    assert "flask db upgrade" not in found.advice
    assert faults() == [], "and everything else is looked at"


def test_where_there_is_no_file_it_makes_none_so_that_a_backup_can_come_there(well, settings, tmp_path):
    if dialect() != "sqlite":
        pytest.skip("a server's database is there or it is not")
    place = tmp_path / "new" / "dianliang.sqlite3"
    elsewhere = replace(settings, data_dir=str(place.parent), database_url=f"sqlite:///{place}")
    done = flask(elsewhere, "doctor")
    assert done.returncode == 1
    assert "FAULT  there is no database yet" in done.stdout
    assert list(place.parent.rglob(f"{place.name}*")) == []


def test_postgresql_that_may_lose_what_it_confirmed_is_told(town, wechat):
    deliver()
    seal()
    if dialect() == "postgresql":
        # As the tests run it.
        assert faults() == ["PostgreSQL runs with fsync、full_page_writes off: a power cut damages it"]
    else:
        assert faults() == []


def test_a_lost_sealing_key_and_a_wrong_index_key_are_told_apart(well, settings):
    config.use(replace(settings, seal_keys="other:" + "QUJD" * 10 + "QUI="))
    assert "sealed data cannot be opened" in faults()
    config.use(replace(settings, index_key="another key, of thirty-two letters or more"))
    assert faults() == ["people cannot be found by phone"]


def test_a_store_that_takes_nothing_is_told(well, monkeypatch):
    def away(*_):
        raise stores.StoreUnavailable()

    monkeypatch.setattr(stores.Folder, "put", away)
    assert faults() == ["pictures cannot be stored"]


def test_a_worker_that_does_not_run_is_told(well):
    with transaction():
        waits = {"state": "waiting", "finished_at": None, "next_at": clock.now() - timedelta(hours=1)}
        session.execute(sa.update(Delivery).values(waits))
    assert faults() == ["notices wait and nobody delivers them"]


@pytest.mark.parametrize(
    ("errcode", "advice"), [(40164, "IP list"), (40125, "WECHAT_APP_SECRET is wrong"), (48001, "error codes")]
)
def test_what_wechat_does_not_take_is_told_with_its_meaning(well, wechat, errcode, advice):
    client = gateway.gateway()._wechat._client
    client.session.delete(client.access_token_key)
    wechat.misbehave("/cgi-bin/stable_token", errcode=errcode)
    (found,) = (one for one in doctor.findings() if one.fault)
    assert found.sentence == f"WeChat does not take us ({errcode})"
    assert advice in found.advice


def test_a_wechat_out_of_reach_is_told(well, settings):
    before = gateway.gateway()
    away = LiveWeChat(replace(settings, wechat_base_url="http://127.0.0.1:9"), DatabaseTokens())
    client = away._client
    client.session.delete(client.access_token_key)
    gateway.use(away)
    try:
        assert faults() == ["WeChat cannot be reached"]
    finally:
        gateway.use(before)
        away.close()


def test_a_city_without_an_administrator_is_told(well):
    with transaction():
        session.execute(sa.delete(Appointment).where(Appointment.role == "city_admin"))
    assert faults() == ["nobody can appoint staff"]


def test_in_production_the_way_for_wechats_pushes_and_pictures_is_asked_for(well, settings):
    config.use(replace(settings, app_env="production"))
    assert faults() == [
        "WeChat's pushes are refused",
        "PUBLIC_URL is not https",
        "TRUSTED_PROXIES is 0: everybody behind a proxy counts as one address",
    ]
    config.use(replace(settings, app_env="production", trusted_proxies=2))
    assert faults() == ["WeChat's pushes are refused", "PUBLIC_URL is not https"]


def test_a_backup_that_nobody_makes_any_more_is_told_in_production(well, settings, tmp_path):
    elsewhere = replace(settings, app_env="production", data_dir=str(tmp_path / "data"))
    config.use(elsewhere)
    assert [one.sentence for one in doctor._backups()] == [
        "no backup was made yet, as far as this machine knows"
    ]
    backup_age.note()
    assert list(doctor._backups()) == []
    with clock.frozen_at(clock.now() + timedelta(hours=30)):
        (found,) = doctor._backups()
        metrics = well.app.test_client().get("/metrics").get_data(as_text=True)
    assert found.fault
    assert found.sentence == "the last backup is 30 hours old"
    (seconds,) = re.findall(r"^dianliang_backup_age_seconds (\S+)$", metrics, re.MULTILINE)
    assert 30 * 3600 <= float(seconds) < 31 * 3600


def test_copies_in_another_building_are_told_of_where_there_are_none_or_none_any_more(
    well, settings, tmp_path
):
    told = replace(settings, app_env="production", data_dir=str(tmp_path / "data"))
    config.use(told)
    assert [(one.fault, one.sentence) for one in doctor._copies()] == [
        (False, "backups lie on this machine alone")
    ]
    config.use(replace(told, backup_copy="rclone copy {backup} offsite:{name}"))
    assert [one.sentence for one in doctor._copies()] == [
        "no backup was copied yet, though BACKUP_COPY is set"
    ]
    backup_age.note(backup_age.COPIED)
    assert list(doctor._copies()) == []


def test_on_cloud_hosting_it_says_what_such_a_process_is_and_asks_for_what_outlives_it(well, settings):
    config.use(replace(settings, wechat_cloud_hosting="on"))
    told = {one.sentence: one for one in doctor.findings()}
    (hint,) = (sentence for sentence in told if "neither console nor public pages" in sentence)
    assert not told[hint].fault
    assert "公网访问" in told[hint].advice
    assert faults() == ["a container's disk is lost with it"]


def test_a_database_that_takes_no_change_is_told(well, monkeypatch):
    monkeypatch.setattr(doctor, "can_write", lambda: False)
    assert faults() == ["nothing can be written, only read"]


def test_a_folder_into_which_others_may_look_is_told(well, settings, tmp_path):
    def told():
        return [one.advice for one in doctor.findings() if "may look into" in one.sentence]

    config.use(replace(settings, data_dir=str(tmp_path)))
    tmp_path.chmod(0o755)
    assert told() == [f"chmod 700 {tmp_path}"]
    tmp_path.chmod(0o700)
    assert told() == []
