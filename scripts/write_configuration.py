"""Writes docs/configuration.md from the table of settings: python -m scripts.write_configuration"""

from dataclasses import Field
from pathlib import Path

from backend import config
from backend.config_bounds import BOUNDS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"
TYPES = {int: "whole number", float: "number", str: "text"}
HEAD = """# 设置 · Configuration

由 `python -m scripts.write_configuration` 根据 `backend/config.py`（默认值）和 `backend/config_bounds.py`（可以填什么）写出；
旧了有测试会发现。每项设置都是一个环境变量，进程启动时读一次。设成空也算设了：不想改的就不要写。

读不懂的、超出范围的、互相矛盾的设置，进程一律拒绝启动，并且**一次说清全部问题**，中英文各一行，不显示设置的内容（可能是密钥）。
没有哪个数字会让东西立刻消失：`KEEP_…_DAYS` 至少 30，或者写 `never`（从不）。

[English below](#in-english)

| 设置 | 默认 | 可以填 | 含义 |
|---|---|---|---|
"""
PRODUCTION_CHINESE = """
## `APP_ENV=production` 还会拒绝

- `SECRET_KEY`、`INDEX_KEY`：没填、少于 32 个字符、太简单（不同的字符少于 10 个，或一段反复出现）、还是演示值、彼此相同或与
  `WECHAT_APP_SECRET` 相同。
- `SEAL_KEYS`：没填、还是演示值，或第一个不是随机的（全零、只有几种字节、依次排列）；`WECHAT_APP_ID`、`WECHAT_APP_SECRET`：没填
  或还是演示值。
- `WECHAT_BASE_URL`：没填、指向本机，或者不是 https（云托管内部除外）。微信的地址是 `https://api.weixin.qq.com`。
- `WECHAT_CLOUD_HOSTING=on` 时的 `TRUSTED_PROXIES=0`、SQLite、本机图片：网关算一层代理，容器的磁盘随容器消失。
- `SPONSOR`：没填或还是演示值。`SEED` 不是 `empty`，或设了 `DEMO_PASSWORD`：正式环境不能有演示人员。

任何环境下 `INSTANCES` 多于 1 时都拒绝 SQLite、本机图片（`FILE_STORE` 空着）和 `RATE_LIMIT_STORAGE=memory://`。
"""
ENGLISH = """
## In English

Written by `python -m scripts.write_configuration` from the tables in `backend/config.py` and
`backend/config_bounds.py`; a test tells when it is stale. Every setting is an environment variable, read once, when a
process starts. An empty variable is a set variable: leave out what you do not want to change.

A process refuses to start with settings that it cannot read, that are out of range or contradict one another, and names
every fault at once, in English and Chinese, never with the value. No number deletes at once: `KEEP_…_DAYS` is 30 at
least, or the word `never`.

| variable | kind | default | meaning |
|---|---|---|---|
"""
PRODUCTION = """
## What `APP_ENV=production` refuses

- `SECRET_KEY`, `INDEX_KEY`: missing, shorter than 32 characters, too simple (fewer than 10 different characters, or one
  piece over and over), the demo value, or equal to each other or to `WECHAT_APP_SECRET`.
- `SEAL_KEYS`: missing, the demo value, or a first key that is a pattern (all zero, few different bytes, ascending);
  `WECHAT_APP_ID`, `WECHAT_APP_SECRET`: missing or the demo value.
- `WECHAT_BASE_URL`: missing, this machine, or not https (but for Cloud Hosting's inside). WeChat's own is
  `https://api.weixin.qq.com`.
- `TRUSTED_PROXIES=0`, SQLite and local pictures with `WECHAT_CLOUD_HOSTING=on`: the platform's gateway is a proxy, and a
  container's disk ends with it.
- `SPONSOR`: missing or the demo value.
- `SEED` other than `empty`, and any `DEMO_PASSWORD`: demo people do not belong in production.

Everywhere `INSTANCES` above 1 refuses SQLite, local pictures (no `FILE_STORE`) and `RATE_LIMIT_STORAGE=memory://`.

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
    settings = config.table()
    chinese, english = "".join(map(_in_chinese, settings)), "".join(map(_in_english, settings))
    return HEAD + chinese + PRODUCTION_CHINESE + ENGLISH + english + PRODUCTION


def _in_chinese(one: Field) -> str:
    name = one.metadata["name"]
    bound = BOUNDS[name]
    default = _shown(one.default, "演示值", "空")
    return f"| `{name}` | {default} | {_cell(bound.kind.described)} | {_cell(bound.meaning)} |\n"


def _in_english(one: Field) -> str:
    name, meaning = one.metadata["name"], one.metadata["meaning"]
    kind = next((word for known, word in TYPES.items() if one.type is known), "whole number or `never`")
    return f"| `{name}` | {kind} | {_shown(one.default, 'a demo value', 'empty')} | {_cell(meaning)} |\n"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def _shown(default: object, demo: str, empty: str) -> str:
    if default in (config.DEMO_SECRET, config.DEMO_SEAL_KEYS):
        return demo
    return f"`{default}`" if default != "" else empty


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
