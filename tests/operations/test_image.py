"""The steps of the Dockerfile, done by hand where no builder is: in a clean folder, as somebody who may change nothing there."""

import json
import os
import re
import signal
import socket
import tempfile

import pytest
import requests

from backend.config import new_secret
from tests.operations.elsewhere import TOP, Place

FILE = (TOP / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
SEAL = "2026a:" + "RqK1pV7w2n9Zc4tXyB6uJ0dLhS8mQe3fGaTiNoEkWvY="


def steps(word):
    """What stands behind each instruction of a kind."""
    return re.findall(rf"^{word} (.+)$", FILE, re.MULTILINE)


def image_environment():
    return dict(pair.split("=", 1) for line in steps("ENV") for pair in line.split())


def command(kind):
    (line,) = [one for one in steps(kind) if one.startswith("[")]
    return json.loads(line)


def test_what_is_copied_is_there_and_whoever_runs_it_may_change_nothing():
    for line in steps("COPY"):
        *sources, _target = line.split()
        assert all((TOP / one).exists() for one in sources), line
    # Nothing else goes into the build: no key, no database, no history.
    ignored = (TOP / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {one.removeprefix("!") for one in ignored if one.startswith("!")}
    assert "*" in ignored
    assert let_in == {one for line in steps("COPY") for one in line.split()[:-1]}
    assert steps("USER") == ["dianliang"]
    assert FILE.index("\nUSER ") > FILE.index("\nCOPY gunicorn")


def test_base_and_mirrors_are_arguments_and_the_tools_of_backups_are_inside():
    arguments = {one.split("=")[0] for one in steps("ARG")}
    assert arguments == {"BASE", "APT_MIRROR", "PIP_INDEX_URL"}
    assert steps("FROM") == ["${BASE}"]
    assert any("postgresql-client" in one for one in steps("RUN"))
    assert any("--require-hashes" in one for one in steps("RUN"))


@pytest.fixture
def place():
    copied = [one for line in steps("COPY") for one in line.split()[:-1]]
    with tempfile.TemporaryDirectory(prefix="dianliang-image-") as folder:
        made = Place(folder, copied, {})
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        given = image_environment() | {"DATA_DIR": str(made.data), "PORT": str(port), "HOST": "127.0.0.1"}
        made.environment |= given
        yield made


def filled_in():
    return {
        "SECRET_KEY": new_secret(),
        "INDEX_KEY": new_secret(),
        "SEAL_KEYS": SEAL,
        "SPONSOR": "铁力市",
        "WECHAT_APP_ID": "wx1234567890abcdef",
        "WECHAT_APP_SECRET": new_secret(),
        "WECHAT_BASE_URL": "https://api.weixin.qq.com",
        "TRUSTED_PROXIES": "1",
    }


def test_without_its_secrets_it_does_not_start(place):
    shell, option, words = command("CMD")
    assert (shell, option) == ("sh", "-c")
    code, said = place.run(words)
    assert code != 0
    for name in ("SECRET_KEY", "SEAL_KEYS", "INDEX_KEY", "WECHAT_APP_ID"):
        assert name in said
    assert "Traceback" not in said
    assert list(place.data.iterdir()) == []


@pytest.mark.slow
def test_it_migrates_serves_is_healthy_backs_up_and_ends_when_told(place):
    place.environment |= filled_in()
    words = command("CMD")[2]
    process = place.start(words)
    try:
        _wait_until_it_answers(process, place.environment["PORT"])
        (check,) = steps("HEALTHCHECK --interval=30s --timeout=3s --start-period=20s +CMD")
        assert place.run(check) == (0, "")
        assert place.run("flask backup $DATA_DIR/backups")[0] == 0
        # Nothing of the program was changed, nor could be.
        code, _said = place.run("touch backend/new")
        assert (code != 0) or os.geteuid() != 0
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGTERM)


def _wait_until_it_answers(process, port):
    """Until gunicorn says that it listens; whoever asks then waits in its queue."""
    said = []
    for line in process.stdout:
        said.append(line)
        if "Listening at" in line:
            break
    assert process.poll() is None, said
    assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=120).status_code == 200
