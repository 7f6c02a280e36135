"""A folder of this machine and an S3-compatible store keep pictures alike. The store is moto's local server."""

import os
import stat
from dataclasses import replace

import boto3
import pytest
from moto.server import ThreadedMotoServer

from backend import config
from backend.files import stores
from backend.files.stores import Bucket, Folder, StoreUnavailable

BUCKET = "dianliang"
KEYS = {"aws_access_key_id": "test-key", "aws_secret_access_key": "test-secret"}


@pytest.fixture(scope="session")
def s3_address():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=address, region_name="us-east-1", **KEYS).create_bucket(Bucket=BUCKET)
    yield address
    server.stop()


@pytest.fixture
def bucket(s3_address, monkeypatch):
    settings = config.Settings(
        file_store=f"s3://{BUCKET}/pictures",
        s3_endpoint=s3_address,
        s3_access_key=KEYS["aws_access_key_id"],
        s3_secret_key=KEYS["aws_secret_access_key"],
        s3_addressing="path",
    )
    monkeypatch.setattr(config, "_current", settings)
    return stores.store()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "_current", config.Settings(data_dir=str(tmp_path)))
    return stores.store()


@pytest.fixture(params=["folder", "bucket"])
def store(request):
    return request.getfixturevalue(request.param)


def test_what_is_put_is_got_again_and_gone_once_erased(store):
    store.put("ab12.jpg", b"\xff\xd8 one")
    store.put("ab12.small.jpg", b"\xff\xd8 two")
    store.put("ab12.jpg", b"\xff\xd8 three")
    assert store.get("ab12.jpg") == b"\xff\xd8 three"
    store.erase("ab12.jpg")
    store.erase("ab12.jpg")
    assert store.get("ab12.jpg") is None
    assert store.get("ab12.small.jpg") == b"\xff\xd8 two"


def test_a_name_that_was_never_put_is_nothing(store):
    assert store.get("never.jpg") is None


def test_the_settings_choose(folder, bucket):
    assert (type(folder), type(bucket)) == (Folder, Bucket)


def test_the_folder_is_for_its_owner_alone_and_holds_no_half_files(folder, tmp_path):
    folder.put("cd34.jpg", b"x" * 1000)
    (kept,) = (tmp_path / "files").rglob("*.jpg*")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_written_means_later(tmp_path, monkeypatch):
    (tmp_path / "files").write_text("in the way")
    store = Folder(tmp_path / "files")
    for ask in (lambda: store.put("ef56.jpg", b"x"), lambda: store.get("ef56.jpg")):
        with pytest.raises(StoreUnavailable):
            ask()


def test_a_full_disk_means_later_and_leaves_nothing_under_the_name(folder, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailable):
        folder.put("ff00.jpg", b"x")
    assert folder.get("ff00.jpg") is None


def test_the_prefix_keeps_installations_apart(bucket, s3_address):
    bucket.put("gh78.jpg", b"ours")
    client = boto3.client("s3", endpoint_url=s3_address, region_name="us-east-1", **KEYS)
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix="pictures/gh78")["Contents"]
    assert [one["Key"] for one in listed] == ["pictures/gh78.jpg"]
    head = client.head_object(Bucket=BUCKET, Key="pictures/gh78.jpg")
    assert head["ContentType"] == "image/jpeg"


@pytest.mark.parametrize(
    "change", [{"file_store": "s3://no-such-bucket"}, {"s3_endpoint": "http://127.0.0.1:9"}]
)
def test_a_store_that_does_not_answer_means_later_and_tells_no_key(bucket, monkeypatch, change, caplog):
    monkeypatch.setattr(config, "_current", replace(config.settings(), **change))
    store = stores.store()
    for ask in (lambda: store.put("a.jpg", b"x"), lambda: store.get("a.jpg"), lambda: store.erase("a.jpg")):
        with pytest.raises(StoreUnavailable) as refused:
            ask()
        assert "test-secret" not in str(vars(refused.value))
    assert "test-secret" not in caplog.text
