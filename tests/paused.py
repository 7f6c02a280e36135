"""The product with a place to be killed at: inside a redemption, or after its commit and before its answer.

While the file `stop-at` in PAUSE_FOLDER names a point, whoever comes by tells its process id through the pipe
`told` and waits at the pipe `wait`, which nobody ever writes to. Served by gunicorn in
tests/api/test_supermarket_races.py only.
"""

import os
from pathlib import Path

from flask import request

from backend import app as house
from backend.supermarket.actions import requests

FOLDER = Path(os.environ.get("PAUSE_FOLDER", "."))


def create_app():
    app = house.create_app()
    reserve, hold = requests.stock.reserve, requests.ledger.hold
    requests.stock.reserve = lambda *given, **facts: _then(reserve(*given, **facts), "reserved")
    requests.ledger.hold = lambda *given, **facts: _then(hold(*given, **facts), "held")
    app.after_request(_committed)
    return app


def _committed(answer):
    if request.path == "/api/v1/redemptions" and answer.status_code == 201:
        _stop_at("committed")
    return answer


def _then(done, point):
    _stop_at(point)
    return done


def _stop_at(point):
    wanted = FOLDER / "stop-at"
    if wanted.exists() and wanted.read_text() == point:
        with open(FOLDER / "told", "w") as told:
            told.write(str(os.getpid()))
        with open(FOLDER / "wait") as never:
            never.read()
