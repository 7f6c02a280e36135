"""Words of the books are erased with the person they spoke of; the seals agree before and after, and nothing else goes."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, erasable, jobs, journal
from backend.db import session, transaction
from backend.ledger import actions, seals, titles
from backend.ledger.seal_checks import findings
from tests.ledger.conftest import MORNING
from tests.ledger.test_seals import tamper

LATER = MORNING + timedelta(days=2)
WORDS = "钱乐多 杉树街77号 补分"


def booked(people):
    """An adjustment and a journal line, which name somebody."""
    with clock.frozen_at(MORNING), transaction():
        actions.adjust(
            people.resident,
            5,
            reference="adjustment:1",
            title=f"积分调整：{WORDS}",
            community_id=people.here,
            actor=people.staff,
        )
        journal.write("propose", "adjustment", 1, actor=people.staff, reason=WORDS, place=people.here)


def seal():
    with clock.frozen_at(LATER):
        jobs.run(seals.JOBS[0])


def erase(people):
    with transaction():
        titles.erase_reasons(people.resident)
        journal.erase_reasons("adjustment", [1])


def texts():
    (line,) = journal.lines("adjustment", 1)
    session.refresh(line)
    return line.reason, session.scalar(
        sa.text("SELECT title FROM transfers WHERE reference = 'adjustment:1'")
    )


@pytest.mark.parametrize("first", [seal, None])
def test_a_day_agrees_with_its_seal_whether_words_were_erased_after_it_or_before(people, first):
    booked(people)
    if first is not None:
        first()
        assert list(findings()) == []
    erase(people)
    seal()
    assert texts() == (erasable.ERASED, erasable.ERASED)
    assert list(findings()) == []


def test_erasing_twice_keeps_the_digest_of_what_was_written(people):
    booked(people)
    seal()
    for left in (f"（已删除） {WORDS[4:]}", "（已删除） （已删除） 补分"):
        with transaction():
            row = (
                session.execute(sa.text("SELECT * FROM journal WHERE subject_kind = 'adjustment'"))
                .mappings()
                .one()
            )
            changed = erasable.erased(row, "reason", left)
            session.execute(
                sa.update(journal.JournalLine.__table__).where(sa.column("id") == row["id"]).values(changed)
            )
        assert list(findings()) == []
    erase(people)
    assert list(findings()) == []


def test_other_words_in_the_place_of_erased_ones_are_named(people):
    booked(people)
    seal()
    erase(people)
    tamper("UPDATE journal SET reason = '同意（已删除）' WHERE subject_kind = 'adjustment'")
    (found,) = findings()
    assert "was changed after that day was sealed" in found


DIGEST = "a" * 128
REFUSED = {
    "other words": "UPDATE journal SET reason = '同意'",
    "no digest": f"UPDATE journal SET reason = '{erasable.ERASED}'",
    "a short digest": f"UPDATE journal SET reason = '{erasable.ERASED}', reason_digest = 'a'",
    "words beside a digest": f"UPDATE journal SET reason = '同意', reason_digest = '{DIGEST}'",
    "a digest alone": f"UPDATE journal SET reason_digest = '{DIGEST}'",
    "more than words": f"UPDATE journal SET reason = '{erasable.ERASED}', reason_digest = '{DIGEST}', verb = 'x'",
    "a title": "UPDATE transfers SET title = '同意'",
    "an amount": f"UPDATE transfers SET title = '{erasable.ERASED}', title_digest = '{DIGEST}', amount = 7",
    "nothing": "UPDATE transfers SET title = title",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_database_lets_nothing_through_but_an_erasure(people, statement):
    booked(people)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        session.execute(sa.text(f"{statement} WHERE id = (SELECT max(id) FROM {statement.split()[1]})"))


def test_the_digest_of_what_was_written_stays_when_more_is_erased(people):
    booked(people)
    erase(people)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        session.execute(
            sa.text(f"UPDATE journal SET reason_digest = '{DIGEST}' WHERE reason_digest IS NOT NULL")
        )
