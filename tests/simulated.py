"""The WeChat simulator in a thread of the test run, on a free loopback port."""

import threading
from dataclasses import replace
from typing import Any

from backend.config import Settings
from backend.wechat.simulator.memory import Fault, Memory
from backend.wechat.simulator.rules import openid_of
from backend.wechat.simulator.server import create_simulator, server


class SimulatedWeChat:
    """Starts at once; `close()` (or the end of a `with`) stops it. `memory` is all that it knows."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self.app = create_simulator(self._settings)
        self.memory: Memory = self.app.extensions["simulator"]
        self._server = server(self.app, 0)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        # A short poll, so that stopping does not cost half a second.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def settings(self, **more: Any) -> Settings:
        """The settings of an installation that speaks to this simulator."""
        return replace(self._settings, wechat_base_url=self.url, **more)

    def misbehave(self, path: str = "/", **fault: Any) -> None:
        """Orders a `Fault`: once, unless `times` says otherwise."""
        with self.memory.lock:
            self.memory.faults.append(Fault(path, **fault))

    def calls(self, path: str = "/") -> list[dict[str, Any]]:
        """The calls received so far whose path starts with `path`, oldest first."""
        with self.memory.lock:
            return [call for call in self.memory.calls if call["path"].startswith(path)]

    def messages_to(self, name: str) -> list[dict[str, Any]]:
        """What this person's WeChat received, newest first."""
        return self.memory.messages_of(openid_of(name))

    def close(self) -> None:
        self.memory.reset()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> "SimulatedWeChat":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
