"""Rules of the house that a program can read from the source. Each is shown to be able to fail."""

import ast
import re
import subprocess
import unicodedata
from pathlib import Path

import pytest

from backend.people.permissions import Permission
from scripts.test import CHECKS

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "backend").rglob("*.py"))
TEMPLATES = sorted((ROOT / "backend").rglob("*.html"))
FORBIDDEN_NAMES = ("utils", "helpers", "manager", "service")
# Words of the first year that stood for too many things at once, each with what is said now: a move is a transition,
# what somebody may see of a thing is a view, what a row holds is locked, who acts is the actor.
OLD_NAMES = """
    make make_all told tell given found take take_purse take_items take_order shown one_shown standing standing_of
    standing_at standing_claim permit words_of granted_words words_in near places_near faces claim_faces wisher_face
    beside roles_beside together apart communitys persons_lot sides shift whoever_sits_here onward further_back
    put_up by_the_machine over_in turn tell_pages tell_purposes tell_one tell_sign_up
"""
OLD_CLASSES = "Told Shown Whole Truth When Part ListOf Side Held Moved Written HoldStep Shift Room Holding"


def found(pattern, text):
    return [number for number, line in enumerate(text.splitlines(), 1) if re.search(pattern, line)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_so_are_its_functions(path):
    text = path.read_text()
    if "migrations" not in path.parts:
        assert len(text.splitlines()) <= 400
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 70, node.name


def test_commit_stands_in_one_place():
    places = {
        path.relative_to(ROOT).as_posix() for path in SOURCES if found(r"\.commit\(\)", path.read_text())
    }
    # A release is not a request: the migrations end their own transaction.
    assert places == {"backend/db.py", "backend/migrations/env.py"}


def test_names_say_what_a_thing_is():
    for path in SOURCES:
        words = path.stem.split("_")
        assert not set(words) & set(FORBIDDEN_NAMES) or "service_records" in path.stem, path
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                assert not node.name.startswith("do_"), node.name
                assert not node.name.lower().endswith(("manager", "helper", "utils")), node.name


def old_names(text):
    """Functions, classes and parameters that are called as nothing is called any more."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            if node.name.strip("_") in OLD_NAMES.split():
                yield node.name
            arguments = node.args
            yield from (
                one.arg
                for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
                if one.arg == "by"
            )
        elif isinstance(node, ast.ClassDef) and node.name.strip("_") in OLD_CLASSES.split():
            yield node.name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_of_old_comes_back(path):
    assert list(old_names(path.read_text())) == []


def test_an_old_name_would_be_found():
    old = "def _told(row, *, by): ...\nclass Shown: ...\nclass Page:\n    def take(self): ..."
    assert list(old_names(old)) == ["_told", "by", "Shown", "take"]


def spelled_permissions(text):
    """Permissions that are spelled out where `Permission` has a name for them, which tools can follow."""
    words = {word.value for word in Permission}
    return [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in words
    ]


def test_permissions_are_named_and_not_spelled():
    own = ROOT / "backend" / "people" / "permissions.py"
    spelled = {str(path): spelled_permissions(path.read_text()) for path in SOURCES if path != own}
    assert {path: words for path, words in spelled.items() if words} == {}


def test_a_spelled_permission_would_be_found():
    assert spelled_permissions('require(actor.id, "wish:review", place)') == ["wish:review"]


def test_personal_data_is_unsealed_only_where_it_is_known():
    """One door: whoever opens sealed data is on this list, and a new name on it is a decision."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if found(r"crypto\.(unseal|seal)\(", path.read_text()) and path.name != "crypto.py"
    }
    assert "backend/people/sealed.py" in users
    assert not [
        user
        for user in users
        if user.startswith("backend/api/") and user != "backend/api/frame/idempotency.py"
    ]


def wide(text, columns=160):
    """The lines that are wider; a Chinese character is two columns."""
    widths = [
        sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in line) for line in text.splitlines()
    ]
    return [number for number, width in enumerate(widths, 1) if width > columns]


def test_no_line_of_a_template_is_wide():
    assert len(TEMPLATES) > 100
    assert {
        str(path.relative_to(ROOT)): wide(path.read_text()) for path in TEMPLATES if wide(path.read_text())
    } == {}


def test_a_wide_line_would_be_found():
    assert wide(f"{'a' * 160}\n{'愿' * 80}\n{'愿' * 80}a\n{'a' * 161}") == [3, 4]


@pytest.mark.parametrize(
    ("template", "sound"),
    [
        ("<ul>\n  <li>点亮</li>\n</ul>\n", True),
        ("<ul><li>点亮</li><li>心愿</li></ul>\n", False),
        ("<div>\n  <p>点亮</p>\n", False),
    ],
)
def test_scripts_test_fails_for_a_template_that_is_not_formatted_or_not_sound(tmp_path, template, sound):
    (tmp_path / "page.html").write_text(template)
    *command, _backend = CHECKS["djlint"]
    run = subprocess.run(
        [*command, "--configuration", ROOT / "pyproject.toml", tmp_path], capture_output=True, text=True
    )
    assert run.returncode == (0 if sound else 1), run.stdout
