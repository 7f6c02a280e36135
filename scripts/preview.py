"""Serves the packed mini-program and the API of a running server at one address, as the browser wants it.

What is changed in `miniprogram/` is packed anew when the page is loaded again.
"""

import os
import tempfile
from pathlib import Path

from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.serving import make_server
from werkzeug.utils import redirect

from tests.miniprogram.mounted import PLACE, SOURCE, mounted, node

HOLDERS = ("ning", "wulan", "pei", "lan", "bu")


def main() -> None:
    server = os.environ.get("SERVER") or running_at() or "http://127.0.0.1:8000"
    port = int(os.environ.get("PREVIEW_PORT") or 8002)
    with tempfile.TemporaryDirectory(prefix="dianliang-preview-") as folder:
        app = ProxyMiddleware(redirect(PLACE), {"/api/": {"target": f"{server}/"}}, timeout=30)
        try:
            serving = make_server("127.0.0.1", port, packed_anew(mounted(app, folder), folder), threaded=True)
        except SystemExit:
            raise SystemExit(
                f"Port {port} is taken. Choose another: PREVIEW_PORT={port + 10} scripts/preview"
            ) from None
        address = f"http://127.0.0.1:{port}{PLACE}"
        print(f"  {address:<52}the mini-program, beside {server}")
        print(
            "\n".join(f"  {address + '?as=' + name:<52}on the phone of {name}" for name in HOLDERS),
            flush=True,
        )
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            serving.server_close()


def running_at() -> str | None:
    """Where scripts/run serves, if it does from this checkout."""
    path = Path(os.environ.get("DATA_DIR") or "var") / "running-at"
    return path.read_text(encoding="utf-8").splitlines()[0] if path.exists() else None


def packed_anew(app, folder):
    """Packs whenever the page itself is asked for; what cannot be packed is said instead of it."""

    def serve(environ, start_response):
        if environ["PATH_INFO"] == PLACE:
            told = node("pack.js", SOURCE, folder)
            if told.returncode:
                start_response("500 Cannot be packed", [("Content-Type", "text/plain; charset=utf-8")])
                return [(told.stdout + told.stderr).encode()]
        return app(environ, start_response)

    return serve


if __name__ == "__main__":
    main()
