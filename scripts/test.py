"""Style, floors, and the suite on both databases side by side; every part runs, even after one failed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import BinaryIO

DATABASES = ("sqlite", "postgresql")
PYTHON = sys.executable
CHECKS = {
    "ruff check": (PYTHON, "-m", "ruff", "check", "."),
    "ruff format --check": (PYTHON, "-m", "ruff", "format", "--check", "."),
    "lint-imports": (PYTHON, "-c", "from importlinter.cli import lint_imports_command as run; run()"),
}


def main(arguments: list[str]) -> int:
    if any(one.split("=")[0] == "--database" for one in arguments):
        print("scripts/test runs both databases. For one: .venv/bin/pytest --database sqlite …")
        return 2
    began, results = time.monotonic(), []
    for name, command in CHECKS.items():
        print(f"\n── {name}", flush=True)
        results.append(timed(name, lambda command=command: subprocess.run(command).returncode))
    results += suites(arguments)
    print("\n── Summary")
    for name, code, seconds in results:
        print(f"  {'failed' if code else 'ok':<8}{name:<22}{seconds:6.1f} s")
    print(f"  {'':<8}{'all together':<22}{time.monotonic() - began:6.1f} s")
    return int(any(code for _name, code, _seconds in results))


def timed(name: str, work: Callable[[], int]) -> tuple[str, int, float]:
    began = time.monotonic()
    return name, work(), time.monotonic() - began


def suites(arguments: list[str]) -> list[tuple[str, int, float]]:
    """Both at once; the first is shown as it goes, the second from its beginning when the first has ended."""
    runs, results = [], []
    for database in DATABASES:
        output = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, after it was shown
        colour = "yes" if sys.stdout.isatty() else "no"
        # A skipped test is named with its reason, like a failed one.
        command = [PYTHON, "-m", "pytest", "-rfEs", "--database", database, f"--color={colour}", *arguments]
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        runs.append((database, process, output, began))
    try:
        for database, process, output, began in runs:
            print(f"\n── pytest on {database}", flush=True)
            results.append((f"pytest {database}", follow(process, output), time.monotonic() - began))
            output.close()
    finally:
        for _database, process, _output, _began in runs:
            if process.poll() is None:
                # Interrupted: on this signal the tests stop their own PostgreSQL before they go.
                process.send_signal(signal.SIGINT)
                process.wait()
    return results


def follow(process: subprocess.Popen, output: BinaryIO) -> int:
    """Shows what the process writes while it runs; answers its exit status."""
    shown = 0
    while True:
        ended = process.poll() is not None
        # Not seek and read: the process writes at the place where this handle stands.
        while text := os.pread(output.fileno(), 65536, shown):
            shown += len(text)
            sys.stdout.buffer.write(text)
        sys.stdout.flush()
        if ended:
            return process.returncode
        time.sleep(0.1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
