"""Text as people typed or pasted it, by one rule at every door: what nobody sees is taken out, what would mislead is
refused, emoji and names stay whole. Of numbers and codes only the signs that count are left."""

import re
import unicodedata

# Marks that turn the line round for whoever reads on: a name could show as another one.
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# They join emoji and the letters of some scripts (Uyghur, Mongolian); anywhere else they hide in a text.
_JOINERS = frozenset("\u200c\u200d")
# Spell the flags of regions out after a black flag.
_TAGS = frozenset(map(chr, range(0xE0020, 0xE0080)))
# Letters, by their category, that are drawn as nothing at all.
_EMPTY_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
_BRAILLE_BLANK = "\u2800"
_VARIATIONS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


class Unclean(ValueError):
    """A text that cannot be taken, with a sentence for whoever typed it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


CONTROL = "含有不能使用的字符"
TURNING = "含有会打乱文字方向的不可见字符，请删掉后重新输入"
NOTHING_SEEN = "看不到任何内容，请写上文字"


def clean(text: str, *, lines: bool = False) -> str:
    """A text for people: composed (NFC), trimmed, without signs that nobody sees; `lines` allows line breaks.

    Raises Unclean for control characters, for marks that turn the direction of writing, and for a text of which nothing
    would be seen. White space alone is no text: it becomes empty.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    if text.isprintable() and _EMPTY_LETTERS.isdisjoint(text):
        # Nearly every text: whatever is not seen is not printable, but for these letters.
        return _seen(text.strip(" ")).strip(" " + _BRAILLE_BLANK)
    if any(_is_control(sign, lines) for sign in text.strip()):
        raise Unclean(CONTROL)
    if not _TURNS.isdisjoint(text):
        raise Unclean(TURNING)
    if not text.strip():
        return ""
    kept = "".join(sign for at, sign in enumerate(text) if _is_kept(text, at))
    kept = kept.strip(" \t\n\u3000\xa0" + _BRAILLE_BLANK).strip()
    if not kept:
        raise Unclean(NOTHING_SEEN)
    return _seen(kept)


def _seen(kept: str) -> str:
    if kept and not any(_is_seen(sign) for sign in kept):
        raise Unclean(NOTHING_SEEN)
    return kept


def code(text: str) -> str:
    """A number or a code as it counts, however it was typed or pasted: full-width signs become plain ones, the marks and
    spaces that come along with a pasted number go."""
    if text.isascii():
        return "".join(text.split())
    return "".join(map(_as_it_counts, text))


def _as_it_counts(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind in ("Cf", "Zs") or sign.isspace():
        return ""
    if kind == "Nd":
        # Digits of every script are digits, and `\d` would take them for ours.
        return str(unicodedata.decimal(sign))
    # A small raised 2 is no digit of a number: nobody means 1920 by 19²0.
    return sign if kind == "No" else unicodedata.normalize("NFKC", sign)


# What spreadsheets put before a number that is to stay as it is, and people between its digits.
_QUOTES, _DASHES = "'`\u2018\u2019", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc-"
_MARKS = re.compile(f"[{_QUOTES}{_DASHES}]")


def number(text: str) -> str:
    """A number that stands for something, of a phone, a card or a code: only the signs that count, without the quote before
    it and the dashes in it."""
    return _MARKS.sub("", code(text))


def reference(text: str) -> str:
    """The printed number of a wish, an order or a paper, with its dashes, however it was typed: ＤＨ－１ is DH-1."""
    return re.sub(f"[{_DASHES}]", "-", code(text))


# Digits as a phone dials them: under another sign for 5 the same number would not be found again.
MOBILE = re.compile(r"1[0-9]{10}|\+(?!86)[1-9][0-9]{6,14}")
LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})-[0-9]{7,8}(?:-[0-9]{1,6})?")
PHONE_MAX = 20
NOT_A_MOBILE = "应为 11 位手机号"
NOT_A_PHONE = "应为 11 位手机号，或带区号的座机号，例如 0458-2288123"
_CHINA = re.compile(r"^(?:\+86|0086|86(?=[01(-]))[-(]*0?")
_DIALLED = re.compile(
    r"\(?0(10|2[0-9]|[3-9][0-9]{2})\)?-*([0-9]{7,8})(?:(?:-|#|,|x|转|分机|ext\.?)+([0-9]{1,6}))?"
)


def phone(text: str) -> str:
    """A telephone number as it is kept, however it was typed: 13812345678, +85261234567, 0458-2288123 or with an extension
    0458-2288123-801. What is none stays as near to what was typed as can be: MOBILE and LANDLINE tell."""
    typed = code(text).strip(_QUOTES)
    plain = re.sub(f"[{_DASHES}]", "-", typed).lower()
    fixed = _DIALLED.fullmatch(_CHINA.sub("0", plain))
    if fixed is not None:
        return "-".join(part for part in (f"0{fixed[1]}", *fixed.groups()[1:]) if part)
    digits = re.sub(r"[()-]", "", plain)
    mobile = _CHINA.sub("", digits)
    if len(mobile) == 11 and mobile.startswith("1"):
        return mobile
    return f"+{digits[2:]}" if digits.startswith("00") else digits


_CARD = re.compile(r"P?([0-9]{1,9})")


def card(text: str) -> str:
    """The number of a paper card as it is printed, with or without its P and its zeros; anything else as it was typed."""
    typed = number(text).upper()
    found = _CARD.fullmatch(typed)
    return f"P{int(found[1]):06d}" if found else typed


def is_card(text: str) -> bool:
    return _CARD.fullmatch(number(text).upper()) is not None


def searched(text: str) -> str:
    """What is looked for: a number or a card's number as it counts, anything else as a text. Raises Unclean."""
    plain = code(text).lstrip(_QUOTES)
    return plain if plain.removeprefix("P").removeprefix("p").isdecimal() else clean(text)


def sought(text: str) -> str:
    """Who is looked for: a telephone or card number however it is written, anything else as a text. Raises Unclean."""
    dialled = phone(text)
    if MOBILE.fullmatch(dialled):
        return dialled
    return card(text) if is_card(text) else searched(text)


def _is_control(sign: str, lines: bool) -> bool:
    if sign in ("\n", "\t"):
        return not (lines and sign == "\n")
    return unicodedata.category(sign) in ("Cc", "Cs")


def _is_kept(text: str, at: int) -> bool:
    sign = text[at]
    if sign in _JOINERS:
        return 0 < at < len(text) - 1 and _joins(_before(text, at)) and _joins(text[at + 1])
    if sign in _TAGS:
        return _spells_a_flag(text, at)
    return sign not in _EMPTY_LETTERS and unicodedata.category(sign) != "Cf"


def _before(text: str, at: int) -> str:
    """The sign before a joiner, without what only colours it."""
    at -= 1
    while at > 0 and (text[at] in _VARIATIONS or unicodedata.category(text[at]) == "Sk"):
        at -= 1
    return text[at]


def _joins(sign: str) -> bool:
    """Is it an emoji, or a letter or mark of a script in which letters change beside each other? Chinese and Latin do not,
    and two names that look the same are one name."""
    kind = unicodedata.category(sign)
    if sign.isascii() or sign in _JOINERS:
        return False
    if kind in ("So", "Cn", "Mn", "Mc"):
        return True
    return kind in ("Lo", "Lm") and unicodedata.east_asian_width(sign) not in ("W", "F", "H")


def _spells_a_flag(text: str, at: int) -> bool:
    while at > 0 and text[at] in _TAGS:
        at -= 1
    return text[at] == "\N{WAVING BLACK FLAG}"


def _is_seen(sign: str) -> bool:
    """Letters, marks of writing, digits, signs; also what this Python's Unicode does not know yet, and rare characters of
    names in the private area of an older font."""
    return sign != _BRAILLE_BLANK and unicodedata.category(sign) in _SEEN


_SEEN = {
    *("Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No"),
    *("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn", "Co"),
}
