"""The journal's lines in Chinese: each says of what kind of thing it speaks."""

import re
from pathlib import Path

import pytest

from backend import journal
from backend.console.frame.journal_words import KINDS, OF_KIND, VERBS, deed
from backend.db import transaction

BACKEND = Path(__file__).resolve().parents[2] / "backend"
_WRITTEN = re.compile(r'journal\.(?:write|write_all|line)\(\s*"(\w+)",\s*"(\w+)"')


@pytest.mark.parametrize(
    ("kind", "said"), [("wish", "逾期释放认领"), ("redemption", "过期失效"), ("batch", "过保质期下架")]
)
def test_a_reader_knows_what_it_was_that_ended(visitor, town, kind, said):
    with transaction():
        journal.write("expire", kind, 999_999, actor=None, place=town.songtao)
    page = visitor("shang").page(f"/console/journal?kind={kind}&subject=999999")
    assert f"<td>{said}</td>" in page
    assert said in visitor("shang").page("/console/journal?verb=expire")


def test_words_of_an_address_stay_words_on_the_next_page(visitor):
    asked = "endpoint=x&_scheme=javascript&_external=1&verb="
    page = visitor("shang").page(f"/console/journal?{asked}")
    assert f'href="/console/journal?{asked}&before='.replace("&", "&amp;") in page


def test_whatever_the_house_writes_down_has_a_word():
    written = {pair for file in BACKEND.rglob("*.py") for pair in _WRITTEN.findall(file.read_text())}
    assert len(written) > 30
    assert sorted(verb for verb, _kind in written if verb not in VERBS) == []
    assert sorted(kind for _verb, kind in written if kind not in KINDS) == []


def test_a_word_of_its_own_is_only_for_kinds_and_verbs_that_there_are():
    assert set(OF_KIND) <= set(KINDS)
    assert {verb for words in OF_KIND.values() for verb in words} <= set(VERBS)
    assert deed("unheard_of", "wish") == "unheard_of"
