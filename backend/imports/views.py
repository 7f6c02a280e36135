"""An import as its page shows it: how far it is, and no rows of the sheet."""

from dataclasses import dataclass
from datetime import datetime

from backend.imports import doubts
from backend.imports.models import Import


@dataclass(frozen=True)
class ImportView:
    """How far a sheet has been taken in; `done` and `total` count its rows."""

    id: int
    kind: str
    file_name: str
    total: int
    done: int
    made: int
    known: int
    doubtful: int
    finished_at: datetime | None


def view_import(found: Import) -> ImportView:
    return ImportView(
        id=found.id,
        kind=found.kind,
        file_name=found.file_name,
        total=found.total,
        done=found.done,
        made=found.made,
        known=found.known,
        doubtful=doubts.count(found.id),
        finished_at=found.finished_at,
    )
