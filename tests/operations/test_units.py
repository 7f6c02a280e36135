"""The units of systemd: real commands, settings that exist, and what systemd itself says of them."""

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from backend import config
from backend.__main__ import SETTINGS
from backend.config_bounds import BOUNDS
from backend.operations import backups

FOLDER = Path(__file__).resolve().parents[2] / "docs/operations"
SERVICES = ("web", "worker", "backup", "verify")
TIMERS = ("backup", "verify")
UNITS = [*(f"dianliang-{one}.service" for one in SERVICES), *(f"dianliang-{one}.timer" for one in TIMERS)]
WEB, COMMAND = "/opt/dianliang/.venv/bin/gunicorn", "/opt/dianliang/scripts/flask"


def read(name):
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str
    unit.read_string((FOLDER / name).read_text(encoding="utf-8"))
    return unit


def test_these_units_are_all_there_are():
    assert sorted(path.name for path in FOLDER.glob("dianliang-*")) == sorted(UNITS)


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_runs_a_command_that_there_is_as_its_own_user(app, name):
    service = read(f"dianliang-{name}.service")["Service"]
    program, *words = shlex.split(service["ExecStart"].replace("()", ""))
    assert service["User"] == "dianliang"
    assert service["EnvironmentFile"] == SETTINGS
    assert service["StateDirectoryMode"] == "0700"
    if name == "web":
        assert (program, words) == (WEB, ["backend.app:create_app"])
        return
    assert program == COMMAND
    done = app.test_cli_runner().invoke(args=[*[one for one in words if one[:1] not in "/-7"], "--help"])
    assert done.exit_code == 0
    for option in (one for one in words if one.startswith("--")):
        assert option in done.output


def test_what_has_to_run_all_the_time_is_started_again_however_it_ends_and_each_by_itself():
    """honcho ends the web when the worker dies."""
    for name in ("web", "worker"):
        unit = read(f"dianliang-{name}.service")
        assert unit["Service"]["Restart"] == "always"
        assert "Requires" not in unit["Unit"]
        assert "BindsTo" not in unit["Unit"]
    for name in TIMERS:
        assert read(f"dianliang-{name}.service")["Service"]["Type"] == "oneshot"
        assert read(f"dianliang-{name}.timer")["Timer"]["Persistent"] == "yes"


def test_the_sample_of_settings_names_what_there_is_and_does_not_start_as_it_is(monkeypatch):
    given = dict(
        line.split("=", 1)
        for line in (FOLDER / "dianliang.env").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    assert given.keys() - {"HOST"} <= BOUNDS.keys()
    for name in BOUNDS:
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(config.BadSettings) as refused:
        config.read()
    empty = {name for name, value in given.items() if not value}
    named = {fault.split()[0] for fault in refused.value.faults}
    assert named == {"SECRET_KEY", "INDEX_KEY", "SEAL_KEYS", "SPONSOR", "WECHAT_APP_ID", "WECHAT_APP_SECRET"}
    assert named <= empty


def verified(folder):
    units = [str(folder / name) for name in UNITS]
    return subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)


def test_systemd_itself_finds_nothing_wrong_with_them(tmp_path):
    """Where systemd is, as on every Debian and Ubuntu; elsewhere what the others read has to do."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("flask", "gunicorn"):
        (programs / name).touch(0o755)
    for name in UNITS:
        text = (FOLDER / name).read_text(encoding="utf-8")
        for program in (WEB, COMMAND):
            text = text.replace(program, str(programs / Path(program).name))
        (tmp_path / name).write_text(text, encoding="utf-8")
    if shutil.which("systemd-analyze") is None:
        assert all(read(name).sections() for name in UNITS)
        return
    done = verified(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    wrong = tmp_path / "dianliang-web.service"
    wrong.write_text(re.sub(r"(?m)^Restart=.*", "Restart=sometimes", wrong.read_text()))
    assert "sometimes" in verified(tmp_path).stderr


def test_only_the_newest_backups_are_kept_and_nothing_else_is_touched(tmp_path):
    names = [f"dianliang-2026112{day}-030000" for day in range(1, 6)]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / backups.MANIFEST).touch()
    (tmp_path / "dianliang-20260101-030000").mkdir()
    (tmp_path / "dianliang-20261101-030000.unfinished").mkdir()
    (tmp_path / "mine").mkdir()
    assert backups.keep_newest(tmp_path, 2) == names[:3]
    assert {path.name for path in tmp_path.iterdir()} == {
        *names[3:],
        "dianliang-20260101-030000",
        "dianliang-20261101-030000.unfinished",
        "mine",
    }
