"""The scripts around the house: cheap checks that they can start at all."""

import os
import re
import runpy
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.workers.gthread import ThreadWorker
from honcho.environ import expand_processes

from scripts import run
from scripts.story import run as story

TOP = Path(__file__).resolve().parents[2]
LAUNCHERS = (
    "scripts/run",
    "scripts/test",
    "scripts/demo",
    "scripts/preview",
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
    started = [command.removeprefix("PORT=$WEB_PORT ") for command in found.values()]
    assert all(command.startswith("exec .venv/bin/python -m ") for command in started)


def test_in_development_every_process_knows_where_the_web_answers():
    """The simulator pushes to it, and links that the worker writes lead to it."""
    known = {}
    for process in expand_processes(processes("scripts/Procfile.dev"), env={"PORT": "8000"}):
        asking = process.cmd.partition("exec ")[0] + "printenv PORT"
        told = {**os.environ, **process.env, "WEB_PORT": "8000"}
        done = subprocess.run(["sh", "-c", asking], env=told, capture_output=True, text=True, check=True)
        known[process.name] = done.stdout.strip()
    assert known == {"web.1": "8000", "worker.1": "8000", "wechat.1": "8000"}


def test_a_folder_in_which_nothing_can_be_kept_is_said_in_plain_words(tmp_path):
    told = {
        **os.environ,
        "DATA_DIR": str(tmp_path / "a-file" / "data"),
        "PORT": "0",
        "WECHAT_SIMULATOR_PORT": "0",
    }
    (tmp_path / "a-file").touch()
    done = subprocess.run(
        [sys.executable, "-m", "scripts.run"], cwd=TOP, env=told, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing can be kept in DATA_DIR, "), done.stderr


def told_by(tmp_path, *words, **more):
    """What a command says in a process of its own, with a folder and ports of its own."""
    told = {"DATA_DIR": str(tmp_path), "PORT": "0", "WECHAT_SIMULATOR_PORT": "0", **more}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=TOP,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_database_that_nobody_serves_is_said_in_plain_words_and_nothing_is_started(tmp_path):
    away = "postgresql+psycopg://somebody:geheim@127.0.0.1:9/dianliang"
    done = told_by(tmp_path, "scripts.run", DATABASE_URL=away)
    assert done.returncode == 1
    assert done.stderr.startswith("The database cannot be reached: "), done.stderr
    assert done.stderr.endswith("Check DATABASE_URL, and that the server runs.\n")
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr


@pytest.mark.parametrize("words", [("doctor",), ("db", "upgrade"), ("worker",)])
def test_a_command_with_bad_settings_says_the_faults_and_nothing_else(tmp_path, words):
    done = told_by(tmp_path, "flask", "--app", "backend.app:create_app", *words, APP_ENV="nowhere")
    assert done.returncode == 1
    assert done.stderr == (
        "Error: Refusing to start with these settings / 设置有误，不能启动:\n"
        "- APP_ENV must be development, test or production\n"
        "  APP_ENV 只能是 development、test、production 之一\n"
    ), done.stderr


def test_how_far_pip_got_is_said_in_a_file_by_every_tenth(tmp_path):
    said = "".join(
        f"Collecting package{n}==1.{n} (from -r some.txt)\n  Downloading it\n" for n in range(1, 23)
    )
    said += "Requirement already satisfied: wheel==1 in somewhere\nInstalling collected packages: package1\n"
    shown = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "source scripts/environment; how_far 23"],
        cwd=TOP,
        input=said,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown.splitlines() == [
        "  10 of 23: package10==1.10",
        "  20 of 23: package20==1.20",
        "  All 23 are here; unpacking them …",
    ]


def test_a_package_is_a_line_of_the_lock_that_how_far_counts():
    for name in ("requirements.txt", "requirements-dev.txt"):
        counted = subprocess.run(
            ["grep", "-c", "^[^ #-].*==", name], cwd=TOP, capture_output=True, text=True, check=True
        ).stdout
        assert int(counted) == len(re.findall(r"^[\w.\[\]-]+==", (TOP / name).read_text(), re.M))


def test_the_first_start_says_each_of_its_steps_before_it_begins(monkeypatch, tmp_path, capfd):
    begun = []

    def note(command):
        begun.append((command, capfd.readouterr().out.strip()))

    for name in ("prepare", "refuse_taken_ports", "honcho"):
        monkeypatch.setattr(run, name, note if name == "prepare" else lambda: None)
    monkeypatch.setattr(run.subprocess, "Popen", lambda _command: None)
    monkeypatch.setattr(run.signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["run"])
    for name, value in {**run.DEFAULTS, "DATA_DIR": str(tmp_path), "SEED": "tieli"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("APP_ENV", "development")
    run.main()
    assert begun == [
        (("db", "upgrade"), "1 of 3: the database …"),
        (("seed",), "2 of 3: the data of SEED=tieli … (the first time some minutes, month by month)"),
    ]
    assert capfd.readouterr().out == "3 of 3: web, worker and simulator …\n"


def test_gunicorn_does_not_start_with_bad_settings(tmp_path):
    """Its workers say why, and it ends when one could not begin: with 3, or with 1 where two end at once."""
    done = told_by(tmp_path, "gunicorn", "backend.app:create_app()", APP_ENV="nowhere")
    assert done.returncode in (1, 3)
    assert "- APP_ENV must be development, test or production" in done.stderr


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
    assert issubclass(conf.worker_class, ThreadWorker)
    assert not conf.preload_app
    assert conf.max_requests == 0


@pytest.mark.parametrize(("held", "waited"), [(0, []), (1, [0.0005]), (4, [0.002]), (900, [0.0025])])
def test_a_worker_with_connections_lets_another_go_first_and_not_for_long(
    gunicorn_conf, monkeypatch, held, waited
):
    told = []
    monkeypatch.setattr(time, "sleep", told.append)
    worker = object.__new__(gunicorn_conf().worker_class)
    worker.nr_conns = held
    # Somebody else took the connection meanwhile.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        worker.accept(listener)
    assert told == waited
    assert worker.nr_conns == held


def starting(*addresses):
    return SimpleNamespace(cfg=SimpleNamespace(address=list(addresses)))


@pytest.mark.parametrize(
    "address", [("127.0.0.1", 8000), ("localhost", 8000), ("::1", 8000), ("127.0.0.7", 1), 5, "unix.sock"]
)
def test_a_development_installation_listens_on_this_machine(gunicorn_conf, monkeypatch, address):
    monkeypatch.delenv("LAN_DEMO", raising=False)
    gunicorn_conf(APP_ENV="development").on_starting(starting(address))


@pytest.mark.parametrize("address", [("0.0.0.0", 8000), ("::", 8000), ("10.0.0.1", 8000)])  # noqa: S104 - refused
def test_a_development_installation_that_would_listen_beyond_it_does_not_start(
    gunicorn_conf, monkeypatch, address
):
    monkeypatch.delenv("LAN_DEMO", raising=False)
    with pytest.raises(SystemExit, match="this machine alone"):
        gunicorn_conf(APP_ENV="development").on_starting(starting(("127.0.0.1", 1), address))
    monkeypatch.delenv("APP_ENV")
    with pytest.raises(SystemExit, match="APP_ENV=production"):
        gunicorn_conf().on_starting(starting(address))
    gunicorn_conf(APP_ENV="production").on_starting(starting(address))
    gunicorn_conf(APP_ENV="development", LAN_DEMO="on").on_starting(starting(address))


def test_gunicorn_forgets_the_counts_of_an_earlier_start(gunicorn_conf, tmp_path):
    conf = gunicorn_conf()
    left = tmp_path / "metrics" / "counter_1.db"
    left.parent.mkdir()
    left.touch()
    conf.on_starting(starting(("127.0.0.1", 8000)))
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(left.parent)
    assert not left.exists()


def test_the_demo_goes_where_the_product_was_started(tmp_path, monkeypatch):
    for name in ("PORT", "WECHAT_SIMULATOR_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert story.running_at() == ["http://127.0.0.1:8000", "http://127.0.0.1:8001"]
    (tmp_path / "running-at").write_text("http://127.0.0.1:8123\nhttp://127.0.0.1:8124\n")
    assert story.running_at() == ["http://127.0.0.1:8123", "http://127.0.0.1:8124"]
    monkeypatch.setenv("PORT", "9000")
    assert story.running_at() == ["http://127.0.0.1:9000", "http://127.0.0.1:8124"]
