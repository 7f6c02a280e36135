"""create_app(): the only file that knows everyone."""

from typing import Any

from apiflask import APIFlask
from apispec.ext.marshmallow.common import make_schema_key
from flask import Flask
from flask_limiter.util import get_remote_address
from werkzeug.routing import IntegerConverter

from backend import commands, config, db
from backend.api import (
    documentation,
    health,
    idempotency,
    identity,
    inbox,
    organisations,
    people,
    protection,
    refusals,
    rounds,
    telemetry,
    wishes,
)
from backend.console import public
from backend.jobs import Job
from backend.ledger import deadlines as ledger_deadlines
from backend.people import sessions
from backend.wechat import gateway
from backend.wechat.live import LiveWeChat
from backend.wechat.tokens import DatabaseTokens
from backend.wishes.actions import deadlines as wish_deadlines

TITLE = "点亮 — 微心愿、志愿服务与积分兑换"

# What time brings; the worker runs them.
JOBS: list[Job] = [
    *wish_deadlines.JOBS,
    *ledger_deadlines.JOBS,
    Job("sessions.forget", 3600, sessions.ended, sessions.forget),
    Job("idempotency.forget", 3600, idempotency.outlived, idempotency.forget),
]


class IdConverter(IntegerConverter):
    """An id in a path; more digits than JavaScript counts exactly are simply no such thing."""

    def __init__(self, url_map: object) -> None:
        super().__init__(url_map, min=1, max=2**53 - 1)


class Product(APIFlask):
    """APIFlask, naming each schema once in the document, whether it is met nested or alone first."""

    def _register_schema_and_get_ref(self, spec: Any, known: dict[int, str], schema: Any) -> dict[str, str]:
        name = self._ma_plugin.converter.refs.get(make_schema_key(schema))
        if name is not None:
            return {"$ref": f"#/components/schemas/{name}"}
        return super()._register_schema_and_get_ref(spec, known, schema)


def create_app(settings: config.Settings | None = None) -> Flask:
    """The whole product as a WSGI application, configured by `settings` (else by the environment)."""
    settings = settings or config.read()
    config.use(settings)
    telemetry.configure_logs(settings.log_level)
    app = Product(__name__, title=TITLE, version="1.0", docs_path=None, spec_path=None, static_folder=None)
    app.url_map.converters["id"] = IdConverter
    app.config.update(
        OPENAPI_VERSION="3.0.3",
        BASE_RESPONSE_SCHEMA=documentation.Envelope,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        SUCCESS_DESCRIPTION="成功",
        SECURITY_SCHEMES={"bearer": {"type": "http", "scheme": "bearer"}},
        SECRET_KEY=settings.secret_key,
    )
    db.init(app, settings.database, settings.database_pool)
    gateway.use(LiveWeChat(settings, DatabaseTokens()))
    telemetry.observe(app)
    refusals.answer_refusals(app)
    limiter = protection.protect(app)
    for room in (identity, people, organisations, inbox, wishes, rounds, health, documentation, public):
        app.register_blueprint(room.bp)
    sign_in = limiter.limit(lambda: config.settings().rate_limit_sign_in, key_func=get_remote_address)
    app.view_functions["identity.sign_in"] = sign_in(app.view_functions["identity.sign_in"])
    commands.add_to(app, JOBS)
    return app
