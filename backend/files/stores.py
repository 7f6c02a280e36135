"""Where pictures lie: a folder of this machine, or an S3-compatible store that several machines share."""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog

from backend import config
from backend.errors import Refused

CONNECT_SECONDS, READ_SECONDS = 3, 10

log = structlog.get_logger()


class StoreUnavailable(Refused):
    code, message = 50310, "图片暂时无法存取，请稍后再试"
    headers = {"Retry-After": "5"}


class Store(Protocol):
    """Every method may raise StoreUnavailable. A name is ours and never comes from a client."""

    def put(self, name: str, content: bytes) -> None: ...

    def get(self, name: str) -> bytes | None:
        """None when there is nothing under this name."""
        ...

    def erase(self, name: str) -> None:
        """Erasing what is not there is no fault."""
        ...


def store() -> Store:
    """The store that FILE_STORE names."""
    settings = config.settings()
    if not settings.file_store:
        return Folder(Path(settings.data_dir) / "files")
    return _bucket(settings)


class Folder:
    """A folder that only this user may enter; a file is whole or not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        place = self._place(name)
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(place)
        except OSError as fault:
            log.error("file.not_stored", why=fault.strerror)
            raise StoreUnavailable() from None

    def get(self, name: str) -> bytes | None:
        try:
            return self._place(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            log.error("file.not_read", why=fault.strerror)
            raise StoreUnavailable() from None

    def erase(self, name: str) -> None:
        try:
            self._place(name).unlink(missing_ok=True)
        except OSError as fault:
            log.error("file.not_erased", why=fault.strerror)
            raise StoreUnavailable() from None

    def _place(self, name: str) -> Path:
        return self._folder / name[:2] / name


class Bucket:
    """A bucket of an S3-compatible store; `prefix` keeps several installations apart in it."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def put(self, name: str, content: bytes) -> None:
        self._asked("put_object", name, Body=content, ContentType="image/jpeg")

    def get(self, name: str) -> bytes | None:
        answer = self._asked("get_object", name)
        return None if answer is None else self._read(answer["Body"])

    def erase(self, name: str) -> None:
        self._asked("delete_object", name)

    def _asked(self, verb: str, name: str, **more: Any) -> dict[str, Any] | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._client, verb)(Bucket=self._bucket, Key=self._prefix + name, **more)
        except ClientError as fault:
            why = fault.response.get("Error", {}).get("Code", "")
            if why in ("NoSuchKey", "404"):
                return None
        except BotoCoreError as fault:
            why = type(fault).__name__
        log.error("file.store_failed", verb=verb, why=why)
        raise StoreUnavailable()

    def _read(self, body: Any) -> bytes:
        from botocore.exceptions import BotoCoreError

        try:
            return body.read()
        except (BotoCoreError, OSError) as fault:
            log.error("file.store_failed", verb="read", why=type(fault).__name__)
            raise StoreUnavailable() from None


@cache
def _bucket(settings: config.Settings) -> Bucket:
    # Only who uses such a store pays for loading its client.
    import boto3
    from botocore.config import Config

    place = urlsplit(settings.file_store)
    client = boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint or None,
        region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key or None,
        aws_secret_access_key=settings.s3_secret_key or None,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 2},
            # Stores that speak S3 and are not Amazon's know neither newer checksums nor host-style buckets.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": settings.s3_addressing},
        ),
    )
    return Bucket(client, place.netloc, place.path)
