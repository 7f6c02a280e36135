"""How fast the product is on this machine, beside what the database alone could do: SQLite and PostgreSQL.

Each round measures every work on one database and then on the other (A B A B …): over HTTP against gunicorn, and at
once by the driver alone, with as many clients: the product's own statements, and the leanest SQL that writes the same
rows, by hand (scripts/benchmark/limits). With --peer others take their turns beside it. Each figure is the median of the
rounds. Several sizes at --rows are measured by turns within each round, so that growth shows.

With --people a crowd does mixed work for some minutes, or until there were so many requests: then it counts
whether there were errors, whether the memory of the workers stayed flat, and whether the books balance.
docs/performance.md explains the method.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.benchmark import report
from scripts.benchmark import site as sites
from tests.unlimited import UNLIMITED

# name: (what it is called, turns in a round of the short form, is it a reading work)
WORKS = {
    "sign_in": ("sign-in check (GET /me)", 1600, True),
    "wall": ("wall page of 20", 800, True),
    "statement": ("statement page of 20", 2000, True),
    "wish": ("wish page with timeline", 800, True),
    "home": ("first screen (GET /home)", 400, True),
    "write": ("wish, written down", 160, False),
    "claim": ("claim", 160, False),
    "check_in": ("check-in", 160, False),
    "request": ("redemption request", 240, False),
    "spread": ("request, 20 communities", 240, False),
    "approve": ("approval", 160, False),
    "hand_over": ("hand-over", 80, False),
    "register_csv": ("register export, CSV", 16, True),
    "register_xlsx": ("register export, XLSX", 8, True),
}
# What has goals, or a peer.
MEASURED = (
    *("sign_in", "wall", "statement", "home", "claim", "check_in", "request", "spread", "hand_over", "write"),
)
# What has to stay as quick as it is, however much there is.
GROWING = ("wall", "statement", "wish")
# Nothing but the work itself: no limit of a day or a minute is met in seconds of measuring.
ENVIRONMENT = {**sites.PLAIN, **UNLIMITED, "CLAIM_LIMIT": "1000000", "INDEX_KEY": "bench-index-" + "0" * 40}


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rows",
        type=_sizes,
        default=[10_000],
        help="wishes and transfers: 10000, or several sizes: 10000,100000,1000000",
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="alternating rounds; at least 3 for a judgement"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="times the requests of the short form")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--workers", type=int, default=4, help="processes of gunicorn")
    parser.add_argument("--threads", type=int, default=2, help="of each of them; four a core are enough")
    parser.add_argument(
        "--works",
        help=f"some of {','.join(WORKS)}; those of an order go together. "
        f"All of them unless told; with several sizes {','.join(GROWING)}",
    )
    parser.add_argument("--postgres-url", help="a server of yours instead of a pip-installed one")
    parser.add_argument(
        "--into", type=Path, default=sites.TOP / "var" / "bench", help="the folder of the results"
    )
    parser.add_argument(
        "--pages",
        action="store_true",
        help="instead: the whole city, how long each page of the console and each search takes each role",
    )
    parser.add_argument(
        "--cpu",
        action="store_true",
        help="only the processor time of a request: short, and of use on a busy machine",
    )
    parser.add_argument(
        "--prove",
        action="store_true",
        help="measures nothing: tells which rows each leaves, and whether they are the same",
    )
    peers = parser.add_argument_group("beside other stacks, each on a fresh database of one template")
    peers.add_argument(
        "--peer", action="store_true", help="with a FastAPI peer: scripts/benchmark/peers/README.md"
    )
    peers.add_argument(
        "--peer-workers", type=int, default=os.cpu_count() or 1, help="its processes; as many as cores"
    )
    crowd = parser.add_argument_group("a crowd that does mixed work")
    crowd.add_argument("--people", type=int, help="so many signed-in people, 2000")
    crowd.add_argument("--minutes", type=float, help="how long they work; 5 unless told")
    crowd.add_argument("--requests", type=int, help="until so many requests were answered, 100000")
    crowd.add_argument("--connections", type=int, default=64, help="how many of them are there at once")
    told = parser.parse_args(arguments)
    if len(told.rows) > 1 and (told.cpu or told.peer):
        parser.error("--cpu and --peer are for one size")
    if told.people is None and (told.minutes is not None or told.requests is not None):
        parser.error("--minutes and --requests are for --people")
    return told


def _sizes(text: str) -> list[int]:
    return sorted({int(one) for one in text.split(",")})


def main() -> None:
    asked = read_arguments(sys.argv[1:])
    default = list(GROWING) if len(asked.rows) > 1 else list(WORKS)
    if asked.cpu or asked.peer or asked.prove:
        default = list(MEASURED)
    works = asked.works.split(",") if asked.works else default
    if unknown := set(works) - set(WORKS):
        raise SystemExit(f"No such work: {', '.join(sorted(unknown))}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As an exception, so that everything that was started is stopped on the way out.
        signal.signal(number, _stop)
    try:
        if asked.pages:
            from scripts.benchmark import pages

            raise SystemExit(pages.run(asked))
        if asked.people:
            from scripts.benchmark import crowd

            raise SystemExit(crowd.run(asked))
        if asked.prove:
            from scripts.benchmark import prove

            raise SystemExit(prove.run(asked, works, ENVIRONMENT))
        if asked.peer:
            from scripts.benchmark import alternating

            alternating.run(asked, works, ENVIRONMENT)
            return
        measured(asked, works)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _stop(number: int, _frame: Any) -> None:
    raise SystemExit(128 + number)


def measured(asked: argparse.Namespace, works: list[str]) -> None:
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dianliang-bench-")))
        kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
        server = stack.enter_context(sites.database_server(kinds, folder, asked.postgres_url))
        found = {
            (kind, rows): stack.enter_context(site(kind, rows, folder, server, asked, works))
            for kind in kinds
            for rows in asked.rows
        }
        for number in range(1, asked.rounds + 1):
            _round(number, asked, works, found)
        result = _result(asked, works, kinds, found)
    sites.say("")
    names = {work: WORKS[work][0] for work in works}
    report.write_cpu(result, asked.into, names) if asked.cpu else report.write(result, asked.into, names)
    print(f"{time.monotonic() - began:.0f} s altogether; results in {asked.into}")


def _round(number: int, asked: argparse.Namespace, works: list[str], found: dict[Any, sites.Site]) -> None:
    """Every work on one database and then on the other; of several sizes none is always the first."""
    for kind in dict.fromkeys(kind for kind, _ in found):
        for work in works:
            for rows in asked.rows if number % 2 else reversed(asked.rows):
                one = found[kind, rows]
                sites.say(f"round {number} of {asked.rounds}, {one.name}: {WORKS[work][0]}")
                size, reading = max(2, round(WORKS[work][1] * asked.scale)), WORKS[work][2]
                # By the driver a reading turn takes no time: more of them, or their beginning is all that is measured.
                raw = 4 * size if reading else max(2, size // 2)
                one.measure(work, size, raw, reading=reading, alone=asked.cpu)


def _result(
    asked: argparse.Namespace, works: list[str], kinds: tuple[str, ...], found: dict[Any, sites.Site]
) -> dict[str, Any]:
    several = len(asked.rows) > 1
    databases = {one.name: one.told(works) for one in found.values()}
    for one in () if asked.cpu else found.values():
        for work, row in databases[one.name]["works"].items():
            row["planning"] = one.planning(work)
    result = {
        "rows": asked.rows if several else asked.rows[0],
        "rounds": asked.rounds,
        "clients": sites.CLIENTS,
        "workers": asked.workers,
        "threads": asked.threads,
        "databases": databases,
    }
    if several:
        reading = [work for work in works if WORKS[work][2]]
        told = {
            key: {"row": one.told(works)["works"], "plans": one.plans(reading)} for key, one in found.items()
        }
        result["growth"] = {
            kind: {
                work: _growth(work, asked.rows, [told[kind, rows] for rows in asked.rows]) for work in works
            }
            for kind in kinds
        }
    return result


def _growth(work: str, sizes: list[int], told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """p50 of each size, and how many times that of the smallest it is."""
    p50 = [one["row"][work]["http"]["p50_ms"] for one in told]
    driver = [one["row"][work]["driver"]["p50_ms"] for one in told]
    return [
        {
            "rows": rows,
            "p50_ms": p50[at],
            "ratio": p50[at] / p50[0],
            "driver_p50_ms": driver[at],
            "driver_ratio": driver[at] / driver[0],
            **told[at]["plans"].get(work, {}),
        }
        for at, rows in enumerate(sizes)
    ]


@contextlib.contextmanager
def site(
    kind: str, rows: int, folder: Path, server: str | None, asked: argparse.Namespace, works: list[str]
) -> Iterator[sites.Site]:
    """A fresh database, the town in it, and the product serving it."""
    several = len(asked.rows) > 1
    name = f"{kind}, {rows:,} rows" if several else kind
    mine = folder / f"{kind}-{rows}"
    mine.mkdir()
    with contextlib.ExitStack() as stack:
        called = f"dianliang_bench_{rows}" if several else "dianliang_bench"
        address = stack.enter_context(sites.database(kind, mine, server, called))
        environment = {**os.environ, **ENVIRONMENT, "DATA_DIR": str(mine), "DATABASE_URL": address}
        town = stack.enter_context(sites.town("scripts.benchmark.town", name, mine, environment))
        found = sites.Site(name, mine, address, town)
        handed = (round(WORKS["hand_over"][1] * asked.scale) + sites.WARMING) * asked.rounds
        orders = handed if asked.cpu else 60
        found.fill(rows, works, tapes=not asked.cpu, orders=orders)
        found.port, found.master = stack.enter_context(
            sites.served(mine, environment, asked.workers, asked.threads)
        )
        yield found


if __name__ == "__main__":
    main()
