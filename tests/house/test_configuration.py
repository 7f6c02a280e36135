"""Settings: the page is not stale, production refuses every fault by name, and says all of them at once."""

import base64
import json
import re
from pathlib import Path

import pytest

from backend import config
from backend.config_bounds import BOUNDS
from backend.config_kinds import Address, Database, KeptDays, Number, RateLimit
from scripts import write_configuration

TOP = Path(__file__).resolve().parents[2]
GOOD = {
    "APP_ENV": "production",
    "SECRET_KEY": "Xk2v-9QmWz7rT4pLc8_dYbN3hJs6FgUa1eRiOtPy5wVx0B",
    "INDEX_KEY": "b7HqLw3_ZnCk9Tf2vRx5MyPd8sJg4-AeUo6iNt1KrWz0Qh",
    "SEAL_KEYS": "2026a:" + base64.b64encode(bytes((37 * n * n + 11 * n) % 251 for n in range(32))).decode(),
    "WECHAT_APP_ID": "wx0123456789abcdef",
    "WECHAT_APP_SECRET": "0123456789abcdef",
    "WECHAT_BASE_URL": "https://api.weixin.qq.com",
    "SEED": "empty",
    "SPONSOR": "铁力市委社会工作部",
}
KEPT = [name for name in BOUNDS if name.startswith("KEEP_")]
LIMITS = [name for name, one in BOUNDS.items() if isinstance(one.kind, RateLimit)]


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
        ("SECRET_KEY", "a" * 48),
        ("SECRET_KEY", "changeme" * 6),
        ("SECRET_KEY", GOOD["INDEX_KEY"]),
        ("INDEX_KEY", "0123456789" * 4),
        ("SEAL_KEYS", "2026a:" + base64.b64encode(bytes(32)).decode()),
        ("SEAL_KEYS", "2026a:" + base64.b64encode(bytes(range(32))).decode()),
        ("SEAL_KEYS", "2026a:" + base64.b64encode(b"password" * 4).decode()),
        ("WECHAT_BASE_URL", "http://127.0.0.2:8181"),
        ("WECHAT_BASE_URL", "http://api.weixin.qq.com"),
        ("WECHAT_BASE_URL", "api.weixin.qq.com"),
        ("SEED", "demo"),
        ("SEED", "tieli"),
        ("DEMO_PASSWORD", "let-me-in"),
        ("SPONSOR", ""),
        ("SPONSOR", config.DEMO_SPONSOR),
    ],
)
def test_production_refuses_this_fault_alone_and_by_name(environment, name, value):
    faults = faults_of(environment, {**GOOD, name: value})
    assert len(faults) == 1
    # Two equal keys are told of the index's.
    assert faults[0].startswith(("SECRET_KEY", "INDEX_KEY") if value == GOOD["INDEX_KEY"] else name)
    # In both languages, and never what was set.
    english, chinese = faults[0].split("\n  ")
    assert english.isascii() or name == "SEAL_KEYS"
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert value == "" or value not in faults[0] or value in ("demo", "short")


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "INDEX_KEY",
        "SEAL_KEYS",
        "WECHAT_APP_ID",
        "WECHAT_APP_SECRET",
        "WECHAT_BASE_URL",
        "SPONSOR",
    ],
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
        *((name, value) for name in KEPT for value in ("0", "-3", "29", "36501", "immer", "")),
        *(
            (name, value)
            for name in LIMITS
            for value in ("abc", "0/minute", "60", "60/fortnight", "5/minute;x", "")
        ),
        ("PORT", "99999"),
        ("PORT", "-1"),
        ("PORT", "１２"),
        ("SESSION_DAYS", "-1"),
        ("WISH_COST_CAP", "-5"),
        ("CLAIM_LIMIT", "0"),
        ("WEB_CONCURRENCY", "0"),
        ("MAX_BODY_BYTES", "10"),
        ("IDEMPOTENCY_HOURS", "23"),
        ("WECHAT_READ_SECONDS", "nan"),
        ("WECHAT_CONNECT_SECONDS", "0"),
        ("BACKFILL_POINTS", "2"),
        ("WECHAT_BASE_URL", "api.weixin.qq.com"),
        ("WECHAT_BASE_URL", "ftp://api.weixin.qq.com"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://a b"),
        ("PUBLIC_URL", "https://host:port"),
        ("FILE_STORE", "s3://"),
        ("S3_ENDPOINT", "foo"),
        ("RATE_LIMIT_STORAGE", "foo"),
        ("RATE_LIMIT_STORAGE", "redis://"),
        ("WECHAT_ACCOUNT", "wx123"),
        ("SEAL_KEYS", f"a:{'QUJD' * 10}QUI=,a:{'QUJD' * 10}QUI="),
        ("SESSION_MOST_DAYS", "29"),
        ("COMPLAINT_REMIND_DAYS", "16"),
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


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("foo", "cannot be read"),
        ("postgresql://someone@host:port/x", "cannot be read"),
        ("postgresql://someone@host:70000/x", "port from 1"),
        ("postgresql://someone@host", "must name the database"),
        ("mysql+pymysql://someone:geheim@host/x", "MySQL and MariaDB lack"),
        ("mariadb://someone:geheim@host/x", "MySQL and MariaDB lack"),
        ("oracle://someone@host/x", "no other database"),
        ("postgresql+psycopg2://someone@host/x", "no other database"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_a_sentence_that_says_why(environment, address, why):
    (fault,) = faults_of(environment, {"DATABASE_URL": address})
    assert fault.startswith("DATABASE_URL ")
    assert why in fault
    assert "geheim" not in fault


@pytest.mark.parametrize("word", ["never", "从不", " never "])
def test_what_shall_be_kept_for_ever_is_said_in_a_word(environment, word):
    environment(dict.fromkeys(KEPT, word))
    assert {getattr(config.read(), name.lower()) for name in KEPT} == {None}


def test_all_kinds_of_faults_are_said_in_one_go_and_nothing_twice(environment):
    given = {"PORT": "x", "KEEP_CONTACT_DAYS": "1", "SEED": "x", "CLAIM_LIMIT": "0", "APP_ENV": "production"}
    named = [fault.split()[0] for fault in faults_of(environment, given)]
    assert len(named) == len(set(named))
    assert {*given, "SECRET_KEY", "SPONSOR"} - {"APP_ENV"} <= set(named)


def test_every_setting_has_a_kind_that_its_own_default_keeps_to():
    assert [one.metadata["name"] for one in config.table()] == list(BOUNDS)
    for one in config.table():
        assert BOUNDS[one.metadata["name"]].kind.fault(one.default) is None, one.name
        assert BOUNDS[one.metadata["name"]].meaning


def test_every_number_and_every_limit_has_a_least_and_a_most():
    for one in config.table():
        name, kind = one.metadata["name"], BOUNDS[one.metadata["name"]].kind
        if one.type is not str:
            assert isinstance(kind, KeptDays if name.startswith("KEEP_") else Number), name
        elif name.startswith("RATE_LIMIT_") and name != "RATE_LIMIT_STORAGE":
            assert isinstance(kind, RateLimit), name
        elif name.endswith(("_URL", "_ENDPOINT", "_STORE", "_STORAGE")):
            assert isinstance(kind, Address | Database), name


SHARED = {
    "RATE_LIMIT_STORAGE": "redis://host:6379",
    "INSTANCES": "3",
    "DATABASE_URL": "postgresql://someone@host/base",
    "FILE_STORE": "s3://bucket/pictures",
}


def test_several_instances_share_a_database_and_a_store(environment):
    environment(SHARED)
    assert config.read().instances == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite:////data/x"),
        ("FILE_STORE", ""),
        ("RATE_LIMIT_STORAGE", "memory://"),
    ],
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
    hosted = {**GOOD, **SHARED, "INSTANCES": "1", "WECHAT_CLOUD_HOSTING": "on"}
    (fault,) = faults_of(environment, hosted)
    assert fault.startswith("TRUSTED_PROXIES")
    for count in (1, 2, 3):
        environment({**hosted, "TRUSTED_PROXIES": str(count)})
        assert config.read().trusted_proxies == count


def test_one_container_on_cloud_hosting_with_what_is_lost_with_it_is_refused(environment):
    """Its disk ends with each release, however many there are."""
    hosted = {**GOOD, "WECHAT_CLOUD_HOSTING": "on", "TRUSTED_PROXIES": "1"}
    faults = faults_of(environment, hosted)
    assert [fault.split()[0] for fault in faults] == ["DATABASE_URL", "FILE_STORE"]
    environment({**hosted, **SHARED, "INSTANCES": "1", "WECHAT_BASE_URL": "http://api.weixin.qq.com"})
    assert config.read().cloud_hosting


def test_a_template_deployment_says_how_many_there_are_and_starts_with_what_outlives_a_container(environment):
    described = json.loads((TOP / "container.config.json").read_text())
    given = described["envParams"]
    assert int(given["INSTANCES"]) == described["maxNum"]
    secrets = {name: value for name, value in GOOD.items() if name not in ("SEED", "APP_ENV")}
    assert {fault.split()[0] for fault in faults_of(environment, {**secrets, **given})} == {
        "DATABASE_URL",
        "FILE_STORE",
        "RATE_LIMIT_STORAGE",
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
