"""Commands answer whatever stands in their way with one sentence and status 1, in the language of whoever sits there."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import click
import pytest
import sqlalchemy as sa

from backend import command_line, config, errors
from backend.app import create_app
from backend.commands import DESTROYS
from backend.wechat import gateway as wechat

ROOT = Path(__file__).resolve().parents[2]
# What each command is told that needs to be told something; the others are given alone.
TOLD = {
    "found-city": ["铁力市"],
    "appoint-admin": ["1"],
    "console-link": ["1"],
    "register": ["wishes", "--out", "wishes.csv"],
    "ledger fill": ["--transfers", "4"],
    "backup": ["saved"],
    "worker": ["--once"],
}
# These ask no database, or are refused before they do.
ALONE = {"open-api", "restore", "move-to"}
LIBRARIES = {"db", "limiter", "spec"}


def commands_of(group, before=()):
    """The words of each command that does something."""
    for name, found in sorted(group.commands.items()):
        if isinstance(found, click.Group):
            yield from commands_of(found, (*before, name))
        else:
            yield " ".join((*before, name))


@pytest.fixture
def elsewhere(migrated_app, settings, tmp_path, monkeypatch):
    """An app of its own with other settings; this process has its own again afterwards."""
    gateway, context = wechat.gateway(), tmp_path / "cwd"
    context.mkdir()
    monkeypatch.chdir(context)

    def make(**given):
        return create_app(replace(settings, data_dir=str(tmp_path), seed="demo", **given))

    yield make
    config.use(settings)
    wechat.use(gateway)


def ends_in_one_sentence(told):
    assert told.exit_code == 1, told.output
    assert isinstance(told.exception, SystemExit), repr(told.exception)
    lines = [line for line in told.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, told.output
    assert lines[0].startswith("Error: ")
    return lines[0]


def ours(app):
    return [one for one in commands_of(app.cli) if one.split()[0] not in LIBRARIES]


def test_with_the_database_away_every_command_says_so_in_one_sentence(elsewhere, tmp_path):
    """OP12: seven of them ended in a traceback."""
    app = elsewhere(database_url="postgresql://nobody@127.0.0.1:1/none")
    walked = [*(one for one in ours(app) if one not in ALONE), "db upgrade", "db current"]
    assert len(walked) >= 14
    for words in walked:
        told = app.test_cli_runner().invoke(args=[*words.split(), *TOLD.get(words, [])])
        if words == "doctor":
            assert (told.exit_code, "FAULT  the database cannot be reached" in told.output) == (1, True)
            continue
        sentence = ends_in_one_sentence(told)
        assert "the database cannot be reached: check DATABASE_URL" in sentence, (words, sentence)


def test_where_no_database_was_made_yet_none_is_made_by_asking(elsewhere, tmp_path):
    app = elsewhere(database_url=f"sqlite:///{tmp_path / 'city.sqlite3'}")
    for words in ("found-city", "ledger verify", "keys rotate", "seed"):
        told = app.test_cli_runner().invoke(args=[*words.split(), *TOLD.get(words, [])])
        assert ends_in_one_sentence(told) == "Error: there is no database yet: run `flask db upgrade`"
    (tmp_path / "city.sqlite3").touch()
    told = app.test_cli_runner().invoke(args=["found-city", "铁力市"])
    assert "has no tables yet: run `flask db upgrade`" in ends_in_one_sentence(told)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("appoint-admin 99", "there is an administrator already, who appoints the others in the console"),
        ("console-link 99999", "there is nobody and nothing of that number here"),
        ("register wishes --from 2026-02-01 --to 2026-01-01 --out x.csv", "the first day is after the last"),
        ("register wishes --out /nope/x.csv", "/nope: there is no such file or folder"),
        ("register wishes --place 不在 --out x.csv", "no city, street or community is called 不在"),
        ("backup /proc/nope", "no backup was made: /proc/nope: there is no such file or folder"),
        ("found-city 铁力市", "there is a city already"),
        ("found-city 铁力市 --admin-name 王敏", "--admin-name and --admin-phone go together"),
    ],
)
def test_what_is_refused_is_said_in_one_sentence(town, words, sentence):
    told = town.app.test_cli_runner().invoke(args=words.split())
    assert ends_in_one_sentence(told) == f"Error: {sentence}"


def test_who_reads_chinese_is_told_in_chinese(town, monkeypatch):
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    run = town.app.test_cli_runner().invoke
    assert run(args=["appoint-admin", "99"]).stderr.startswith("错误：已经有市级管理员了")
    assert run(args=["register", "wishes", "--out", "/nope/x.csv"]).stderr == (
        "错误：/nope: 没有这个文件或文件夹\n"
    )
    away = sa.exc.OperationalError("SELECT 1", {}, Exception("password authentication failed for user"))
    assert command_line.of_database(away).sentence == "数据库不接受这个用户名或密码"


def test_what_is_said_in_english_of_a_refusal_is_said_of_one_that_exists():
    names = {one.name() for one in errors.catalogue()}
    assert command_line.ENGLISH.keys() <= names


def test_a_mistake_of_the_program_is_no_outage():
    assert command_line.of_database(sa.exc.ProgrammingError("SELEC 1", {}, Exception("syntax error"))) is None


def test_every_command_has_an_example_of_itself(town):
    for words in ours(town.app):
        told = town.app.test_cli_runner().invoke(args=[*words.split(), "--help"]).output
        assert f"flask {words}" in told.split("Example:")[1], words


@pytest.mark.parametrize("words", ["db downgrade 0012", "db downgrade", "db stamp 0012", "db revision -m x"])
def test_what_destroys_is_refused_in_production_and_out_of_sight(elsewhere, words):
    """OP6: `flask db downgrade` took two imports and a table along, and brought nothing back."""
    run = elsewhere(app_env="production").test_cli_runner().invoke
    name = " ".join(words.split()[:2])
    assert ends_in_one_sentence(run(args=words.split())) == (
        f"Error: `flask {name}` is not done in production, as it may destroy what is there: restore the backup"
    )
    listed = run(args=["db", "--help"]).output
    assert "upgrade" in listed
    assert not [one for one in DESTROYS["db"] if f"  {one} " in listed]


def test_a_library_s_command_that_asks_for_the_app_is_refused_as_well(elsewhere):
    from flask_limiter.commands import cli as limiter

    above = click.Context(limiter, info_name="limiter")
    with click.Context(limiter.commands["clear"], info_name="clear", parent=above):
        with pytest.raises(command_line.Fault, match="restore the backup"):
            elsewhere(app_env="production")
        elsewhere()


def test_the_script_needs_nothing_set_before_and_reads_the_settings_of_the_services(tmp_path):
    """OP10: the first command of the documentation was unknown, as FLASK_APP was set nowhere."""
    told = tmp_path / "settings.env"
    told.write_text(f"APP_ENV=test\nLOG_LEVEL=CRITICAL\nDATA_DIR='{tmp_path / 'data'}'\n")
    environment = {"PATH": os.environ["PATH"], "DIANLIANG_ENV": str(told), "LANG": "zh_CN.UTF-8"}
    command = [ROOT / "scripts" / "flask", "found-city", "铁力市"]
    answer = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (1, "错误：还没有数据库，请运行 flask db upgrade\n")


def test_the_names_of_what_destroys_are_those_of_the_libraries():
    from flask_limiter.commands import cli as limiter
    from flask_migrate.cli import db

    assert set(DESTROYS["db"]) <= db.commands.keys()
    assert set(DESTROYS["limiter"]) <= limiter.commands.keys()
