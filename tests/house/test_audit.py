"""The programs that look for weaknesses: what they judge, and that they never call nothing an all-clear."""

import json
from pathlib import Path

import pytest

from scripts import audit, parts_list
from scripts.mutation import run as mutation

LOOKED_UP = {"name": "flask", "version": "3.1.3", "vulns": []}


def test_what_could_not_be_looked_up_is_no_all_clear():
    skipped = {"name": "apiflask", "skip_reason": "not found"}
    (told,) = audit.audited([LOOKED_UP, skipped])
    assert told.startswith("Not audited: 1 of 2")
    assert audit.audited([])[0].startswith("Not audited: 0 of 0")
    assert audit.audited([LOOKED_UP]) == []


def test_a_reported_vulnerability_names_the_version_that_mends_it():
    reported = {**LOOKED_UP, "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.4"]}]}
    assert audit.audited([reported]) == ["flask 3.1.3: PYSEC-1, mended in ['3.1.4']"]


@pytest.mark.parametrize(
    ("line", "judged"),
    [
        ("hashlib.sha1(text)", False),
        ("hashlib.sha1(text)  # noqa: S324 - WeChat's choice", True),
        ("hashlib.sha1(text)  # noqa: S608 - something else", False),
        ("hashlib.sha1(text)  # noqa: E501, S324 - both", True),
        ("hashlib.sha1(text)  # noqa", False),
        ("hashlib.sha1(text)  # noqa: E501 - unlike S324", False),
    ],
)
def test_a_finding_of_bandit_is_judged_where_ruffs_twin_is(tmp_path, line, judged):
    file = tmp_path / "code.py"
    file.write_text(f"import hashlib\n{line}\n", encoding="utf-8")
    finding = {"filename": str(file), "line_range": [2], "test_id": "B324"}
    assert audit.judged(finding) is judged


def test_bandit_finds_what_nobody_judged(tmp_path, monkeypatch):
    """The control: a weakness sown into a folder is told with its place."""
    (tmp_path / "weak.py").write_text("import hashlib\nhashlib.md5(b'')\n", encoding="utf-8")
    monkeypatch.setattr(audit, "CODE", (str(tmp_path),))
    (told,) = audit.code()
    assert "weak.py:2: B324" in told


@pytest.mark.parametrize("area", mutation.AREAS)
def test_what_is_mutated_and_what_shall_notice_are_there(area):
    modules, tests = mutation.AREAS[area]
    assert all(Path(one).is_file() for one in modules)
    assert all(Path(one.removeprefix("--ignore=").partition("::")[0]).exists() for one in tests)


def test_the_list_of_parts_names_every_package_with_its_hashes(tmp_path):
    written = tmp_path / "parts.cdx.json"
    count = parts_list.write(to=written)
    told = json.loads(written.read_text(encoding="utf-8"))
    assert (told["bomFormat"], told["specVersion"], len(told["components"])) == ("CycloneDX", "1.6", count)
    assert count > 60
    by_name = {one["name"]: one for one in told["components"]}
    flask = by_name["flask"]
    assert flask["purl"] == f"pkg:pypi/flask@{flask['version']}"
    assert all(one["hashes"] for one in told["components"])
