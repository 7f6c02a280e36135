"""The index of the decision records is complete, and each word of the glossary stands in the code."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
DECISIONS = TOP / "docs" / "decisions"
INDEX = (DECISIONS / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| \[(.+)\]\((\S+\.md)\) \| (.+) \| (.+) \|$", re.M)
GLOSSARY = (TOP / "docs" / "glossary.md").read_text(encoding="utf-8")
IN_FORCE = re.compile(r"yes|yes; .+|no: .+")


def records():
    """Number, title and file of each decision record, in their order."""
    found = []
    for path in sorted(DECISIONS.glob("[0-9]*.md")):
        number, title = re.match(r"# (\d+)\. (.+)", path.read_text(encoding="utf-8")).groups()
        found.append((number, title, path.name))
    return found


def test_every_decision_record_stands_in_the_index_with_its_title():
    assert [row[:3] for row in ROW.findall(INDEX)] == records()


def test_a_record_has_the_number_of_its_file_and_no_two_share_one():
    numbers = [int(number) for number, _title, _name in records()]
    assert numbers == [int(name[:4]) for _number, _title, name in records()]
    assert len(set(numbers)) == len(numbers)


def test_the_index_says_of_each_whether_it_is_in_force():
    assert [row for row in ROW.findall(INDEX) if not IN_FORCE.fullmatch(row[4])] == []


def test_a_record_that_was_overtaken_says_so_itself():
    overtaken = [name for _number, _title, name, _what, state in ROW.findall(INDEX) if state.startswith("no")]
    assert [name for name in overtaken if "\n*" not in (DECISIONS / name).read_text(encoding="utf-8")] == []


def words():
    """Each word of the glossary with the files that it names."""
    for line in GLOSSARY.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) != 3 or not line.startswith("| "):
            continue
        files = re.findall(r"`([\w/]+\.py)`", cells[2])
        for word in re.findall(r"`(\w+)`", cells[1] if files and "`" in cells[1] else cells[0]):
            yield pytest.param(word, files, id=word)


def test_the_glossary_is_read():
    assert len(list(words())) > 80


@pytest.mark.parametrize(("word", "files"), list(words()))
def test_a_word_of_the_glossary_stands_in_the_files_beside_it(word, files):
    assert files
    texts = "\n".join((TOP / "backend" / name).read_text(encoding="utf-8") for name in files)
    assert re.search(rf"\b{word}", texts)
