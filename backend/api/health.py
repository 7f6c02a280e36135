"""For machines and their keepers: is the process up, can it serve, how is it doing."""

import math
import platform
import shutil
import threading
import time
from functools import cache
from typing import Any

import sqlalchemy as sa
import structlog
from apiflask import APIBlueprint
from flask import Response

from backend import VERSION, backup_age, config, connections, jobs
from backend.api.frame import telemetry
from backend.api.frame.fields import Boolean, Choice, Schema
from backend.api.frame.route import PUBLIC, get
from backend.db import Version, can_write, revisions, schema_version
from backend.errors import Refused
from backend.ledger import seals
from backend.outbox import queries as outbox

bp = APIBlueprint("health", __name__, tag="运行状况")

# What was found about writing holds for so long.
LAST_SECONDS = 5.0

log = structlog.get_logger()


class NotReady(Refused):
    code, message = 50302, "数据库还没有准备好"


class Health(Schema):
    status = Choice("ok", ("ok",))


class Readiness(Health):
    writable = Boolean("数据库现在能写入；不能写时照常读取，提交会返回 503")


@get(bp, "/healthz", "进程是否在运行", PUBLIC, out=Health)
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@get(
    bp,
    "/readyz",
    "数据库可用且已迁移到位",
    PUBLIC,
    out=Readiness,
    description="读不到数据库、数据库还没有迁移到本程序的版本时返回 503；数据库比程序新时（升级途中）照常 200。"
    "只是不能写入（磁盘满、数据库只读）时仍返回 200，`writable` 为 false。",
)
def readyz() -> dict[str, Any]:
    try:
        behind = schema_version() is Version.BEHIND
    except sa.exc.SQLAlchemyError:
        raise NotReady() from None
    if behind:
        raise NotReady()
    return {"status": "ok", "writable": _writing.possible()}


class _Writing:
    """Whether changes are taken, tried every few seconds however often it is asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._possible, self._tried_at = True, -math.inf

    def possible(self) -> bool:
        due = time.monotonic() - self._tried_at > LAST_SECONDS
        # One tries, and the others take what was found before.
        if due and self._lock.acquire(blocking=False):
            try:
                found = can_write()
                self._tried_at = time.monotonic()
                if found is not None and found != self._possible:
                    self._possible = found
                    (log.info if found else log.error)("database.writable", writable=found)
            finally:
                self._lock.release()
        return self._possible


_writing = _Writing()


def _backup_age() -> float:
    """Without end where this machine knows of none, so that the alert takes the youngest that any of them knows."""
    age = backup_age.age()
    return math.inf if age is None else age.total_seconds()


@get(bp, "/metrics", "Prometheus 指标", PUBLIC)
def metrics() -> Response:
    read_now = {
        "dianliang_delivery_overdue_seconds": outbox.overdue().total_seconds(),
        "dianliang_writable": _writing.possible(),
        "dianliang_backup_age_seconds": _backup_age(),
        "dianliang_seal_lag_days": seals.days_behind(),
        "dianliang_database_bytes": connections.size(),
        "dianliang_disk_free_bytes": shutil.disk_usage(config.settings().data_dir).free,
    }
    late = {"dianliang_job_overdue_seconds": jobs.overdue()}
    return telemetry.metrics({"dianliang_deliveries": outbox.waiting()}, read_now, late, _build())


@cache
def _build() -> dict[str, str]:
    """The program's version, the newest schema that it knows, and its Python."""
    return {
        "version": VERSION,
        "schema": ",".join(sorted(revisions()[1])),
        "python": platform.python_version(),
    }
