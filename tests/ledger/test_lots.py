"""When points end."""

from dataclasses import replace
from datetime import date

import pytest

from backend import config
from backend.ledger.lots import Lot, lot_of


@pytest.fixture
def rule(app, settings):
    """Sets LOT_RULE; the `app` fixture puts the settings back for the next test."""
    return lambda word: config.use(replace(settings, lot_rule=word))


def test_unless_configured_points_end_with_the_next_year(app):
    assert lot_of(date(2026, 1, 1)) == Lot("2027", date(2027, 12, 31))
    assert lot_of(date(2026, 12, 31)) == Lot("2027", date(2027, 12, 31))


def test_points_may_never_end(rule):
    rule("never")
    assert lot_of(date(2026, 3, 5)) == Lot("never", None)


@pytest.mark.parametrize(
    ("day", "months", "lot"),
    [
        (date(2026, 11, 23), 12, Lot("2027-11", date(2027, 11, 30))),
        (date(2026, 12, 31), 2, Lot("2027-02", date(2027, 2, 28))),
        (date(2026, 12, 31), 14, Lot("2028-02", date(2028, 2, 29))),
        (date(2026, 1, 31), 1, Lot("2026-02", date(2026, 2, 28))),
        (date(2026, 12, 1), 24, Lot("2028-12", date(2028, 12, 31))),
    ],
)
def test_points_may_end_with_a_month(rule, day, months, lot):
    rule(f"months:{months}")
    assert lot_of(day) == lot


@pytest.mark.parametrize("word", ["months:0", "months:1000", "months:", "months:x", "months:3 ", "weeks:3"])
def test_a_lot_rule_nobody_understands_stops_the_start(monkeypatch, word):
    monkeypatch.setenv("LOT_RULE", word)
    with pytest.raises(config.BadSettings, match="LOT_RULE must be next-year-end, never or months:N"):
        config.read()


@pytest.mark.parametrize("word", ["next-year-end", "never", "months:1", "months:24"])
def test_a_lot_rule_that_is_understood_starts(monkeypatch, word):
    monkeypatch.setenv("LOT_RULE", word)
    assert config.read().lot_rule == word


@pytest.mark.parametrize("word", ["months:0", "months:", "months:x", "weeks:3", ""])
def test_a_lot_rule_nobody_understands_stops_the_award(rule, word):
    rule(word)
    with pytest.raises(ValueError, match="LOT_RULE"):
        lot_of(date(2026, 3, 5))
