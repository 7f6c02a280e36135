"""The table of docs/security.md: forty requirements, each with a test that exists."""

import ast
import re
from pathlib import Path

TOP = Path(__file__).parents[2]
TABLE = TOP / "docs" / "security.md"


def rows(text):
    """The number of a requirement, and the tests that prove it as (file, name or nothing)."""
    for number, proof in re.findall(r"^\| ([\d.]+) \|[^|]*\| ([^|]*) \|$", text, re.M):
        yield number, re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", proof)


def missing(text):
    """Tests that the table names and nobody wrote."""
    found = []
    for _number, proofs in rows(text):
        for path, name in proofs:
            file = TOP / path
            if not file.exists() or (name and name not in named_in(file)):
                found.append(f"{path}::{name}")
    return found


def named_in(file):
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


def test_each_of_the_forty_is_proved_by_a_test_that_exists():
    text = TABLE.read_text(encoding="utf-8")
    found = dict(rows(text))
    assert len(found) == 40
    # Read, and said so below the table.
    assert [number for number, proofs in found.items() if not proofs] == ["1.3.6"]
    assert missing(text) == []


def test_a_test_that_is_gone_would_be_found():
    row = "| 2.4.1 | x | `tests/attacks/test_limits.py::test_gone`<br>`tests/attacks/test_gone.py` |\n"
    assert missing(row) == ["tests/attacks/test_limits.py::test_gone", "tests/attacks/test_gone.py::"]
