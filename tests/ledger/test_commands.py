"""`flask ledger …` as someone at the machine meets it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config, jobs
from backend.db import session, transaction
from backend.ledger import fill, seals
from tests.ledger.test_seals import tamper

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["ledger", *map(str, words)])


def test_books_that_balance_end_with_status_0(run):
    run("fill", "--transfers", 200)
    result = run("verify")
    assert result.exit_code == 0
    assert result.stdout == "The books balance.\n"
    assert "all persons checked" in result.stderr


def test_a_finding_stands_on_the_output_and_ends_with_status_1(run):
    run("fill", "--transfers", 200)
    tamper("UPDATE transfers SET balance = 4711 WHERE id = 2")
    result = run("verify", "--quiet")
    assert result.exit_code == 1
    assert result.stdout.count("\n") == 1
    assert "tells a balance of 4711 points" in result.stdout
    assert result.stderr == "Error: 1 finding\n"


def test_a_row_changed_in_a_sealed_day_is_named_by_verify(run):
    run("fill", "--transfers", 200)
    with clock.frozen_at(clock.now() + timedelta(days=1, hours=1)):
        assert run("seal").stdout.startswith("Sealed up to ")
        assert run("seal").stdout == "Nothing to seal.\n"
    assert run("verify").exit_code == 0
    # A title changes no sum: only the seal knows.
    tamper("UPDATE transfers SET title = 'x' WHERE id = 2")
    result = run("verify", "--quiet")
    assert result.exit_code == 1
    assert "transfer 2 (fill:" in result.stdout


def test_filling_goes_on_where_it_was_stopped(run):
    with transaction():
        fill.add(120)
    result = run("fill", "--transfers", 300, "--per-person", 8)
    assert result.exit_code == 0
    assert result.stdout == "300 transfers.\n"
    assert session.scalar(sa.text("SELECT count(*) FROM transfers")) == 300
    assert run("fill", "--transfers", 300).stdout == "300 transfers.\n"


def test_production_is_never_filled(run, settings):
    config.use(replace(settings, app_env="production"))
    result = run("fill", "--transfers", 200)
    assert result.exit_code == 1
    assert "never in production" in result.stderr
    assert fill.filled() == 0


def test_sealing_with_a_wrong_clock_is_refused_and_says_what_to_do(run, monkeypatch):
    run("fill", "--transfers", 200)
    monkeypatch.setattr(jobs, "clock_ahead", lambda: timedelta(days=3))
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        told = run("seal")
    assert (told.exit_code, seals.latest()) == (1, None)
    assert "this machine's clock is +259200 s from the database's: run NTP" in told.output
