"""Raw answers of closed days lie in one pack for each day, and are found by the keys that they had."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bluelamp.errors import Damaged, NotFound
from bluelamp.storage.backup import back_up
from bluelamp.storage.vault.vault import Vault

_NOW = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
_CLOSED, _NOT_YET = "2026-03-01", "2026-03-02"  # half an hour after a day it is still waited for


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    patch = pytest.MonkeyPatch()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
    }.items():  # fmt: skip
        patch.setenv(name, value)
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1").create_bucket(Bucket="vault")
    yield "s3://vault/some/prefix"
    patch.undo()
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    url = (
        str(tmp_path / "vault") if request.param == "folder" else f"{request.getfixturevalue('bucket')}/{tmp_path.name}"
    )
    return Vault(url, tmp_path / "cache")


def _keep(vault: Vault, day: str, many: int = 5, first: int = 0) -> dict[str, tuple[str, bytes]]:
    bodies = [f"answer {number} of {day}".encode() for number in range(first, first + many)]
    return {key: (sha256, body) for body in bodies for key, sha256 in [vault.keep_body(f"city/{day}", body)]}


def _all_read(vault: Vault, kept: dict[str, tuple[str, bytes]]) -> bool:
    return all(vault.read_body(key, sha256) == body for key, (sha256, body) in kept.items())


def test_a_closed_day_is_one_object_and_every_answer_is_found(vault: Vault) -> None:
    closed, today = _keep(vault, _CLOSED), _keep(vault, _NOT_YET)
    other = vault.keep_body(f"town/{_CLOSED}", b"of another feed")
    assert vault.packs.pack_closed("city", _NOW) == 5
    objects = vault._objects
    assert objects.names(f"snapshots/city/{_CLOSED}") == []
    assert objects.names("snapshots/city") == [f"{_CLOSED}.zip"]
    assert len(objects.names(f"snapshots/city/{_NOT_YET}")) == 5, "that day is not over for long enough"
    assert _all_read(vault, {**closed, **today})
    assert vault.read_body(*other) == b"of another feed"
    assert vault.packs.pack_closed("city", _NOW) == 0, "again changes nothing"
    with pytest.raises(NotFound, match="The vault has no snapshots/city"):
        vault.read_body(f"snapshots/city/{_CLOSED}/{'0' * 32}.gz", "0" * 64)


def test_what_comes_later_joins_the_pack(vault: Vault) -> None:
    kept = _keep(vault, _CLOSED)
    vault.packs.pack_closed("city", _NOW)
    kept |= _keep(vault, _CLOSED, 4, first=3)
    assert _all_read(vault, kept)
    assert vault.packs.pack_closed("city", _NOW) == 4
    assert _all_read(vault, kept)
    assert _all_read(Vault(vault.url, Path("unused")), kept)


def test_any_zip_program_opens_a_pack_and_equal_days_are_equal_packs(tmp_path: Path) -> None:
    packs = []
    for name in ("one", "two"):
        vault = Vault(str(tmp_path / name), tmp_path)
        _keep(vault, _CLOSED)
        vault.packs.pack_closed("city", _NOW)
        packs.append(tmp_path / name / "snapshots" / "city" / f"{_CLOSED}.zip")
    assert packs[0].read_bytes() == packs[1].read_bytes()
    with zipfile.ZipFile(packs[0]) as pack:
        assert pack.testzip() is None
        assert len(pack.namelist()) == 5


def test_what_is_damaged_stays_where_it_is_and_a_damaged_pack_is_named(tmp_path: Path) -> None:
    vault = Vault(str(tmp_path), tmp_path)
    kept = _keep(vault, _CLOSED)
    key, (sha256, _) = next(iter(kept.items()))
    (tmp_path / key).write_bytes(b"no more")
    assert vault.packs.pack_closed("city", _NOW) == 4
    with pytest.raises(Damaged, match=key):
        vault.read_body(key, sha256)
    pack = tmp_path / "snapshots" / "city" / f"{_CLOSED}.zip"
    pack.write_bytes(pack.read_bytes()[:-40])
    vault = Vault(str(tmp_path), tmp_path)
    other, (its, _) = list(kept.items())[1]
    with pytest.raises(Damaged, match=f"{_CLOSED}.zip is not what was kept"):
        vault.read_body(other, its)
    _keep(vault, _CLOSED, 1, first=9)
    with pytest.raises(Damaged):
        vault.packs.pack_closed("city", _NOW)  # nothing is written over it


def test_killed_before_they_go_answers_are_there_twice_and_next_time_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault(str(tmp_path), tmp_path)
    kept = _keep(vault, _CLOSED)

    def killed(_keys: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(vault._objects, "remove", killed)
    with pytest.raises(KeyboardInterrupt):
        vault.packs.pack_closed("city", _NOW)
    monkeypatch.undo()
    assert _all_read(vault, kept)
    assert vault.packs.pack_closed("city", _NOW) == 5
    assert _all_read(vault, kept)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_answers_are_read_while_they_are_packed(tmp_path: Path) -> None:
    vault = Vault(str(tmp_path), tmp_path)
    kept = _keep(vault, _CLOSED, 60)
    packing = threading.Thread(target=lambda: vault.packs.pack_closed("city", _NOW))
    packing.start()
    while packing.is_alive():
        assert _all_read(vault, kept)
    assert _all_read(vault, kept)


def test_a_copy_follows_what_was_packed_since(tmp_path: Path) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy"
    vault = Vault(str(home / "vault"), tmp_path)
    kept = _keep(vault, _CLOSED)
    back_up(home, copy, lambda _size, _files: None)
    vault.packs.pack_closed("city", _NOW)
    back_up(home, copy, lambda _size, _files: None)
    assert [path.name for path in (copy / "vault").rglob("*") if path.is_file()] == [f"{_CLOSED}.zip"]
    assert _all_read(Vault(str(copy / "vault"), tmp_path), kept)
