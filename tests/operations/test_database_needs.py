"""What a PostgreSQL-compatible server has to be able to do is tried, and what it lacks is named."""

import re
from pathlib import Path

import psycopg
import pytest

from backend import config
from backend.db import dialect
from backend.operations import database_needs
from backend.operations.database_needs import NEEDS, tried

PAGE = Path(__file__).resolve().parents[2] / "docs/databases.md"


class Refused(psycopg.Error):
    def __init__(self, sqlstate):
        super().__init__("syntax error at or near something\nLINE 1")
        self.sqlstate = sqlstate


class Server:
    """Answers every need as PostgreSQL does, but for the words that it does not know."""

    def __init__(self, unknown="nothing of this kind", lax=False):
        self.unknown, self.lax = unknown, lax
        self.rolled_back = 0

    def execute(self, statement):
        if self.unknown in statement:
            raise Refused("42601")
        need = next(one for one in NEEDS if one.statements[-1] == statement or statement in one.statements)
        if need.refused and need.statements[-1] == statement and not self.lax:
            raise Refused(need.refused)
        self.answer = need.answer
        return self

    def fetchone(self):
        return (self.answer,)

    def rollback(self):
        self.rolled_back += 1


def lacking(server):
    return [one.need.name for one in tried(server) if one.fault]


def test_a_server_that_has_everything_lacks_nothing_and_is_left_as_it_was():
    server = Server()
    assert lacking(server) == []
    assert server.rolled_back == len(NEEDS)


@pytest.mark.parametrize(
    ("unknown", "name"),
    [
        ("ON CONFLICT", "ON CONFLICT … DO UPDATE"),
        ("SKIP LOCKED", "FOR UPDATE SKIP LOCKED"),
        ("NO KEY UPDATE", "FOR NO KEY UPDATE、FOR KEY SHARE"),
        ("advisory", "事务级咨询锁"),
        ("EXECUTE FUNCTION", "触发器（EXECUTE FUNCTION）"),
        ("WHERE state = 'open'", "部分唯一索引"),
    ],
)
def test_what_a_server_does_not_know_is_named(unknown, name):
    assert lacking(Server(unknown)) == [name]


def test_a_server_that_takes_what_it_has_to_refuse_lacks_the_rule():
    assert lacking(Server(lax=True)) == [one.name for one in NEEDS if one.refused]


def test_the_page_lists_the_same_needs():
    told = re.findall(r"^\| (.+?) \| ([\d.]+) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert told == [(one.name, one.since, one.why) for one in NEEDS]


def test_the_command_tries_this_database_and_says_so(app):
    done = app.test_cli_runner().invoke(args=["doctor", "--database"])
    assert done.exit_code == 0, done.output
    if dialect() == "sqlite":
        assert "SQLite" in done.output
        return
    assert done.output.count("ok   ") == len(NEEDS)
    with database_needs.connect(config.settings().database) as connection:
        assert connection.execute("SELECT to_regclass('probe')").fetchone() == (None,)
