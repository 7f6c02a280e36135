"""What becomes of a text: nothing unseen is kept, nothing that turns the line, and everything that people see."""

import pytest

from backend import text

TURNING = [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
UNSEEN = [
    "\u200b",
    "\u00ad",
    "\u2060",
    "\ufeff",
    "\u3164",
    "\uffa0",
    "\u2800",
    "\u200d",
    "\ufe0f",
    "\u115f\u1160",
]
WHOLE = [
    "宁小舟",
    "阿卜杜拉·买买提",
    "𠮷野家",
    "㛃𪚥䶮",
    "\U00030edd\U0002ebf0",
    "👨‍👩‍👧大米",
    "亲子清扫👨‍👩‍👧‍👦",
    "👩🏽‍⚕️义诊",
    "❤️ 谢谢",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "🏳️‍🌈",
    "1️⃣号楼",
    "🇨🇳",
    "ئۇيغۇر\u200cچە",
    "ᠮᠣᠩᠭᠣᠯ",
    "Christopher Alexander Johnson-Smith",
    "é à ü",
]


@pytest.mark.parametrize("mark", TURNING, ids=ascii)
def test_a_mark_that_turns_the_line_round_is_refused_wherever_it_stands(mark):
    for typed in (f"{mark}米", f"大{mark}米", f"大米{mark}"):
        with pytest.raises(text.Unclean, match="文字方向"):
            text.clean(typed)


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
def test_a_text_that_shows_nothing_is_refused(sign):
    for typed in (sign, f" {sign} ", sign * 3, f"{sign}\u200b"):
        with pytest.raises(text.Unclean, match="看不到"):
            text.clean(typed)


@pytest.mark.parametrize(
    "sign", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u3164", "\u200d", "\u200c"], ids=ascii
)
def test_names_that_look_the_same_are_one_name(sign):
    assert {text.clean(typed) for typed in (f"牙{sign}膏", f"{sign}牙膏", f"牙膏{sign}", f"牙膏 {sign}")} == {
        "牙膏"
    }


@pytest.mark.parametrize("typed", WHOLE, ids=ascii)
def test_emoji_and_names_stay_whole(typed):
    assert text.clean(typed) == text.clean(f" {typed}\u200b ") == typed


def test_controls_are_refused_and_lines_are_kept_where_there_may_be_some():
    for typed in ("大\x00米", "大\x1b米", "大\ud800米", "大\n米", "大\t米"):
        with pytest.raises(text.Unclean, match="不能使用"):
            text.clean(typed)
    assert text.clean(" 大\r\n米\n", lines=True) == "大\n米"
    assert text.clean(" \n\u3000 ", lines=True) == ""


@pytest.mark.parametrize(
    "typed",
    [
        "\u202d13800138000\u202c",
        "１３８００１３８０００",
        "138 0013 8000",
        "\u200b138\u00a00013\u20098000\ufeff",
        "\u200e13800138000",
    ],
    ids=ascii,
)
def test_a_pasted_number_is_the_number(typed):
    assert text.code(typed) == text.searched(typed) == "13800138000"


def test_a_sign_that_is_no_digit_makes_no_number():
    assert text.code("19²0") == text.searched("19²0") == "19²0"
    assert text.code("①③800138000") == "①③800138000"


def test_a_printed_number_keeps_its_dashes_and_nothing_else_of_a_chinese_keyboard():
    for typed in ("ＤＨ－松涛－２０２６", "DH—松涛—2026", " DH-松涛 -2026\u200b"):
        assert text.reference(typed) == "DH-松涛-2026"


def test_what_is_looked_for_is_a_number_or_a_text():
    assert text.searched("\u202dＰ000 001\u202c") == "P000001"
    assert text.searched(" 宁小舟\u200b") == "宁小舟"
    assert text.searched("P大米") == "P大米"
    with pytest.raises(text.Unclean):
        text.searched("宁\u202e小舟")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+86 138 1234 5678", "13812345678"),
        ("0086-13812345678", "13812345678"),
        ("'138-1234-5678", "13812345678"),
        ("00852 6123 4567", "+85261234567"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("04582288123", "0458-2288123"),
        ("（0458）２２８８１２３转８０１", "0458-2288123-801"),
        ("+86 10 12345678", "010-12345678"),
    ],
)
def test_a_telephone_number_is_one_number_however_it_is_written(typed, kept):
    assert text.phone(typed) == text.phone(kept) == kept
    assert text.MOBILE.fullmatch(kept) or text.LANDLINE.fullmatch(kept)


@pytest.mark.parametrize("typed", ["1.37E+10", "138123456789", "85261234567", "+86123", "2288123", "十三"])
def test_what_is_no_telephone_number_stays_none(typed):
    number = text.phone(typed)
    assert not text.MOBILE.fullmatch(number)
    assert not text.LANDLINE.fullmatch(number)


def test_digits_of_every_script_are_digits():
    assert text.number("２０２６-١١٢٣") == text.number("2026‑1123") == "20261123"
    assert text.card("Ｐ００００ 06") == text.card("6") == "P000006"
