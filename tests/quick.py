"""What `--quick` leaves out: tests that need another program than Python, and tests that take long.

Each kind is a marker too: `pytest -m slow`, `pytest -m "not browser"`.
"""

LEFT_OUT = {
    "browser": "the pages in Chromium",
    "office": "the registers in LibreOffice",
    "client": "the client of the mini-program with Node",
    "faults": "kills, full disks and crowds (tests/faults)",
    "slow": "what takes long (pytest -m slow)",
}
BY_FIXTURE = ("browser", "office")
BY_FOLDER = ("client", "faults")


def mark(item) -> None:
    """Marks a test by what it asks for and where it lies; a slow one says so itself."""
    for name in BY_FIXTURE:
        if name in getattr(item, "fixturenames", ()):
            item.add_marker(name)
    top = item.nodeid.removeprefix("tests/").partition("/")[0]
    if top in BY_FOLDER:
        item.add_marker(top)


def is_left_out(item) -> bool:
    return any(item.get_closest_marker(name) for name in LEFT_OUT)


def sentence() -> str:
    return f"--quick leaves out PostgreSQL, bandit, and of the tests: {'; '.join(LEFT_OUT.values())}."
