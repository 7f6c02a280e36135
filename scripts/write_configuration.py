"""Writes docs/configuration.md from the table of settings: python -m scripts.write_configuration"""

from pathlib import Path

from backend import config

PAGE = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"
TYPES = {int: "whole number", float: "number", str: "text"}
HEAD = """# Configuration

Written by `python -m scripts.write_configuration` from the table in `backend/config.py`; a test tells when it is
stale. Every setting is an environment variable, read once, when a process starts. An empty variable is a set
variable: leave out what you do not want to change.

A process refuses to start with settings that it cannot read, and names every fault at once.

| variable | kind | default | meaning |
|---|---|---|---|
"""
PRODUCTION = """
## What `APP_ENV=production` refuses

- `SECRET_KEY`, `INDEX_KEY`: missing, shorter than 32 characters, or the demo value.
- `SEAL_KEYS`, `WECHAT_APP_ID`, `WECHAT_APP_SECRET`: missing or the demo value.
- `WECHAT_BASE_URL`: missing, or the simulator on this machine. WeChat's own is `https://api.weixin.qq.com`.
- `TRUSTED_PROXIES=0` with `WECHAT_CLOUD_HOSTING=on`: the platform's gateway is one, and a whole city one address.
- `SEED` other than `empty`, and any `DEMO_PASSWORD`: demo people do not belong in production.

Keys are made with:

```
python -c "from backend.config import new_secret; print(new_secret())"                       # SECRET_KEY, INDEX_KEY
python -c "import base64, os; print('2026a:' + base64.b64encode(os.urandom(32)).decode())"   # SEAL_KEYS
```

`SEAL_KEYS` opens the sealed names, phones and addresses: without it they are lost, so keep a copy apart from the
database's. To change the key, put a new pair in front (`2027a:…,2026a:…`): the first one seals, all of them open.
To change `INDEX_KEY`, put the one in use into `INDEX_KEY_OLD`. Then run `flask keys rotate`, which may be stopped and
run again; when it ends well, the old pair and `INDEX_KEY_OLD` may go.

## Read by gunicorn and the scripts alone

| variable | default | meaning |
|---|---|---|
| `HOST` | `127.0.0.1` | the address on which gunicorn listens; `0.0.0.0` in a container |
| `LAN_DEMO` | empty | `on`: a development installation may listen beyond this machine, where everybody may be anybody |
| `PROMETHEUS_MULTIPROC_DIR` | `metrics` in `DATA_DIR` | folder of the workers' counts, emptied at each start |
| `TEST_POSTGRES_URL` | empty | another PostgreSQL server for `scripts/test`; it drops and makes databases there |
"""


def text() -> str:
    """The whole page."""
    rows = []
    for one in config.table():
        name, meaning = one.metadata["name"], one.metadata["meaning"].replace("|", "\\|")
        rows.append(f"| `{name}` | {TYPES[one.type]} | {_shown(one.default)} | {meaning} |\n")
    return HEAD + "".join(rows) + PRODUCTION


def _shown(default: object) -> str:
    if default in (config.DEMO_SECRET, config.DEMO_SEAL_KEYS):
        return "a demo value"
    return f"`{default}`" if default != "" else "empty"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
