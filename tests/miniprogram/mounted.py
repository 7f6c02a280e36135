"""The packed mini-program beside the product's API at one address, as a browser needs it: the API knows no CORS."""

import subprocess
import sys
from pathlib import Path

from werkzeug.exceptions import NotFound
from werkzeug.utils import send_from_directory
from werkzeug.wrappers import Request

from backend.api.frame.protection import POLICY

HERE = Path(__file__).parent
TOP = HERE.parents[1]
SOURCE = TOP / "miniprogram"
NODE = Path(sys.executable).parent / "node"
PLACE = "/mini-program/"


def node(script, *arguments):
    """Runs one of the harness's Node programs; answers the ended process."""
    command = [NODE, HERE / "harness" / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def pack(target, source=SOURCE):
    """Packs the mini-program into a folder; says which template cannot be compiled."""
    told = node("pack.js", source, target)
    assert told.returncode == 0, told.stdout + told.stderr


def mounted(app, folder):
    """A WSGI application: files of the folder under `/mini-program/`, everything else as before."""

    def serve(environ, start_response):
        request = Request(environ)
        if not request.path.startswith(PLACE):
            return app(environ, start_response)
        try:
            name = request.path.removeprefix(PLACE) or "index.html"
            answer = send_from_directory(folder, name, environ, max_age=0)
        except NotFound as fault:
            answer = fault.get_response(environ)
        # The same rules as the product's own pages: no script but one's own, nothing evaluated.
        answer.headers["Content-Security-Policy"] = POLICY
        return answer(environ, start_response)

    return serve
