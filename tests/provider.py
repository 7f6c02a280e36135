"""A city's own sign-in: a real OpenID provider on a port of its own, in front of which each fault can be ordered."""

import base64
import io
import json
import threading
import warnings
from contextlib import contextmanager
from urllib.parse import parse_qs

import requests
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

with warnings.catch_warnings():
    # It still uses the library's older half.
    warnings.simplefilter("ignore")
    import oidc_provider_mock

CLIENT, SECRET = "dianliang-console", "its-secret-at-the-provider"
OTHER = "another-program"


class Provider:
    """`fault` is what is wrong with it from now on; `asked` are the paths that were asked for, with their forms."""

    def __init__(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._real = oidc_provider_mock.app()
        # Errors are answers, and no pages of a debugger.
        self._real = getattr(self._real.wsgi_app, "app", self._real)
        self._one, self.go_on = threading.Lock(), threading.Event()
        self.server = make_server("127.0.0.1", 0, self, threaded=True)
        self.reset()

    @property
    def issuer(self):
        """Another site than the console's, as in life."""
        return f"http://localhost:{self.server.server_port}"

    def reset(self):
        self.fault, self.asked, self.tokens = None, [], []
        self.go_on.set()

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append((path, {**form, "authorization": environ.get("HTTP_AUTHORIZATION", "")}))
        if self.fault == "slow":
            self.go_on.wait(60)
        if self.fault == "broken":
            return self._answer(start_response, "500 Oops", b"oops")
        if self.fault == "nonsense":
            return self._answer(start_response, "200 OK", b"<html>")
        if self.fault == "wrong keys" and path == "/jwks":
            return self._json(start_response, KeySet([RSAKey.generate_key(2048)]).as_dict())
        if self.fault == "wrong secret" and path == "/oauth2/token":
            return self._json(start_response, {"error": "invalid_client"}, "401 Unauthorized")
        if self.fault == "old token" and path == "/oauth2/token":
            return self._json(start_response, self.tokens[0])
        if self.fault == "unsigned" and path == "/oauth2/token":
            return self._json(start_response, {**self.tokens[0], "id_token": unsigned(self.tokens[0])})
        if self.fault == "no token" and path == "/oauth2/token":
            return self._json(start_response, {"access_token": "x", "token_type": "Bearer"})
        if self.fault == "other issuer" and path == "/.well-known/openid-configuration":
            return self._json(start_response, {"issuer": "https://elsewhere.example.cn"})
        if self.fault == "wrong audience":
            body = self._as_another_program(environ, body)
        return self._asked_of_the_real_one(environ, body, start_response, path)

    def _as_another_program(self, environ, body):
        """What it answers is made for another of its clients."""
        environ["QUERY_STRING"] = environ["QUERY_STRING"].replace(CLIENT, OTHER)
        if environ.get("HTTP_AUTHORIZATION"):
            told = base64.b64encode(f"{OTHER}:x".encode()).decode()
            environ["HTTP_AUTHORIZATION"] = f"Basic {told}"
        return body

    def _asked_of_the_real_one(self, environ, body, start_response, path):
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        if path != "/oauth2/token":
            return self._real(environ, start_response)
        # One at a time: what is done to warnings is done to those of all threads.
        with self._one, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chunks = list(self._real(environ, start_response))
            self.tokens.append(json.loads(b"".join(chunks)))
        return chunks

    def _json(self, start_response, told, status="200 OK"):
        return self._answer(start_response, status, json.dumps(told).encode(), "application/json")

    @staticmethod
    def _answer(start_response, status, body, kind="text/html"):
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    def sign_in(self, address, subject):
        """Somebody signs in at its page: where it leads their browser."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=20)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


def unsigned(token):
    """The same words, which nobody signed."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{head}.{token['id_token'].split('.')[1]}."


@contextmanager
def running():
    provider = Provider()
    thread = threading.Thread(
        target=provider.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield provider
    finally:
        provider.go_on.set()
        provider.server.shutdown()
        provider.server.server_close()
