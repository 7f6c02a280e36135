"""Starts web, worker and the WeChat simulator on this machine, in the foreground, until told to stop."""

import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from honcho.command import main as honcho

from backend import config

DEFAULTS = {
    "DATA_DIR": str(Path("var").resolve()),
    "FLASK_APP": "backend.app:create_app",
    "FLASK_SKIP_DOTENV": "1",
    "HOST": "127.0.0.1",
    "PORT": "8000",
    "PYTHONUNBUFFERED": "1",
    "SEED": "demo",
    "WECHAT_SIMULATOR_PORT": "8001",
}


def main() -> None:
    os.environ.update({name: os.environ.get(name) or usual for name, usual in DEFAULTS.items()})
    if sys.stdout.isatty():
        # A line for each request would carry away what is printed for whoever reads it.
        os.environ.setdefault("LOG_LEVEL", "WARNING")
    try:
        settings = config.read()
    except config.BadSettings as fault:
        raise SystemExit(str(fault)) from None
    # honcho tells each process another PORT; worker and simulator have to know where the web answers.
    os.environ["WEB_PORT"] = os.environ["PORT"]
    refuse_taken_ports()
    make_data_dir(Path(os.environ["DATA_DIR"]))
    reach_database(settings.database)
    for command, sentence in steps(settings.seed):
        print(sentence, flush=True)
        prepare(command)
    print("3 of 3: web, worker and simulator …", flush=True)
    subprocess.Popen([sys.executable, "-m", "scripts.welcome"])
    # A closed terminal ends everything, as Ctrl-C does; honcho itself knows only INT and TERM.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    sys.argv[1:] = ["start", "-f", "scripts/Procfile.dev", "-d", ".", "-e", os.devnull]
    honcho()


def steps(seed: str) -> list[tuple[tuple[str, ...], str]]:
    """What is done before anything is started, each with what is said before it: the first time it takes a while."""
    long = {
        "demo": " (the first time some seconds)",
        "tieli": " (the first time some minutes, month by month)",
    }
    return [
        (("db", "upgrade"), "1 of 3: the database …"),
        (("seed",), f"2 of 3: the data of SEED={seed} …{long.get(seed, '')}"),
    ]


def make_data_dir(folder: Path) -> None:
    """Says so in plain words where nothing can be kept."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as fault:
        raise SystemExit(
            f"Nothing can be kept in DATA_DIR, {folder}: {fault.strerror}. Choose another: DATA_DIR=… scripts/run"
        ) from None


def reach_database(address: str) -> None:
    """Says so in plain words where no server answers; an SQLite file is made by whoever opens it first."""
    try:
        if sa.make_url(address).get_backend_name() != "sqlite":
            sa.create_engine(address, connect_args={"connect_timeout": 5}).connect().close()
    except sa.exc.SQLAlchemyError as fault:
        raise SystemExit(
            f"The database cannot be reached: {getattr(fault, 'orig', None) or fault}\n"
            "Check DATABASE_URL, and that the server runs."
        ) from None


def prepare(command: tuple[str, ...]) -> None:
    """One step before anything is started; each makes all of its work or none of it."""
    try:
        failed = subprocess.run([sys.executable, "-m", "flask", *command]).returncode
    except KeyboardInterrupt:
        raise SystemExit("\nStopped. Nothing half-made is left behind; scripts/run begins again.") from None
    if failed:
        raise SystemExit(f"`flask {' '.join(command)}` failed; nothing was started.")


def refuse_taken_ports() -> None:
    """Says so in plain words before anything is started on a port that somebody else has."""
    held = []
    for name, host in (("PORT", os.environ["HOST"]), ("WECHAT_SIMULATOR_PORT", "127.0.0.1")):
        port = int(os.environ[name])
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            held.append(socket.create_server((host, port), family=family))
        except OverflowError:
            raise SystemExit(f"{name} must be a port number, not {port}.") from None
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                raise SystemExit(
                    f"Port {port} is taken. Stop what listens there, or choose another: "
                    f"{name}={port + 10} scripts/run"
                ) from None
            raise SystemExit(f"Cannot listen on {host}, port {port}: {fault.strerror}.") from None
    for one in held:
        one.close()


if __name__ == "__main__":
    main()
