"""Waits until the product serves, then says where it is and who may sign in."""

import contextlib
import os
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from backend.seeds.demo import CAST, Cast

SECONDS = 60
PAGES = (
    ("/", "front page for residents"),
    ("/wall", "the wish wall, for a hall screen; /wall/ID of one community"),
    ("/console/", "staff console"),
    ("/docs", "the API, browsable"),
)


def main() -> None:
    host = os.environ["HOST"]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    address = f"http://{f'[{host}]' if ':' in host else host}:{os.environ['PORT']}"
    if not serves(address):
        return
    simulated = f"http://127.0.0.1:{os.environ['WECHAT_SIMULATOR_PORT']}"
    # scripts/demo looks here.
    (Path(os.environ["DATA_DIR"]) / "running-at").write_text(f"{address}\n{simulated}\n")
    simulator = f"{simulated}/simulator/"
    lines = [f"  {address + path:<36}{what}" for path, what in PAGES]
    lines.append(f"  {simulator:<36}the WeChat simulator: messages it received")
    lines += ["", f"  Data is in {os.environ['DATA_DIR']}. Ctrl-C stops everything and keeps the data."]
    if os.environ["SEED"] in ("demo", "tieli"):
        lines += ["", *sign_ins(address)]
    rule = "─" * 78
    print("\n".join(["", rule, "  点亮 is running.", "", *lines, rule, ""]), flush=True)


def serves(address: str) -> bool:
    """Asks /readyz until it answers; gives up when whoever started this is gone."""
    opener, starter, deadline = build_opener(ProxyHandler({})), os.getppid(), time.monotonic() + SECONDS
    while time.monotonic() < deadline and os.getppid() == starter:
        try:
            opener.open(f"{address}/readyz", timeout=2).close()
            return True
        except (URLError, OSError):
            time.sleep(0.1)
    return False


def sign_ins(address: str) -> list[str]:
    """The demo cast, and how one of them signs in."""
    return [
        "  Demo people (sign-in code sim:<name>:<anything new>, each code once):",
        *(f"    {one.name:<7}{one.real_name}  {place_of(one)}" for one in CAST),
        "    —      鄂桂兰  resident without a phone, paper card P000001",
        "",
        f"  curl -s {address}/api/v1/sessions -H 'Content-Type: application/json' \\",
        """       -d '{"code": "sim:ning:'$RANDOM$RANDOM'"}'""",
        "",
        f"  In the console the same names sign in with the password: {console_password()}",
        "  In another terminal: scripts/demo plays the story as these people.",
        "  Requests are written here with LOG_LEVEL=INFO scripts/run.",
    ]


def console_password() -> str:
    """The one that seeding gave the cast and keeps beside the database."""
    kept = Path(os.environ["DATA_DIR"]) / "demo-password"
    return kept.read_text().strip() if kept.exists() else "(the one with which the data was made)"


def place_of(one: Cast) -> str:
    if one.role:
        return f"{one.role}, {one.place}"
    if one.unit:
        return f"party_member ({one.unit}), {one.community}"
    points = f", {one.points} points" if one.points else ""
    return f"resident, {one.community}{points}"


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
