"""What prose names is there: files, folders, modules and functions in READMEs, docs, docstrings and comments.

A file may be named by the end of its path (`actions/claims.py`), a module by its last part (`lifecycle.transition`).
"""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ENDINGS = "py|md|json|js|ts|mjs|html|css|toml|txt|yml|yaml|ini|cfg|conf|svg|mako|wxml|wxss"
# A file with its ending, wherever it stands: `wishes/actions/claims.py`, docs/ledger.md, gunicorn.conf.py.
FILE = re.compile(rf"(?<![\w/.:<*}}-])((?:[\w.-]+/)*[\w.-]*\w\.(?:{ENDINGS}))(?![\w/(<-]|\.\w)")
# Something in backticks that begins like a path of ours, or ends like a folder.
FOLDER = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`")
# A module with something in it: `backend.ledger.actions`, `lifecycle.transition()`.
DOTTED = re.compile(r"`([a-z_]+(?:\.\w+)+)(?:\(\w*=?…?\))?`")
# A name that consists of several words, or begins with a dash below: `lock_row`, `CLAIM_LIMIT`, `_TAKE`.
WORD = re.compile(r"`([A-Za-z]*_\w+)(?:\(\))?`")
# Something in a file: `wishes/wall_queries.py: wall`.
PLACED = re.compile(r"`([\w/.]+\.py): (\w+)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")

# What is no file of this repository, and why it is named all the same.
ELSEWHERE = {
    "bench.json": "written by scripts/bench",
    "cpu.json": "written by scripts/bench",
    "crowd.json": "written by scripts/bench",
    "peers.json": "written by scripts/bench",
    "peers.svg": "written by scripts/bench",
    "bench.svg": "written by scripts/bench",
    "crowd-sqlite.svg": "written by scripts/bench",
    "crowd-postgresql.svg": "written by scripts/bench",
    "app.js": "the mini-program's own",
    "app.json": "the mini-program's own",
    "utils/dianliang/": "a folder of the mini-program",
}


@cache
def tracked() -> frozenset[str]:
    """Every file that git knows or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True).stdout
    return frozenset(one for one in listed.splitlines() if (TOP / one).exists())


@cache
def named() -> frozenset[str]:
    """Every ending of every path, of files and of folders: what a text may call it."""
    paths = set(tracked())
    for one in tracked():
        paths |= {str(folder) for folder in Path(one).parents if str(folder) != "."}
    endings = set()
    for one in paths:
        parts = one.split("/")
        endings |= {"/".join(parts[start:]) for start in range(len(parts))}
    return frozenset(endings)


def pages() -> list[str]:
    return sorted(one for one in tracked() if one.endswith(".md"))


def programs() -> list[str]:
    return sorted(one for one in tracked() if one.endswith(".py"))


@cache
def source(program: str) -> str:
    return (TOP / program).read_text(encoding="utf-8")


@cache
def tree(program: str) -> ast.Module:
    return ast.parse(source(program))


def said_in(program: str) -> str:
    """The docstrings and comments of a program."""
    kinds = (ast.ClassDef, ast.FunctionDef)
    said, waiting = re.findall(r"(?:^|\s)# .*", source(program)), [tree(program)]
    while waiting:
        node = waiting.pop()
        said.append(ast.get_docstring(node) or "")
        waiting += [one for one in node.body if isinstance(one, kinds)]
    return "\n".join(said)


def missing_files(text: str) -> list[str]:
    return [one for one in FILE.findall(text) if one not in named() and not is_elsewhere(one)]


def is_elsewhere(name: str) -> bool:
    """What git ignores, and addresses: a path that starts with a host. Links that begin with `..` are followed."""
    first, slash, _ = name.partition("/")
    ignored = (TOP / ".gitignore").read_text(encoding="utf-8").split()
    return (
        name in ELSEWHERE
        or name in ignored
        or f"{first}/" in ignored
        or bool(slash and (first == ".." or "." in first[1:]))
    )


def missing_folders(text: str) -> list[str]:
    ours = {one.split("/")[0] for one in tracked()} | {path.name for path in (TOP / "backend").iterdir()}
    return [
        one
        for one in FOLDER.findall(text)
        if (one.split("/")[0] in ours or one.endswith("/"))
        and one.rstrip("/") not in named()
        and not is_elsewhere(one)
    ]


@cache
def modules() -> dict[str, list[str]]:
    """The files of each module or package of ours, by its own last name."""
    files: dict[str, list[str]] = {}
    for one in programs():
        path = Path(one)
        for name in {path.stem, path.parent.name, path.parent.parent.name}:
            files.setdefault(name, []).append(one)
    return files


@cache
def names_in(module: str) -> set[str]:
    """What is defined, imported or used by a name in the files of a module, and the files themselves."""
    files = modules()[module]
    return {Path(one).stem for one in files}.union(*(names_of(one) for one in files))


@cache
def names_of(ending: str) -> set[str]:
    """The same of the files whose path ends so."""
    known: set[str] = set()
    for one in programs():
        if f"/{one}".endswith(f"/{ending}"):
            for node in ast.walk(tree(one)):
                known |= {getattr(node, field, None) for field in ("name", "id", "attr", "arg")}
    return known


def missing_names(text: str) -> list[str]:
    """Dotted names whose last part is in no module of that name."""
    gone = [f"{file}: {name}" for file, name in PLACED.findall(text) if name not in names_of(file)]
    for one in DOTTED.findall(text):
        *above, last = one.split(".")
        if above[-1] in modules() and not re.fullmatch(ENDINGS, last) and last not in names_in(above[-1]):
            gone.append(one)
    return gone


@cache
def words() -> frozenset[str]:
    """Every word of everything that is no page: programs, templates, settings of servers."""
    itself = Path(__file__).relative_to(TOP).as_posix()
    texts = [one for one in tracked() if not one.endswith((".md", ".svg", ".png", ".webp")) and one != itself]
    return frozenset(word for one in texts for word in re.findall(r"\w+", source(one)))


def missing_words(text: str) -> list[str]:
    """Names of functions, columns, settings in backticks that stand nowhere."""
    return [one for one in WORD.findall(text) if one not in words()]


def missing(text: str) -> list[str]:
    return list(
        dict.fromkeys(missing_files(text) + missing_folders(text) + missing_names(text) + missing_words(text))
    )


@pytest.mark.parametrize("page", pages())
def test_what_a_page_names_is_there(page):
    text = (TOP / page).read_text(encoding="utf-8")
    links = [one for one in LINK.findall(text) if not ((TOP / page).parent / one).exists()]
    assert links + missing(text) == []


def test_what_docstrings_and_comments_name_is_there():
    assert {one: gone for one in programs() if (gone := missing(said_in(one)))} == {}


def test_what_is_gone_would_be_found():
    text = "`api/wishes.py`, wishes/claims.json and `supermarket/verbs`, `lifecycle.make()`, `backend/api/nothing/`, `lock_rows`"
    assert missing(text) == [
        "api/wishes.py",
        "wishes/claims.json",
        "supermarket/verbs",
        "backend/api/nothing/",
        "lifecycle.make",
        "lock_rows",
    ]
    assert (
        missing("`api/wishes/claims.py`, `lifecycle.transition()`, `supermarket/actions`, docs/ledger.md")
        == []
    )


def packed(text: str) -> str:
    """Without what a formatter adds: blanks, and commas before a bracket that closes."""
    return re.sub(r",(?=[)\]}])", "", re.sub(r"\s+", "", text))


def test_the_samples_of_the_architecture_are_lines_of_the_code():
    """But for those that leave something out, with an ellipsis."""
    blocks = re.findall(r"^```python\n(.+?)^```", source("docs/architecture.md"), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if line.strip() and "…" not in line]
    code = packed("\n".join(source(one) for one in programs() if one.startswith("backend/")))
    assert lines
    assert [line for line in lines if packed(line) not in code] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_tree_of_a_readme_is_the_tree_as_it_is(page):
    tree_of_code = re.search(r"^backend/\n(.+?)^```", source(page), re.M | re.S)[1]
    inside, beside = set(), set()
    for line in tree_of_code.splitlines():
        left = re.split(r" {3,}|(?<=\.py) (?=[^\w ])", line.strip())[0]
        (inside if line.startswith("  ") else beside).update(re.findall(r"[\w.]+\.py|\w+(?=/)", left))
    rooms = {path.name for path in (TOP / "backend").iterdir() if not path.name.startswith("__")}
    assert inside == rooms
    assert all(f"{folder}" in named() for folder in beside)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_way_of_a_claim_names_the_functions_that_it_goes_through(page):
    way = source(page).split("`api/wishes/claims.py`")[1].split("\n\n")[0]
    assert re.findall(r"`([^`]+)`", way) == ["wishes/actions/claims.py", "lifecycle.authorize()"]
    assert {"claim_wish", "claim", "authorize"} <= (
        names_of("api/wishes/claims.py") | names_of("wishes/actions/claims.py") | names_of("lifecycle.py")
    )


def test_both_readmes_have_the_same_parts_and_the_same_commands():
    english, chinese = source("README.md"), source("README.zh-CN.md")
    assert english.count("\n## ") == chinese.count("\n## ")
    commands = [
        [
            line.split("#")[0].strip()
            for line in re.findall(r"^(?:scripts/\w|\.venv/|pip |export |flask |honcho ).*", text, re.M)
        ]
        for text in (english, chinese)
    ]
    assert commands[0] == commands[1]
    # Each leads to the pages in its own language, where there are two.
    assert not [one for one in LINK.findall(english) if one.startswith("docs/") and "zh-CN" in one]
    theirs = {one.replace(".zh-CN.md", ".md") for one in LINK.findall(chinese)} - {"README.md"}
    assert set(LINK.findall(english)) - {"README.zh-CN.md"} == theirs
    doubled = {
        one.replace(".zh-CN.md", ".md") for one in pages() if one.startswith("docs/") and "zh-CN" in one
    }
    assert doubled <= theirs
    assert not [one for one in LINK.findall(chinese) if one in doubled]


def test_a_page_in_two_languages_leads_to_the_other_one():
    chinese = [one for one in pages() if one.startswith("docs/") and one.endswith(".zh-CN.md")]
    assert len(chinese) >= 5
    for one in chinese:
        other = one.replace(".zh-CN.md", ".md")
        assert f"]({Path(other).name})" in source(one).split("\n## ")[0], one
        assert f"]({Path(one).name})" in source(other).split("\n## ")[0], other
