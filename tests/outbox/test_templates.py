import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import config
from backend.outbox import templates
from backend.outbox.templates import CATALOGUE, fit
from backend.wechat.simulator.rules import field_fits

OTHER = '{"wish_progress": {"id": "AbC", "fields": ["thing9", "phrase5", "time2", null]}}'
ANY_TEXT = st.text() | st.text(st.characters())
MARKED = st.text(
    st.sampled_from("心a é\u0301\u0300👩👧🏽🇨🇳\u200d\ufe0f\u0007\u202e\n\ud83d\ue000"), max_size=60
)
# Far from both ends of the calendar, where no zone can push a moment over the edge.
FIRST, LAST = (datetime(year, 6, 1, tzinfo=UTC).replace(tzinfo=None) for year in (1000, 9998))
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC) | st.timezones())


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


@given(ANY_TEXT | MARKED)
def test_a_thing_is_one_line_of_at_most_twenty_characters(text):
    shown = fit("thing1", text)
    assert field_fits("thing1", shown)
    assert utf16(shown) <= 20
    assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in shown)


@given(ANY_TEXT | MARKED)
def test_what_fits_already_is_not_cut_again(text):
    shown = fit("thing1", text)
    assert fit("thing1", shown) == shown


@given(ANY_TEXT | MARKED)
def test_a_thing_is_cut_between_what_a_reader_takes_for_characters(text):
    shown, whole = fit("thing1", text), templates._plain(text) or "无"
    clusters = list(templates._clusters(whole))
    cuts = {"".join(clusters[:kept]).rstrip() + "…" for kept in range(len(clusters))}
    assert shown == whole or shown in cuts


@given(ANY_TEXT | MARKED | st.integers())
def test_a_phrase_is_one_to_five_chinese_characters(value):
    assert re.fullmatch(r"[\u4e00-\u9fa5]{1,5}", fit("phrase2", value))


@given(ANY_TEXT | st.text("0123456789ABC -_中", max_size=60))
def test_a_character_string_is_short_and_has_no_chinese(text):
    assert field_fits("character_string4", fit("character_string4", text))


@given(
    ANY_TEXT | st.integers() | st.decimals(allow_nan=False).map(str) | st.text("0123456789.-", max_size=60)
)
def test_a_number_is_digits_with_at_most_one_point(value):
    shown = fit("number5", value)
    assert re.fullmatch(r"\d+(\.\d+)?", shown, re.ASCII)
    assert len(shown) <= 32
    assert field_fits("number5", shown)


@given(MOMENTS)
def test_a_moment_fits_a_time_and_a_date(moment):
    for field in ("time3", "date6"):
        shown = fit(field, moment)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", shown)
        assert field_fits(field, shown)


@given(st.dates())
def test_a_day_fits_a_date(day):
    assert field_fits("date6", fit("date6", day))


@given(ANY_TEXT)
def test_a_text_that_is_no_moment_is_refused_rather_than_guessed(text):
    for field in ("time3", "date6"):
        try:
            shown = fit(field, text)
        except ValueError:
            continue
        assert field_fits(field, shown)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("thing1", "一台轮椅", "一台轮椅"),
        ("thing1", "心" * 20, "心" * 20),
        ("thing1", "心" * 21, "心" * 19 + "…"),
        ("thing1", "  两行\n\t字 ", "两行 字"),
        ("thing1", "\u0007\u200b", "无"),
        ("thing1", "", "无"),
        ("thing1", "坏\ud83d字", "坏字"),
        ("thing1", "👍" * 10, "👍" * 10),
        ("thing1", "👍" * 11, "👍" * 9 + "…"),
        ("thing1", "心" * 12 + "👨‍👩‍👧‍👦" + "谢谢", "心" * 12 + "…"),
        ("thing1", "心" * 16 + "🇨🇳🇨🇳", "心" * 16 + "…"),
        ("thing1", "心" * 18 + "e\u0301" + "谢", "心" * 18 + "…"),
        ("phrase2", "已认领", "已认领"),
        ("phrase2", "已送达（等待确认）", "已送达等待"),
        ("phrase2", "OK", "有更新"),
        ("time3", datetime(2019, 12, 25, 1, 42, tzinfo=UTC), "2019-12-25 09:42"),
        ("time3", datetime(2019, 12, 25, 1, 42, tzinfo=timezone(timedelta(hours=-8))), "2019-12-25 17:42"),
        ("time3", "2019-12-25T09:42:30+08:00", "2019-12-25 09:42"),
        ("date6", datetime(2019, 12, 25, 1, 42, tzinfo=UTC), "2019-12-25 09:42"),
        ("date6", date(2019, 10, 1), "2019年10月1日"),
        ("date6", "2019-10-01", "2019年10月1日"),
        ("character_string4", "R2026-000017", "R2026-000017"),
        ("character_string4", "松涛-3-17", "-3-17"),
        ("character_string4", "松涛", "-"),
        ("number5", 5, "5"),
        ("number5", -5, "5"),
        ("number5", "1.50", "1.50"),
        ("number5", "许多", "0"),
        ("number5", "9" * 40, "9" * 32),
    ],
)
def test_values_as_wechat_shows_them(field, value, shown):
    assert fit(field, value) == shown


@pytest.mark.parametrize(("field", "value"), [("time3", date(2019, 1, 1)), ("time3", 5), ("date6", 5)])
def test_a_time_wants_a_moment(field, value):
    with pytest.raises(ValueError, match="wants"):
        fit(field, value)


def test_a_field_of_a_type_nobody_taught_is_our_own_mistake():
    with pytest.raises(ValueError, match="no field type"):
        fit("colour1", "red")


def test_every_field_of_the_catalogue_has_a_type_that_can_be_fitted():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for key, template in CATALOGUE.items():
        values = {name: now if name[:4] in ("time", "date") else "七" for name, _meaning in template.fields}
        assert list(templates.fitted(key, values)) == [name for name, _meaning in template.fields]
        assert template.title


def test_a_template_has_an_id_by_itself_except_in_production(app, settings):
    assert templates.template_id("wish_progress") == "tpl_wish_progress"
    config.use(replace(settings, wechat_templates=OTHER))
    assert templates.template_id("wish_progress") == "AbC"
    config.use(replace(settings, app_env="production"))
    assert templates.template_id("wish_progress") is None
