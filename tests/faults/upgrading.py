"""`flask db upgrade` that is killed with -9 after so many statements, again and again; then once to its end.

A process of its own, which forks for each death, so that the product is read in only once:
`python -m tests.faults.upgrading 3 40 200` with DATABASE_URL; it tells how each try ended, as JSON. `--count`
alone makes it tell how many statements there are. With `--each-alone` no statement waits for the others, which
is the mistake that the test has to see.
"""

import json
import os
import signal
import sys

import sqlalchemy as sa
from flask_migrate import upgrade

from backend import app as house
from backend.db import db


def main(words):
    if words == ["--count"]:
        print(_statements())
        return
    points = [int(word) for word in words if word != "--each-alone"]
    endings = [_in_a_process_of_its_own(point, "--each-alone" in words) for point in points]
    endings.append(_in_a_process_of_its_own(None, False))
    print(json.dumps(endings))


def _statements():
    """How many there are to an upgrade from nothing."""
    app, seen = house.create_app(), []
    with app.app_context():
        sa.event.listen(db.engine, "after_cursor_execute", lambda *_given: seen.append(1))
        upgrade()
    return len(seen)


def _in_a_process_of_its_own(point, each_alone):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _upgrade(point, each_alone)
            code = 0
        except BaseException as fault:
            print(f"{type(fault).__name__}: {fault}"[:300], file=sys.stderr)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _upgrade(point, each_alone):
    app = house.create_app()
    with app.app_context():
        if each_alone:
            _commit_each_alone(db.engine)
        if point is not None:
            _die_after(point, db.engine)
        upgrade()


def _die_after(point, engine):
    seen = []

    @sa.event.listens_for(engine, "after_cursor_execute")
    def count(*_given):
        seen.append(1)
        if len(seen) == point:
            os.kill(os.getpid(), signal.SIGKILL)


def _commit_each_alone(engine):
    @sa.event.listens_for(engine, "after_cursor_execute")
    def end(connection, _cursor, statement, *_rest):
        if statement.lstrip().upper().startswith("CREATE"):
            connection.connection.driver_connection.execute("COMMIT")
            connection.connection.driver_connection.execute("BEGIN")


if __name__ == "__main__":
    main(sys.argv[1:])
