"""Style, floors, and the suite on both databases side by side; every part runs, even after one failed.

`--quick` is for the time between two commits: the cheap checks, and on SQLite what needs neither another program nor
long. It says what it leaves out.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from tests import quick

# What was run, its exit status, its seconds.
Result = tuple[str, int, float]
# The database, the process, what it writes, when it began.
Run = tuple[str, subprocess.Popen, BinaryIO, float]
DATABASES = ("sqlite", "postgresql")
QUICK_WORKERS = 2
PYTHON = sys.executable
CHECKS = {
    "ruff check": (PYTHON, "-m", "ruff", "check", "."),
    "ruff format --check": (PYTHON, "-m", "ruff", "format", "--check", "."),
    "djlint": (PYTHON, "-m", "djlint", "--check", "--lint", "backend"),
    "mypy": (PYTHON, "-m", "mypy"),
    "bandit": (PYTHON, "-m", "scripts.audit", "code"),
    "lint-imports": (PYTHON, "-c", "from importlinter.cli import lint_imports_command as run; run()"),
}
SLOW_CHECKS = ("bandit",)


def main(arguments: list[str]) -> int:
    if any(one.split("=")[0] == "--database" for one in arguments):
        print("scripts/test runs both databases. For one: .venv/bin/pytest --database sqlite …")
        return 2
    is_quick = "--quick" in arguments
    began = time.time()
    results = [checked(name, CHECKS[name]) for name in CHECKS if not (is_quick and name in SLOW_CHECKS)]
    results += suites(DATABASES[:1] if is_quick else DATABASES, arguments)
    print("\n── Summary")
    for name, code, seconds in results:
        print(f"  {'failed' if code else 'ok':<8}{name:<22}{seconds:6.1f} s")
    print(f"  {'':<8}{'all together':<22}{time.time() - began:6.1f} s")
    if is_quick:
        print(f"  {quick.sentence()}")
    return int(any(code for _name, code, _seconds in results))


def checked(name: str, command: tuple[str, ...]) -> Result:
    print(f"\n── {name}", flush=True)
    began = time.time()
    return name, subprocess.run(command).returncode, time.time() - began


def suites(databases: tuple[str, ...], arguments: list[str]) -> list[Result]:
    """All at once; the first is shown as it goes, the second from its beginning when the first has ended."""
    runs = [start(database, share(database, databases, arguments)) for database in databases]
    try:
        return [follow(*run) for run in runs]
    finally:
        for _database, process, _output, _began in runs:
            if process.poll() is None:
                # Interrupted: on this signal the tests stop their own PostgreSQL before they go.
                process.send_signal(signal.SIGINT)
                process.wait()


def share(database: str, databases: tuple[str, ...], arguments: list[str]) -> list[str]:
    """Browsers run beside SQLite alone; what asks for no database runs beside PostgreSQL then: both take as long."""
    if len(databases) == 1:
        return arguments
    return ["--no-database", "elsewhere" if database == "sqlite" else "here", *arguments]


def start(database: str, arguments: list[str]) -> Run:
    """One suite, in a session of its own: a Ctrl-C reaches it once, from us."""
    colour = "yes" if sys.stdout.isatty() else "no"
    # A skipped test is named with its reason, like a failed one.
    command = [PYTHON, "-m", "pytest", "-rfEs", "--database", database, f"--color={colour}"]
    command += [*workers(arguments), *arguments]
    output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this program
    process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    return database, process, output, time.time()


def workers(arguments: list[str]) -> list[str]:
    """Options that share a quick run among processes. For one file alone their start would cost more than they save."""
    named = [one for one in arguments if Path(one.partition("::")[0]).exists()]
    if "--quick" not in arguments or (named and not any(Path(one).is_dir() for one in named)):
        return []
    # By files: what a file makes once for all of its tests is made in one worker. In their order: those with the most
    # tests take least for each, and those with few and long ones would come last, to one worker alone.
    return ["-n", str(QUICK_WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]


def follow(database: str, process: subprocess.Popen, output: BinaryIO, began: float) -> Result:
    """Shows what the suite writes while it runs."""
    print(f"\n── pytest on {database}", flush=True)
    shown, ended = 0, False
    while not ended:
        ended = process.poll() is not None
        # Not seek and read: the process writes at the place where this handle stands.
        while text := os.pread(output.fileno(), 65536, shown):
            shown += len(text)
            sys.stdout.buffer.write(text)
        sys.stdout.flush()
        time.sleep(0 if ended else 0.1)
    # It may have ended long before it was shown.
    return f"pytest {database}", process.returncode, os.fstat(output.fileno()).st_mtime - began


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
