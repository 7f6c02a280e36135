"""The parts of miniprogram_api_docs/ that are generated from the code, so that they cannot differ from it."""

import json
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from backend import app_pages
from backend.api.frame import openapi as documentation
from backend.handbook import declarations, guests, refusals, states, words

FOLDER = Path("miniprogram_api_docs")
# The mini-program ships its own copy of the client: WeChat packs nothing from outside its folder.
COPY = Path("miniprogram", "utils", "dianliang")


def written(app: Flask | None = None) -> dict[Path, str]:
    """Every generated file and what it holds."""
    document = documentation.document(app or current_app)
    return {
        FOLDER / "openapi.json": json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
        FOLDER / "pages.json": json.dumps(_pages(), ensure_ascii=False, indent=1) + "\n",
        FOLDER / "errors.md": refusals.page(),
        FOLDER / "states.md": states.page(),
        **_client(document),
    }


def _client(document: dict[str, Any]) -> dict[Path, str]:
    files = {
        "api.d.ts": declarations.text(document),
        "guests.js": guests.text(document),
        "words.js": words.text(),
    }
    made = {folder / name: text for folder in (FOLDER / "client", COPY) for name, text in files.items()}
    return {**_copies(), **made}


def _copies() -> dict[Path, str]:
    """The rest of the client as the mini-program has it: written by hand, copied whole."""
    client = FOLDER / "client"
    by_hand = (one for one in sorted(client.rglob("*.*")) if one.is_file() and one.name != "README.md")
    return {COPY / one.relative_to(client): one.read_text(encoding="utf-8") for one in by_hand}


def _pages() -> list[dict[str, object]]:
    """The pages that a mini-program has to have, for a machine to compare with its `app.json`."""
    return [{"path": one.path, "query": list(one.query), "kinds": list(one.kinds)} for one in app_pages.PAGES]
