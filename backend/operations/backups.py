"""A backup is a folder: the database, the pictures where they lie on this machine, and what to check it by.

It is whole or not there: it is made under another name and gets its own when everything in it was read back.
Sealing keys are never in it, so whoever finds one cannot read names and phones; without SEAL_KEYS and
INDEX_KEY, which belong in a safe of their own, nobody can. Pictures in an S3-compatible store are that
store's to keep.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TypedDict, cast

import psycopg
import sqlalchemy as sa

from backend import clock, command_line, config
from backend.db import dialect, revisions, session
from backend.languages import say
from backend.ledger import seals
from backend.operations import postgres

Tell = Callable[[str], object]
UNFINISHED = ".unfinished"
FINISHED = re.compile(r"dianliang-\d{8}-\d{6}")
MANIFEST = "manifest.json"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
PICTURES = "files"
# What a restore has to know of a backup.
TOLD = {"made_at", "database", "revision", "sha256", "pictures"}
# What a SQLite that was killed leaves beside its file. It would be written into whatever file stands there next.
LEFT_BESIDE = ("", "-wal", "-shm", "-journal")
# Pages of 4 KiB between two lines of progress.
STEP = 2048
# An unfinished one older than this is of a run that was killed, not of one that goes on.
GIVEN_UP = timedelta(days=1)


class BackupFault(Exception):
    """Why there is no backup, or why one cannot be brought back; the sentence is for the operator."""


# A disk that is full, rights that are missing, a file that is damaged, a database that is away or has no tables.
FAULTS = (OSError, sqlite3.Error, psycopg.Error, sa.exc.SQLAlchemyError, postgres.ToolFault)


def create_backup(folder: Path, tell: Tell) -> Path:
    """A new backup in `folder`; answers where. The product goes on working meanwhile. Raises BackupFault."""
    _clear(folder)
    made = folder / f"dianliang-{clock.now().astimezone(clock.CHINA):%Y%m%d-%H%M%S}"
    unfinished = made.with_name(made.name + UNFINISHED)
    try:
        # Before anything is made: what pg_dump says of a database that is away is two lines of its own.
        session.execute(sa.text("SELECT 1"))
        unfinished.mkdir(mode=0o700, parents=True)
        database = unfinished / DATABASES[dialect()]
        if dialect() == "sqlite":
            _copy_sqlite(database, tell)
        else:
            postgres.dump(config.settings().database, database)
        # After the database: every picture that a row of it names is there, or has been erased since.
        pictures = _copy_pictures(_pictures_here(), unfinished / PICTURES, tell)
        _write_manifest(unfinished, database, pictures)
        unfinished.rename(made)
    except (*FAULTS, BackupFault) as fault:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise BackupFault(say("no backup was made: ", "没有做成备份：") + _why(fault)) from None
    tell(say(f"Backup made: {made.name}", f"备份完成：{made.name}"))
    return made


def keep_newest(folder: Path, newest: int) -> list[str]:
    """Deletes all finished backups in `folder` but the newest ones; answers which. Nothing else there is touched."""
    found = sorted(
        path for path in folder.iterdir() if FINISHED.fullmatch(path.name) and (path / MANIFEST).is_file()
    )
    old = found[: max(len(found) - newest, 0)]
    for path in old:
        # First, so that one of which the deletion was stopped is no backup any more.
        (path / MANIFEST).unlink()
        shutil.rmtree(path)
    return [path.name for path in old]


def _why(fault: Exception) -> str:
    """In the words of every command, and never with the statement that SQLAlchemy repeats."""
    if isinstance(fault, OSError) and fault.filename is not None:
        return command_line.of_file(fault)
    trouble = command_line.of_database(fault) if isinstance(fault, sa.exc.SQLAlchemyError) else None
    return f"{trouble.sentence}: {trouble.advice}" if trouble else str(getattr(fault, "orig", None) or fault)


def _clear(folder: Path) -> None:
    """Takes away what killed runs left behind."""
    for left in folder.glob(f"dianliang-*{UNFINISHED}"):
        if left.stat().st_mtime < (clock.now() - GIVEN_UP).timestamp():
            shutil.rmtree(left, ignore_errors=True)


def _copy_sqlite(target: Path, tell: Tell) -> None:
    """SQLite's own online backup, read back and checked. Writers are not held up, and one view is copied."""
    target.touch(mode=0o600)
    source = sqlite3.connect(f"file:{_sqlite_file()}?mode=ro", uri=True, isolation_level=None)
    with closing(source), closing(sqlite3.connect(target)) as copy:
        # The view of this read: without it each write of others would begin the copy anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(copy, pages=STEP, progress=_progress("database", tell))
        source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")
    _check_sqlite(target)


def _progress(what: str, tell: Tell) -> Callable[[int, int, int], None]:
    def show(_status: int, left: int, total: int) -> None:
        tell(f"{what}: {100 * (total - left) // max(total, 1)} %")

    return show


def _check_sqlite(path: Path) -> None:
    """Reads the whole file. Raises BackupFault when a page, an index or a reference is broken."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as opened:
        said = opened.execute("PRAGMA integrity_check(1)").fetchone()[0]
        stray = opened.execute("PRAGMA foreign_key_check").fetchone()
    if said != "ok" or stray is not None:
        raise BackupFault(f"{path.name} is damaged: {said if said != 'ok' else f'a reference of {stray[0]}'}")


def _sqlite_file() -> Path:
    return Path(str(sa.make_url(config.settings().database).database))


def _pictures_here() -> Path | None:
    """The folder of the pictures; None when another store has them."""
    settings = config.settings()
    return None if settings.file_store else Path(settings.data_dir) / PICTURES


def _copy_pictures(source: Path | None, target: Path, tell: Tell) -> int:
    copied = 0
    for path in _whole_files(source):
        place = target / path.relative_to(source or path)
        # One by one: parents that mkdir makes along the way would be open to everyone.
        for folder in reversed(place.relative_to(target).parents):
            (target / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, place)
        except FileNotFoundError:
            continue  # It was erased in this moment, as its person wanted.
        place.chmod(0o600)
        copied += 1
        if copied % 1000 == 0:
            tell(f"pictures: {copied}")
    return copied


def _whole_files(folder: Path | None) -> Iterator[Path]:
    if folder is not None and folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*.jpg")) if path.is_file())


class SealShort(TypedDict):
    """The newest seal, as it is printed."""

    day: str
    short: str


class Manifest(TypedDict):
    """What a backup says of itself."""

    made_at: str
    database: str
    revision: str
    sha256: str
    pictures: int
    seal: SealShort | None


def _write_manifest(folder: Path, database: Path, pictures: int) -> None:
    sealed = seals.latest()
    told: Manifest = {
        "made_at": clock.now().isoformat(),
        "database": dialect(),
        "revision": session.scalar(sa.text("SELECT version_num FROM alembic_version")),
        "sha256": _digest(database),
        "pictures": pictures,
        # Beside the copy that was printed, this says that the books are those of that day.
        "seal": {"day": sealed.day.isoformat(), "short": sealed.short} if sealed else None,
    }
    path = folder / MANIFEST
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore(backup: Path, tell: Tell) -> Manifest:
    """Brings a backup back into an empty installation; answers its manifest.

    Never over data: an existing SQLite file, a database with tables and a folder with pictures are refused.
    Raises BackupFault.
    """
    told = _manifest(backup)
    _refuse_a_newer_one(told["revision"])
    try:
        _refuse_what_is_not_empty()
        _bring_back(backup, told, tell)
    except FAULTS as fault:
        raise BackupFault(
            say("the backup could not be restored: ", "备份没有恢复成：") + _why(fault)
        ) from None
    return told


def of_this_version(told: Manifest) -> bool:
    """Whether the database of this backup is as this program wants it; else `flask db upgrade` comes first."""
    return told["revision"] in revisions()[1]


def _bring_back(backup: Path, told: Manifest, tell: Tell) -> None:
    """The database comes last and at once: where a restore was stopped there is none, and no start goes on."""
    database = backup / DATABASES[told["database"]]
    tell("checking the backup")
    if not database.is_file() or _digest(database) != told["sha256"]:
        raise BackupFault(f"{database.name} is not the one that was saved")
    if told["database"] == "sqlite":
        _check_sqlite(database)
    target = _pictures_here()
    if target is not None and _copy_pictures(backup / PICTURES, target, tell) != told["pictures"]:
        raise BackupFault("some pictures of the backup are missing")
    if told["database"] == "sqlite":
        _put_sqlite(database)
    else:
        postgres.restore(config.settings().database, database)


def _manifest(backup: Path) -> Manifest:
    try:
        told = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BackupFault(say(f"{backup} is no finished backup", f"{backup} 不是一份完成的备份")) from None
    if not isinstance(told, dict) or not told.keys() >= TOLD:
        raise BackupFault(say(f"{backup} is no finished backup", f"{backup} 不是一份完成的备份"))
    if told["database"] != dialect():
        raise BackupFault(
            say(
                f"this is a backup of {told['database']}, and DATABASE_URL names {dialect()}",
                f"这是 {told['database']} 的备份，而 DATABASE_URL 是 {dialect()}",
            )
        )
    return cast(Manifest, told)


def _refuse_a_newer_one(revision: str) -> None:
    """An older one is brought up to date afterwards; of a newer one this program knows nothing."""
    if revision not in revisions()[0]:
        raise BackupFault(
            f"this is a backup of a newer program (revision {revision}): install that one first"
        )


def _refuse_what_is_not_empty() -> None:
    if dialect() == "sqlite":
        for end in LEFT_BESIDE:
            place = Path(f"{_sqlite_file()}{end}")
            if place.exists():
                raise BackupFault(
                    say(
                        f"{place} exists: move it away first, nothing is overwritten",
                        f"已经有 {place}，请先移走：恢复不覆盖任何东西",
                    )
                )
    elif postgres.tables(config.settings().database):
        raise BackupFault(
            say(
                "the database has tables: create an empty one first, nothing is overwritten",
                "数据库里已经有表，请先建一个空的：恢复不覆盖任何东西",
            )
        )
    if next(_whole_files(_pictures_here()), None):
        raise BackupFault(
            f"{_pictures_here()} has pictures, of another installation or of a restore that was stopped: "
            "move it away first"
        )


def _put_sqlite(database: Path) -> None:
    """Whole or not at all: copied beside its place, then renamed."""
    place = _sqlite_file()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = place.with_name(place.name + UNFINISHED)
    try:
        # Before anything is in it: copying keeps the rights of what is there.
        beside.touch(mode=0o600)
        shutil.copyfile(database, beside)
        beside.rename(place)
    finally:
        beside.unlink(missing_ok=True)
