"""Calls in object storage: a real S3 server (moto) on loopback."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bluelamp.errors import StorageError
from tests.lib.calls.city import FEBRUARY, FEED, City, days_of, make_home, polled_city

_REGION = "eu-west-2"
_ENVIRONMENT = {
    "AWS_ALLOW_HTTP": "true",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
    "AWS_REGION": _REGION,
}


class Bucket:
    """One bucket of the server, seen from outside."""

    def __init__(self, endpoint: str, name: str) -> None:
        self.name, self.endpoint = name, endpoint
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id=_ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=_ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            region_name=_REGION,
        )
        self.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": _REGION})

    def calls(self) -> dict[str, bytes]:
        """Every file of calls."""
        listed = self.client.list_objects_v2(Bucket=self.name, Prefix="some/prefix/lake/").get("Contents", [])
        return {one["Key"]: self.client.get_object(Bucket=self.name, Key=one["Key"])["Body"].read() for one in listed}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in {**_ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    return Bucket(endpoint, f"b{hashlib.sha256(request.node.name.encode()).hexdigest()[:10]}")


def remote(made: City, bucket: Bucket) -> None:
    """From now on the vault is the bucket."""
    made.settings = made.settings.model_copy(update={"vault": f"s3://{bucket.name}/some/prefix"})


def test_each_day_is_put_there_and_again_changes_nothing(tmp_path: Path, bucket: Bucket) -> None:
    made = polled_city(tmp_path / "home", many=30)
    remote(made, bucket)
    now = made.looked[-1] + timedelta(hours=23)
    made.compact(now)
    there = bucket.calls()
    assert list(there) == [f"some/prefix/lake/calls/feed={FEED}/day={day}.parquet" for day in FEBRUARY[:2]]
    with made.history() as history:
        days = history.stores.days.all()
        assert [hashlib.sha256(body).hexdigest() for body in there.values()] == [day.sha256 for day in days]
        assert all(day.uploaded for day in days)
    made.compact(now)
    assert bucket.calls() == there


def test_a_day_made_anew_takes_the_place_of_the_old_one(tmp_path: Path, bucket: Bucket) -> None:
    made = polled_city(tmp_path / "home", many=30)
    remote(made, bucket)
    made.compact(made.looked[-1] + timedelta(hours=23))
    before = bucket.calls()
    # What is in the log is another thing now: another history of the same days.
    other = polled_city(tmp_path / "other", many=31)
    remote(other, bucket)
    other.compact(other.looked[-1] + timedelta(hours=23))
    after = bucket.calls()
    assert after.keys() == before.keys()
    assert after != before


def test_a_lost_server_stops_nothing_and_is_caught_up_with(
    tmp_path: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = polled_city(tmp_path / "home", many=30)
    remote(made, bucket)
    now = made.looked[-1] + timedelta(hours=23)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with made.history() as history, pytest.raises(StorageError, match="cannot be reached"):
        history.compact(now=now)
    with made.history() as history:
        days = history.stores.days.all()
        assert [day.uploaded for day in days] == ["", ""]
        assert all(history.stores.lake.is_sound(day.path, day.sha256) for day in days), "here it is all the same"
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.endpoint)
    made.compact(now)
    assert len(bucket.calls()) == 2


def test_nothing_is_let_go_before_it_is_there(tmp_path: Path, bucket: Bucket) -> None:
    made = polled_city(tmp_path / "home", many=30)
    now = made.looked[-1] + timedelta(days=9)
    made.compact(now)
    remote(made, bucket)
    made.settings = made.settings.model_copy(update={"live_keep_days": 1})
    with made.history() as history:
        assert history.retain(now=now) == {FEED: 0}
        history.compact(now=now)
        key = f"some/prefix/lake/calls/feed={FEED}/day={FEBRUARY[1]}.parquet"
        whole = bucket.calls()[key]
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=whole[:100])
        history.retain(now=now)
        begin = days_of(made.zone, FEBRUARY[1])[0]
        assert min(one.at for one in history.stores.log.between(FEED, "2026", "2027")) >= f"{begin:%Y-%m-%dT%H:%M:%S}"
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=whole)
        assert history.retain(now=now)[FEED] > 0


def test_a_file_that_is_lost_here_comes_from_there(tmp_path: Path, bucket: Bucket) -> None:
    made = polled_city(tmp_path / "home", many=30)
    remote(made, bucket)
    made.compact(made.looked[-1] + timedelta(hours=23))
    with made.history() as history:
        day = history.stores.days.all()[0]
        path = history.stores.lake.path(day.path)
        whole = path.read_bytes()
        path.unlink()
        history.stores.lake.fetch(day.path, day.sha256, day.uploaded)
        assert path.read_bytes() == whole


def test_a_home_whose_vault_is_a_folder_asks_no_bucket(tmp_path: Path) -> None:
    made = City(make_home(tmp_path / "home", vault=f"file://{tmp_path / 'vault'}"), days_zone())
    with made.history() as history:
        assert history.stores.lake.bucket is None


def days_zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("America/Chicago")
