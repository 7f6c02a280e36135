"""What a town's works say to the database: each asked within this process and taped."""

import secrets
from typing import Any

from backend.db import db, session
from scripts.benchmark import desk as console
from scripts.benchmark.tape import Inputs, Said, Step, taping, tellable, traced, verbatim

Request = dict[str, Any]
# What one client asks in one turn, and what identifies its subject in the tape.
Turn = tuple[list[Request], Inputs]
# A tape of each, so that the driver does not read the same row again and again.
READ_TAPES = 8
# Of a work that writes, so many at most until three say the same of subjects with nothing in common.
TAPES = 16


def taped(app: Any, turn: Turn, key: str | None = None) -> tuple[Inputs, list[Said]]:
    """One turn, asked within this process; under an idempotency key if there is one."""
    requests, inputs = turn
    client = app.test_client(use_cookies=False)
    with taping(db.engine) as tape:
        for one in requests:
            answer = _answered(client, one, key)
            if answer.status_code >= 300:
                raise SystemExit(f"{one['path']}: {answer.status_code} {answer.get_data(as_text=True)}")
    session.remove()
    return {**inputs, "key": key}, tape


def _answered(client: Any, one: Request, key: str | None) -> Any:
    if "form" in one:
        console.forget_the_last_request()
        return client.post(one["path"], data=one["form"], headers={"Cookie": one["cookie"]})
    headers = {"Authorization": f"Bearer {one['token']}"}
    headers |= {"Idempotency-Key": key} if key else {}
    if one["method"] == "GET":
        return client.get(f"/api/v1{one['path']}", headers=headers)
    return client.post(f"/api/v1{one['path']}", json=one["body"] or {}, headers=headers)


# Said again as it was: it changes nothing, or (a register) only notes once more who took it along.
READS = ("sign_in", "wall", "statement", "wish", "home", "register_csv", "register_xlsx")


def tapes_of(app: Any, town: Any, work: str) -> list[list[Step]]:
    """For a work that reads, some of its tapes as they are; for one that writes, one for any subject."""
    make = town.works[work]
    taped(app, make(1)[0])
    if work in READS:
        return [verbatim(taped(app, turn)[1]) for turn in make(READ_TAPES)]
    known: dict[tuple[str, ...], list[tuple[Inputs, list[Said]]]] = {}
    for number in range(TAPES):
        now = taped(app, make(1)[0], secrets.token_hex(16))
        alike = known.setdefault(tuple(said.sql for said in now[1]), [])
        alike.append(now)
        if len(alike) >= 3 and tellable(alike):
            return [traced(alike)]
        # Without a key, and more of them each time, so that ids of one table and of another do not rise in
        # step: a value is known by where it comes from.
        for _ in range(number % 3):
            taped(app, make(1)[0])
    raise SystemExit(f"{work} says something else each time")
