"""The client for the mini-program, on the live server and under TypeScript; the document under Redocly's rules."""

import json

import pytest

from tests.client.conftest import HERE, TOP
from tests.files import pictures

# The compiler; the package called `typescript` is for openapi-typescript, which writes with an older one.
TSC = "node_modules/typescript-7/bin/tsc"


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.js")))
def test_the_client_keeps_its_promises_on_the_live_server(node, served, tmp_path, name):
    picture = tmp_path / "picture.png"
    picture.write_bytes(pictures.saved(pictures.drawn(64, 48), "PNG"))
    told = node("--test", name, BASE_URL=served.url, PICTURE=str(picture))
    assert told.returncode == 0, told.stdout
    assert "fail 0\n" in told.stdout
    assert "pass 0\n" not in told.stdout


@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.source.json"])
def test_types_and_source_agree_with_those_of_the_platform(node, project):
    told = node(TSC, "--project", project)
    assert told.returncode == 0, told.stdout


def test_a_wrong_use_of_the_platform_would_be_found(node, tmp_path):
    wrong = "\nwx.request({ url: 'https://example.com', method: 'PATCH' })\n"
    (tmp_path / "wrong.js").write_text(wrong)
    options = json.loads((HERE / "tsconfig.source.json").read_text())
    options["extends"] = str(HERE / "tsconfig.json")
    options["compilerOptions"]["typeRoots"] = [str(HERE / "node_modules")]
    options["files"] = ["wrong.js"]
    (tmp_path / "tsconfig.json").write_text(json.dumps(options))
    told = node(TSC, "--project", tmp_path / "tsconfig.json")
    assert told.returncode != 0
    assert "PATCH" in told.stdout


def test_the_document_keeps_redoclys_rules(node):
    told = node("lint.mjs", TOP / "miniprogram_api_docs" / "openapi.json")
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_breach_of_the_rules_would_be_found(node, tmp_path):
    document = json.loads((TOP / "miniprogram_api_docs" / "openapi.json").read_text(encoding="utf-8"))
    del document["paths"]["/api/v1/me"]["get"]["summary"]
    document["paths"]["/api/v1/me/points"]["get"]["responses"]["200"]["content"]["application/json"][
        "example"
    ]["data"]["available"] = "forty"
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    told = node("lint.mjs", tmp_path / "openapi.json")
    assert told.returncode == 1
    assert {line.split(":")[0] for line in told.stdout.splitlines()[:-1]} == {
        "operation-summary",
        "no-invalid-media-type-examples",
    }


def test_the_lock_names_no_machine():
    """Whoever installs from it asks the registry that they have: the lock knows packages by their digests alone."""
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, one in lock["packages"].items() if "resolved" in one] == []
    assert all("integrity" in one for name, one in lock["packages"].items() if name)
