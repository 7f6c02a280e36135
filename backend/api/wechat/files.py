"""Pictures over HTTP: taking one in, and showing it behind a signed link."""

import secrets
from typing import Any, NamedTuple

from apiflask import APIBlueprint
from flask import Response
from marshmallow import fields

from backend.api.frame import callers
from backend.api.frame.fields import Choice, Integer, QueryInteger, Schema, Text, metadata
from backend.api.frame.route import PUBLIC, get, post
from backend.db import transaction
from backend.errors import NotFound
from backend.files import actions, checks, links, pictures, queries
from backend.files.models import PURPOSES
from backend.identity.sessions import Caller

bp = APIBlueprint("files", __name__, url_prefix="/api/v1", tag="图片")

# The picture, and what a form has around it.
LARGEST_FORM = pictures.MOST_BYTES + 64 * 1024


class Picture(fields.Raw):
    """The file part of a form."""

    default_error_messages = {"required": "请选择一张图片", "null": "请选择一张图片", "invalid": "应为文件"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not hasattr(value, "stream"):
            raise self.make_error("invalid")
        return value.stream


class UploadIn(Schema):
    file = Picture(
        required=True,
        metadata=metadata(
            "JPEG、HEIC（不超过 5000 万像素）、PNG、WebP（不超过 2000 万像素），不超过 10 MB",
            type="string",
            format="binary",
        ),
    )
    purpose = Choice("用途：心愿、送达、超市物品", PURPOSES, required=True)


class UploadOut(Schema):
    id = Integer("编号，放进 fileIds")
    url = Text("本人查看的地址，一段时间后失效", most=500)
    thumbnail_url = Text("缩略图地址", most=500)
    state = Choice("检查状态", ("checking", "passed", "needs_look", "refused"))
    width = Integer("保存后的宽度（像素）")
    height = Integer("保存后的高度（像素）")


class LinkQuery(Schema):
    view = Choice("给谁看的链接", links.VIEWS, load_default="own")
    size = Choice("大小", links.SIZES, load_default="full")
    until = QueryInteger("链接失效的时刻", load_default=0)
    signature = Text("签名", most=64, load_default=None)


class Stored(NamedTuple):
    """A picture that lies in the store, and the trace of its check, if WeChat has begun one."""

    id: int
    trace: str | None


def _receive(caller: Caller, body: dict[str, Any]) -> Stored:
    """All that is slow: decoding, storing, asking WeChat. The row comes first, so that nothing is orphaned."""
    picture, key = pictures.received(body["file"]), secrets.token_hex(16)
    with transaction():
        file_id = actions.reserve(body["purpose"], key, picture, actor=caller)
    actions.put(key, picture)
    return Stored(file_id, checks.asked(file_id, actor=caller))


@post(
    bp,
    "/files",
    "上传图片",
    form=UploadIn,
    largest=LARGEST_FORM,
    out=UploadOut,
    status=201,
    precheck=_receive,
    description="重新编码并去除拍摄地点等附加信息；微信内容安全检查通过以前只有本人能看到。",
)
def upload_file(caller: Caller, body: dict[str, Any], precheck_result: Stored) -> dict[str, Any]:
    kept = actions.keep(precheck_result.id, precheck_result.trace)
    return {
        "id": kept.id,
        "url": links.link(kept.id, "own"),
        "thumbnail_url": links.link(kept.id, "own", "thumbnail"),
        "state": kept.state,
        "width": kept.width,
        "height": kept.height,
    }


@get(
    bp,
    "/files/<id:file_id>",
    "一张图片",
    PUBLIC,
    query=LinkQuery,
    media="image/jpeg",
    description="凭带签名的链接打开；图片的主人也可以用自己的令牌打开。",
)
def get_file(file_id: int, query: dict[str, Any]) -> Response:
    if query["signature"] is None:
        content = queries.content(file_id, "own", query["size"], owner_id=callers.signed_in().id)
    elif links.genuine(file_id, **query):
        content = queries.content(file_id, query["view"], query["size"])
    else:
        raise NotFound()
    answer = Response(content, mimetype="image/jpeg")
    # Short, because a consent withdrawn has to count soon.
    answer.headers["Cache-Control"] = "private, max-age=60"
    answer.headers["Content-Disposition"] = f'inline; filename="{file_id}.jpg"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
