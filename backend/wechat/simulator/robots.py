"""The robot of a 企业微信 group (群机器人), as its page tells: one key, texts of a length, twenty messages a minute."""

from collections import deque
from typing import Any

from flask import Flask, Response, jsonify, request

from backend.wechat.simulator.memory import Memory
from backend.wechat.simulator.rules import Answered

PATH, KEY = "/cgi-bin/webhook/send", "simulated-robot"
# In bytes of UTF-8.
LONGEST = {"text": 2048, "markdown": 4096}
A_MINUTE = 20


def add_robot(app: Flask, memory: Memory) -> None:
    """Adds the hook; what it was told stands among the calls."""
    sent: deque[float] = deque(maxlen=A_MINUTE)

    @app.post(PATH)
    def send() -> Response:
        if request.args.get("key") != KEY:
            raise Answered(93000, "invalid webhook url, hint: []")
        if request.mimetype != "application/json":
            raise Answered(40058, "invalid Request Parameter, hint: Content-Type")
        _check(request.get_json(silent=True))
        with memory.lock:
            if len(sent) == A_MINUTE and sent[0] > memory.now() - 60:
                raise Answered(45009, "api freq out of limit")
            sent.append(memory.now())
        return jsonify(errcode=0, errmsg="ok")


def _check(body: Any) -> None:
    if not isinstance(body, dict):
        raise Answered(44002, "empty post data")
    kind = body.get("msgtype")
    if kind not in LONGEST:
        raise Answered(40008, "invalid message type")
    if set(body) - {"msgtype", kind}:
        raise Answered(40058, "invalid Request Parameter, hint: unknown field")
    content = body.get(kind, {}).get("content") if isinstance(body.get(kind), dict) else None
    if not isinstance(content, str) or not content.strip():
        raise Answered(44004, "content is empty")
    if len(content.encode()) > LONGEST[kind]:
        raise Answered(40058, f"{kind}.content exceed max length {LONGEST[kind]}")
