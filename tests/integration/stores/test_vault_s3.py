"""The vault in object storage: a real S3 server (moto) on loopback, spoken to by the real command."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.lib.loopback import Loopback, Reply, Request
from tests.lib.resilience.command import Commands
from tests.lib.resilience.homes import facts, ledger
from tests.lib.resilience.releases import Releases

_KEY, _SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
_REGION = "eu-west-2"


class Bucket:
    """One bucket of the server, seen from outside."""

    def __init__(self, endpoint: str, name: str) -> None:
        self.name = name
        self.environment = environment_for(endpoint, name)
        self.client: Any = boto3.client(
            "s3", endpoint_url=endpoint, aws_access_key_id=_KEY, aws_secret_access_key=_SECRET, region_name=_REGION
        )
        self.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": _REGION})

    def keys(self) -> list[str]:
        return sorted(one["Key"] for one in self.client.list_objects_v2(Bucket=self.name).get("Contents", []))

    def read(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())


def environment_for(endpoint: str, bucket: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": _KEY,
        "AWS_SECRET_ACCESS_KEY": _SECRET,
        "AWS_REGION": _REGION,
        "BLUELAMP_VAULT": f"s3://{bucket}/some/prefix",
    }


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def bucket(endpoint: str) -> Bucket:
    return Bucket(endpoint, "archive")


@pytest.fixture(scope="module")
def home(bluelamp: Commands, bucket: Bucket, releases: Releases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose vault is the bucket, with both releases."""
    home = tmp_path_factory.mktemp("s3") / "home"
    ended = bluelamp(home, "archive", "load", releases.old, releases.new, environment=bucket.environment)
    assert ended.assert_civil().code in (0, 3), ended.err
    return home


def test_the_bytes_lie_in_the_bucket_and_nowhere_else(home: Path, bucket: Bucket, releases: Releases) -> None:
    """The same answers as with a folder, and no pack on this disk."""
    assert facts(home) == facts(releases.home_new)
    packs = [key for (key,) in ledger(home, "SELECT key FROM vault_object ORDER BY key")]
    assert bucket.keys() == [f"some/prefix/{key}" for key in packs]
    assert not list(home.rglob("*.zip"))
    assert not (home / "vault").exists()


def test_again_changes_nothing(home: Path, bluelamp: Commands, bucket: Bucket, releases: Releases) -> None:
    before = bucket.keys()
    assert bluelamp(home, "archive", "load", releases.new, environment=bucket.environment).code == 0
    assert bucket.keys() == before


def test_diff_reads_from_the_bucket(home: Path, bluelamp: Commands, bucket: Bucket, releases: Releases) -> None:
    ask = ("archive", "diff", "2023-05", "2023-06", "--json")
    there = bluelamp(home, *ask, environment=bucket.environment)
    assert there.code == 0
    assert there.lines() == bluelamp(releases.home_new, *ask).lines() != []


def test_rebuild_from_the_bucket(
    home: Path, bluelamp: Commands, bucket: Bucket, releases: Releases, tmp_path: Path
) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    shutil.rmtree(copy / "lake")
    shutil.rmtree(copy / "warehouse")
    assert bluelamp(copy, "archive", "rebuild", "--yes", environment=bucket.environment).code == 0
    assert facts(copy) == facts(releases.home_new)
    assert bluelamp(copy, "doctor", environment=bucket.environment).code == 0
    assert not list(copy.rglob("*.zip"))


def test_doctor_finds_a_changed_object(bluelamp: Commands, endpoint: str, releases: Releases, tmp_path: Path) -> None:
    """A flipped byte and a lost object are found and named; the answers stay."""
    other = Bucket(endpoint, "damaged")
    home = tmp_path / "home"
    assert bluelamp(home, "archive", "load", releases.old, environment=other.environment).code in (0, 3)
    (key,) = other.keys()
    pack = bytearray(other.read(key))
    pack[len(pack) // 3] ^= 1
    other.client.put_object(Bucket=other.name, Key=key, Body=bytes(pack))
    told = bluelamp(home, "doctor", environment=other.environment)
    assert told.code == 1
    assert "1 of" in told.out
    assert "packs/2023-05/" in told.out
    other.client.delete_object(Bucket=other.name, Key=key)
    told = bluelamp(home, "doctor", environment=other.environment).assert_civil()
    assert told.code == 1
    assert facts(home) == facts(releases.home_old)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"BLUELAMP_VAULT": "s3://no-such-bucket/prefix"}, "no-such-bucket"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
    ids=["no bucket", "no server"],
)
def test_what_is_wrong_is_one_sentence(
    change: dict[str, str], words: str, bluelamp: Commands, bucket: Bucket, releases: Releases, tmp_path: Path
) -> None:
    """Told within seconds, with no secret in it; then, put right, the same command loads."""
    home = tmp_path / "home"
    ended = bluelamp(home, "archive", "load", releases.old, environment={**bucket.environment, **change}, timeout=30)
    assert ended.assert_civil().code == 1
    assert words in ended.sentence
    assert len(ended.sentence) < 200
    assert _SECRET not in ended.err
    assert bluelamp(home, "archive", "load", releases.old, environment=bucket.environment).code in (0, 3)
    assert facts(home) == facts(releases.home_old)


def _denied(_request: Request) -> Reply:
    """Answers everything as S3 does to wrong keys."""
    return Reply(403, b"<Error><Code>InvalidAccessKeyId</Code><Message>The key does not exist</Message></Error>")


def test_refused_credentials_are_one_sentence(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """Wrong keys: nothing is recorded, nothing stays in the cache, no secret is shown."""
    home, server = tmp_path / "home", Loopback(_denied)
    try:
        ended = bluelamp(
            home, "archive", "load", releases.old, environment=environment_for(server.url, "x"), timeout=30
        )
    finally:
        server.close()
    assert ended.assert_civil().code == 1
    assert "credentials" in ended.sentence
    assert _SECRET not in ended.err
    assert ledger(home, "SELECT count(*) FROM receipt") == [(0,)]


def test_no_port_is_left_open() -> None:
    """The port that stands for “no server” above is one where nothing listens."""
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", 9))
