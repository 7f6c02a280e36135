"""What docs/deployment.md promises of a city on several machines, as far as one process can show it.

The machines themselves are tried by scripts/topology, with the very files that are looked at here.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from flask import request, request_started

from backend import config
from backend.api.frame import hosting
from backend.app import create_app
from backend.db import session, transaction
from backend.errors import DatabaseUnavailable
from backend.journal import JournalLine
from scripts.cluster import parts

DOCS = Path(__file__).resolve().parents[2] / "docs"
FILES = DOCS / "operations"


@pytest.fixture
def behind_nginx(settings, migrated_app):
    yield create_app(replace(settings, trusted_proxies=1))
    config.use(settings)


def test_a_host_behind_a_proxy_believes_its_word_on_the_caller_and_nobodys_on_its_own_name(behind_nginx):
    seen = []

    def note(_app, **_more):
        seen.append((request.remote_addr, request.scheme, request.host))

    said = {
        "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
    }
    with request_started.connected_to(note, behind_nginx):
        behind_nginx.test_client().get("/healthz", headers={"Host": "dianliang.example.cn", **said})
    assert seen == [("198.51.100.7", "https", "dianliang.example.cn")]


def test_nginx_takes_away_every_header_by_which_cloud_hosting_vouches():
    believed = set(re.findall(r'"(X-WX-\w+)"', Path(hosting.__file__).read_text(encoding="utf-8")))
    taken = set(re.findall(r'proxy_set_header (\S+) "";', (FILES / "nginx.conf").read_text(encoding="utf-8")))
    assert believed
    assert believed | {"X-Forwarded-Host"} <= taken


def test_no_line_of_nginx_log_has_the_query_of_an_address():
    text = (FILES / "nginx.conf").read_text(encoding="utf-8")
    (said,) = re.findall(r"log_format without_query ([^;]+);", text)
    # $request, $request_uri, $args and the address one comes from all have it.
    assert set(re.findall(r"\$(\w+)", said)) == {
        "remote_addr",
        "time_iso8601",
        "request_method",
        "uri",
        "server_protocol",
        "status",
        "body_bytes_sent",
        "request_time",
    }
    assert re.findall(r"access_log \S+ (\w+);", text) == ["without_query"]
    # A fault of less weight stands in the other log with the whole request beside it.
    assert re.findall(r"error_log \S+ (\w+);", text) == ["crit"]


def test_nothing_is_acknowledged_that_one_host_alone_has():
    given = yaml.safe_load((FILES / "patroni.yml").read_text(encoding="utf-8"))
    assert given["bootstrap"]["dcs"]["synchronous_mode"] is True
    assert given["bootstrap"]["dcs"]["synchronous_mode_strict"] is True


def test_the_page_names_every_file_that_an_operator_needs():
    page = (DOCS / "deployment.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\(operations/([^)]+)\)", page))
    assert named == {file.name for file in FILES.iterdir()}


def test_the_trial_changes_no_more_of_the_files_than_addresses(tmp_path):
    """What is left of the documented addresses would lead out of this machine."""
    ports = {"postgres": [1, 2, 3], "patroni": [4, 5, 6], "etcd": [7, 8, 9]}
    parts.nginx(tmp_path, ["nginx"], 10, [11, 12])
    parts.haproxy(tmp_path, ["haproxy"], 13, ports)
    parts.pgbouncer(tmp_path, ["pgbouncer"], 14, 13, "secret")
    for number in (1, 2, 3):
        parts.Database(tmp_path, number, ports, Path("/usr/bin"), careless=False)
    made = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.glob("*.*")}
    assert {"nginx.conf", "haproxy.cfg", "pgbouncer.ini", "db1.yml", "db2.yml", "db3.yml"} <= made.keys()
    assert not [name for name, text in made.items() if "10.0.0." in text]


def test_a_change_that_reaches_a_database_which_only_follows_is_refused_for_a_while(app, host):
    if host.name == "sqlite":
        pytest.skip("SQLite has one database alone")
    with transaction():
        process = session.scalar(sa.text("SELECT pg_backend_pid()"))
    with pytest.raises(DatabaseUnavailable):
        _change_where_nothing_may_be_changed()
    # The connection was given up, not put back for the next one.
    assert session.scalar(sa.text("SELECT pg_backend_pid()")) != process


def _change_where_nothing_may_be_changed():
    with transaction():
        session.execute(sa.text("SET TRANSACTION READ ONLY"))
        session.execute(sa.delete(JournalLine))
