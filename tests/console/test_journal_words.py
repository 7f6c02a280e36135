"""The journal's lines in Chinese: each says of what kind of thing it speaks."""

import ast
import importlib
from itertools import chain
from pathlib import Path

import pytest

from backend import journal
from backend.console.frame.journal_words import KINDS, STATES, VERBS, WORDS, deed, state_word
from backend.db import transaction
from backend.handbook.tables import TABLES

BACKEND = Path(__file__).resolve().parents[2] / "backend"
_WRITERS = {"write", "write_all", "line"}


@pytest.mark.parametrize(
    ("kind", "said"), [("wish", "逾期释放"), ("redemption", "过期"), ("batch", "过保质期下架")]
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


def _strings(node):
    """What may stand in this place: a word, or one of two."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    return [*_strings(node.body), *_strings(node.orelse)] if isinstance(node, ast.IfExp) else []


def _passed(tree, function, name):
    """The words that callers in this file pass as this parameter, or that are assigned to this name."""
    places = [one.arg for one in function.args.args + function.args.kwonlyargs]
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            yield from _strings(node.value)
    for caller in ast.walk(tree) if name in places else ():
        if isinstance(caller, ast.FunctionDef):
            for call in ast.walk(caller):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == function.name:
                    place = places.index(name)
                    if place < len(call.args):
                        argument = call.args[place]
                        yield from _strings(argument) or _passed(tree, caller, ast.unparse(argument))


def _written(path):
    """The pairs of kind and verb that a file writes into the journal, and how many calls are not understood."""
    source = path.read_text()
    if "journal." not in source:
        return
    tree = ast.parse(source)
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in ast.walk(function):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and ast.unparse(call.func.value) == "journal"
                and call.func.attr in _WRITERS
            ):
                yield (
                    call,
                    [
                        _strings(one)
                        or list(_passed(tree, function, ast.unparse(one)))
                        or list(_constant(tree, ast.unparse(one)))
                        or list(_told_elsewhere(path, function, ast.unparse(one)))
                        or _kinds(path, one)
                        for one in (call.args[1], call.args[0])
                    ],
                )


def _told_elsewhere(path, function, name):
    """The words that other files pass as this parameter of a function of this module."""
    places = [one.arg for one in function.args.args]
    called = f"{path.stem}.{function.name}("
    for other in BACKEND.rglob("*.py") if name in places else ():
        text = other.read_text()
        for call in ast.walk(ast.parse(text)) if called in text else ():
            if isinstance(call, ast.Call) and ast.unparse(call).startswith(called):
                yield from _strings(call.args[places.index(name)])


def _constant(tree, name):
    """The word that a name of this module stands for."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            yield from _strings(node.value)


def _kinds(path, node):
    """Redemption.journal_kind, which stands in the class."""
    if isinstance(node, ast.Attribute) and node.attr == "journal_kind":
        module = ".".join(path.relative_to(BACKEND.parent).with_suffix("").parts)
        model = getattr(importlib.import_module(module), ast.unparse(node.value), None)
        return [model.journal_kind] if model else []
    return []


_CALLS = [
    (f"{path.relative_to(BACKEND)}:{call.lineno}", *pair)
    for path in sorted(BACKEND.rglob("*.py"))
    if path.name not in ("journal.py", "moves.py") and "seeds" not in path.parts
    for call, pair in _written(path)
]


@pytest.mark.parametrize(("kinds", "verbs"), [one[1:] for one in _CALLS], ids=[one[0] for one in _CALLS])
def test_whatever_the_house_writes_down_has_a_word(kinds, verbs):
    assert kinds != []
    assert verbs != []
    assert [kind for kind in kinds if kind not in KINDS] == []
    assert [(kind, verb) for kind in kinds for verb in verbs if verb not in WORDS[kind]] == []


def test_many_lines_are_written():
    assert len(_CALLS) > 50
    assert {"plan", "repeat"} <= set(chain.from_iterable(verbs for _place, _kinds, verbs in _CALLS))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.kind)
def test_a_move_and_its_states_are_called_in_the_journal_as_everywhere(table):
    for move in table.moves:
        assert deed(move.name, table.kind) == move.label
    assert set(STATES[table.kind]) == set(table.states)
    # Staff and complainant read different words: one answers, the other waits.
    if table.kind != "complaint":
        assert STATES[table.kind] == table.states


def test_an_order_that_waits_at_the_counter_is_called_so_in_the_journal_too(visitor, town):
    with transaction():
        states = ("requested", "approved")
        journal.write("approve", "redemption", 999_998, actor=None, states=states, place=town.songtao)
    page = visitor("shang").page("/console/journal?kind=redemption&subject=999998")
    assert "待审批 → 待领取" in " ".join(page.split())


def test_words_are_only_for_kinds_that_there_are():
    assert set(WORDS) == set(KINDS)
    assert set(STATES) <= set(KINDS)
    assert {verb for words in WORDS.values() for verb in words} == set(VERBS)


def test_what_has_no_word_shows_its_own_name():
    assert deed("unheard_of", "wish") == "unheard_of"
    assert state_word("unheard_of", "wish") == state_word("unheard_of", "nothing") == "unheard_of"
