"""The parts of miniprogram_api_docs/ that are generated from the code, so that they cannot differ from it."""

import json
from pathlib import Path

from flask import Flask, current_app

from backend.api.frame import openapi as documentation
from backend.handbook import declarations, refusals, states, words

FOLDER = Path("miniprogram_api_docs")


def written(app: Flask | None = None) -> dict[Path, str]:
    """Every generated file and what it holds."""
    document = documentation.document(app or current_app)
    return {
        FOLDER / "openapi.json": json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
        FOLDER / "errors.md": refusals.page(),
        FOLDER / "states.md": states.page(),
        FOLDER / "client" / "api.d.ts": declarations.text(document),
        FOLDER / "client" / "words.js": words.text(),
    }
