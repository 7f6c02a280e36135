"""The simulator's picture checks, mini-program codes and URL links."""

import io
import secrets
from collections.abc import Callable
from typing import Any

import segno
from flask import Flask, Response, jsonify

from backend.wechat.simulator.memory import Memory
from backend.wechat.simulator.push import Pushes, picture_verdict
from backend.wechat.simulator.rules import Answered, checked_code, checked_link, checked_picture, letters

VERDICT_SECONDS = 1.0


def add_pictures_and_pages(
    app: Flask, memory: Memory, pushes: Pushes, body_of: Callable[[Memory], dict[str, Any]]
) -> None:
    """Adds the calls to the simulator; `body_of` reads a JSON body once the token has been checked."""

    @app.post("/wxa/media_check_async")
    def check_picture() -> Response:
        body = body_of(memory)
        checked_picture(body)
        check = _begun(memory, body)
        verdict = picture_verdict(memory.app_id, check["trace"], check["openid"], check["suggest"])
        pushes.send_later(verdict, VERDICT_SECONDS)
        return jsonify(errcode=0, errmsg="ok", trace_id=check["trace"])

    @app.post("/wxa/getwxacodeunlimit")
    def page_code() -> Response:
        page, scene = checked_code(body_of(memory))
        out = io.BytesIO()
        segno.make(f"{page}?scene={scene}", micro=False).save(out, kind="png", scale=8, dark="#07c160")
        return Response(out.getvalue(), mimetype="image/png")

    @app.post("/wxa/generate_urllink")
    def page_link() -> Response:
        opened = checked_link(body_of(memory))
        return jsonify(errcode=0, errmsg="ok", url_link=f"https://wxaurl.cn/{letters(opened)[:11]}")


def _begun(memory: Memory, body: dict[str, Any]) -> dict[str, Any]:
    """Remembers a check; the same address asked about twice is answered 87020."""
    trace = secrets.token_hex(16)
    with memory.lock:
        if any(known["url"] == body["media_url"] for known in memory.checks.values()):
            raise Answered(87020, "duplicate media check")
        check = {
            "trace": trace,
            "url": body["media_url"],
            "openid": body["openid"],
            "suggest": memory.verdict,
        }
        memory.checks[trace] = check
    return check
