"""The program in a clean folder of its own, run by somebody who may do nothing else: as the documents have it."""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SECONDS = 300
NOBODY = "nobody"


def _runs(python, user):
    told = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        done = subprocess.run(told, user=user, capture_output=True, text=True, check=False, cwd="/")
    except OSError:
        return False
    return done.stdout.split() == [str(one) for one in sys.version_info[:2]]


def python_for(user):
    """A Python of our version that this user may run: ours may lie where only its owner looks."""
    candidates = (sys.executable, "/usr/bin/python3", f"/usr/bin/python3.{sys.version_info[1]}")
    return next((one for one in candidates if _runs(one, user)), None)


class Place:
    """`with Place(folder, parts)` is a copy of these parts of the program, which its user may read and not change."""

    def __init__(self, folder, parts, environment):
        self.folder, self.home = Path(folder), Path(folder) / "program"
        self.user = NOBODY if os.geteuid() == 0 and python_for(NOBODY) else None
        self.python = python_for(self.user) or sys.executable
        self.folder.chmod(0o755)
        for part in parts:
            self._copy(part)
        self._launchers()
        self.data = self.folder / "data"
        self.data.mkdir()
        if self.user:
            one = pwd.getpwnam(self.user)
            os.chown(self.data, one.pw_uid, one.pw_gid)
        # Nothing of whoever runs the tests is there: no settings, no activated environment.
        self.environment = {
            "PATH": f"{self.home}/.venv/bin:/usr/bin:/bin",
            "HOME": str(self.data),
            "LANG": "zh_CN.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATA_DIR": str(self.data),
            **environment,
        }

    def _copy(self, part):
        source, target = TOP / part, self.home / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)

    def _launchers(self):
        """What `.venv/bin` has of an installation, by a Python that the user may run."""
        programs = self.home / ".venv" / "bin"
        programs.mkdir(parents=True)
        packages = sysconfig.get_path("purelib")
        start = f'#!/bin/sh\nPYTHONPATH="${{PYTHONPATH:-{self.home}}}:{packages}" exec {self.python} '
        for name, words in {"python": "", "flask": "-m backend ", "gunicorn": "-m gunicorn "}.items():
            program = programs / name
            program.write_text(f'{start}{words}"$@"\n')
            program.chmod(0o755)

    def start(self, words, **more):
        return subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", words],
            cwd=self.home,
            env=self.environment,
            user=self.user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **more,
        )

    def run(self, words):
        """What a line says and how it ends."""
        process = self.start(words)
        told, _nothing = process.communicate(timeout=SECONDS)
        return process.returncode, told
