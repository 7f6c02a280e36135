"""The OpenAPI document, at `/openapi.json` and as a file; browsable at `/docs` with a package's files."""

import re
from pathlib import Path
from typing import Any

import flask_swagger_ui
from apiflask import APIBlueprint
from flask import Response, current_app, send_from_directory
from werkzeug.routing import Rule

from backend.api.frame import examples
from backend.api.frame.descriptions import DESCRIPTIONS
from backend.api.frame.fields import Anything, Choice, Integer, Schema, Text
from backend.api.frame.route import PUBLIC, _json, get
from backend.db import MAX_ID

bp = APIBlueprint("documentation", __name__, enable_openapi=False)

ASSETS = Path(flask_swagger_ui.__file__).parent / "dist"
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>点亮 接口文档</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="stylesheet" href="/docs/docs.css"></head><body><div id="docs"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>"""
# Ours, beside the package's: contrast, names and headings that it lacks.
OURS = Path(__file__).parent / "docs_page"


class Envelope(Schema):
    """Every success; `data` is the route's own."""

    code = Integer("成功时为 0", most=0, example=0)
    message = Choice("成功时为 ok", ("ok",))
    data = Anything("内容")
    request_id = Text("请求编号，与响应头 X-Request-Id 相同", most=64)


ABOUT = """小程序用的全部接口。快速上手、每条业务的调用顺序、错误码和状态图在 miniprogram_api_docs 文件夹里。

回答总是 `{code, message, data, requestId}`，HTTP 状态码是真实的；登录后的请求带 `Authorization: Bearer <token>`。"""
# What stands together in the document, and what it is about.
# In the order in which a reader meets them; one without a sentence explains itself. A tag that does not stand here
# follows, with the sentence that its blueprint says: `tag={"name": …, "description": …}`.
TAGS = {
    "首页": "第一屏和我的待办，各一次请求",
    "身份": "登录、我的资料、居住登记和双报到登记",
    "人员": "工作人员核实登记、为没有手机的居民登记和发卡",
    "组织": "市、街道、社区、网格、单位",
    "权责清单": "清单的各版和事项、分类、小区、该由谁办",
    "工作日历": "哪些天是工作日、期限是哪一天、录入放假调休",
    "消息与积分": "站内消息、订阅消息、我的积分",
    "图片": "上传和打开图片",
    "小程序码": "打开某一页面的小程序码和链接",
    "微信": "微信服务器的推送；小程序用不到",
    "微心愿": "报单、审核、期、认领、送达、确认",
    "志愿服务": "志愿队、活动、报名、签到、时长、服务记录",
    "双报到": "在职党员的服务情况和反馈表",
    "兑换超市": "货架、兑换、核销、库存、盘点",
    "积分管理": "积分规则和调整（工作人员）",
    "个人信息权利": "隐私说明、同意、导出、注销",
    "投诉与建议": "提交、办理、复核",
    "监护人": "未成年人的监护登记",
    "家人代办": "成年人替同意过的家人办事",
    "运行状况": "监控用；小程序用不到",
}
# The refusals that any route may answer with, beside those of its own rule.
_REFUSALS = {
    "400": "请求不是有效的 JSON",
    "401": "未登录或登录已失效",
    "403": "没有权限",
    "404": "没有找到",
    "409": "当前状态不能办理",
    "413": "内容太大",
    "415": "内容类型不对",
    "422": "填写有误",
    "429": "太频繁",
    "500": "系统故障",
    "503": "暂时不可用",
}


@get(bp, "/openapi.json", "OpenAPI 文档", PUBLIC)
def openapi() -> Response:
    return _json(document(current_app), 200)


@get(bp, "/docs", "接口文档页面", PUBLIC)
def docs() -> Response:
    return Response(PAGE, mimetype="text/html")


@get(bp, "/docs/start.js", "接口文档页面的启动脚本", PUBLIC)
def docs_start() -> Response:
    return send_from_directory(OURS, "start.js", max_age=3600)


@get(bp, "/docs/docs.css", "接口文档页面的样式", PUBLIC)
def docs_style() -> Response:
    return send_from_directory(OURS, "docs.css", max_age=3600)


@get(bp, "/docs/assets/<path:name>", "接口文档页面的文件", PUBLIC)
def docs_assets(name: str) -> Response:
    return send_from_directory(ASSETS, name, max_age=86400)


def document(app: Any) -> dict[str, Any]:
    """The whole document, the same for the same code: paths in order, no host."""
    known = app.extensions.get("openapi")
    if known is None:
        known = app.extensions["openapi"] = _complete(app.spec)
    return known


def path_of(rule: Rule) -> str:
    """A Flask rule as the document writes it: `/wishes/<id:wish_id>` is `/wishes/{wish_id}`."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


def _complete(spec: dict[str, Any]) -> dict[str, Any]:
    known = {tag["name"]: tag.get("description") for tag in spec["tags"]}
    spec["tags"] = [
        {"name": name, **({"description": said} if (said := TAGS.get(name) or known[name]) else {})}
        for name in (*(name for name in TAGS if name in known), *sorted(known - TAGS.keys()))
    ]
    spec["info"]["description"] = ABOUT
    spec["servers"] = [{"url": "/", "description": "部署所在的主机"}]
    parts = spec.setdefault("components", {})
    parts.setdefault("schemas", {})["Refusal"] = _refusal_schema()
    parts["responses"] = {
        f"Refused{status}": {
            "description": sentence,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
        }
        for status, sentence in _REFUSALS.items()
    }
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "8–64 个可见字符；同一编号重复提交得到第一次的结果",
        "schema": {"type": "string", "minLength": 8, "maxLength": 64},
    }
    for path in spec["paths"].values():
        for method, operation in path.items():
            if method == "post" and operation.get("security"):
                operation.setdefault("parameters", []).append(key)
            if operation["operationId"] in DESCRIPTIONS:
                operation.setdefault("description", DESCRIPTIONS[operation["operationId"]])
            # Nothing said would leave open whether somebody forgot it.
            operation.setdefault("security", [])
            for parameter in operation.get("parameters", []):
                # Every id in a path goes through the same converter.
                if parameter["in"] == "path" and parameter["name"].endswith("_id"):
                    parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
            for status in _REFUSALS:
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Refused{status}"})
            operation["responses"] = dict(sorted(operation["responses"].items()))
    spec["paths"] = dict(sorted(spec["paths"].items()))
    _say_null(spec)
    _promise_everything(spec)
    _name_files(spec)
    examples.add(spec)
    return spec


# What apispec writes beside an object that may be missing is read by generators as “any object”, and by strict readers
# as well. This is null and nothing else, in 3.0: a text, perhaps null, whose only value is null.
_LOOSE_NULL = {"type": "object", "nullable": True}
NULL = {"type": "string", "nullable": True, "enum": [None]}


def _say_null(part: Any) -> None:
    """An object that may be missing is that object or null; that null is assumed where nothing was given is said by
    the field's not being required, and by no `default`, which generators take for a promise."""
    if isinstance(part, list):
        for one in part:
            _say_null(one)
    elif isinstance(part, dict):
        if "default" in part and part["default"] is None:
            del part["default"]
        if "anyOf" in part:
            part["anyOf"] = [dict(NULL) if one == _LOOSE_NULL else one for one in part["anyOf"]]
        for one in part.values():
            _say_null(one)


def _name_files(spec: dict[str, Any]) -> None:
    """A route that answers with a file says so with `x-media`: its success is that file, without envelope."""
    for path in spec["paths"].values():
        for operation in path.values():
            media = operation.pop("x-media", None)
            if media:
                file = {"schema": {"type": "string", "format": "binary"}}
                operation["responses"]["200"]["content"] = {media: file}


def _promise_everything(spec: dict[str, Any]) -> None:
    """What we answer is answered in full: every property is always there, and no other one."""
    for path in spec["paths"].values():
        for operation in path.values():
            for described in operation["responses"].values():
                for content in described.get("content", {}).values():
                    _close(content["schema"])
    waiting = [
        spec["paths"][path][method]["responses"] for path in spec["paths"] for method in spec["paths"][path]
    ]
    seen: set[str] = set()
    while waiting:
        for name in _references(waiting.pop()) - seen:
            seen.add(name)
            schema = spec["components"]["schemas"][name]
            waiting.append(schema)
            if name != "Refusal":
                _close(schema)


def _close(schema: dict[str, Any]) -> None:
    schema["additionalProperties"] = False
    if schema.get("properties"):
        schema["required"] = sorted(schema["properties"])


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = part.get("$ref", "")
        found = {own.rsplit("/", 1)[1]} if own.startswith("#/components/schemas/") else set()
        return found.union(*map(_references, part.values()))
    return set().union(*map(_references, part)) if isinstance(part, list) else set()


def _refusal_schema() -> dict[str, Any]:
    known = examples.refusals()
    return {
        "type": "object",
        "required": ["code", "error", "message", "data", "requestId"],
        "additionalProperties": False,
        "properties": {
            "code": {"type": "integer", "enum": sorted({cls.code for cls in known})},
            "error": {"type": "string", "enum": sorted({cls.name() for cls in known})},
            "message": {"type": "string", "description": "给人看的中文说明"},
            "data": {"type": "object", "nullable": True, "additionalProperties": True},
            "requestId": {"type": "string"},
        },
    }
