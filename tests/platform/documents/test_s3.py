"""The same gate over a real object store."""

import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from zhitong.core.errors import NotFound
from zhitong.documents import storage
from zhitong.units.models import Unit

WEED = Path(sys.prefix) / "bin" / "weed"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
KEY, SECRET = "zhitong", secrets.token_hex(16)


def _free_ports(count: int) -> list[int]:
    """Return free ports whose neighbours 10000 above, which the store takes too, are free as well."""
    found: list[int] = []
    while len(found) < count:
        port = secrets.randbelow(20_000) + 12_000
        with socket.socket() as low, socket.socket() as high:
            try:
                low.bind(("127.0.0.1", port))
                high.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
        if all(abs(port - other) not in (0, 10_000) for other in found):
            found.append(port)
    return found


@pytest.fixture(scope="module")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("weed")
    s3, master, volume, filer = _free_ports(4)
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "WEED_S3_SSE_KEK": secrets.token_hex(32),
        "S3_BUCKET": "zhitong",
    }
    command = [
        str(WEED), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.port={s3}",
        f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", "-webdav=false",
        "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            _await(f"http://127.0.0.1:{s3}", server)
            yield f"http://127.0.0.1:{s3}"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        assert server.poll() is None, "the object store ended"
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
            continue
        return
    pytest.fail("the object store did not come up")


@pytest.fixture
def bucket(store_url: str, settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": "zhitong",
                "endpoint_url": store_url,
                "access_key": KEY,
                "secret_key": SECRET,
                "region_name": "us-east-1",
                "signature_version": "s3v4",
                "addressing_style": "path",
                "default_acl": None,
                "file_overwrite": True,
            },
        },
    }
    _make_bucket()


def _make_bucket() -> None:
    client = default_storage.connection.meta.client
    deadline = time.monotonic() + 20
    while True:
        try:
            if "zhitong" not in {found["Name"] for found in client.list_buckets()["Buckets"]}:
                client.create_bucket(Bucket="zhitong")
            client.put_object(Bucket="zhitong", Key="ready", Body=b"x")
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
            continue
        return


def test_files_are_kept_once_and_come_back_whole(unit: Unit, city: Unit, bucket: None) -> None:
    content = PDF + bytes(6 * 1024 * 1024)
    kept = storage.store(unit, SimpleUploadedFile("大文件.pdf", content))
    again = storage.store(unit, SimpleUploadedFile("另一个名.pdf", content))
    assert (kept.sha256, kept.size) == (again.sha256, len(content))
    assert default_storage.exists(f"units/{unit.uuid}/{kept.sha256[:2]}/{kept.sha256}")
    with storage.open_(unit, kept.sha256) as file:
        assert file.read() == content
    with pytest.raises(NotFound):
        storage.open_(city, kept.sha256)


def test_the_store_answers_the_application_alone(unit: Unit, bucket: None, store_url: str) -> None:
    kept = storage.store(unit, SimpleUploadedFile("内参.pdf", PDF))
    path = storage.path_of(unit, kept.sha256)
    client = default_storage.connection.meta.client
    signed = client.generate_presigned_url("get_object", Params={"Bucket": "zhitong", "Key": path}, ExpiresIn=60)
    forged = re.sub(r"Signature=..", "Signature=00", signed)
    assert forged != signed
    assert _status(signed) == 200  # the application's own key opens it
    for address in (f"{store_url}/zhitong/{path}", forged, signed.replace(path, f"{path[:-1]}0")):
        assert _status(address) in {403, 404}, address


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
