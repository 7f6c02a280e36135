"""For machines and their keepers: is the process up, can it serve, how is it doing."""

import shutil
from functools import cache

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from apiflask import APIBlueprint
from flask import Response

from backend import config
from backend.api.frame import telemetry
from backend.api.frame.fields import Schema, Text
from backend.api.frame.route import PUBLIC, get
from backend.db import migrate, session
from backend.errors import Refused
from backend.ledger import seals
from backend.outbox import queries as outbox

bp = APIBlueprint("health", __name__, tag="运行状况")


class NotReady(Refused):
    code, message = 50302, "数据库还没有准备好"


class Health(Schema):
    status = Text("ok", most=20)


@get(bp, "/healthz", "进程是否在运行", PUBLIC, out=Health)
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@get(bp, "/readyz", "数据库可用且已迁移到位", PUBLIC, out=Health)
def readyz() -> dict[str, str]:
    try:
        found = set(session.scalars(sa.text("SELECT version_num FROM alembic_version")))
    except sa.exc.SQLAlchemyError:
        raise NotReady() from None
    if found != _heads():
        raise NotReady()
    return {"status": "ok"}


@cache
def _heads() -> frozenset[str]:
    return frozenset(ScriptDirectory(migrate.directory).get_heads())


@get(bp, "/metrics", "Prometheus 指标", PUBLIC)
def metrics() -> Response:
    read_now = {
        "dianliang_delivery_overdue_seconds": outbox.overdue().total_seconds(),
        "dianliang_seal_lag_days": seals.days_behind(),
        "dianliang_disk_free_bytes": shutil.disk_usage(config.settings().data_dir).free,
    }
    return telemetry.metrics({"dianliang_deliveries": outbox.waiting()}, read_now)
