"""Somebody of whom everything is known and typed: their words, and where else they are looked for."""

import json
import shutil
import subprocess
from pathlib import Path

from backend import clock
from backend.db import session, transaction
from backend.operations import backups
from backend.people import actions as people
from backend.people import sealed
from backend.people.models import Person
from tests.rights.looking import found_in_files, found_in_tables
from tests.wishes import cast

NAME, NICKNAME = "慕容金雀", "爱唱歌的金丝雀"
ADDRESS = "金雀家园八号楼八〇八室"
PHONE, CARD = "11187654321", "P778899"
IDENTITY = "110101199003074514"
WORDS = (NAME, PHONE, IDENTITY, ADDRESS, NICKNAME, CARD)


def typed(most):
    """As many of the words, in their order, as a field of this length takes."""
    told = ""
    for word in WORDS:
        if len(told) + len(word) + bool(told) <= most:
            told = f"{told} {word}".strip()
    return told or NAME[:most]


def known(town, person_id):
    """The person as the product knows them: name, phone, nickname, address; a card, if they have no phone."""
    with transaction():
        person = session.get(Person, person_id)
        sealed.keep_real_name(person, NAME)
        sealed.keep_phone(person, PHONE)
        person.nickname = NICKNAME
        person.card_number = CARD
        session.flush()
        people.declare_residency(town.songtao, None, ADDRESS, actor=cast.By(person_id))
        people.decide_residency(person_id, True, actor=cast.by(town, "tong"))


def left_of_them(tmp_path, *words):
    """Where one of the words still is: in a table, seals opened; in a file; in a backup made now."""
    spelled = {form for word in words for form in (word, json.dumps(word)[1:-1])}
    hits = [*found_in_tables(*spelled), *found_in_files(*spelled)]
    session.remove()
    saved = backups.create_backup(tmp_path / f"backup-{clock.now():%H%M%S%f}", lambda _line: None)
    for path in (path for path in saved.rglob("*") if path.is_file()):
        content = _content(path)
        hits += [f"backup {path.name}: {word}" for word in spelled if word.encode() in content]
    return hits


def _content(path: Path) -> bytes:
    """A file of the backup as it can be read: what pg_dump packed is unpacked."""
    if path.name != backups.DATABASES["postgresql"]:
        return path.read_bytes()
    tool = shutil.which("pg_restore")
    return subprocess.run([tool, "--file=-", str(path)], check=True, capture_output=True).stdout
