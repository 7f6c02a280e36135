"""Traces by option: without its packages the product goes on; with them each request is a trace that names nobody."""

import http.server
import os
import subprocess
import sys
import threading

from backend import traces
from backend.db import db


def test_nothing_is_traced_unless_somebody_says_where_to(app, monkeypatch):
    monkeypatch.delenv(traces.ENDPOINT, raising=False)
    assert traces.begin(app, db.engine) is None


def test_where_the_packages_are_missing_a_line_says_so_and_everything_goes_on(app, monkeypatch, capfd):
    monkeypatch.setenv(traces.ENDPOINT, "http://127.0.0.1:9")

    def missing(name):
        raise ImportError(name=name)

    monkeypatch.setattr(traces, "import_module", missing)
    assert traces.begin(app, db.engine) is None


PROGRAM = """
from backend import traces
from backend.app import create_app
kept = []
begin = traces.begin
import backend.app

backend.app.traces.begin = lambda app, engine: kept.append(begin(app, engine))
app = create_app()
client = app.test_client()
client.get("/readyz")
client.get("/api/v1/organisations?near=47.01,128.03", headers={"User-Agent": "a phone of somebody"})
from backend import jobs, worker
tried = jobs.Job("tried.out", 1, lambda: [7, 8], lambda item: 1 // (8 - item) if item == 8 else None)
worker.run_forever(app, [tried], lambda: 0, once=True)
kept[0].force_flush()
"""


def test_a_request_and_a_job_are_traces_without_a_query_a_caller_and_the_words_of_a_fault(
    settings, migrated_app
):
    """With the packages of requirements-options.txt, which the tests have, too."""
    received = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_given):
            pass

    collector = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    told = {
        "APP_ENV": "test",
        "DATABASE_URL": settings.database,
        "DATA_DIR": settings.data_dir,
        "WECHAT_BASE_URL": settings.wechat_base_url,
        traces.ENDPOINT: f"http://127.0.0.1:{collector.server_port}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )
    collector.shutdown()
    collector.server_close()
    assert done.returncode == 0, done.stderr
    assert {path for path, _body in received} == {"/v1/traces"}
    whole = b"".join(body for _path, body in received)
    assert b"/api/v1/organisations" in whole
    assert b"SELECT" in whole
    # The worker's job, each thing that it did, and the fault of one of them, without its words.
    assert b"job tried.out" in whole
    assert whole.count(b"item of tried.out") == 2
    assert b"job.item" in whole
    assert b"ZeroDivisionError" not in whole
    for private in (b"47.01", b"a phone of somebody", b"127.0.0.1"):
        assert private not in whole, private
