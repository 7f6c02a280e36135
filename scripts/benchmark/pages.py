"""How long each page of the console takes in a whole city, and how many statements: `scripts/bench --pages`.

Makes the city (`SEED=tieli`, some minutes on each database), signs in as each role, and opens every kind of page that its
people reach by links, and the search in the head with each kind of clue. It asks in this process, without a network: what is
measured is what the product itself needs, so that another process on the machine shows in p95 first.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scripts.benchmark import site as sites

ROLES = ("tong", "shao", "bu", "yan", "jie", "admin", "shang")
# Of each kind of page so many addresses, each opened so often.
OF_EACH_KIND, TIMES = 3, 3
# What the issue asks of a page, in ms.
LIMIT_MS = 300


@dataclass
class Times:
    """What one kind of page took one role, in ms, and how many statements it cost at most."""

    taken: list[float] = field(default_factory=list)
    # What of it this process worked: on SQLite all there is, on PostgreSQL all but the server's part.
    worked: list[float] = field(default_factory=list)
    statements: int = 0
    slowest: str = ""
    bytes: int = 0

    def note(self, ms: float, cpu: float, statements: int, address: str, size: int) -> None:
        if ms >= max(self.taken, default=0.0):
            self.slowest = address
        self.taken.append(ms)
        self.worked.append(cpu)
        self.statements, self.bytes = max(self.statements, statements), max(self.bytes, size)

    @property
    def p50(self) -> float:
        return statistics.median(self.taken)

    @property
    def p95(self) -> float:
        return sorted(self.taken)[max(0, -(-len(self.taken) * 95 // 100) - 1)]


def run(asked: Any) -> int:
    """For each database: makes the city, measures in a process of its own, prints the table; 1 where a page is slower
    than LIMIT_MS."""
    import contextlib
    import tempfile

    slow = 0
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dianliang-pages-")))
        kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
        server = stack.enter_context(sites.database_server(kinds, folder, asked.postgres_url))
        for kind in kinds:
            place = folder / kind
            place.mkdir()
            address = stack.enter_context(sites.database(kind, place, server, "dianliang_pages"))
            slow += _measured_on(kind, address, place)
    return 1 if slow else 0


def _measured_on(kind: str, address: str, folder: Path) -> int:
    environment = os.environ | sites.PLAIN
    environment |= {
        "DATABASE_URL": address,
        "DATA_DIR": str(folder),
        "APP_ENV": "development",
        "SEED": "tieli",
    }
    environment |= {"LOG_LEVEL": "CRITICAL", "FLASK_APP": "backend.app:create_app"}
    for command in (("flask", "db", "upgrade"), ("flask", "seed"), ("scripts.benchmark.pages", kind)):
        sites.say(f"{kind}: {' '.join(command)}")
        code = subprocess.run([sys.executable, "-m", *command], cwd=sites.TOP, env=environment).returncode
        if code and command[0] == "flask":
            raise SystemExit(code)
    return code


# --- in the process that measures --------------------------------------------------------------------------


class Measure:
    """Opens addresses and notes what each took."""

    def __init__(self, app: Any) -> None:
        import sqlalchemy as sa

        from backend.db import db

        self.app, self.seen = app, 0
        self.found: dict[tuple[str, str], Times] = {}
        with app.app_context():
            sa.event.listen(db.engine, "before_cursor_execute", self._count)

    def _count(self, *_told: Any) -> None:
        self.seen += 1

    def open(self, visitor: Any, role: str, kind: str, address: str) -> Any:
        """The page, TIMES times."""
        for _again in range(TIMES):
            self.seen, began, worked = 0, time.perf_counter(), time.process_time()
            answer = visitor.get(address)
            ms, cpu = (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000
            told = self.found.setdefault((role, kind), Times())
            told.note(ms, cpu, self.seen, address, len(answer.data))
        return answer


def clues(town: Any) -> Iterator[tuple[str, str, str, Callable[[Any], bool]]]:
    """(role, kind of clue, what is typed, whether the answer is right), each of a thing that the city really has."""
    import sqlalchemy as sa

    from backend.db import session
    from backend.people import sealed
    from backend.people.models import Person

    def one(statement: str, **told: Any) -> Any:
        return session.execute(sa.text(statement), told).first()

    place = town.songtao
    wish = one("SELECT id, number, title FROM wishes WHERE community_id = :place AND number IS NOT NULL"
               " ORDER BY id DESC LIMIT 1", place=place)  # fmt: skip
    order = one(
        "SELECT id, number FROM redemptions WHERE community_id = :place ORDER BY id DESC LIMIT 1", place=place
    )
    person = one("SELECT p.id FROM persons p JOIN residencies r ON r.person_id = p.id WHERE r.community_id = :place"
                 " AND p.status = 'active' AND p.phone_sealed IS NOT NULL ORDER BY p.id DESC LIMIT 1", place=place)  # fmt: skip
    item = one("SELECT i.name FROM items i JOIN shops s ON s.id = i.shop_id WHERE s.community_id = :place"
               " ORDER BY i.id DESC LIMIT 1", place=place)  # fmt: skip
    activity = one(
        "SELECT title FROM activities WHERE community_id = :place ORDER BY id DESC LIMIT 1", place=place
    )
    officer = one("SELECT person_id FROM appointments WHERE to_day IS NULL ORDER BY id DESC LIMIT 1")
    row, holder = session.get(Person, person.id), session.get(Person, officer.person_id)
    to = {
        "wish": f"/console/wishes/{wish.id}",
        "order": f"/console/redemptions/{order.id}",
        "person": f"/console/people/{person.id}",
        "card": "/console/people/",
    }

    def leads(where: str) -> Callable[[Any], bool]:
        return lambda answer: answer.status_code == 303 and answer.headers["Location"].startswith(where)

    def lists(words: str) -> Callable[[Any], bool]:
        return lambda answer: answer.status_code == 200 and words in answer.get_data(as_text=True)

    yield "tong", "a wish by number", wish.number, leads(to["wish"])
    yield "tong", "a wish by title", wish.title, lists(to["wish"])
    yield "tong", "an order by number", order.number, leads(to["order"])
    yield "tong", "a person by name", sealed.real_name(row), lists(to["person"])
    yield (
        "tong",
        "a person by a part of the name",
        (sealed.real_name(row) or "")[-2:],
        lists("/console/people/"),
    )
    yield "tong", "a person by phone", sealed.phone(row), leads("/console/people/")
    yield "tong", "a person by card", "P000001", leads(to["card"])
    yield "tong", "an item by name", item.name, lists(item.name)
    yield "tong", "an activity by title", activity.title, lists(activity.title)
    yield "tong", "a place by name", "松涛", lists("松涛社区")
    yield "tong", "nothing there", "没有这样的东西", lists("没有")
    yield "shao", "a person by name", sealed.real_name(row), lists("")
    yield "bu", "an item by name", item.name, lists(item.name)
    yield "bu", "an order by number", order.number, leads(to["order"])
    yield "jie", "a wish by number", wish.number, leads(to["wish"])
    yield "admin", "an appointment by name", sealed.real_name(holder), lists("/console/appointments?name=")
    yield "admin", "an appointment by place", "松涛社区", lists("/console/appointments?name=")
    yield "admin", "an appointment by phone", sealed.phone(holder), lists("/console/appointments?name=")


# What the lists are asked for, beside the search in the head: role, kind of clue, address.
def lists_asked(town: Any) -> Iterator[tuple[str, str, str]]:
    import sqlalchemy as sa

    from backend.db import session

    item = session.execute(
        sa.text(
            "SELECT i.name FROM items i JOIN shops s ON s.id = i.shop_id WHERE s.community_id = :place"
            " ORDER BY i.id LIMIT 1"
        ),
        {"place": town.songtao},
    ).first()
    yield "tong", "wishes by the wisher's name", f"/console/wishes?text={quote('宁小舟')}"
    yield "tong", "wishes by words of the description", f"/console/wishes?text={quote('台灯')}"
    yield "tong", "orders by item", f"/console/redemptions?item={quote(item.name)}"
    yield "tong", "orders by person", f"/console/redemptions?person={quote('乌兰舟')}"
    yield "tong", "residents by name", f"/console/people/list?asked={quote('宁')}"
    yield "admin", "appointments by name", f"/console/appointments?name={quote('雨禾')}"
    yield "admin", "appointments by place", f"/console/appointments?place={quote('松涛')}"
    yield "admin", "places by name", f"/console/places?q={quote('松涛-0')}"
    yield "shang", "journal of a day", "/console/journal"
    yield "shang", "wishes of the whole city", "/console/wishes"


def main() -> None:
    from backend.app import create_app
    from backend.db import session
    from tests.console import linked_pages
    from tests.console.visitor import Visitor
    from tests.town import Town

    linked_pages.OF_EACH_KIND = OF_EACH_KIND
    kind = sys.argv[1]
    app = create_app()
    measure, missed = Measure(app), []
    with app.app_context():
        town = Town(app)
        asked, listed = list(clues(town)), list(lists_asked(town))
        session.remove()
    for role in ROLES:
        visitor = Visitor(app, role)
        for page, address, _page in linked_pages.pages_of(visitor, app):
            measure.open(visitor, role, page.removeprefix("console."), address)
        for who, what, words, right in asked:
            if who == role and not right(
                measure.open(visitor, role, f"search: {what}", f"/console/search?q={quote(words)}")
            ):
                missed.append(f"{who}: {what}")
        for who, what, address in listed:
            if who == role:
                measure.open(visitor, role, f"list: {what}", address)
        sites.say(f"{kind}: {role} done")
    print_table(kind, measure.found, missed)
    raise SystemExit(1 if any(one.p95 > LIMIT_MS for one in measure.found.values()) or missed else 0)


def print_table(kind: str, found: dict[tuple[str, str], Times], missed: list[str]) -> None:
    """The slowest first; then the whole as one line."""
    print(f"\n{kind}: {len(found)} kinds of pages and clues of {len(ROLES)} roles, each {TIMES} times; ms")
    print(f"{'':<48}{'p50':>8}{'p95':>8}{'cpu':>8}{'stmts':>7}{'KB':>6}  slowest")
    for (role, page), one in sorted(found.items(), key=lambda pair: -pair[1].p95):
        cpu = statistics.median(one.worked)
        figures = f"{one.p50:>8.0f}{one.p95:>8.0f}{cpu:>8.0f}{one.statements:>7}{one.bytes // 1024:>6}"
        print(f"{role + ' ' + page:<48}{figures}  {one.slowest}")
    every = sorted(ms for one in found.values() for ms in one.taken)
    slow = [name for name, one in found.items() if one.p95 > LIMIT_MS]
    print(
        f"all: p50 {every[len(every) // 2]:.0f}, p95 {every[len(every) * 95 // 100]:.0f}, {len(slow)} above {LIMIT_MS} ms"
    )
    if missed:
        print("not found: " + "; ".join(missed))
    told = {
        " ".join(name): {"p50": one.p50, "p95": one.p95, "statements": one.statements}
        for name, one in found.items()
    }
    into = sites.TOP / "var" / "bench"
    into.mkdir(parents=True, exist_ok=True)
    (into / f"pages-{kind}.json").write_text(
        json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
