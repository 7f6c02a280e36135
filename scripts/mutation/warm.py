"""A pytest plugin that stays: the app, its databases and the tests are made once, and each change is tried in a fork.

What a change costs is then the tests' own time, and only of those tests that run the changed function, the ones that
noticed most of its neighbours first. `-p scripts.mutation.warm`, with in the environment

    MUTATE_MODULES  the modules that are changed, `:` between them
    MUTATE_SOCKET   where changes are announced: a connection, the answer is `0` or `1` and what was seen
"""

import ast
import contextlib
import functools
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
import types
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

MODULES = os.environ["MUTATE_MODULES"].split(":")
# A change may make a loop longer or endless; what takes three times as long as the tests did is stopped.
PATIENCE, AT_LEAST = 3, 5
# Functions that ran while the product and its tests were imported: what they made then stands in a fork as it was.
_early: set[str] = set()
_ran_in: dict[str, set[str]] = defaultdict(set)
_seconds: Counter[str] = Counter()
_noticed: dict[str, Counter[str]] = defaultdict(Counter)
_failed: list[str] = []
# In a fork that imports all anew: the tests in their order. In every process: where the kept databases lie, a
# folder of SQLite's or a server of PostgreSQL's.
_order: dict[str, int] = {}
_kept: list[str] = []
# It answers forks from the process that waits, and remembers there which codes were used.
_simulators: list[Any] = []


# --- which test runs which function --------------------------------------------------------------------


@contextlib.contextmanager
def _watching(into: set[str]) -> Iterator[None]:
    """Notes the functions of the modules that are called, in every thread."""
    ours = {str(Path(one).absolute()): one for one in MODULES}

    def note(frame: types.FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename in ours:
            into.add(f"{ours[frame.f_code.co_filename]}:{_function(frame.f_code.co_qualname)}")

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _function(qualname: str) -> str:
    """The function in which a lambda or a comprehension stands."""
    return qualname.partition(".<locals>")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _order:
        items[:] = sorted((one for one in items if one.nodeid in _order), key=lambda one: _order[one.nodeid])
        _take_kept_databases()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any):
    made = yield
    if fixturedef.argname == "running_wechat":
        _simulators.append(made)
    if fixturedef.argname == "host" and not _order:
        _kept.append(str(made.folder) if made.name == "sqlite" else _address(made))
    return made


def _address(host: Any) -> str:
    return host.server.render_as_string(hide_password=False)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] += report.duration
    if report.failed:
        _failed.append(report.nodeid)


# --- waiting for changes -------------------------------------------------------------------------------


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    if _order or not session.items:
        return None
    _look.close()
    # Its databases shall be taken down when it is no longer wanted.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    items = _as_they_are(session)
    if not items:
        return True
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(os.environ["MUTATE_SOCKET"])
    listening.listen()
    while True:
        asking, _ = listening.accept()
        with asking:
            asking.sendall(_try(items).encode())


def _as_they_are(session: pytest.Session) -> dict[str, pytest.Item]:
    """Runs every test once with nothing changed, and keeps what the whole session shares; then all of them
    in a fork: what cannot be run there is left to those that import all anew. None if one fails."""
    items = session.items
    # The first one makes what all of them share: it is run once before its time is taken. (After it follows its
    # file, which keeps that.)
    items[0].config.hook.pytest_runtest_protocol(item=items[0], nextitem=items[0].parent)
    _seconds.clear()
    for item, following in zip(items, [*items[1:], items[0].parent], strict=True):
        called: set[str] = set()
        # Else only the first test would run what is made once.
        _forget_what_was_made_once()
        with _watching(called):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        for one in called:
            _ran_in[one].add(item.nodeid)
    if _failed:
        return {}
    known = {item.nodeid: item for item in items}
    while left := _in_a_fork(list(known.values()), None, 600.0):
        print(f"\nnot in a fork: {left}", flush=True)
        if left not in known:
            return {}
        del known[left]
    told = _anew("nothing", known)
    print(f"\nall anew, nothing changed: {told}", flush=True)
    return known if told.startswith("0") else {}


def _try(items: dict[str, pytest.Item]) -> str:
    """One change: in a fork where it is inside a function, else (or where it came too late) all anew."""
    where, codes = _changed()
    if codes is None:
        return _anew(where, items)
    tests = [items[name] for name in _ordered(_ran_in[where], where) if name in items]
    seen = _in_a_fork(tests, codes, AT_LEAST + PATIENCE * sum(_seconds[item.nodeid] for item in tests))
    if seen:
        _noticed[where][seen] += 1
        return f"1 {where}: {seen}"
    if where in _early or any(name not in items for name in _ran_in[where]):
        return _anew(where, items)
    return f"0 {where}: {len(tests)} tests"


def _ordered(names: set[str], where: str) -> list[str]:
    everywhere = sum(_noticed.values(), Counter())
    return sorted(names, key=lambda name: (-_noticed[where][name], -everywhere[name], _seconds[name]))


def _in_a_fork(tests: list[pytest.Item], codes: Any, seconds: float) -> str:
    """The first test that fails with this change; nothing if all pass."""
    return _answer(lambda: _run(tests, codes), seconds)


def _run(tests: list[pytest.Item], codes: Any) -> None:
    """Puts the change into what is loaded, and runs the tests until one fails. What the session shares
    belongs to the process that waits, and is not taken down here."""
    for function, code in codes or ():
        function.__code__ = code
    _forget_what_was_made_once()
    if tests:
        tests[0].session._setupstate.teardown_exact(tests[0])
    for item, following in zip(tests, [*tests[1:], *(one.parent for one in tests[:1])], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if _failed:
            return


def _forget_what_was_made_once() -> None:
    """By functions as they were, under `@cache`."""
    for module in [one for name, one in sys.modules.items() if name.startswith("backend.")]:
        for kept in vars(module).values():
            if isinstance(kept, functools._lru_cache_wrapper):
                kept.cache_clear()


def _answer(work: Callable[[], Any], seconds: float) -> str:
    """What failed when this was done in a fork."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    for one in _simulators:
        # Every fork signs in with the same codes.
        one.memory.reset()
    with warnings.catch_warnings():
        # The simulator's thread answers from where it is; its likeness in the fork is not used.
        warnings.simplefilter("ignore")
        child = os.fork()
    if child == 0:
        _do(work, writing)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], seconds)
    seen = os.read(reading, 10_000).decode() if ready else "timeout"
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)
    return "" if seen == "none" else seen or "it ended"


def _do(work: Callable[[], Any], writing: int) -> None:
    """In the fork; never returns."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        for output in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), output)
        work()
        os.write(writing, (_failed or ["none"])[0].encode())
    except BaseException as gone:
        # Whatever it is, the change was noticed.
        os.write(writing, f"{type(gone).__name__}".encode())
    finally:
        os._exit(0)


# --- all anew: a fork from before the product was imported ----------------------------------------------


def _anew(where: str, items: dict[str, pytest.Item]) -> str:
    names = _ordered(set(_seconds), where)
    asked = {"names": names, "kept": _kept[0], "seconds": 30 + PATIENCE * sum(_seconds.values())}
    others = [one for one in sys.modules if one.partition(".")[0] not in ("backend", "tests", "scripts")]
    with _spare.makefile("rw") as line:
        line.write(json.dumps(asked | {"others": others}) + "\n")
        line.flush()
        seen = json.loads(line.readline())
    if seen in _seconds:
        _noticed[where][seen] += 1
    return f"{int(bool(seen))} {where}, anew: {seen or len(names)}"


def _be_spare(asking: socket.socket) -> None:
    """Waits to try what cannot be put into what is loaded, until nobody is there to ask."""
    with asking.makefile("rw") as line:
        for told in line:
            asked = json.loads(told)
            for name in asked["others"]:
                with contextlib.suppress(Exception), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    importlib.import_module(name)
            seen = _answer(functools.partial(_import_and_run, asked), asked["seconds"])
            line.write(json.dumps(seen) + "\n")
            line.flush()


def _import_and_run(asked: dict[str, Any]) -> None:
    _order.update({name: n for n, name in enumerate(asked["names"])})
    _kept.append(asked["kept"])
    sys.dont_write_bytecode = True
    # They are about the order of imports, which is another one here.
    ignored = ("ImportWarning", "pytest.PytestAssertRewriteWarning")
    status = pytest.main([*sys.argv[1:], "-x", *(f"-Wignore::{one}" for one in ignored)])
    if status and not _failed:
        _failed.append(f"pytest ended with {status}")


def _take_kept_databases() -> None:
    """Instead of migrations and the demo city, which would take longer than the tests."""
    conftest, databases = sys.modules["tests.conftest"], sys.modules["tests.databases"]
    conftest.upgrade, conftest.demo = (lambda: None), types.SimpleNamespace(seed=lambda: None)
    # They are not what the changed source would make: no other run shall have them.
    conftest.templates.key = lambda _settings: None
    if "://" in _kept[0]:
        # They are on the server, which is the one of the process that waits.
        os.environ["TEST_POSTGRES_URL"] = _kept[0]
        databases.PostgresHost.keep_as = lambda host, name: None
        return
    databases.SqliteHost.keep_as = lambda host, name: shutil.copy(
        Path(_kept[0]) / f"{name}.template", host.folder / f"{name}.template"
    )


# --- what was changed ----------------------------------------------------------------------------------


@functools.cache
def _original(module: str) -> str:
    return Path(module).read_text()


def _changed() -> tuple[str, Any]:
    """Where the change is (`file:function`), and the code to be put into that function; None if it is
    outside of all functions, or in what a function is when it is defined: its defaults, its decorators."""
    module = next((one for one in MODULES if Path(one).read_text() != _original(one)), None)
    if module is None:
        return "nowhere", ()
    now = Path(module).read_text()
    old, new = _functions(_original(module)), _functions(now)
    different = [name for name in old if ast.dump(old[name]) != ast.dump(new.get(name, ast.Pass()))]
    if len(different) != 1 or _outside(_original(module)) != _outside(now):
        return f"{module}:", None
    (name,) = different
    code = _code_of(compile(now, str(Path(module).absolute()), "exec"), name)
    return f"{module}:{name}", [(_loaded(module, name), code)]


def _functions(source: str) -> dict[str, ast.Module]:
    """The bodies of the functions and methods of a module by their names."""
    tree = ast.parse(source)
    within = [(f"{one.name}.", one) for one in tree.body if isinstance(one, ast.ClassDef)]
    return {
        f"{before}{one.name}": ast.Module(one.body, [])
        for before, holder in [("", tree), *within]
        for one in holder.body
        if isinstance(one, ast.FunctionDef)
    }


def _outside(source: str) -> str:
    """Everything but these bodies."""
    tree = ast.parse(source)
    for holder in [tree, *(one for one in tree.body if isinstance(one, ast.ClassDef))]:
        for one in holder.body:
            if isinstance(one, ast.FunctionDef):
                one.body = []
    return ast.dump(tree)


def _code_of(code: types.CodeType, name: str) -> types.CodeType:
    first, _, rest = name.partition(".")
    found = next(one for one in code.co_consts if isinstance(one, types.CodeType) and one.co_name == first)
    return _code_of(found, rest) if rest else found


def _loaded(module: str, name: str) -> Any:
    """The function that is in use, under its decorators."""
    found = importlib.import_module(module.removesuffix(".py").replace("/", "."))
    for part in name.split("."):
        found = vars(found)[part]
    return functools.reduce(lambda one, wrapped: getattr(one, wrapped, one), ("fget", "__wrapped__"), found)


# --- at the beginning, before anything of the product is imported ---------------------------------------

for _one in MODULES:
    _original(_one)
_spare, _asking = socket.socketpair()
if os.fork() == 0:
    _spare.close()
    try:
        _be_spare(_asking)
    finally:
        os._exit(0)
_asking.close()
_look = contextlib.ExitStack()
_look.enter_context(_watching(_early))
