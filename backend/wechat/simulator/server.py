"""WeChat's server API on this machine, for running, showing and testing the product without WeChat.

`python -m backend.wechat.simulator.server` serves it on WECHAT_SIMULATOR_PORT. It keeps to the wire contract where
that hurts: codes serve once, tokens end, templates have limits. The control addresses under /simulator/
tell it to be slow, to fail and to talk nonsense, and show what it received.
"""

import socket
from typing import Any

from flask import Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from backend import config
from backend.wechat.simulator.controls import controls, shown_time
from backend.wechat.simulator.memory import Fault, Memory
from backend.wechat.simulator.pages import add_pictures_and_pages
from backend.wechat.simulator.push import Pushes
from backend.wechat.simulator.robots import add_robot
from backend.wechat.simulator.rules import Answered, checked_message, known_openid, text_verdict

GARBAGE = b'{"errcode": 0, "openid": \xff\xfe\x00<html>'
# Of other countries and regions, as they begin a number.
COUNTRIES = ("852", "853", "886", "81", "82", "65", "7", "1")
HIDDEN = ("secret", "access_token", "key")


def create_simulator(settings: config.Settings | None = None) -> Flask:
    """The simulator as a Flask app; its memory is `app.extensions["simulator"]`."""
    settings = settings or config.read()
    memory = Memory(settings.wechat_app_id, settings.wechat_app_secret)
    app = Flask("simulator", static_folder=None)
    app.json = provider = DefaultJSONProvider(app)
    provider.ensure_ascii = False
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    app.extensions["simulator"] = memory
    pushes = app.extensions["pushes"] = Pushes(settings)
    app.register_blueprint(controls(memory, pushes))
    _add_manners(app, memory)
    _add_credentials(app, memory)
    _add_calls(app, memory)
    add_pictures_and_pages(app, memory, pushes, _body)
    add_robot(app, memory)
    return app


def _add_manners(app: Flask, memory: Memory) -> None:
    @app.before_request
    def misbehave() -> Any:
        if request.path.startswith("/simulator/"):
            return None
        fault = memory.fault_for(request.path)
        return _suffered(fault, memory) if fault else None

    @app.after_request
    def note(response: Response) -> Response:
        if not request.path.startswith("/simulator/"):
            _note(memory, response)
        return response

    @app.errorhandler(Answered)
    def answer(said: Answered) -> Response:
        return jsonify(errcode=said.errcode, errmsg=f"{said.errmsg} rid: simulated")

    @app.errorhandler(MethodNotAllowed)
    def wrong_method(fault: MethodNotAllowed) -> Response:
        if "POST" in (fault.valid_methods or ()):
            return answer(Answered(43002, "require POST method"))
        return answer(Answered(43001, "require GET method"))


def _suffered(fault: Fault, memory: Memory) -> Any:
    """What a fault answers in place of the real thing; None lets a merely delayed call go on."""
    if fault.delay:
        memory.delay(fault.delay)
    if fault.drop:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response()
    if fault.garbage:
        return Response(GARBAGE, fault.status or 200, mimetype="application/json")
    if fault.body is not None:
        return Response(fault.body, fault.status or 200, mimetype="application/json")
    if fault.errcode is not None:
        return jsonify(errcode=fault.errcode, errmsg=fault.errmsg), fault.status or 200
    return Response(f"<h1>{fault.status}</h1>", fault.status) if fault.status else None


def _note(memory: Memory, response: Response) -> None:
    said = response.get_json(silent=True) if response.is_json else None
    body = request.get_json(force=True, silent=True) if request.method == "POST" else None
    shown = body if isinstance(body, dict) else {}
    call = {
        "at": shown_time(memory.now()),
        "method": request.method,
        "path": request.path,
        "contentType": request.content_type,
        "query": {key: value for key, value in request.args.items() if key not in HIDDEN},
        "body": {key: value for key, value in shown.items() if key not in HIDDEN},
        "status": response.status_code,
        "errcode": said.get("errcode", 0) if isinstance(said, dict) else None,
    }
    with memory.lock:
        memory.calls.append(call)


def _add_credentials(app: Flask, memory: Memory) -> None:
    @app.get("/sns/jscode2session")
    def sign_in() -> Response:
        _check_owner(memory, request.args)
        if request.args.get("grant_type") != "authorization_code":
            raise Answered(40002, "invalid grant_type")
        code = request.args.get("js_code")
        if not code:
            raise Answered(41008, "missing code")
        return jsonify(openid=memory.openid_for(code), session_key="c2ltdWxhdGVkLXNlc3Npb24ta2V5IQ==")

    @app.post("/cgi-bin/stable_token")
    def stable_token() -> Response:
        body = _body()
        _check_owner(memory, body)
        _check_grant(body)
        token, seconds = memory.stable_token(bool(body.get("force_refresh")))
        return jsonify(access_token=token, expires_in=seconds)

    @app.get("/cgi-bin/token")
    def plain_token() -> Response:
        _check_owner(memory, request.args)
        _check_grant(request.args)
        return jsonify(access_token=memory.plain_token(), expires_in=7200)


def _check_owner(memory: Memory, asked: Any) -> None:
    if not asked.get("appid"):
        raise Answered(41002, "appid missing")
    if not asked.get("secret"):
        raise Answered(41004, "appsecret missing")
    if asked["appid"] != memory.app_id:
        raise Answered(40013, "invalid appid")
    if asked["secret"] != memory.secret:
        raise Answered(40125, "invalid appsecret")


def _check_grant(asked: Any) -> None:
    if asked.get("grant_type") != "client_credential":
        raise Answered(40002, "invalid grant_type")


def _add_calls(app: Flask, memory: Memory) -> None:
    @app.post("/wxa/business/getuserphonenumber")
    def phone_number() -> Response:
        body = _body(memory)
        openid = body.get("openid")
        if openid is not None:
            known_openid(openid)
        number = memory.phone_for(str(body.get("code") or ""), openid)
        watermark = {"timestamp": int(memory.now()), "appid": memory.app_id}
        country = next((one for one in COUNTRIES if number.startswith(f"+{one}")), "86")
        pure = number.removeprefix(f"+{country}")
        phone = {"phoneNumber": number, "purePhoneNumber": pure, "countryCode": country}
        return jsonify(errcode=0, errmsg="ok", phone_info={**phone, "watermark": watermark})

    @app.post("/cgi-bin/message/subscribe/send")
    def send_notice() -> Response:
        body = _body(memory)
        data = checked_message(body, memory.templates)
        message = {
            "at": shown_time(memory.now()),
            "openid": body["touser"],
            "templateId": body["template_id"],
            "page": body.get("page"),
            "pageState": body.get("miniprogram_state", "formal"),
            "data": data,
        }
        memory.accept(body["touser"], body["template_id"], message)
        return jsonify(errcode=0, errmsg="ok")

    @app.get("/wxaapi/newtmpl/gettemplate")
    def account_templates() -> Response:
        memory.check_token(request.args.get("access_token"))
        return jsonify(errcode=0, errmsg="ok", data=list(memory.templates.values()))

    @app.post("/wxa/msg_sec_check")
    def check_text() -> Response:
        result = text_verdict(_body(memory))
        detail = [{"strategy": "content_model", "errcode": 0, **result, "prob": 90}]
        return jsonify(errcode=0, errmsg="ok", result=result, detail=detail, trace_id="simulated")


def _body(memory: Memory | None = None) -> dict[str, Any]:
    """The JSON body, whatever its type is called; with `memory`, the token in the address counts first."""
    if memory is not None:
        memory.check_token(request.args.get("access_token"))
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Answered(47001, "data format error")
    return body


class _Quiet(WSGIRequestHandler):
    """Serves without a line per request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


def server(app: Flask, port: int) -> BaseWSGIServer:
    """A threaded server on the loopback address; port 0 takes a free one."""
    return make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)


def main() -> None:
    settings = config.read()
    if settings.production:
        raise SystemExit("The WeChat simulator does not run in production.")
    app = create_simulator(settings)
    app.extensions["pushes"].address = f"http://127.0.0.1:{settings.port}/wechat/push"
    server(app, settings.wechat_simulator_port).serve_forever()


if __name__ == "__main__":
    main()
