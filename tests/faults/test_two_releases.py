"""An upgrade as deployment.md tells it: old and new program side by side behind a proxy that asks /readyz.

The old program is this very one; the new one is a copy with a migration more.
"""

import http.server
import itertools
import os
import shutil
import subprocess
import sys
import threading
import time

import pytest
import requests
import sqlalchemy as sa

from backend.db import db, session
from tests.faults.releases import revisions
from tests.served import TOP, Served

pytestmark = pytest.mark.slow
NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{next}", "{newest}", None, None


def upgrade():
    op.add_column("persons", sa.Column("next_release", sa.Integer(), nullable=True))


def downgrade():
    op.drop_column("persons", "next_release")
"""


class Proxy:
    """Sends each request to the next host that says it is ready, as caddy does with `health_uri /readyz`."""

    def __init__(self):
        self.hosts, self.ready, self.served = {}, set(), []
        self._turn, self._over = itertools.count(), threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        for work in (self._server.serve_forever, self._ask):
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _ask(self):
        while not self._over.is_set():
            for name, url in list(self.hosts.items()):
                try:
                    fine = requests.get(f"{url}/readyz", timeout=5).status_code == 200
                except requests.RequestException:
                    fine = False
                (self.ready.add if fine else self.ready.discard)(name)
            self._over.wait(0.1)

    def until(self, *names):
        """Waits until exactly these are ready."""
        for _ in range(600):
            if self.ready & set(self.hosts) == set(names):
                return
            time.sleep(0.1)
        raise AssertionError(self.ready)

    def take_out(self, name):
        """As an operator writes `down` behind a host, before it is stopped: what it has begun, it ends."""
        self.hosts.pop(name)
        time.sleep(1)

    def pass_on(self, method, path, headers, body):
        names = sorted(self.ready & set(self.hosts))
        if not names:
            return None
        name = names[next(self._turn) % len(names)]
        answer = requests.request(
            method, self.hosts[name] + path, headers=headers, data=body, timeout=60, allow_redirects=False
        )
        self.served.append(name)
        return answer

    def _handler(self):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                kept = ("Authorization", "Content-Type", "Idempotency-Key")
                headers = {one: self.headers[one] for one in kept if one in self.headers}
                answer = proxy.pass_on(self.command, self.path, headers, body)
                content = b"" if answer is None else answer.content
                self.send_response(502 if answer is None else answer.status_code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = _any

            def log_message(self, *_given):
                pass

        return Handler


class Person:
    """Signs in, writes and reads without a pause; keeps every status."""

    def __init__(self, url):
        self.url, self.statuses, self.wrong, self._over = f"{url}/api/v1", [], [], threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._over.set()
        self._thread.join(timeout=60)

    def _work(self):
        for number in itertools.count():
            if self._over.is_set():
                return
            told = {"code": f"sim:ning:{number}"}
            answer = requests.post(f"{self.url}/sessions", json=told, timeout=60)
            self.statuses.append(answer.status_code)
            token = answer.json()["data"]["token"] if answer.ok else "none"
            headers = {"Authorization": f"Bearer {token}"}
            for path in ("/me", "/home", "/me/points"):
                read = requests.get(f"{self.url}{path}", headers=headers, timeout=60)
                self.statuses.append(read.status_code)
                self.wrong += [] if read.ok else [(path, read.text[:200])]


@pytest.fixture
def newer(tmp_path):
    """The program of the next release: its folder, and its revision."""
    top, newest = tmp_path / "next", revisions()[-1]
    shutil.copytree(TOP / "backend", top / "backend", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("gunicorn.conf.py", "pyproject.toml"):
        shutil.copy(TOP / name, top / name)
    following = f"{int(newest) + 1:04d}"
    made = top / f"backend/migrations/versions/{following}_next_release.py"
    made.write_text(NEXT.format(next=following, newest=newest))
    return top, following


def test_nobody_notices_that_a_release_is_changed_behind_a_proxy_that_asks_readyz(
    host, city, environment, newer, tmp_path
):
    top, following = newer
    session.remove()
    db.engine.dispose()
    told = {**environment, "DATA_DIR": str(tmp_path / "data")}
    with Proxy() as proxy, Served(told, workers=1) as old:
        proxy.hosts["old"] = old.url
        proxy.until("old")
        with Person(proxy.url) as person:
            _upgrade(told, top)
            version = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
            assert version == following
            session.remove()
            proxy.until("old")
            before = len(person.statuses)
            with Served({**told, "PYTHONPATH": str(top)}, workers=1, top=top) as new:
                proxy.hosts["new"] = new.url
                proxy.until("new", "old")
                _wait_for(lambda: {"new", "old"} <= set(proxy.served[-8:]))
                proxy.take_out("old")
                old.close()
                mark = len(proxy.served)
                _wait_for(lambda: len(proxy.served) > mark + 8)
                assert set(proxy.served[mark:]) == {"new"}
                assert len(person.statuses) > before
                person.stop()
        assert set(person.statuses) == {200, 201}, person.wrong[:3]


def _upgrade(told, top):
    done = subprocess.run(
        [sys.executable, "-m", "backend", "db", "upgrade"],
        cwd=top,
        env={**os.environ, **told, "PYTHONPATH": str(top)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _wait_for(true):
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("waited for a minute")
