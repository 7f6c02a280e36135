"""Plays the API pages on a fresh demo city and keeps what was answered as the examples of the OpenAPI document.

`python -m scripts.record_examples` after a page or an answer has changed; then `flask open-api`. The same
code gives the same file: moments are told as if it had happened on EPOCH, secrets are replaced.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import BytesIO
from threading import Thread
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from backend.api.frame.examples import KEPT
from backend.api.frame.openapi import path_of
from backend.app import create_app
from backend.config import Settings
from backend.seeds import demo
from backend.wechat.simulator import server as simulator
from scripts import pages
from scripts.story.stage import CHINA

EPOCH = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
# Of a certificate, whose number is drawn.
CERTIFICATE = "ZM-7K3F-9QXA-M2PD"
# What is different each time, or nobody's business, by the name of its field.
MASKS = {
    "token": "mRxm3mDWnXNWW0vxuFjs0p1uXbFSYp8tW5nWtNGHkQo",
    "code": "K7QM2HXD",
    "pickUpCode": "20261123",
    "qr": "<svg>…</svg>",
    "pickUpQr": "<svg>…</svg>",
    "nextCursor": "5b31375d.1f0c2a9d",
    "pdfUrl": f"https://example.com/api/v1/certificates/{CERTIFICATE}/pdf?until=1795399200&signature=3f0a",
    "verifyUrl": f"https://example.com/certificates/{CERTIFICATE}",
    "url": "https://example.com/api/v1/files/17?view=own&until=1795399200&signature=0d8f",
    "thumbnailUrl": "https://example.com/api/v1/files/17?view=own&size=thumbnail&until=1795399200&signature=7c2e",
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+08:00")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
IN_NUMBER = re.compile(r"(?<=-)20\d{6}(?=-)")
DRAWN = re.compile(r"ZM(?:-[0-9A-Z]{4}){3}")
STEP, OF_THE_PLAY, DAY_LONG = timedelta(minutes=5), timedelta(hours=3), timedelta(days=1)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dianliang-examples-") as folder, wechat() as url:
        settings = Settings(app_env="test", data_dir=folder, wechat_base_url=url, log_level="CRITICAL")
        kept = recorded(create_app(settings))
    text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    KEPT.write_text(text, encoding="utf-8")
    print(f"{KEPT.name}: {len(kept)} calls")


@contextmanager
def wechat() -> Iterator[str]:
    """The simulator, for as long as the pages are played."""
    served = simulator.server(simulator.create_simulator(Settings()), 0)
    thread = Thread(target=served.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{served.server_port}"
    finally:
        served.shutdown()
        thread.join()
        served.server_close()


def recorded(app: Flask) -> dict[str, Any]:
    """By operation: the first body that was sent and taken, and the first answer."""
    found: dict[str, Any] = {}
    with app.app_context():
        upgrade()
        demo.seed()
    for page in pages.pages():
        for call, body, answer in pages.Play(sender(app)).page(page):
            if answer.status < 400:
                name = operation(app, call.method, call.path)
                shown = {"answer": shortened(masked(answer.told["data"]))}
                if call.body is not None:
                    shown["body"] = masked({**body, "file": "…"} if "file" in body else body)
                found.setdefault(name, shown)
    return found


def sender(app: Flask) -> pages.Send:
    client = app.test_client()

    def send(method: str, path: str, headers: dict[str, str], body: Any) -> pages.Answer:
        how: dict[str, Any] = {} if body is None else {"json": body}
        if isinstance(body, dict) and isinstance(body.get("file"), bytes):
            how = {"data": {**body, "file": (BytesIO(body["file"]), "picture.png")}}
        answer = client.open(f"/api/v1{path}", method=method, headers=headers, **how)
        return pages.Answer(answer.status_code, dict(answer.headers), answer.get_json())

    return send


def operation(app: Flask, method: str, path: str) -> str:
    """The operationId of a call, which is its view's name; `{{wish}}` in the path stands for a number."""
    plain = "/api/v1" + pages.WHOLE.sub("1", path.split("?")[0])
    rule, _ = app.url_map.bind("localhost").match(plain, method=method, return_rule=True)
    return app.spec["paths"][path_of(rule)][method.lower()]["operationId"]


def masked(part: Any, name: str = "") -> Any:
    if isinstance(part, dict):
        return {key: masked(value, key) for key, value in part.items()}
    if isinstance(part, list):
        return [masked(value, name) for value in part]
    if not isinstance(part, str):
        return part
    if name in MASKS:
        return MASKS[name]
    told = DRAWN.sub(CERTIFICATE, DAY.sub(_day, MOMENT.sub(_moment, part)))
    return IN_NUMBER.sub(EPOCH.strftime("%Y%m%d"), told)


def _moment(found: re.Match[str]) -> str:
    """What belongs to the play, even if it ends in thirty days, is as far from EPOCH as it was from now, in steps
    of five minutes: nothing of how fast it ran. What the seed put on another day keeps its time of day."""
    then = datetime.fromisoformat(found[0])
    away = then - datetime.now(CHINA)
    from_whole_days = abs(away - round(away / DAY_LONG) * DAY_LONG)
    if abs(away) < OF_THE_PLAY or from_whole_days < STEP:
        return (EPOCH + round(away / STEP) * STEP).isoformat()
    return datetime.combine(_moved(then.date()), then.timetz().replace(microsecond=0)).isoformat()


def _moved(day: date) -> date:
    return EPOCH.date() + (day - datetime.now(CHINA).date())


def _day(found: re.Match[str]) -> str:
    if found.end() < len(found.string) and found.string[found.end()] == "T":
        return found[0]
    return _moved(date.fromisoformat(found[0])).isoformat()


def shortened(data: Any) -> Any:
    """A list of objects is shown by its first."""
    if isinstance(data, dict):
        return {key: shortened(value) for key, value in data.items()}
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return [shortened(data[0])]
    return data


if __name__ == "__main__":
    os.environ.setdefault("FLASK_SKIP_DOTENV", "1")
    main()
