"""`scripts/test --quick`: less, and it says what it leaves out."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts import test as launcher
from tests import quick
from tests.house.test_requirements import pinned

TOP = Path(__file__).resolve().parents[2]
INSTALLED_FOR_ALL = ["browser", "office", "compiler", "client_tools", "mini_program_tools", "peers"]


@pytest.fixture
def started(monkeypatch):
    """What `scripts/test` would have run: the checks, then the databases with the arguments."""
    ran = []
    monkeypatch.setattr(launcher, "checked", lambda name, _command: ran.append(name) or (name, 0, 0.1))
    monkeypatch.setattr(launcher, "suites", lambda *asked: ran.append(asked) or [("pytest", 0, 1.0)])
    return ran


def test_it_runs_the_cheap_checks_and_sqlite_and_says_what_it_leaves_out(started, capsys):
    assert launcher.main(["--quick", "tests/wishes", "-x"]) == 0
    *checks, (databases, arguments) = started
    assert {"ruff check", "ruff format --check", "lint-imports"} <= set(checks)
    assert checks == [name for name in launcher.CHECKS if name != "bandit"]
    assert databases == ("sqlite",)
    assert arguments == ["--quick", "tests/wishes", "-x"]
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("  --quick leaves out PostgreSQL, bandit, ")
    assert all(words in last for words in quick.LEFT_OUT.values())


def test_without_it_everything_is_run_and_nothing_said(started, capsys):
    assert launcher.main([]) == 0
    *checks, (databases, _arguments) = started
    assert checks == list(launcher.CHECKS)
    assert databases == ("sqlite", "postgresql")
    assert "leaves out" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "shared"),
    [
        (["--quick"], True),
        (["--quick", "tests/house", "-k", "quick"], True),
        (["--quick", "tests/house/test_quick.py"], False),
        (["--quick", "tests/house/test_quick.py::test_every_kind_is_a_marker"], False),
        ([], False),
        (["tests/house"], False),
    ],
)
def test_only_what_is_more_than_a_file_is_shared_among_processes(arguments, shared, monkeypatch):
    monkeypatch.chdir(TOP)
    assert bool(launcher.workers(arguments)) is shared


@pytest.fixture
def checkout(tmp_path):
    """The launcher in a checkout in which whatever it would install says its name instead."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(TOP / "scripts" / "test", tmp_path / "scripts")
    steps = "\n".join(f"{name}() {{ echo {name}; }}" for name in ["installed", *INSTALLED_FOR_ALL])
    (tmp_path / "scripts" / "environment").write_text(steps)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    return lambda *words: subprocess.run(
        [tmp_path / "scripts" / "test", *words], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_it_installs_python_packages_alone(checkout):
    assert checkout("tests/wishes", "--quick") == ["installed", "-m scripts.test tests/wishes --quick"]
    assert checkout("tests/wishes") == ["installed", *INSTALLED_FOR_ALL, "-m scripts.test tests/wishes"]


def test_it_leaves_out_each_kind_and_nothing_else():
    """One file of each kind, and one of none."""
    files = (
        "tests/console/test_register_journey.py",
        "tests/console/test_registers.py",
        "tests/client/test_client.py",
        "tests/faults/test_full_disk.py",
        "tests/ledger/test_invariants.py",
        "tests/people/test_cards.py",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--quick", "--collect-only", "-q", *files],
        cwd=TOP,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    listed = [line for line in done.stdout.splitlines() if "::" in line]
    assert {line.partition("::")[0] for line in listed} == {
        "tests/console/test_registers.py",
        "tests/people/test_cards.py",
    }
    assert not [line for line in listed if "opens_in_libreoffice" in line]
    assert "deselected" in done.stdout.splitlines()[-1]


def test_every_kind_is_a_marker(request):
    markers = request.config.getini("markers")
    assert all(any(line.startswith(f"{name}: ") for line in markers) for name in quick.LEFT_OUT)


def test_what_is_checked_before_a_commit_is_a_pinned_program_of_ours():
    told = yaml.safe_load((TOP / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [one["repo"] for one in told["repos"]] == ["local"]
    programs = {"ruff": "ruff", "djlint": "djlint", "mypy": "mypy", "lint-imports": "import-linter"}
    for hook in told["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        program = hook["entry"].split()[0]
        assert program.startswith(".venv/bin/")
        assert programs[Path(program).name] in pinned("requirements-dev.in")
