"""The product as production serves it: gunicorn with several workers, on a loopback port of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from werkzeug.serving import make_server

TOP = Path(__file__).resolve().parents[1]
WORKERS = 4
THREADS = 4
# A refused start, or a request that nobody answers, ends the test instead of hanging it.
PATIENCE_SECONDS = 180


class Served:
    """`with Served(environment) as served:` is ready to answer at `served.url`, and surely gone afterwards."""

    def __init__(
        self,
        environment,
        app="backend.app:create_app()",
        workers=WORKERS,
        preload=False,
        worker_class=None,
        top=TOP,
    ):
        self.environment = environment
        # Where the program lies: another release of it may lie elsewhere.
        self.top = top
        self.app = app
        self.workers = workers
        # Not as production does: a killed worker is then replaced at once, however loaded the machine is.
        self.preload = preload
        # None: that of production, which gunicorn.conf.py names.
        self.worker_class = worker_class
        self.folder = tempfile.TemporaryDirectory(prefix="dianliang-served-")

    def __enter__(self):
        # gunicorn gets the socket itself: no port is looked for twice, and calls wait in its queue.
        with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
            self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            self.process = self._start(listening.fileno())
        try:
            self._wait_for_every_worker()
        except BaseException:
            self.close()
            raise
        return self

    def _wait_for_every_worker(self):
        """A race within one process proves little: each worker has answered once, by the files it counts in."""
        for _ in range(500):
            with ThreadPoolExecutor(self.workers * THREADS) as threads:
                answers = list(threads.map(self._readyz, range(self.workers * THREADS)))
            assert {answer.status_code for answer in answers} == {200}, answers[0].text
            if len(list(Path(self.folder.name).glob("counter_*.db"))) == self.workers:
                return
            # Leaves the processor to the workers that still start, unless gunicorn has ended.
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"gunicorn ended with {self.process.wait(timeout=0.1)}")
        raise AssertionError("not every worker began to answer")

    def _readyz(self, _number):
        return requests.get(f"{self.url}/readyz", timeout=PATIENCE_SECONDS)

    def _start(self, descriptor):
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{descriptor}", self.app]
        command += ["--workers", str(self.workers), "--threads", str(THREADS), "--log-level", "critical"]
        # On a busy machine a worker may take longer to begin than production waits for one.
        command += ["--timeout", str(PATIENCE_SECONDS)]
        command += ["--preload"] if self.preload else []
        command += ["--worker-class", self.worker_class] if self.worker_class else []
        environment = {**os.environ, "LOG_LEVEL": "CRITICAL", **self.environment}
        environment["PROMETHEUS_MULTIPROC_DIR"] = self.folder.name
        return subprocess.Popen(
            command, cwd=self.top, env=environment, pass_fds=(descriptor,), start_new_session=True
        )

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=10)
        # The workers are in the group of their master: none outlives the test.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.folder.cleanup()

    def worker_ids(self):
        """The process ids of the workers that run now; their master replaces one that was killed."""
        master = self.process.pid
        with open(f"/proc/{master}/task/{master}/children") as children:
            return [int(one) for one in children.read().split()]

    def call(self, token, method, path, body=None, **headers):
        """One request over the wire, as a phone sends it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            named["Authorization"] = f"Bearer {token}"
        json = body if method in ("GET", "DELETE") else body or {}
        url = f"{self.url}/api/v1{path}"
        return requests.request(method, url, json=json, headers=named, timeout=PATIENCE_SECONDS)

    def at_once(self, calls):
        """Sends all calls at the same moment: (token, method, path, body), and headers where there are any."""
        barrier = threading.Barrier(len(calls))

        def one(call):
            headers = call[4] if len(call) > 4 else {}
            barrier.wait(timeout=PATIENCE_SECONDS)
            return self.call(*call[:4], **headers)

        with ThreadPoolExecutor(len(calls)) as threads:
            return list(threads.map(one, calls))


@contextlib.contextmanager
def in_this_process(app):
    """The app on a port of its own, in threads of the test's own process: what a browser opens beside the test."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
