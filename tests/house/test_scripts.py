"""The scripts around the house: cheap checks that they can start at all."""

import os
import re
import runpy
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

TOP = Path(__file__).resolve().parents[2]
LAUNCHERS = (
    "scripts/run",
    "scripts/test",
    "scripts/demo",
    "scripts/bench",
    "scripts/faults",
    "scripts/audit",
    "scripts/mutate",
    "scripts/topology",
    ".ci/run",
)


def processes(procfile):
    lines = (TOP / procfile).read_text(encoding="utf-8").splitlines()
    return dict(re.fullmatch(r"([a-z]+): (.+)", line).groups() for line in lines)


@pytest.fixture
def gunicorn_conf(monkeypatch, tmp_path):
    """The settings gunicorn would read, with these variables set."""

    def load(**environment):
        for name in ("HOST", "PORT", "WEB_CONCURRENCY", "WEB_THREADS", "LOG_LEVEL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return SimpleNamespace(**runpy.run_path(str(TOP / "gunicorn.conf.py")))

    return load


@pytest.mark.parametrize("path", [*LAUNCHERS, "scripts/environment"])
def test_bash_can_read_it(path):
    subprocess.run(["bash", "-n", TOP / path], check=True)


@pytest.mark.parametrize("path", LAUNCHERS)
def test_a_launcher_is_executable_and_fails_at_the_first_fault(path):
    assert os.access(TOP / path, os.X_OK)
    text = (TOP / path).read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail\n" in text


def test_production_has_web_worker_and_release():
    found = processes("Procfile")
    assert set(found) == {"release", "web", "worker"}
    assert "db upgrade" in found["release"]


def test_development_adds_the_simulator_and_needs_no_shell_that_stays():
    found = processes("scripts/Procfile.dev")
    assert list(found) == ["web", "worker", "wechat"], "honcho gives PORT itself to the first, so web leads"
    assert all(command.startswith("exec .venv/bin/python -m ") for command in found.values())


def test_gunicorn_listens_on_this_machine_alone_unless_told_otherwise(gunicorn_conf):
    conf = gunicorn_conf()
    assert conf.bind == "127.0.0.1:8000"
    assert (conf.workers, conf.threads) == (2, 4)
    told = gunicorn_conf(
        HOST="10.0.0.1", PORT="9000", WEB_CONCURRENCY="4", WEB_THREADS="8", LOG_LEVEL="DEBUG"
    )
    assert told.bind == "10.0.0.1:9000"
    assert (told.workers, told.threads, told.loglevel) == (4, 8, "debug")


def test_no_connection_crosses_a_fork_and_no_worker_is_ended_for_its_age(gunicorn_conf):
    conf = gunicorn_conf()
    assert conf.worker_class == "gthread"
    assert not conf.preload_app
    assert conf.max_requests == 0


def test_gunicorn_forgets_the_counts_of_an_earlier_start(gunicorn_conf, tmp_path):
    conf = gunicorn_conf()
    left = tmp_path / "metrics" / "counter_1.db"
    left.parent.mkdir()
    left.touch()
    conf.on_starting(None)
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(left.parent)
    assert not left.exists()
