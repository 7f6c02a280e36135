"""Looks for a word in everything that is stored: every column of every table, opened seals, and all files."""

from pathlib import Path

import sqlalchemy as sa

from backend import config
from backend.db import Base, db, session
from backend.rights import sealed


def found_in_tables(*words):
    """`table.column: value` for each stored value that contains one of the words, seals opened."""
    session.expire_all()
    hits = []
    for table in Base.metadata.sorted_tables:
        seals = sealed.of(table.name)
        for row in session.execute(sa.text(f"SELECT * FROM {table.name}")).mappings():
            for name, value in row.items():
                told = sealed.opened(seals[name], dict(row)) if name in seals else value
                if any(word in str(told) for word in words):
                    hits.append(f"{table.name}.{name}: {told}")
    return hits


def found_in_files(*words):
    """Paths of files below DATA_DIR, and of the SQLite files, that contain one of the words."""
    folders = [Path(config.settings().data_dir)]
    if db.engine.dialect.name == "sqlite":
        folders.append(Path(db.engine.url.database).parent)
    hits = []
    for folder in folders:
        for path in folder.rglob("*"):
            # The templates are the test's own; the database of the test itself is looked at.
            if path.is_file() and path.suffix != ".template":
                content = path.read_bytes()
                hits += [f"{path.name}: {word}" for word in words if word.encode() in content]
    return hits
