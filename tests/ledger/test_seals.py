"""Daily seals: made in order, once, and telling which row of a sealed day was changed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from backend import clock, config, jobs, journal
from backend.db import dialect, session, transaction
from backend.ledger import actions, sealed_rows, seals
from backend.ledger.seal_checks import findings
from tests.ledger.conftest import MORNING

FIRST_DAY = date(2026, 3, 5)
LATER = MORNING + timedelta(days=3)
(SEAL_DAYS,) = seals.JOBS


def write(people, name, moment):
    """A transfer and a journal line of that moment."""
    with clock.frozen_at(moment), transaction():
        actions.grant(
            people.resident, 5, reference=name, title="转入", community_id=people.here, actor=people.staff
        )
        facts = {"reason": f"纸质存折 {name}", "facts": {"page": 3}, "place": people.here}
        journal.write("grant", "transfer", 1, actor=people.staff, **facts)


@pytest.fixture
def three_days(people):
    """Rows on the first and third of three days, the second between them quiet."""
    for n in range(3):
        write(people, f"o:{n}", MORNING + timedelta(hours=n))
    write(people, "o:3", MORNING + timedelta(days=2))
    return people


def seal_all(moment=LATER):
    with clock.frozen_at(moment):
        return jobs.run(SEAL_DAYS)


@pytest.fixture
def sealed(three_days):
    seal_all()
    assert list(findings()) == []
    return three_days


def chain():
    return session.execute(sa.select(seals.seals).order_by(seals.seals.c.day)).all()


# --- making ------------------------------------------------------------------------------------------


def test_every_past_day_is_sealed_in_order_the_quiet_ones_too(sealed):
    found = chain()
    assert [one.day for one in found] == [FIRST_DAY + timedelta(days=n) for n in range(3)]
    assert [(one.transfers, one.journal_lines) for one in found] == [(3, 3), (0, 0), (1, 1)]
    hashes = [seals.BEFORE_THE_FIRST, *(one.hash for one in found)]
    assert [one.previous_hash for one in found] == hashes[:-1]
    assert seals.latest().short == "-".join(hashes[-1][n : n + 4] for n in (0, 4, 8, 12))


def test_a_day_is_sealed_half_an_hour_after_midnight_and_not_before(three_days):
    midnight = clock.day_ends(FIRST_DAY)
    assert seal_all(midnight + timedelta(minutes=29)) == 0
    assert seal_all(midnight + timedelta(minutes=31)) == 1
    assert seals.latest().day == FIRST_DAY


def test_a_worker_whose_clock_is_days_ahead_seals_no_day(three_days, monkeypatch):
    """Rows of today would come into a day that is sealed already, and each would look like a forgery."""
    monkeypatch.setattr(jobs, "clock_ahead", lambda: timedelta(days=3))
    with pytest.raises(jobs.ClocksApart):
        seal_all()
    assert chain() == []
    monkeypatch.undo()
    assert seal_all() == 3


def test_a_day_is_chinas(people):
    write(people, "late", datetime(2026, 3, 5, 15, 59, 59, 999999, tzinfo=UTC))
    write(people, "early", datetime(2026, 3, 5, 16, 0, tzinfo=UTC))
    seal_all()
    assert [one.transfers for one in chain()] == [1, 1, 0]
    assert list(findings()) == []


def test_sealing_again_changes_nothing(sealed):
    before = chain()
    assert seal_all() == 0
    with transaction(), clock.frozen_at(LATER):
        seals.seal(FIRST_DAY.toordinal())
    assert chain() == before


def test_a_day_waits_for_the_day_before_it(three_days):
    with clock.frozen_at(LATER), transaction():
        seals.seal(FIRST_DAY.toordinal() + 1)
    assert chain() == []


def test_with_nothing_written_there_is_nothing_to_seal(app):
    assert seal_all() == 0


@pytest.fixture
def small_steps(three_days, monkeypatch):
    """A page is one row, a step three pages: the first day takes three steps."""
    for module in (seals, sealed_rows):
        monkeypatch.setattr(module, "PAGE", 1)
    monkeypatch.setattr(seals, "STEP_PAGES", 3)
    return three_days


def test_a_large_day_is_sealed_in_several_transactions(small_steps):
    with clock.frozen_at(LATER):
        assert seals.days_to_seal().count(FIRST_DAY.toordinal()) == 3
    seal_all()
    assert [(one.transfers, one.journal_lines) for one in chain()] == [(3, 3), (0, 0), (1, 1)]
    assert list(findings()) == []


def test_a_large_day_goes_on_where_it_was_stopped(small_steps):
    with clock.frozen_at(LATER):
        with transaction():
            seals.seal(FIRST_DAY.toordinal())
        with pytest.raises(KeyboardInterrupt):
            stopped()
    assert chain() == []
    seal_all()
    assert len(chain()) == 3
    assert list(findings()) == []


def stopped():
    with transaction():
        seals.seal(FIRST_DAY.toordinal())
        raise KeyboardInterrupt


def test_two_workers_at_once_make_each_seal_once(app, three_days):
    workers = 4
    barrier = Barrier(workers)

    def work(_):
        with app.app_context():
            try:
                due = list(SEAL_DAYS.due())
                barrier.wait(timeout=10)
                for one in due:
                    with transaction():
                        seals.seal(one)
                return len(due)
            finally:
                session.remove()

    with clock.frozen_at(LATER), ThreadPoolExecutor(workers) as threads:
        assert list(threads.map(work, range(workers))) == [3] * workers
    assert [one.transfers for one in chain()] == [3, 0, 1]
    assert list(findings()) == []


def test_the_seals_hold_no_text(sealed):
    stored = repr([tuple(row) for row in session.execute(sa.text("SELECT * FROM seal_pages"))])
    assert "纸质存折" not in stored
    assert "转入" not in stored


# --- attacks -----------------------------------------------------------------------------------------


def tamper(*statements):
    """What only someone who can drop the triggers can do."""
    tables = ("transfers", "journal", "seals", "seal_pages")
    drop = [f"DROP TRIGGER {table}_no_{verb}" for table in tables for verb in ("update", "delete")]
    if dialect() == "postgresql":
        drop = [f"DROP TRIGGER {table}_append_only ON {table}" for table in tables]
    with transaction():
        for statement in (*drop, *statements):
            session.execute(sa.text(statement))


COPY = (
    "INSERT INTO transfers (source_id, target_id, amount, reference, kind, at, person_id, community_id, title,"
    " balance) SELECT source_id, target_id, 1, 'forged', kind, at, person_id, community_id, title, 1"
    " FROM transfers WHERE reference = '{}'"
)
LINE = (
    "INSERT INTO journal (at, verb, subject_kind, subject_id)"
    " SELECT at, 'forge', 'wish', 7 FROM transfers WHERE reference = 'o:3'"
)
TOO_LATE = " after that day was sealed"
TAMPERING = {
    "UPDATE transfers SET amount = 500 WHERE reference = 'o:1'": "transfer 2 (o:1) of 2026-03-05 was changed",
    "UPDATE transfers SET title = '转入。' WHERE reference = 'o:1'": "transfer 2 (o:1) of 2026-03-05 was changed",
    "UPDATE transfers SET by_id = NULL WHERE reference = 'o:3'": "transfer 4 (o:3) of 2026-03-07 was changed",
    "UPDATE transfers SET reference = 'x' WHERE reference = 'o:3'": "transfer 4 (x) of 2026-03-07 was changed",
    "DELETE FROM transfers WHERE reference = 'o:3'": "transfer 4 of 2026-03-07 was taken away" + TOO_LATE,
    COPY.format("o:1"): "(forged) was added to 2026-03-05" + TOO_LATE,
    COPY.format("o:3"): "(forged) was added to 2026-03-07" + TOO_LATE,
    "UPDATE journal SET reason = '纸质存折 o:7' WHERE id = 2": "journal line 2 (grant transfer 1) of 2026-03-05",
    "UPDATE journal SET facts = NULL WHERE id = 2": "journal line 2 (grant transfer 1) of 2026-03-05",
    "UPDATE journal SET actor_id = 1 WHERE id = 4": "journal line 4 (grant transfer 1) of 2026-03-07 was changed",
    "DELETE FROM journal WHERE id = 1": "journal line 1 of 2026-03-05 was taken away" + TOO_LATE,
    LINE: "(forge wish 7) was added to 2026-03-07" + TOO_LATE,
    "UPDATE seals SET transfers = 4 WHERE day = '2026-03-05'": "its hash is not that of",
    "UPDATE seals SET short = '0000-0000-0000-0000' WHERE day = '2026-03-05'": "its hash is not that of",
    "UPDATE seals SET signature = hash": "does not bear our signature",
    "UPDATE seals SET key_id = '0' WHERE day = '2026-03-07'": "was made with another SECRET_KEY",
    "DELETE FROM seals WHERE day = '2026-03-05'": "does not name the seal before it",
    "DELETE FROM seals WHERE day = '2026-03-06'": "follows the seal of 2026-03-05: the days between have none",
    "DELETE FROM seal_pages WHERE kind = 'journal'": "the sealed pages of 2026-03-05 (journal lines) were changed",
    "UPDATE seal_pages SET digest = (SELECT hash FROM seals WHERE day = '2026-03-06')"
    " WHERE day = '2026-03-07'": "the sealed pages of 2026-03-07 (transfers) were changed",
}


@pytest.mark.parametrize(("statement", "sentence"), TAMPERING.items())
def test_what_was_changed_in_a_sealed_day_is_named(sealed, statement, sentence):
    tamper(statement)
    found = list(findings())
    assert any(sentence in one for one in found), found


def test_one_changed_row_is_one_finding(sealed):
    tamper("UPDATE transfers SET amount = 500 WHERE reference = 'o:1'")
    assert list(findings()) == ["transfer 2 (o:1) of 2026-03-05 was changed after that day was sealed"]


def test_a_row_moved_to_another_day_is_named_in_both(sealed):
    tamper(
        "UPDATE transfers SET at = (SELECT at FROM transfers WHERE reference = 'o:3') WHERE reference = 'o:1'"
    )
    assert list(findings()) == [
        "transfer 2 (o:1) of 2026-03-05 was changed after that day was sealed: "
        "it now tells the time 2026-03-07T09:00:00+08:00",
        "transfer 2 (o:1) was added to 2026-03-07 after that day was sealed",
    ]


def test_a_row_that_comes_late_into_a_sealed_day_is_named(sealed):
    write(sealed, "late", MORNING + timedelta(hours=5))
    told = list(findings())
    assert [one.partition(" (")[2] for one in told] == [
        "late) was added to 2026-03-05 after that day was sealed",
        "grant transfer 1) was added to 2026-03-05 after that day was sealed",
    ]


def test_a_row_from_before_the_first_sealed_day_is_named(sealed):
    """No seal would ever tell of it: it could be changed and taken away again at will."""
    write(sealed, "early", MORNING - timedelta(days=400))
    assert [one.partition(" (")[2] for one in findings()] == [
        "early) was added to 2025-01-29, before the first sealed day 2026-03-05",
        "grant transfer 1) was added to 2025-01-29, before the first sealed day 2026-03-05",
    ]


def test_whoever_rewrites_row_page_and_seals_still_lacks_the_key(sealed, settings, monkeypatch):
    """A forger who knows the program and has the database, but not SECRET_KEY."""
    tamper(
        "UPDATE transfers SET amount = 500 WHERE reference = 'o:1'",
        "DELETE FROM seal_pages",
        "DELETE FROM seals",
    )
    ours = seals.key_id()
    config.use(replace(settings, secret_key="guessed"))
    with monkeypatch.context() as patch:
        patch.setattr(seals, "key_id", lambda: ours)
        seal_all()
    config.use(settings)
    found = list(findings())
    assert sum("does not bear our signature" in one for one in found) == 3
    assert any("transfer 2 (o:1)" in one for one in found)


def test_many_rows_over_many_pages_are_still_named_one_by_one(people, monkeypatch):
    for module in (seals, sealed_rows):
        monkeypatch.setattr(module, "PAGE", 4)
    for n in range(30):
        write(people, f"o:{n}", MORNING + timedelta(minutes=n))
    seal_all()
    assert list(findings()) == []
    tamper(
        "UPDATE transfers SET amount = 6 WHERE reference IN ('o:3', 'o:4', 'o:29')",
        "DELETE FROM journal WHERE id = 17",
    )
    assert list(findings()) == [
        *(f"transfer {n} (o:{n - 1}) of 2026-03-05 was changed" + TOO_LATE for n in (4, 5, 30)),
        "journal line 17 of 2026-03-05 was taken away" + TOO_LATE,
    ]


@pytest.mark.parametrize("table", ["seals", "seal_pages"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET day = day", "DELETE FROM {}"])
def test_the_database_lets_nobody_change_a_seal(sealed, table, verb):
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        session.execute(sa.text(verb.format(table)))
