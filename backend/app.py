"""create_app(): the only file that knows everyone."""

from typing import Any

from apiflask import APIFlask
from apispec.ext.marshmallow.common import make_schema_key
from flask import Flask
from flask_limiter.util import get_remote_address
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from backend import commands, config, db
from backend.api import complaints, health, points
from backend.api.frame import idempotency, protection, refusals, telemetry
from backend.api.frame import openapi as documentation
from backend.api.people import (
    console_sign_ins,
    guardians,
    identity,
    organisations,
    party_members,
    people,
    phone,
    rights,
)
from backend.api.supermarket import items as supermarket_items
from backend.api.supermarket import redemptions as supermarket_redemptions
from backend.api.supermarket import shops as supermarket_shops
from backend.api.supermarket import stock as supermarket_stock
from backend.api.volunteering import activities, attendance, certificates, service_records, teams
from backend.api.volunteering import exchange as hours_elsewhere
from backend.api.wechat import files, inbox, links, push
from backend.api.wishes import claims, rounds, wishes
from backend.complaints import deadlines as complaint_deadlines
from backend.console import pages
from backend.console.frame import menu
from backend.files import deadlines as file_deadlines
from backend.identity import console_sessions, credentials, sessions
from backend.imports import actions as imports
from backend.jobs import Job
from backend.ledger import deadlines as ledger_deadlines
from backend.points import deadlines as points_deadlines
from backend.reports import personal_data_register, relief_register
from backend.rights import cancellation, purposes, retention
from backend.supermarket.actions import deadlines as supermarket_deadlines
from backend.volunteering.actions import deadlines as volunteering_deadlines
from backend.wechat import gateway
from backend.wechat import push as pushes
from backend.wechat.live import LiveWeChat
from backend.wechat.tokens import DatabaseTokens
from backend.wishes.actions import deadlines as wish_deadlines

TITLE = "点亮 — 微心愿、志愿服务与积分兑换"

# What time brings; the worker runs them.
JOBS: list[Job] = [
    *wish_deadlines.JOBS,
    *volunteering_deadlines.JOBS,
    *ledger_deadlines.JOBS,
    *points_deadlines.JOBS,
    *complaint_deadlines.JOBS,
    *cancellation.JOBS,
    *retention.JOBS,
    *supermarket_deadlines.JOBS,
    *file_deadlines.JOBS,
    Job("wechat.forget_pushes", 3600, pushes.forgettable, pushes.forget),
    Job("sessions.forget", 3600, sessions.ended, sessions.forget),
    Job("console.forget", 3600, console_sessions.ended, console_sessions.forget),
    Job("console.forget_attempts", 3600, credentials.attempts_over, credentials.forget_attempt),
    Job("imports.forget", 3600, imports.stale, imports.forget),
    Job("console.forget_scans", 3600, console_sessions.scans_over, console_sessions.forget_scan),
    # Each POST of anybody leaves one, and five hundred go at a time.
    Job("idempotency.forget", 60, idempotency.outlived, idempotency.forget),
]


class IdConverter(IntegerConverter):
    """An id in a path; more digits than JavaScript counts exactly are simply no such thing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=db.MAX_ID)


class WordConverter(BaseConverter):
    """A word in a path; one with control characters is no such thing (PostgreSQL refuses NUL in a text)."""

    regex = r"[^/\x00-\x1f\x7f]+"
    part_isolating = True


class Product(APIFlask):
    """APIFlask, naming each schema once in the document, whether it is met nested or alone first."""

    def ensure_sync(self, func: Any) -> Any:
        """Nothing of ours is a coroutine, which Flask would look for in each function of each request."""
        return func

    def _register_schema_and_get_ref(self, spec: Any, known: dict[int, str], schema: Any) -> dict[str, Any]:
        name = self._ma_plugin.converter.refs.get(make_schema_key(schema))
        if name is not None:
            found = {"$ref": f"#/components/schemas/{name}"}
        else:
            found = super()._register_schema_and_get_ref(spec, known, schema)
        # APIFlask forgets that a body is a list of these.
        return {"type": "array", "items": found} if getattr(schema, "many", False) else found


def create_app(settings: config.Settings | None = None) -> Flask:
    """The whole product as a WSGI application, configured by `settings` (else by the environment)."""
    settings = settings or config.read()
    config.use(settings)
    telemetry.configure_logs(settings.log_level)
    app = Product(__name__, title=TITLE, version="1.0", docs_path=None, spec_path=None, static_folder=None)
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["default"] = app.url_map.converters["string"] = WordConverter
    app.config.update(
        OPENAPI_VERSION="3.0.3",
        BASE_RESPONSE_SCHEMA=documentation.Envelope,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        SUCCESS_DESCRIPTION="成功",
        SECURITY_SCHEMES={"bearer": {"type": "http", "scheme": "bearer"}},
        # Flask's own answer to OPTIONS is an empty page; what is offered stands in a 405's Allow.
        PROVIDE_AUTOMATIC_OPTIONS=False,
        SECRET_KEY=settings.secret_key,
    )
    db.init(app, settings.database, settings.database_pool)
    gateway.use(LiveWeChat(settings, DatabaseTokens()))
    telemetry.observe(app)
    refusals.answer_refusals(app)
    limiter = protection.protect(app)
    for room in (
        identity,
        people,
        organisations,
        inbox,
        phone,
        files,
        links,
        push,
        wishes,
        claims,
        rounds,
        teams,
        activities,
        attendance,
        service_records,
        hours_elsewhere,
        certificates,
        party_members,
        supermarket_shops,
        supermarket_items,
        supermarket_stock,
        supermarket_redemptions,
        points,
        rights,
        complaints,
        guardians,
        console_sign_ins,
        health,
        documentation,
    ):
        app.register_blueprint(room.bp)
    pages.install(app)
    personal_data_register.register_purposes(purposes.purposes_in_words)
    relief_register.register_menu(menu.addresses)
    sign_in = limiter.limit(lambda: config.settings().rate_limit_sign_in, key_func=get_remote_address)
    for entrance in ("identity.sign_in", "console.sign_in", "console.begin_scan"):
        app.view_functions[entrance] = sign_in(app.view_functions[entrance])
    verify = limiter.limit(lambda: config.settings().rate_limit_verify, key_func=get_remote_address)
    for tried in ("public.verify_certificate", "certificates.certificate_paper"):
        app.view_functions[tried] = verify(app.view_functions[tried])
    commands.add_to(app, JOBS)
    return app
