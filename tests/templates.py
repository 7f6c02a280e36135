"""The databases that every test begins with, kept between runs: one migrated, one with the demo city as well.

They are kept in `var/templates`, one file for each state of what they were made from. A run whose key is not there
makes them anew; so does a run that cannot be sure of its key. Those of PostgreSQL lie in a server that ends with the
run, and are made anew each time.
"""

import contextlib
import hashlib
import io
import os
import sqlite3
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from backend import clock
from backend.config import Settings
from tests import BEGAN

TOP = Path(__file__).resolve().parents[1]
FOLDER = TOP / "var" / "templates"
# The seeds go through the actions of every capability, so all of the product makes the demo city.
SOURCES = ("backend", "tests/conftest.py", "tests/databases.py", "tests/passwords.py", "tests/templates.py")
# They differ in every run, and say only where things lie.
PLACES = ("data_dir", "database_url", "wechat_base_url")
# Before the names of files that lie in DATA_DIR.
DATA = "data/"
KEPT_SETS = 8
CHECKSUM_BYTES = 32
ABANDONED_SECONDS = 3600
# The clock that stamps files may be a little behind the one that a process reads.
CLOCK_TICK_SECONDS = 0.1


def load_or_build(host, settings: Settings, build: Callable[[], None]) -> None:
    """Gives the host its templates: those of an earlier run, else by `build()`, whose work is then kept."""
    data = Path(settings.data_dir)
    found = key(settings) if host.outlives_a_run else None
    files = found and _read(FOLDER / f"{found}.kept")
    if files:
        _put_back(files, host, data)
        return
    earlier = set(_files(data))
    build()
    # What changed while it was built, a source or the day, may be in it in part.
    if found and found == key(settings):
        # The seeds leave a file in DATA_DIR: the password that the rows of the demo city were made with.
        left = {
            f"{DATA}{one.relative_to(data)}": one.read_bytes() for one in _files(data) if one not in earlier
        }
        with contextlib.suppress(OSError):
            _keep(FOLDER / f"{found}.kept", host.pack() | left)


def _put_back(files: dict[str, bytes], host, data: Path) -> None:
    for name in [name for name in files if name.startswith(DATA)]:
        path = data / name.removeprefix(DATA)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(files[name])
    host.unpack({name: content for name, content in files.items() if not name.startswith(DATA)})


def key(settings: Settings) -> str | None:
    """A name for everything that the templates are made from; None if a source changed after this process began,
    because then nobody knows which of its states was loaded.

    The demo city is made at nine in the morning of days counted back from today, so it holds for a day.
    """
    made_from = hashlib.sha256()
    try:
        for path in _sources():
            facts = path.stat()
            if facts.st_mtime > BEGAN - CLOCK_TICK_SECONDS:
                return None
            made_from.update(f"{path.relative_to(TOP)}\n{facts.st_size}\n".encode())
            made_from.update(path.read_bytes())
    except FileNotFoundError:
        # It was removed at this moment.
        return None
    packages = sorted(one.name for one in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    chosen = {name: value for name, value in asdict(settings).items() if name not in PLACES}
    made_from.update(repr((clock.today(), sys.version, sqlite3.sqlite_version, packages, chosen)).encode())
    return made_from.hexdigest()


def _sources() -> Iterator[Path]:
    for name in SOURCES:
        path = TOP / name
        below = _files(path) if path.is_dir() else [path]
        yield from (one for one in below if one.parent.name != "__pycache__")


def _files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())


def _read(path: Path) -> dict[str, bytes] | None:
    """What is kept there; None if there is nothing, or if it is not all that was written."""
    try:
        written = path.read_bytes()
        # The sets that are used are not the ones that are removed.
        os.utime(path)
    except OSError:
        return None
    checksum, packed = written[:CHECKSUM_BYTES], written[CHECKSUM_BYTES:]
    if checksum != hashlib.sha256(packed).digest():
        return None
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        return {name: files.read(name) for name in files.namelist()}


def _keep(path: Path, files: dict[str, bytes]) -> None:
    """Writes beside its place and moves it there: another run sees all of it or nothing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_old(path.parent)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(hashlib.sha256(packed.getvalue()).digest() + packed.getvalue())
    os.replace(part.name, path)


def _remove_old(folder: Path) -> None:
    """All sets but those used last, and what a killed run left half-written. Another run may do it at this moment."""
    by_use = sorted(((_used(one), one) for one in folder.glob("*.kept")), reverse=True)
    halves = [one for one in folder.glob("*.part") if _used(one) < time.time() - ABANDONED_SECONDS]
    for one in [path for _, path in by_use[KEPT_SETS - 1 :]] + halves:
        one.unlink(missing_ok=True)


def _used(path: Path) -> float:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
