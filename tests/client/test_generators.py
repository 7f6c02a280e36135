"""Clients that generators make of the document: they compile, and play the three loops on a served demo city.

One generator plays in the suite, all of them with `--every-generator`.
"""

import json
import subprocess
import sys

import pytest

from tests.client.conftest import HERE, PATIENCE_SECONDS, TOP

STORIES = HERE / "generators"
DOCUMENT = TOP / "miniprogram_api_docs" / "openapi.json"
MODULES = HERE / "node_modules"
OPTIONS = {
    "strict": True,
    "noEmit": True,
    "target": "es2022",
    "lib": ["es2022", "dom", "dom.iterable"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "allowImportingTsExtensions": True,
    "verbatimModuleSyntax": True,
    "noUncheckedIndexedAccess": True,
    "exactOptionalPropertyTypes": False,
    "skipLibCheck": True,
    "types": [],
}
GENERATORS = ("openapi-typescript", "hey-api", "openapi-python-client")


def pytest_generate_tests(metafunc):
    if "generator" in metafunc.fixturenames:
        every = metafunc.config.getoption("--every-generator")
        metafunc.parametrize("generator", GENERATORS if every else GENERATORS[:1])


@pytest.fixture
def room(tmp_path):
    """A folder from which Node finds our packages."""
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path


def made_by_openapi_typescript(node, room):
    """A default is what the server takes where nothing was given, and no promise that it is given."""
    command = (MODULES / "openapi-typescript" / "bin" / "cli.js", DOCUMENT)
    made = room / "made" / "openapi-typescript.ts"
    return node(*command, "--output", made, "--default-non-nullable=false")


def made_by_hey_api(node, room):
    command = (MODULES / "@hey-api" / "openapi-ts" / "bin" / "run.js", "-f", STORIES / "hey-api.config.mjs")
    return node(*command, OPENAPI=str(DOCUMENT), MADE=str(room / "made" / "hey-api"))


def plays_in_typescript(node, room, served, name):
    story = room / f"{name}.ts"
    story.write_text((STORIES / story.name).read_text(encoding="utf-8"), encoding="utf-8")
    (room / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS, "files": [story.name]}))
    compiled = node(MODULES / "typescript-7" / "bin" / "tsc", "--project", room / "tsconfig.json")
    assert compiled.returncode == 0, compiled.stdout[:3000]
    return node(story, BASE_URL=served.url)


def plays_in_python(room, served):
    generate = ["generate", "--path", str(DOCUMENT), "--meta", "none", "--output-path", str(room / "made")]
    config = ("--config", STORIES / "openapi-python-client.yml", "--fail-on-warning")
    made = ran("-m", "openapi_python_client", *generate, *config)
    assert made.returncode == 0, made.stdout + made.stderr
    return ran(STORIES / "openapi_python_client.py", served.url, PYTHONPATH=str(room))


def ran(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


def test_a_generated_client_compiles_and_plays_the_three_loops(generator, node, room, served):
    if generator == "openapi-python-client":
        played = plays_in_python(room, served)
    else:
        made = made_by_openapi_typescript if generator == "openapi-typescript" else made_by_hey_api
        done = made(node, room)
        assert done.returncode == 0, done.stdout + done.stderr
        played = plays_in_typescript(node, room, served, generator.replace("-", "_"))
    assert played.returncode == 0, played.stdout + played.stderr
    assert "3 loops" in played.stdout
