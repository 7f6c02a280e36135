"""When the last backup was made, for /metrics, the doctor and the alert.

It stands in the time of a file in DATA_DIR, not in the database: a restored database would tell of backups that are
not there, and a backup made by other means (pgBackRest) only needs `touch` after it.
"""

from datetime import timedelta
from pathlib import Path

from backend import clock, config

MARK = "last-backup"
# The same of the copy in another building, where BACKUP_COPY makes one.
COPIED = "last-backup-copy"
# Hourly ones by the timer; a day and a few hours have to go wrong before somebody is woken.
TOO_OLD = timedelta(hours=26)


def note(mark: str = MARK) -> None:
    """A backup was made now, or copied."""
    folder = Path(config.settings().data_dir)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / mark).touch(mode=0o600)


def age(mark: str = MARK) -> timedelta | None:
    """Since the last backup, or copy, that this machine knows of; None when it knows of none."""
    try:
        made = (Path(config.settings().data_dir) / mark).stat().st_mtime
    except OSError:
        return None
    return max(timedelta(seconds=clock.now().timestamp() - made), timedelta(0))
