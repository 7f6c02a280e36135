"""How gunicorn serves the product; it reads this file by itself when started from the top of the checkout."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from backend.serving.worker import ReadingWorker

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)

# Neither SQLite nor psycopg connections may cross a fork: each worker makes the app for itself.
preload_app = False
max_requests = 0

# A worker that does not beat for so long is replaced; a stopping one may finish what it has begun.
timeout = 30
graceful_timeout = 20
keepalive = 5

# The app logs each request itself, as JSON, with its id; gunicorn says only what happens to the workers.
accesslog = None
errorlog = "-"
loglevel = (os.environ.get("LOG_LEVEL") or "info").lower()

# The beat of the workers must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - memory, not a shared file
# Its address is the same for all installations of a user; signals do what it does.
control_socket_disable = True


# It reads whole requests before it spends a thread, so that slow clients stop nobody (docs/deployment.md).
worker_class = ReadingWorker
# Those that wait for their clients included.
worker_connections = 1000
# An answer goes through the worker's own hands, which never wait for a client.
sendfile = False


def _refuse_strangers(addresses: list[object]) -> None:
    """A development installation knows its secrets from the source: whoever reaches it can be anybody."""
    if os.environ.get("APP_ENV") == "production" or os.environ.get("LAN_DEMO") == "on":
        return
    hosts = [str(one[0]) for one in addresses if isinstance(one, tuple)]
    if beyond := [host for host in hosts if host != "localhost" and not ip_address(host).is_loopback]:
        raise SystemExit(
            f"Refusing to start: a development installation listens on this machine alone, not on {beyond[0]}. "
            "Set APP_ENV=production; or LAN_DEMO=on, for a network in which everybody may be anybody."
        )


def on_starting(server: Any) -> None:
    """Gives the workers one folder for their counts, so that /metrics tells those of all of them."""
    _refuse_strangers(server.cfg.address)
    folder = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or _metrics_folder())
    folder.mkdir(parents=True, exist_ok=True)
    # What the workers of an earlier start counted is over.
    for left in folder.glob("*.db"):
        left.unlink(missing_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _metrics_folder() -> Path:
    return Path(os.environ.get("DATA_DIR") or "var").resolve() / "metrics"


def child_exit(server: object, worker: object) -> None:
    """Forgets the gauges of a worker that is gone; what it counted stays counted."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
