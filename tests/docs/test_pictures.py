"""The pictures of the READMEs: made by one script, small, and shown by both."""

from pathlib import Path

import pytest

from scripts import pictures

TOP = Path(__file__).parents[2]
SHOWN = sorted((TOP / pictures.FOLDER).iterdir())


def test_there_is_one_of_each_kind():
    assert [one.name for one in SHOWN] == ["console.webp", "hall-screen.webp", "mini-program.webp"]


@pytest.mark.parametrize("picture", SHOWN, ids=lambda one: one.name)
def test_a_picture_is_small_and_stands_in_both_readmes(picture):
    assert picture.stat().st_size <= pictures.MOST_BYTES
    for name in ("README.md", "README.zh-CN.md"):
        assert f"]({pictures.FOLDER}/{picture.name})" in (TOP / name).read_text(encoding="utf-8")
