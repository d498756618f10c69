"""Files in parts, as RFC 9110 has them; made once, bounded on disk, and streamed where nothing can be kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bluelamp.web.work.file_cache import KeptFiles
from tests.lib.web.process_server import Server

V1 = "/api/v1"
_FILES = [
    f"{V1}/datasets/stops/records?where=force=kent&format=parquet",
    f"{V1}/datasets/stops/records?where=force=kent&format=csv",
    f"{V1}/questions/crimes?by=month,crime_type&format=parquet",
]


def _part(client: httpx.Client, path: str, what: str, **headers: str) -> httpx.Response:
    return client.get(path, headers={"Range": what, **headers})


@pytest.mark.parametrize("path", _FILES)
def test_parts_are_parts_of_the_whole(client: httpx.Client, path: str) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    whole, size = plain.content, len(plain.content)
    assert plain.headers["accept-ranges"] == "bytes"
    for what, begin, end in (
        ("bytes=0-3", 0, 4),
        ("bytes=4-", 4, size),
        ("bytes=-8", size - 8, size),
        (f"bytes=10-{size + 99}", 10, size),
        (f"bytes=-{size + 99}", 0, size),
    ):
        found = _part(client, path, what)
        assert (found.status_code, found.content) == (206, whole[begin:end]), what
        assert found.headers["content-range"] == f"bytes {begin}-{end - 1}/{size}"
        assert found.headers["content-length"] == str(end - begin)
        assert found.headers["etag"] == plain.headers["etag"]
        assert "content-encoding" not in found.headers


@pytest.mark.parametrize("path", _FILES)
def test_a_part_beyond_the_end_is_told(client: httpx.Client, path: str) -> None:
    size = len(client.get(path).content)
    for what in (f"bytes={size}-", "bytes=-0"):
        found = _part(client, path, what)
        assert found.status_code == 416
        assert found.headers["content-range"] == f"bytes */{size}"
        assert found.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("what", ["bytes=5-2", "lines=0-3", "bytes=a-b", "bytes=0-3,9-12", "bytes="])
def test_what_is_no_single_part_gives_the_whole(client: httpx.Client, what: str) -> None:
    found = _part(client, _FILES[0], what)
    assert found.status_code == 200
    assert found.content == client.get(_FILES[0]).content


def test_parts_of_another_file_are_not_put_together(client: httpx.Client) -> None:
    etag = client.head(_FILES[0]).headers["etag"]
    assert _part(client, _FILES[0], "bytes=0-3", **{"If-Range": etag}).status_code == 206
    assert _part(client, _FILES[0], "bytes=0-3", **{"If-Range": '"other"'}).status_code == 200
    assert _part(client, _FILES[0], "bytes=0-3", **{"If-Range": f"W/{etag}"}).status_code == 200
    known = _part(client, _FILES[0], "bytes=0-3", **{"If-None-Match": etag})
    assert (known.status_code, known.content) == (304, b"")


def test_a_compressed_whole_offers_no_parts(client: httpx.Client) -> None:
    """Its bytes are others than those of the parts: its validator is weak, and fits no If-Range."""
    path = _FILES[1].replace("csv", "geojson")
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "accept-ranges" not in packed.headers
    assert packed.headers["etag"].startswith('W/"')
    assert _part(client, path, "bytes=0-3", **{"Accept-Encoding": "gzip"}).content == packed.content[:4]
    again = client.get(path, headers={"If-None-Match": packed.headers["etag"]})
    assert again.status_code == 304


def test_a_file_read_in_parts_is_made_once(client: httpx.Client, home: Path) -> None:
    path = f"{V1}/datasets/outcomes/records?where=force=essex&format=parquet"
    folder = home / "cache" / "web" / "files"
    before = set(folder.glob("*.kept"))
    for _ in range(3):
        client.head(path)
        _part(client, path, "bytes=0-3")
    (made,) = set(folder.glob("*.kept")) - before
    assert made.read_bytes() == client.get(path).content


# -- where nothing can be kept -----------------------------------------------------------------------------------


@pytest.fixture(params=["none", "no folder"])
def keeping_nothing(request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    """A server that may not keep files; one that cannot, because a file stands where its folder should be."""
    folder = home / "cache" / "web" / "files"
    aside = folder.with_name("files-aside")
    if request.param == "none":
        running = Server(home, BLUELAMP_KEPT_FILES_MB="0")
    else:
        if folder.exists():
            folder.rename(aside)
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.write_text("in the way")
        running = Server(home)
    yield running.url
    running.stop()
    if request.param != "none":
        folder.unlink()
        if aside.exists():
            aside.rename(folder)


def test_reading_never_depends_on_writing(keeping_nothing: str, client: httpx.Client) -> None:
    whole = client.get(_FILES[0])
    with httpx.Client(base_url=keeping_nothing) as its:
        asked = its.head(_FILES[0])
        assert (asked.status_code, asked.headers["etag"]) == (200, whole.headers["etag"])
        assert "accept-ranges" not in asked.headers
        assert "content-length" not in asked.headers
        for _ in range(2):
            found = _part(its, _FILES[0], "bytes=0-3")
            assert (found.status_code, found.content) == (200, whole.content)


# -- the bound on disk -------------------------------------------------------------------------------------------


def test_what_was_asked_for_longest_ago_goes_first(tmp_path: Path) -> None:
    import os

    kept = KeptFiles(tmp_path, 1_000)
    for age, name in enumerate(("third", "second", "first")):
        path = kept.make(name, lambda: iter([b"x" * 200, b"x" * 200]))
        assert path is not None
        os.utime(path, (age - 10_000, age - 10_000))
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["first", "second"]
    assert kept.find("second") is not None  # and is the newest now
    kept.make("fourth", lambda: iter([b"x" * 400]))
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["fourth", "second"]


def test_one_that_is_too_large_is_not_kept_and_not_tried_again(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, 1_000)
    assert not kept.may_keep("plainly", 7, "parquet")
    assert kept.may_keep("large", 6, "parquet")
    assert kept.make("large", lambda: iter([b"x" * 400, b"x" * 101])) is None
    assert not kept.may_keep("large", 6, "parquet")
    assert list(tmp_path.iterdir()) == []


def test_who_asks_meanwhile_waits_for_the_same_file(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, 1_000)
    begun, go_on = threading.Event(), threading.Event()
    made: list[int] = []

    def write() -> Iterator[bytes]:
        made.append(1)
        begun.set()
        go_on.wait()
        yield b"whole"

    found: list[Path | None] = []
    askers = [threading.Thread(target=lambda: found.append(kept.make("one", write))) for _ in range(4)]
    askers[0].start()
    begun.wait()
    for asker in askers[1:]:
        asker.start()
    go_on.set()
    for asker in askers:
        asker.join()
    assert made == [1]
    assert [path.read_bytes() for path in found if path] == [b"whole"] * 4


def test_a_reader_reads_on_when_its_file_is_removed(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, 1_000)
    path = kept.make("one", lambda: iter([b"x" * 300]))
    assert path is not None
    with path.open("rb") as file:
        path.unlink()
        assert file.read() == b"x" * 300
    assert kept.find("one") is None
