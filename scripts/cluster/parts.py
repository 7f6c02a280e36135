"""The machines of docs/deployment.md, each a few processes on loopback ports, with the files of docs/operations."""

import contextlib
import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.faults.clients import wait_for

TOP = Path(__file__).resolve().parents[2]
OPERATIONS = TOP / "docs/operations"
HERE = "127.0.0.1"
BECOME_SUBREAPER = 36


def adopt_orphans() -> None:
    """What a killed part leaves behind becomes a child of ours, so that it can be found and ended."""
    ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1, 0, 0, 0)


class Orphans(threading.Thread):
    """Takes the dead among them off the list of processes, as a machine's first process does: Patroni would take
    a PostgreSQL for alive whose number is still taken."""

    def __init__(self, ours: Callable[[], set[int]]) -> None:
        super().__init__(daemon=True)
        self.ours, self.over = ours, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.1):
            for one in children(os.getpid()):
                if one not in self.ours() and _is_dead(one):
                    collect([one])


def _is_dead(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return False


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_server((HERE, 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in held]


def children(process: int) -> list[int]:
    """What any thread of this process has started."""
    found = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in file.read_text().split()]
    return found


def below(process: int) -> list[int]:
    """All that this process has started, and what those have."""
    return [one for child in children(process) for one in (child, *below(child))]


def send(processes: list[int], how: int = signal.SIGKILL) -> None:
    for one in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, how)


def collect(processes: list[int]) -> None:
    """Takes the dead off the list of processes: a number that stays taken would look like one that runs."""
    for one in processes:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(one, 0)


class Part:
    """One service of one machine. Its own words go into a file in the folder."""

    def __init__(self, folder: Path, name: str, command: list[str], **environment: str) -> None:
        self.folder, self.name, self.command, self.environment = folder, name, command, environment
        self.process: Any = None

    def start(self) -> None:
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=TOP,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def processes(self) -> list[int]:
        return [self.process.pid, *below(self.process.pid)]

    def kill(self) -> None:
        """kill -9 of all of it at once, as when the machine goes off."""
        killed = self.processes()
        send(killed)
        self.process.wait()
        collect(killed[1:])

    def stop(self) -> None:
        """As the system stops a service: it may finish what it has begun."""
        left = self.processes()
        self.process.terminate()
        self.process.wait(timeout=60)
        send(left)
        collect(left[1:])


class Web(Part):
    """A web host: gunicorn as the Procfile starts it."""

    def __init__(self, folder: Path, name: str, port: int, told: dict[str, str], **more: str) -> None:
        command = [sys.executable, "-m", "gunicorn", "backend.app:create_app()"]
        data = folder / name
        data.mkdir()
        own = {"HOST": HERE, "PORT": str(port), "DATA_DIR": str(data), "WEB_CONCURRENCY": "2"}
        super().__init__(folder, name, command, **{**told, **own, **more})
        self.port, self.url = port, f"http://{HERE}:{port}"

    def ready(self) -> bool:
        return answers(f"{self.url}/readyz")


def answers(url: str, status: int = 200) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == status
    except requests.RequestException:
        return False


class Database(Part):
    """A database host: Patroni and the PostgreSQL that it keeps, by docs/operations/patroni.yml."""

    def __init__(
        self, folder: Path, number: int, ports: dict[str, list[int]], programs: Path, careless: bool
    ) -> None:
        name = f"db{number}"
        self.data, self.port = folder / f"{name}-data", ports["postgres"][number - 1]
        self.api = f"{HERE}:{ports['patroni'][number - 1]}"
        given = yaml.safe_load((OPERATIONS / "patroni.yml").read_text(encoding="utf-8"))
        if careless:
            given["bootstrap"]["dcs"] |= {"synchronous_mode": False, "synchronous_mode_strict": False}
        file = folder / f"{name}.yml"
        file.write_text(yaml.safe_dump(self._here(given, name, folder, ports["etcd"], programs)))
        super().__init__(folder, name, [sys.executable, "-m", "patroni", str(file)])

    def _here(self, given: dict, name: str, folder: Path, etcd: list[int], programs: Path) -> dict:
        """The documented file with the addresses and folders of this trial, and nothing else changed."""
        postgres = f"{HERE}:{self.port}"
        given["name"] = name
        given["restapi"] = {"listen": self.api, "connect_address": self.api}
        given["etcd3"] = {"hosts": [f"{HERE}:{port}" for port in etcd]}
        given["postgresql"] |= {
            "listen": postgres,
            "connect_address": postgres,
            "data_dir": str(self.data),
            "bin_dir": str(programs),
            "pgpass": str(folder / f"{name}.pgpass"),
            "parameters": {"unix_socket_directories": str(folder)},
            "pg_hba": [line.replace("10.0.0.0/24", f"{HERE}/32") for line in given["postgresql"]["pg_hba"]],
        }
        self.superuser = given["postgresql"]["authentication"]["superuser"]
        return given

    def postgres(self) -> list[int]:
        """PostgreSQL's processes, which outlive Patroni's."""
        try:
            head = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return []
        return [head, *below(head)]

    def senders(self) -> list[int]:
        """Those of them that tell the other hosts what is changed."""
        titles = {one: Path(f"/proc/{one}/cmdline") for one in self.postgres()}
        return [one for one, title in titles.items() if b"walsender" in title.read_bytes()]

    def processes(self) -> list[int]:
        return list(dict.fromkeys([*super().processes(), *self.postgres()]))

    def kill_postgres(self) -> None:
        send(self.postgres())

    def is_primary(self) -> bool:
        return answers(f"http://{self.api}/primary")

    def members(self) -> list[dict[str, Any]]:
        """The database hosts as this one sees them."""
        try:
            return requests.get(f"http://{self.api}/cluster", timeout=5).json()["members"]
        except (requests.RequestException, ValueError, KeyError):
            return []


def whole(members: list[dict[str, Any]], count: int, careless: bool) -> bool:
    """One leads, one follows each change before it is told, and the others follow, too."""
    roles = [one["role"] for one in members if one["state"] in ("running", "streaming")]
    needed = {"leader", "replica"} if careless else {"leader", "sync_standby"}
    return len(roles) == count and needed <= set(roles)


def etcd(folder: Path, call: list[str], clients: list[int], peers: list[int]) -> list[Part]:
    """As many as there are database hosts: the larger half decides."""
    every = ",".join(f"etcd{number}=http://{HERE}:{port}" for number, port in enumerate(peers, 1))
    return [
        Part(
            folder,
            f"etcd{number}",
            [
                *call,
                *("--name", f"etcd{number}", "--data-dir", str(folder / f"etcd{number}")),
                *("--listen-client-urls", f"http://{HERE}:{client}"),
                *("--advertise-client-urls", f"http://{HERE}:{client}"),
                *("--listen-peer-urls", f"http://{HERE}:{peer}"),
                *("--initial-advertise-peer-urls", f"http://{HERE}:{peer}"),
                *("--initial-cluster", every, "--pre-vote=true", "--logger=zap", "--log-level=warn"),
            ],
        )
        for number, (client, peer) in enumerate(zip(clients, peers, strict=True), 1)
    ]


class Nginx(Part):
    """In front of the web hosts; one of them can be left out while it is worked on."""

    def __init__(self, folder: Path, call: list[str], file: Path) -> None:
        self.file = file
        super().__init__(folder, "nginx", [*call, "-e", f"{folder}/nginx-errors.log", "-c", str(file)])

    def leave_out(self, port: int) -> None:
        self._tell(f"server {HERE}:{port};", f"server {HERE}:{port} down;")

    def take_in(self, port: int) -> None:
        self._tell(f"server {HERE}:{port} down;", f"server {HERE}:{port};")

    def _tell(self, before: str, after: str) -> None:
        """As `nginx -s reload` after an edit: what runs through the old workers ends there."""
        old = set(children(self.process.pid))
        self.file.write_text(self.file.read_text().replace(before, after))
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: not old & set(children(self.process.pid)), "nginx works by its new file")


def nginx(folder: Path, call: list[str], port: int, webs: list[int]) -> Nginx:
    """docs/operations/nginx.conf without TLS; around it only what says where this trial's files go."""
    text = (OPERATIONS / "nginx.conf").read_text(encoding="utf-8")
    # Nobody types a name here, and the first port of a machine is root's.
    text = re.sub(r"^server \{\n    listen 80;.*?^\}\n", "", text, flags=re.M | re.S)
    text = re.sub(r"^ *ssl_.*\n", "", text.replace("listen 443 ssl;", f"listen {HERE}:{port};"), flags=re.M)
    text = text.replace("/var/log/nginx", str(folder))
    for number, web in enumerate(webs, 1):
        text = text.replace(f"10.0.0.1{number}:8000", f"{HERE}:{web}")
    places = "".join(
        f"{kind}_temp_path {folder}/nginx-{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"worker_processes 2;\ndaemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx-errors.log warn;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}{text}}}\n",
        encoding="utf-8",
    )
    return Nginx(folder, call, file)


def haproxy(folder: Path, call: list[str], port: int, ports: dict[str, list[int]]) -> Part:
    text = (OPERATIONS / "haproxy.cfg").read_text(encoding="utf-8").replace(f"{HERE}:5000", f"{HERE}:{port}")
    for number, (database, patroni) in enumerate(zip(ports["postgres"], ports["patroni"], strict=True), 1):
        text = text.replace(
            f"10.0.0.2{number}:5432 check port 8008", f"{HERE}:{database} check port {patroni}"
        )
    text = re.sub(r"^ *server .* 10\.0\.0\..*\n", "", text, flags=re.M)
    file = folder / "haproxy.cfg"
    file.write_text(text, encoding="utf-8")
    return Part(folder, "haproxy", [*call, "-db", "-f", str(file)])


def pgbouncer(folder: Path, call: list[str], port: int, database: int, password: str) -> Part:
    text = (OPERATIONS / "pgbouncer.ini").read_text(encoding="utf-8")
    users = folder / "userlist.txt"
    users.write_text(f'"dianliang" "{password}"\n')
    for told, here in {
        "port=5000": f"port={database}",
        "listen_port = 6432": f"listen_port = {port}\nunix_socket_dir =",
        "/etc/pgbouncer/userlist.txt": str(users),
    }.items():
        text = text.replace(told, here)
    file = folder / "pgbouncer.ini"
    file.write_text(text, encoding="utf-8")
    return Part(folder, "pgbouncer", [*call, str(file)])


def wait_until_listening(port: int, what: str) -> None:
    def listening() -> bool:
        with contextlib.suppress(OSError), socket.create_connection((HERE, port), timeout=1):
            return True
        return False

    wait_for(listening, what)
