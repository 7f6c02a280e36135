"""Mutation testing: small changes of the rules (a `<` for a `<=`, a dropped `not`), one at a time, in a copy.

A change that no test notices survives, and is listed: a test is missing, or the change means nothing. Cosmic Ray
makes the changes and keeps what came of them; `scripts.mutation.warm` tries each of them quickly. Stop it with Ctrl-C,
or after `--minutes`, and start it again: it goes on where it was. What it makes lies in `var/mutation`; `--fresh`
begins anew after the code has changed, `--survivors` tries those again that survived, with the tests as they are now.
"""

import argparse
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path("var/mutation")
# In an environment of its own: what it brings along shall not be among what the product is tested with.
TOOL = "cosmic-ray==8.7.0"
# Only where `scripts.mutation.warm`, which has a limit for each change, does not answer at all.
SECONDS_A_MUTANT = 900
# The numbers of refusals are a promise to clients.
CODES = "tests/house/test_routes.py::test_the_committed_documentation_is_not_stale[errors.md]"
LEDGER = (
    "tests/ledger",
    "tests/points",
    CODES,
    "--ignore=tests/ledger/test_commands.py",
    "--ignore=tests/ledger/test_fill.py",
)
# What stock is about: neither venues nor who may make which move.
SHOPS = tuple(
    f"tests/supermarket/test_{one}.py" for one in ("stock", "stock_rules", "counter", "requests", "deadlines")
)
# What is mutated, and the tests that shall notice.
AREAS = {
    "claims": (("backend/wishes/actions/claims.py",), ("tests/wishes", "tests/attacks/test_fraud.py", CODES)),
    "permissions": (
        ("backend/people/permissions.py",),
        ("tests/people", "tests/wishes/test_moves.py", "tests/supermarket/test_moves.py"),
    ),
    "lifecycle": (
        ("backend/lifecycle.py", "backend/moves.py"),
        ("tests/wishes", "tests/points", "tests/supermarket/test_moves.py", CODES),
    ),
    "stock": (("backend/supermarket/actions/stock.py",), (*SHOPS, CODES)),
    # What `ledger.actions` gives out.
    "ledger": (
        tuple(f"backend/ledger/{one}.py" for one in ("awards", "adjustments", "corrections", "endings")),
        LEDGER,
    ),
    "holds": (("backend/ledger/holds.py",), LEDGER),
    "posting": (("backend/ledger/posting.py",), LEDGER),
    "writing": (("backend/ledger/writing.py",), LEDGER),
    "gate": (("backend/gate.py",), ("tests/test_gate.py", "tests/test_db.py")),
}
CONFIGURATION = """[cosmic-ray]
module-path = {modules}
timeout = {seconds}
excluded-modules = []
test-command = "{python} -I -S scripts/mutation/ask.py {socket}"

[cosmic-ray.distributor]
name = "local"
"""
COUNTS = """
    SELECT (SELECT count(*) FROM work_items),
           sum(worker_outcome = 'SKIPPED'),
           sum(test_outcome = 'KILLED' OR worker_outcome IN ('EXCEPTION', 'ABNORMAL')),
           sum(test_outcome = 'SURVIVED')
    FROM work_results
"""
SURVIVORS = """
    SELECT spec.module_path, spec.start_pos_row, result.diff
    FROM work_results AS result JOIN mutation_specs AS spec ON spec.job_id = result.job_id
    WHERE result.test_outcome = 'SURVIVED' ORDER BY spec.module_path, spec.start_pos_row, spec.occurrence
"""


def main() -> int:
    asked = argparse.ArgumentParser("scripts/mutate", description=__doc__.partition("\n\n")[0])
    asked.add_argument("areas", nargs="*", choices=[*AREAS, []], help=f"of {', '.join(AREAS)}; all of them")
    asked.add_argument("--minutes", type=float, help="stop after so long; what is done is kept")
    asked.add_argument("--fresh", action="store_true", help="forget what was found, and begin anew")
    asked.add_argument("--survivors", action="store_true", help="try again what survived, with today's tests")
    asked.add_argument(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="where the tests run; with --survivors, what survived on the one is tried on the other",
    )
    asked.add_argument("--report", action="store_true", help="run nothing; tell what was found")
    told = asked.parse_args()
    until = time.monotonic() + told.minutes * 60 if told.minutes else float("inf")
    areas = told.areas or list(AREAS)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for area in () if told.report else areas:
            if told.survivors and session_of(area).exists():
                forget_survivors(area)
            prepare(area, told.fresh)
            run(area, told.database, until)
    except KeyboardInterrupt:
        print("\nStopped. Start it again to go on.")
    return max([report(area) for area in areas if session_of(area).exists()], default=0)


def session_of(area: str) -> Path:
    return FOLDER / area / "session.sqlite"


def tool(name: str) -> str:
    """A program of the tool, which is installed when it is asked for first."""
    place = FOLDER / "tool"
    if not (place / "bin" / name).exists():
        print(f"Installing {TOOL} into {place} …", flush=True)
        venv.create(place, with_pip=True)
        subprocess.run([place / "bin/python", "-m", "pip", "install", "-q", TOOL], check=True)
    return str((place / "bin" / name).absolute())


def prepare(area: str, fresh: bool) -> None:
    """A copy of the tree, in which the tests pass before anything is changed, and the list of changes."""
    modules, _tests = AREAS[area]
    folder = FOLDER / area
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    if not session_of(area).exists():
        begin(area)
    elif any(Path(one).read_bytes() != (folder / "as-it-was" / one).read_bytes() for one in modules):
        print(f"── {area}: the code has changed; this goes on with what it was (--fresh begins anew)")
    # Whoever was stopped in the middle of a change has left it there.
    shutil.copytree(folder / "as-it-was", folder / "tree", dirs_exist_ok=True)


def begin(area: str) -> None:
    """The session is there once all before it has been done."""
    (modules, _tests), folder = AREAS[area], (FOLDER / area).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    copy(folder / "tree")
    for one in modules:
        (folder / "as-it-was" / one).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "tree" / one, folder / "as-it-was" / one)
    told, made = folder / "mutation.toml", folder / "beginning.sqlite"
    given = {"modules": list(modules), "socket": socket_of(area), "python": sys.executable}
    told.write_text(CONFIGURATION.format(**given, seconds=float(SECONDS_A_MUTANT)))
    subprocess.run(
        [tool("cosmic-ray"), "init", told, made], cwd=folder / "tree", check=True, stdout=subprocess.DEVNULL
    )
    leave_out(area, made)
    made.rename(session_of(area))


def leave_out(area: str, session: Path) -> None:
    """Changes that change no rule: see `scripts/mutation/filter.py`."""
    command = [tool("python"), "scripts/mutation/filter.py", session.absolute()]
    subprocess.run(command, cwd=FOLDER / area / "tree", check=True)


def forget_survivors(area: str) -> None:
    """They will be tried again, in the tree as it lies here now; the modules stay as they were."""
    copy(FOLDER / area / "tree")
    with sqlite3.connect(session_of(area)) as kept:
        kept.execute("DELETE FROM work_results WHERE test_outcome = 'SURVIVED'")
    leave_out(area, session_of(area))


def copy(to: Path) -> None:
    """What git knows or would take, as it lies here now."""
    named = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], check=True, capture_output=True, text=True
    )
    for name in filter(None, named.stdout.split("\0")):
        if Path(name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, to / name)


def run(area: str, database: str, until: float) -> None:
    """Tries what has not been tried, with a line of progress, until all is done or the time is over."""
    folder = (FOLDER / area).absolute()
    if not untried(area):
        return
    with waiting(area, database) as waits:
        command = [tool("cosmic-ray"), "exec", folder / "mutation.toml", folder / "session.sqlite"]
        working = subprocess.Popen(command, cwd=folder / "tree")
        try:
            while working.poll() is None and waits.poll() is None and time.monotonic() < until:
                time.sleep(2)
                print(f"\r── {area}: {progress(area)}   ", end="", flush=True)
        finally:
            if working.poll() is None:
                working.terminate()
                working.wait()
            print()


@contextlib.contextmanager
def waiting(area: str, database: str) -> Iterator[subprocess.Popen]:
    """The process in which changes are tried, once the tests have passed in it with nothing changed."""
    (modules, tests), folder = AREAS[area], (FOLDER / area).absolute()
    Path(socket_of(area)).unlink(missing_ok=True)
    given = {"MUTATE_MODULES": ":".join(modules), "MUTATE_SOCKET": socket_of(area)}
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "scripts.mutation.warm", *tests]
    command += ["--database", database]
    print(f"── {area}: the tests as they are, on {database}", flush=True)
    with (folder / "tests.txt").open("w") as says:
        waits = subprocess.Popen(
            command, cwd=folder / "tree", env={**os.environ, **given}, stdout=says, stderr=says
        )
    try:
        while not Path(socket_of(area)).exists():
            if waits.poll() is not None:
                sys.exit(f"{area}: the tests do not pass as they are, see {folder / 'tests.txt'}")
            time.sleep(0.2)
        yield waits
    finally:
        waits.terminate()
        waits.wait()


def socket_of(area: str) -> str:
    """In a short path: the system takes no long one."""
    return f"{tempfile.gettempdir()}/mutate-{os.getuid()}-{area}.socket"


def untried(area: str) -> int:
    every, skipped, killed, survived = counts(area)
    return every - skipped - killed - survived


def counts(area: str) -> tuple[int, int, int, int]:
    """All changes, those left out, those noticed, those that survived."""
    with sqlite3.connect(session_of(area)) as kept:
        return tuple(one or 0 for one in kept.execute(COUNTS).fetchone())


def progress(area: str) -> str:
    every, skipped, killed, survived = counts(area)
    return f"{killed + survived} of {every - skipped}, {killed} killed, {survived} survived"


def report(area: str) -> int:
    """Tells the survivors; answers 1 where fewer than nine of ten were noticed."""
    _every, _skipped, killed, survived = counts(area)
    tried = killed + survived
    print(f"── {area}: {progress(area)}" + (f" = {killed / tried:.0%}" if tried else ""))
    for line, change in survivors(area):
        print(f"   {line}")
        print("\n".join(f"      {one}" for one in change))
    return int(killed < 0.9 * tried)


def survivors(area: str) -> Iterator[tuple[str, list[str]]]:
    with sqlite3.connect(session_of(area)) as kept:
        for module, line, diff in kept.execute(SURVIVORS):
            changed = [one for one in diff.splitlines() if one[:1] in "+-" and one[:3] not in ("+++", "---")]
            yield f"{module}:{line}", changed


if __name__ == "__main__":
    sys.exit(main())
