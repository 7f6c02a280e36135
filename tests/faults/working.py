"""`flask worker` with something altered, as a process of its own: it delivers notices until it is ended."""

import contextlib
import os
import subprocess
import sys

from backend import worker
from backend.outbox import delivery
from backend.wechat.gateway import gateway
from tests.faults.clients import PATIENCE
from tests.served import TOP


class Working:
    """`with Working(environment) as worker:` runs one; it is surely gone afterwards."""

    def __init__(self, environment, *altered, **more):
        self.environment = {**environment, "ALTERED": ",".join(altered), "LOG_LEVEL": "CRITICAL", **more}

    def __enter__(self):
        command = [sys.executable, "-m", "tests.faults.working"]
        self.process = subprocess.Popen(command, cwd=TOP, env={**os.environ, **self.environment})
        return self

    def ended_with(self):
        """How the process ended, once it has."""
        return self.process.wait(timeout=PATIENCE)

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()


def main():
    # Read late: it is the product, altered, that this process makes for itself.
    from tests.faults.altered import create_app

    app = create_app()
    worker.run_forever(app, [], lambda: delivery.deliver_due(gateway()))


if __name__ == "__main__":
    main()
