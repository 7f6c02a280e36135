"""Settings: the page is not stale, production refuses every fault by name, and says all of them at once."""

import base64
import json
import re
from pathlib import Path

import pytest

from backend import config
from scripts import write_configuration

TOP = Path(__file__).resolve().parents[2]
GOOD = {
    "APP_ENV": "production",
    "SECRET_KEY": "s" * 48,
    "INDEX_KEY": "i" * 48,
    "SEAL_KEYS": "2026a:" + base64.b64encode(b"k" * 32).decode(),
    "WECHAT_APP_ID": "wx0123456789abcdef",
    "WECHAT_APP_SECRET": "0123456789abcdef",
    "WECHAT_BASE_URL": "https://api.weixin.qq.com",
    "SEED": "empty",
}


@pytest.fixture
def environment(monkeypatch):
    """Sets the given variables and removes every other setting of this machine."""

    def use(given):
        for one in config.table():
            monkeypatch.delenv(one.metadata["name"], raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)

    return use


def faults_of(environment, given):
    environment(given)
    with pytest.raises(config.BadSettings) as refused:
        config.read()
    return refused.value.faults


def test_the_page_says_what_the_table_says():
    assert write_configuration.PAGE.read_text(encoding="utf-8") == write_configuration.text()


def test_every_setting_has_a_name_of_its_own_and_a_meaning():
    names = [one.metadata["name"] for one in config.table()]
    assert len(names) == len(set(names))
    assert all(one.metadata["meaning"] for one in config.table())
    assert all(one.name.upper() == one.metadata["name"] for one in config.table())


def test_nothing_needs_to_be_set_for_a_first_look(environment):
    environment({})
    settings = config.read()
    assert not settings.production
    assert settings.database.startswith("sqlite:///")
    assert settings.wechat_url == "http://127.0.0.1:8001"


def test_a_good_set_is_accepted_in_production(environment):
    environment(GOOD)
    assert config.read().production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", config.DEMO_SECRET),
        ("INDEX_KEY", ""),
        ("INDEX_KEY", "short"),
        ("INDEX_KEY", config.DEMO_SECRET),
        ("SEAL_KEYS", ""),
        ("SEAL_KEYS", config.DEMO_SEAL_KEYS),
        ("WECHAT_APP_ID", ""),
        ("WECHAT_APP_ID", "wx-simulated"),
        ("WECHAT_APP_SECRET", ""),
        ("WECHAT_APP_SECRET", config.DEMO_SECRET),
        ("WECHAT_BASE_URL", ""),
        ("WECHAT_BASE_URL", "http://127.0.0.1:8001"),
        ("WECHAT_BASE_URL", "http://localhost:8001"),
        ("WECHAT_BASE_URL", "http://[::1]:8001"),
        ("SEED", "demo"),
        ("SEED", "tieli"),
        ("DEMO_PASSWORD", "let-me-in"),
    ],
)
def test_production_refuses_this_fault_alone_and_by_name(environment, name, value):
    faults = faults_of(environment, {**GOOD, name: value})
    assert len(faults) == 1
    assert faults[0].startswith(name)


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "INDEX_KEY", "SEAL_KEYS", "WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_BASE_URL"]
)
def test_production_refuses_what_is_left_out(environment, name):
    faults = faults_of(environment, {key: value for key, value in GOOD.items() if key != name})
    assert len(faults) == 1
    assert faults[0].startswith(name)


def test_every_fault_is_said_at_once(environment):
    faults = faults_of(environment, {"APP_ENV": "production", "SEED": "demo", "DEMO_PASSWORD": "x"})
    named = {fault.split()[0] for fault in faults}
    assert named == {*GOOD, "DEMO_PASSWORD"} - {"APP_ENV"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ENV", "staging"),
        ("SEAL_ALGORITHM", "rot13"),
        ("SEED", "everything"),
        ("WECHAT_TEMPLATES", "[]"),
        ("WECHAT_TEMPLATES", "{"),
        ("PORT", "eighty"),
        ("WECHAT_READ_SECONDS", "soon"),
    ],
)
def test_what_cannot_be_read_is_refused_everywhere(environment, name, value):
    faults = faults_of(environment, {name: value})
    assert len(faults) == 1
    assert name in faults[0]


SHARED = {
    "INSTANCES": "3",
    "DATABASE_URL": "postgresql://someone@host/base",
    "FILE_STORE": "s3://bucket/pictures",
}


def test_several_instances_share_a_database_and_a_store(environment):
    environment(SHARED)
    assert config.read().instances == 3


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE_URL", ""), ("DATABASE_URL", "sqlite:////data/x"), ("FILE_STORE", "")]
)
def test_several_instances_with_what_lies_on_one_disk_are_refused(environment, name, value):
    (fault,) = faults_of(environment, {**SHARED, name: value})
    assert fault.startswith(name)
    assert "INSTANCES" in fault


@pytest.mark.parametrize(("name", "value"), [("INSTANCES", "0"), ("TRUSTED_PROXIES", "-1")])
def test_fewer_than_there_can_be_are_refused(environment, name, value):
    (fault,) = faults_of(environment, {name: value})
    assert fault.startswith(name)


def test_cloud_hosting_has_a_gateway_in_front_and_several_proxies_are_taken(environment):
    (fault,) = faults_of(environment, {**GOOD, "WECHAT_CLOUD_HOSTING": "on"})
    assert fault.startswith("TRUSTED_PROXIES")
    for count in (1, 2, 3):
        environment({**GOOD, "WECHAT_CLOUD_HOSTING": "on", "TRUSTED_PROXIES": str(count)})
        assert config.read().trusted_proxies == count


def test_a_template_deployment_says_how_many_there_are_and_starts_with_what_outlives_a_container(environment):
    described = json.loads((TOP / "container.config.json").read_text())
    given = described["envParams"]
    assert int(given["INSTANCES"]) == described["maxNum"]
    secrets = {name: value for name, value in GOOD.items() if name not in ("SEED", "APP_ENV")}
    assert {fault.split()[0] for fault in faults_of(environment, {**secrets, **given})} == {
        "DATABASE_URL",
        "FILE_STORE",
    }
    environment({**secrets, **given, **SHARED, "INSTANCES": given["INSTANCES"]})
    assert config.read().cloud_hosting


def test_the_image_is_production_unless_told_otherwise(environment):
    """What the Dockerfile sets, and no secret: it refuses to start instead of serving with the demo's."""
    image = (TOP / "Dockerfile").read_text().replace("\\\n", " ")
    given = dict(
        pair.split("=", 1) for line in re.findall(r"^ENV (.+)$", image, re.MULTILINE) for pair in line.split()
    )
    assert given["APP_ENV"] == "production"
    known = {one.metadata["name"] for one in config.table()}
    faults = faults_of(environment, {name: value for name, value in given.items() if name in known})
    assert {"SECRET_KEY", "SEAL_KEYS", "WECHAT_APP_ID"} <= {fault.split()[0] for fault in faults}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_reaches_psycopg(environment, scheme):
    environment({"DATABASE_URL": f"{scheme}://someone@host/base"})
    assert config.read().database == "postgresql+psycopg://someone@host/base"


def test_a_new_secret_is_long_enough_and_never_the_same():
    assert len(config.new_secret()) >= 32
    assert config.new_secret() != config.new_secret()
