"""Each command of the documents for operators is tried: those that need neither root nor systemd from a clean folder as
another user, as they stand; the others by the programs that read them."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.operations.elsewhere import TOP, Place
from tests.simulated import SimulatedWeChat

DOCS = TOP / "docs"
PAGES = (
    "deployment.zh-CN.md",
    "deployment.md",
    "cloud-hosting.md",
    "wechat.zh-CN.md",
    "ledger.zh-CN.md",
    "personal-data.zh-CN.md",
    "performance.zh-CN.md",
    "databases.md",
)
FENCE = re.compile(r"^( *)```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# Root's, systemd's, or another machine's: what begins so is only read.
ELSEWHERE = re.compile(
    r"sudo |cd |useradd |install -|systemctl |nginx |cp docs/operations|alias |docker |/opt/dianliang/|python3 -m venv /opt"
)
# What a page asks for again is asked for once, in this order.
ONCE = (
    "scripts/install --dry-run",
    'python -c "from backend.config',
    'python -c "import base64',
    "flask db upgrade",
    "flask found-city",
    "flask console-link",
    "flask ledger seal",
    "flask ledger verify",
    "flask keys rotate",
    "flask backup",
    "flask restore",
    "flask wechat templates",
    "flask doctor",
    "scripts/bench --help",
)
# By design: in a city of one day nobody has made a second administrator, and the like; without PostgreSQL there is none to try.
MAY_SAY = {"flask doctor": (0, 1), "flask wechat templates": (0, 1), "flask doctor --database": (0, 1)}


def blocks():
    """Every command of every page, with where it stands; a line that goes on is one."""
    for name in PAGES:
        for indent, block in FENCE.findall((DOCS / name).read_text(encoding="utf-8")):
            lines = [line.removeprefix(indent) for line in block.splitlines()]
            yield name, "\n".join(lines)


def commands():
    found = []
    for name, block in blocks():
        for line in block.replace("\\\n", " ").splitlines():
            words = re.sub(r"\s+#.*$", "", line).strip()
            if words and not words.startswith("#"):
                found.append((name, words))
    return found


def test_bash_reads_every_block():
    for name, block in blocks():
        done = subprocess.run(["bash", "-n"], input=block, text=True, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), (name, block)


def test_each_page_in_chinese_has_commands_and_each_is_either_run_or_read():
    known = {words for _name, words in commands()}
    assert len(known) > 20
    left = [one for one in known if not ELSEWHERE.match(one) and not one.startswith(ONCE)]
    assert left == []
    assert {name for name, _words in commands()} >= {name for name in PAGES if "zh-CN" in name}


def here(place, words):
    """The command with the folders of this place instead of those of an installation."""
    return re.sub(r"(?<!\S)/backups", f"{place.data}/backups", words)


PARTS = (
    "backend",
    "scripts",
    "docs/operations",
    "docs/deployment.md",
    "gunicorn.conf.py",
    "Procfile",
    "tests/databases.py",
    "tests/unlimited.py",
    "tests/__init__.py",
)
INSTALLED = ("requirements.txt", "requirements-dev.txt")


@pytest.fixture
def place():
    with SimulatedWeChat() as wechat, tempfile.TemporaryDirectory(prefix="dianliang-documents-") as folder:
        # As in development, by which the simulator stands for WeChat; production's own refusals are tried elsewhere.
        made = {"APP_ENV": "test", "WECHAT_BASE_URL": wechat.url, "SPONSOR": "铁力市"}
        place = Place(folder, (*PARTS, *INSTALLED), made)
        # All packages are there: this is what scripts/environment writes down of that.
        stamp = b"".join((TOP / one).read_bytes() for one in INSTALLED)
        (place.home / ".venv" / f"installed-{INSTALLED[-1]}").write_bytes(stamp)
        yield place


@pytest.mark.slow
def test_what_needs_no_root_is_run_from_a_clean_folder_as_somebody_else(place):
    told = dict.fromkeys(words for _name, words in commands() if not ELSEWHERE.match(words))
    ordered = sorted(told, key=lambda words: [words.startswith(one) for one in ONCE].index(True))
    (Path(place.data) / "backups").mkdir(mode=0o777)
    (Path(place.data) / "backups").chmod(0o777)
    for words in ordered:
        if words.startswith("flask restore"):
            words = _restored(place)
        code, said = place.run(here(place, words))
        allowed = next((codes for start, codes in MAY_SAY.items() if words.startswith(start)), (0,))
        assert code in allowed, (words, code, said[-2000:])
        assert "Traceback" not in said, (words, said[-2000:])


def _restored(place):
    """A backup comes back into an empty place: the data of before is moved away."""
    backup = max((place.data / "backups").glob("dianliang-*"))
    for one in place.data.iterdir():
        if one.name != "backups":
            shutil.move(one, f"{place.folder}/moved-{one.name}")
    return f"flask restore {backup}"


def test_nginx_reads_the_sample(tmp_path):
    """Where nginx is; elsewhere each brace is closed and each line is."""
    text = (DOCS / "operations" / "nginx.conf").read_text(encoding="utf-8")
    without = re.sub(r"#.*", "", text)
    assert without.count("{") == without.count("}") > 3
    for line in filter(None, map(str.strip, without.splitlines())):
        assert line.endswith((";", "{", "}")) or "'" in line or line.startswith("log_format"), line
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        return
    key, cert = tmp_path / "key", tmp_path / "cert"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "2"]
    subprocess.run([*made, "-keyout", key, "-out", cert], check=True, capture_output=True)
    text = re.sub(r"(ssl_certificate) \S+;", rf"\1 {cert};", text)
    text = re.sub(r"(ssl_certificate_key) \S+;", rf"\1 {key};", text)
    text = re.sub(r"/var/log/nginx", str(tmp_path), text)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; events {{}}\nhttp {{\n{text}\n}}\n", encoding="utf-8")
    done = subprocess.run([program, "-t", "-c", whole], capture_output=True, text=True, check=False)
    assert "syntax is ok" in done.stderr, done.stderr
