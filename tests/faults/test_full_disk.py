"""SQLite's disk is full, or fails to write through, while everybody works.

Nobody is told that something was kept which was not; reading goes on; when there is room again, so do writes.
"""

import contextlib
import os
import resource
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from backend import config
from backend.app import create_app
from backend.db import db, session
from tests.faults import work
from tests.faults.checks import lost_or_doubled, replayed_otherwise, wrong_with_the_house
from tests.faults.clients import Load, wait_for
from tests.served import Served
from tests.town import Town

NO_LIMIT = resource.RLIM_INFINITY
# Stands before the C library: while the file WRITES_FAIL exists, nothing is written through to the disk.
SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int failing(void) { const char *f = getenv("WRITES_FAIL"); return f && access(f, F_OK) == 0; }
int fsync(int fd) {
  if (failing()) { errno = EIO; return -1; }
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}
int fdatasync(int fd) {
  if (failing()) { errno = EIO; return -1; }
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
"""


@pytest.fixture(scope="module", autouse=True)
def _sqlite(host):
    if host.name != "sqlite":
        pytest.skip("a full disk of PostgreSQL: tests/faults/test_killed_database.py")


class FullDisk:
    """No process of the product can make a file longer, until `free()`."""

    def __init__(self, served):
        self.served = served

    def fill(self):
        self._limit(0)

    def free(self):
        self._limit(NO_LIMIT)

    def _limit(self, size):
        for one in (self.served.process.pid, *self.served.worker_ids()):
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(one, resource.RLIMIT_FSIZE, (size, NO_LIMIT))


class FullFolder:
    """A small disk of its own, all of it taken by somebody else's file, until `free()`."""

    def __init__(self, folder):
        self.file = folder / "somebody-else"

    def fill(self):
        with open(self.file, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass

    def free(self):
        self.file.unlink()


class FailingDisk:
    """What is written does not reach the disk, until `free()`."""

    def __init__(self, file):
        self.file = file

    def fill(self):
        self.file.touch()

    def free(self):
        self.file.unlink()


def writable(served):
    """What the load balancer and the alert are told; reading goes on, so it is 200."""
    answer = requests.get(f"{served.url}/readyz", timeout=60)
    assert answer.status_code == 200
    return answer.json()["data"]["writable"]


def _through(city, served, disk):
    """Everybody works; the disk fails; somebody is told so; it is whole again, and work goes on."""
    with Load([served.url], work.people(city, 3), work.mixed(city)) as load:
        load.wait_for_more(6)
        disk.fill()
        try:
            wait_for(lambda: len(load.statuses) > 6, "several are told to come again")
            wall = requests.get(f"{served.url}/healthz", timeout=60)
            wait_for(lambda: not writable(served), "a host says that nothing can be written")
        finally:
            disk.free()
        load.wait_for_more(12)
        wait_for(lambda: writable(served), "a host says that it can write again")
    assert wall.status_code == 200
    return load


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    """What tells a process to stand on the shim; without a C compiler nothing, and its own test fails."""
    folder, compiler = tmp_path_factory.mktemp("shim"), shutil.which("cc")
    if compiler is None:
        return {}
    (folder / "shim.c").write_text(SHIM)
    words = ["-shared", "-fPIC", "-o", folder / "shim.so", folder / "shim.c", "-ldl"]
    subprocess.run([compiler, *words], check=True)
    return {"LD_PRELOAD": str(folder / "shim.so"), "WRITES_FAIL": str(folder / "now")}


@pytest.fixture(scope="module")
def served(city, environment, shim):
    with Served({**environment, **shim}, workers=2, preload=True) as running:
        yield running


def test_a_full_disk_loses_nothing_and_writes_come_back(city, served, house):
    load = _through(city, served, FullDisk(served))
    assert lost_or_doubled(load) + replayed_otherwise(served.url, load.kept) == []
    assert set(load.statuses) == {503}


def test_a_disk_that_does_not_write_through_is_said_and_nothing_is_lost(city, served, shim, house):
    assert shim, "no C compiler: scripts/test installs one, apt-get install gcc libc6-dev does too"
    load = _through(city, served, FailingDisk(Path(shim["WRITES_FAIL"])))
    assert lost_or_doubled(load) + replayed_otherwise(served.url, load.kept) == []
    assert set(load.statuses) == {503}


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 24 MiB in memory, where this machine lets us have one."""
    mounted = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", tmp_path]
    if not shutil.which("mount") or subprocess.run(mounted, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("a disk of its own can be had by an administrator alone")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


@pytest.fixture
def on_a_small_disk(host, migrated_app, settings, small_disk):
    """The demo city on that disk; what the other tests stand on is put back."""
    shutil.copy(host.folder / "town.template", small_disk / "city.sqlite3")
    app = create_app(replace(settings, database_url=f"sqlite:///{small_disk / 'city.sqlite3'}"))
    app.testing = True
    with app.app_context():
        yield Town(app)
        session.remove()
        db.engine.dispose()
    config.use(settings)


def test_a_disk_without_a_free_block_loses_nothing_and_writes_come_back(
    on_a_small_disk, small_disk, environment
):
    told = {**environment, "DATABASE_URL": f"sqlite:///{small_disk / 'city.sqlite3'}"}
    with Served(told, workers=2, preload=True) as served:
        load = _through(on_a_small_disk, served, FullFolder(small_disk))
        assert lost_or_doubled(load) + replayed_otherwise(served.url, load.kept) == []
    assert set(load.statuses) == {503}
    assert wrong_with_the_house() == []


def test_the_check_sees_a_product_that_says_yes_all_the_same(city, environment):
    """Negative control: the failure of the database is told as a success."""
    told = {**environment, "ALTERED": "says_yes"}
    with Served(told, app="tests.faults.altered:create_app()", workers=1, preload=True) as served:
        disk = FullDisk(served)
        with Load([served.url], work.people(city, 2), work.wishes_only(city)) as load:
            disk.fill()
            load.wait_for_more(3)
            disk.free()
    assert any("is not there" in one for one in lost_or_doubled(load))


def test_the_processes_are_gone(environment):
    """The limits and the shim were those of processes that have ended."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == NO_LIMIT
    assert "LD_PRELOAD" not in os.environ
