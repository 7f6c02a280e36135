"""Backups in another building: each finished one is handed to a command of the operator's, rclone or whatever they have.

The command encrypts, as `rclone crypt` does, or gets what was encrypted: the words of wishes stand in a backup as they
were written.
"""

import shlex
import subprocess
from pathlib import Path

from backend.languages import say
from backend.operations.backups import BackupFault

FOLDER, NAME = "{backup}", "{name}"
# A city's pictures over a slow line.
MOST_SECONDS = 6 * 3600


def words(template: str, made: Path) -> list[str]:
    """The command, word by word: no shell reads it, so that a name with a space stays one word."""
    told = {FOLDER: str(made), NAME: made.name}
    found = shlex.split(template)
    for mark, value in told.items():
        found = [word.replace(mark, value) for word in found]
    return found


def copy(made: Path, template: str) -> None:
    """Raises BackupFault: the backup itself is there, its copy is not."""
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command
            words(template, made), capture_output=True, text=True, check=False, timeout=MOST_SECONDS
        )
        said = done.stderr.strip()[-300:] if done.returncode else None
    except (OSError, subprocess.TimeoutExpired) as fault:
        said = str(fault)
    if said is not None:
        raise BackupFault(
            say(
                f"the backup {made.name} is made, and was not copied elsewhere: {said}",
                f"备份 {made.name} 做好了，但没有复制到别处：{said}",
            )
        )
