"""Zips on a web server: what is fetched, what it costs, and what happens when the server misbehaves."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from bluelamp.domain.force import FORCES
from bluelamp.errors import (
    BrokenArchive,
    DiskFull,
    NotFound,
    SourceChanged,
    SourceError,
    SourceRefused,
    SourceUnavailable,
)
from bluelamp.sources.http import HttpClient
from bluelamp.sources.police_uk import remote_zip
from bluelamp.sources.police_uk.archive import Member, inflate, open_source
from bluelamp.sources.police_uk.remote_zip import FetchedZip, RemoteZip
from tests.lib.loopback import Loopback, Reply, Request, file_route

PATH = "/data/archive/2024-03.zip"


def csv(seed: str, length: int) -> bytes:
    """Text that packs about 4:1, as the real files do."""
    numbers = random.Random(seed)
    return b"Crime ID,Month\n" + numbers.randbytes(length // 8).hex().encode() * 4


def release(members: dict[str, bytes], comment: bytes = b"", stored: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(
        buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED, compresslevel=1
    ) as archive:
        archive.comment = comment
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def months(number: int = 36) -> list[str]:
    return [f"{2021 + n // 12}-{n % 12 + 1:02d}" for n in range(number)]


FILES = {
    f"{month}/{month}-{force}-street.csv": csv(month + force, 30_000)
    for month in months(4)
    for force in ("kent", "gwent")
}
SMALL = release(FILES)


def opened(server: Loopback, client: HttpClient, spool: Path | None = None) -> RemoteZip | FetchedZip:
    source = open_source(server.url + PATH, client=client, spool=spool)
    assert isinstance(source, RemoteZip | FetchedZip)
    return source


def read(source: RemoteZip | FetchedZip, *, of: str = "") -> dict[str, bytes]:
    wanted = [member for member in source.members() if of in member.name]
    return {member.name: inflate(member, raw) for member, raw in source.read_raw(wanted)}


def test_reads_by_ranges(server: Loopback, client: HttpClient) -> None:
    server.routes[PATH] = file_route(SMALL)
    source = opened(server, client)
    assert (source.kind, source.origin, source.version) == ("remote zip", server.url + PATH, '"one"')
    assert [member.name for member in source.members()] == list(FILES)
    assert source.requests == 1  # the tail of a small archive holds its directory
    heard: list[int] = []
    wanted = source.members()[2:5]
    found = dict(source.read_raw(wanted[::-1], on_bytes=heard.append))
    assert [member.name for member in found] == [member.name for member in wanted]
    assert source.requests == 2
    assert sum(heard) == source.bytes_fetched - min(len(SMALL), 65_577)
    assert read(source) == FILES
    assert all(asked.headers["accept-encoding"] == "identity" for asked in server.log)
    assert all(asked.headers["if-range"] == '"one"' for asked in server.log[1:])


def test_the_directory_can_be_longer_than_the_tail(server: Loopback, client: HttpClient) -> None:
    files = {f"2024-03/{n:04d}-{'x' * 100}.csv": b"" for n in range(900)}
    server.routes[PATH] = file_route(release(files, comment=b"c" * 3000))
    source = opened(server, client)
    assert len(source.members()) == 900
    assert source.requests == 2


def test_one_force_of_a_large_archive_costs_little(
    server: Loopback,
    client: HttpClient,
    record_property: pytest.RecordProperty,  # type: ignore[name-defined]
) -> None:
    """A release in the shape of a real one: 45 forces, 36 months, three datasets, laid out month by month."""
    noise = random.Random(7).randbytes(1 << 20)
    big: dict[str, bytes] = {}
    for month in months():
        for force in FORCES:
            for suffix, length in (("outcomes", 12_000), ("stop-and-search", 3_000), ("street", 18_000)):
                big[f"{month}/{month}-{force.slug}-{suffix}.csv"] = noise[len(big) : len(big) + length]
    archive = release(big, stored=True)  # noise, as packed data looks like: what counts here is the layout
    server.routes[PATH] = file_route(archive)
    source = opened(server, client)
    of_kent = [member for member in source.members() if "-kent-" in member.name]
    assert len(of_kent) == 108
    kent = sum(member.compressed_size for member in of_kent)
    assert len(read(source, of="-kent-")) == 108
    first = (source.requests, source.bytes_fetched)

    # Next month: the oldest month has left, one has come, two were revised; the rest is byte for byte the same.
    held = {(member.name, member.size, member.crc32) for member in source.members()}
    newer = {name: content for name, content in big.items() if not name.startswith("2021-01")}
    newer |= {name.replace("2023-12", "2024-01"): noise[-10_000:] for name in big if name.startswith("2023-12")}
    for month in ("2023-11", "2023-12"):
        newer[f"{month}/{month}-kent-street.csv"] = noise[-18_000:]
    server.routes[PATH] = file_route(release(newer, stored=True), etag='"two"')
    update = opened(server, client)
    changed = [
        member
        for member in update.members()
        if "-kent-" in member.name and (member.name, member.size, member.crc32) not in held
    ]
    assert len(changed) == 5
    assert all(inflate(member, raw) == newer[member.name] for member, raw in update.read_raw(changed))
    measured = (
        f"archive {len(archive):,} bytes, {len(big):,} members; one force {kent:,} bytes packed; "
        f"first load {first[0]} requests, {first[1]:,} bytes; "
        f"update {update.requests} requests, {update.bytes_fetched:,} bytes"
    )
    record_property("measured", measured)
    print(measured)
    directory = 4860 * 110
    assert first[0] == 1 + 1 + 36  # the end, the directory, and a month's three neighbours at a time
    assert kent < first[1] < kent * 1.05 + directory
    assert first[1] < len(archive) / 25
    assert update.requests <= 2 + 3
    assert update.bytes_fetched < directory + 100_000


def test_neighbours_come_in_one_request_and_requests_are_bounded(
    server: Loopback, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.routes[PATH] = file_route(SMALL)
    source = opened(server, client)
    assert read(source) == FILES
    assert source.requests == 2
    monkeypatch.setattr(remote_zip, "MAX_REQUEST", 20_000)
    source = opened(server, client)
    assert read(source) == FILES
    assert source.requests == 3
    for asked in server.log[-source.requests + 1 :]:
        first, last = asked.headers["range"].removeprefix("bytes=").split("-")
        assert int(last) - int(first) < 20_000
    monkeypatch.setattr(remote_zip, "MAX_GAP", 0)
    source = opened(server, client)
    assert len(read(source, of="-kent-")) == 4
    assert source.requests == 5


def cutting(after: int, *, times: int = 10**9, first: int = 1):
    """Cuts the connection after so many bytes, for `times` requests from number `first`."""

    def fault(request: Request, reply: Reply) -> Reply:
        if first <= request.number < first + times and request.method == "GET":
            return replace(reply, cut_after=after)
        return reply

    return fault


def test_a_cut_body_is_resumed_where_it_stopped(server: Loopback, client: HttpClient) -> None:
    server.routes[PATH] = file_route(SMALL, fault=cutting(9000, times=3))
    source = opened(server, client)
    assert read(source) == FILES
    ranges = [asked.headers["range"].removeprefix("bytes=").split("-") for asked in server.log[1:]]
    assert [int(first) for first, _ in ranges] == [0, 9000, 18_000, 27_000]
    assert len({last for _, last in ranges}) == 1


def test_a_bad_line_brings_everything_in_the_end(server: Loopback, client: HttpClient) -> None:
    server.routes[PATH] = file_route(SMALL, fault=cutting(2000, first=0))
    with pytest.raises(SourceUnavailable):  # a tail that never comes whole
        opened(server, client)
    server.forget()
    server.routes[PATH] = file_route(SMALL, fault=cutting(2000))
    source = opened(server, client)
    assert read(source) == FILES
    assert source.requests > 10  # more than one round of four attempts


def test_a_dead_line_ends_in_words(server: Loopback, client: HttpClient) -> None:
    server.routes[PATH] = file_route(SMALL, fault=cutting(0))
    source = opened(server, client)
    with pytest.raises(SourceUnavailable, match="was cut"):
        read(source)
    assert source.requests == 1 + 4


def test_an_endless_trickle_is_bounded(server: Loopback, client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_zip, "MAX_ROUNDS", 3)
    server.routes[PATH] = file_route(SMALL, fault=cutting(1))
    source = opened(server, client)
    with pytest.raises(SourceUnavailable):
        read(source)
    assert source.requests == 1 + 3 * 4


def test_errors_on_the_way_are_repeated(server: Loopback, client: HttpClient) -> None:
    def fault(request: Request, reply: Reply) -> Reply:
        return Reply(503, headers={"Retry-After": "9"}) if request.number in (0, 2) else reply

    server.routes[PATH] = file_route(SMALL, fault=fault)
    assert read(opened(server, client)) == FILES


@pytest.mark.parametrize("how", ["etag", "modified", "size only", "ignores if-range"])
def test_an_archive_that_is_replaced_half_way(how: str, server: Loopback, client: HttpClient) -> None:
    names = {"etag": {"etag": '"one"'}, "modified": {"etag": "", "modified": "Mon, 01 Apr 2024 00:00:00 GMT"}}
    server.routes[PATH] = file_route(SMALL, **names.get(how, {"etag": ""}))  # type: ignore[arg-type]
    source = opened(server, client)
    other = release(FILES | {"extra.csv": b"x"})
    if how == "ignores if-range":
        after = file_route(other, etag='"two"')
        server.routes[PATH] = lambda request: after(
            replace(request, headers={name: value for name, value in request.headers.items() if name != "if-range"})
        )
    else:
        server.routes[PATH] = file_route(
            other,
            etag='"two"' if how == "etag" else "",
            modified="Tue, 02 Apr 2024 00:00:00 GMT" if how == "modified" else "",
        )
    with pytest.raises(SourceChanged, match="replaced while"):
        read(source)


def test_a_weak_tag_is_no_condition(server: Loopback, client: HttpClient) -> None:
    server.routes[PATH] = file_route(SMALL, etag='W/"one"')
    source = opened(server, client)
    assert read(source) == FILES
    assert "if-range" not in server.log[-1].headers
    server.routes[PATH] = file_route(SMALL, etag='W/"two"')
    with pytest.raises(SourceChanged):
        read(source)


@pytest.mark.parametrize(
    "header", ["bytes 0-9/{n}", "bytes 5-{last}/{n}", "bytes 0-{last}/*", "items 0-{last}/{n}", "", "bytes -1-5/{n}"]
)
def test_wrong_content_ranges_are_refused(header: str, server: Loopback, client: HttpClient) -> None:
    def fault(request: Request, reply: Reply) -> Reply:
        if request.number == 0:
            return reply
        stated = header.format(n=len(SMALL), last=len(reply.body) - 1)
        return replace(reply, headers={**reply.headers, "Content-Range": stated})

    server.routes[PATH] = file_route(SMALL, fault=fault)
    source = opened(server, client)
    with pytest.raises(SourceError) as caught:
        read(source)
    assert type(caught.value) in (SourceError, SourceChanged)
    assert "other bytes" in caught.value.message or "replaced" in caught.value.message


def test_a_member_whose_own_header_disagrees_spoils_only_itself(server: Loopback, client: HttpClient) -> None:
    spoiled = bytearray(SMALL)
    second = list(FILES)[1].encode()
    at = spoiled.index(second)
    spoiled[at : at + 4] = b"1999"
    server.routes[PATH] = file_route(bytes(spoiled))
    source = opened(server, client)
    found = list(source.read_raw(source.members()))
    assert [bool(member.problem) for member, _ in found] == [False, True] + [False] * 6
    assert "another name" in found[1][0].problem
    assert found[1][1] == b""
    assert inflate(*found[2]) == list(FILES.values())[2]
    stranger = Member("x.csv", 1, 1, 0, 8, 12_345, "")
    ((told, raw),) = source.read_raw([stranger])
    assert (told.problem, raw) == ("it is not in this archive", b"")


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "empty"), (b"x" * 1000, "no zip directory"), (SMALL[:-40], "no zip directory")]
)
@pytest.mark.parametrize("ranges", [True, False])
def test_what_is_no_archive(
    ranges: bool, data: bytes, words: str, server: Loopback, client: HttpClient, tmp_path: Path
) -> None:
    server.routes[PATH] = file_route(data, ranges=ranges)
    with pytest.raises(BrokenArchive, match=words) as caught:
        opened(server, client, tmp_path / "spool")
    assert "2024-03.zip" in caught.value.message
    assert "spool" not in caught.value.message


def test_pages_and_missing_releases(server: Loopback, client: HttpClient) -> None:
    with pytest.raises(NotFound):
        opened(server, client)
    server.reply(PATH, Reply(200, b"<html>", {"Content-Type": "text/html; charset=utf-8"}))
    with pytest.raises(BrokenArchive, match="web page"):
        opened(server, client)


def test_redirects_lead_to_where_the_parts_are_read(server: Loopback, client: HttpClient) -> None:
    server.reply("/data/archive/latest.zip", Reply(302, headers={"Location": PATH}))
    server.routes[PATH] = file_route(SMALL)
    source = open_source(f"{server.url}/data/archive/latest.zip", client=client)
    assert isinstance(source, RemoteZip)
    assert read(source) == FILES
    assert source.url == server.url + PATH
    assert len(server.asked("/data/archive/latest.zip")) == 1


# Servers without ranges: one whole download.


def test_a_server_without_ranges_is_asked_for_the_whole_once(
    server: Loopback, client: HttpClient, tmp_path: Path
) -> None:
    server.routes[PATH] = file_route(SMALL, ranges=False)
    with pytest.raises(SourceError, match="cannot be read in parts"):
        opened(server, client)
    spool = tmp_path / "spool.part"
    heard: list[int] = []
    with open_source(server.url + PATH, client=client, spool=spool, on_bytes=heard.append) as source:
        assert isinstance(source, FetchedZip)
        assert (source.kind, source.origin, source.version) == ("remote zip", server.url + PATH, '"one"')
        assert read(source) == FILES
        assert sum(heard) == source.bytes_fetched == len(SMALL)
        assert source.requests == 2
    assert [path.name for path in tmp_path.iterdir()] == ["spool.part"]
    assert zlib.crc32(spool.read_bytes()) == zlib.crc32(SMALL)


def test_a_cut_download_without_ranges_starts_again(server: Loopback, client: HttpClient, tmp_path: Path) -> None:
    server.routes[PATH] = file_route(SMALL, ranges=False, fault=cutting(30_000, times=2))
    assert read(opened(server, client, tmp_path / "spool")) == FILES


def test_a_cut_download_resumes_when_the_server_serves_ranges_after_all(
    server: Loopback, client: HttpClient, tmp_path: Path
) -> None:
    whole = file_route(SMALL, ranges=False, fault=cutting(30_000, times=1))
    partial = file_route(SMALL)
    server.routes[PATH] = lambda request: (whole if request.number < 2 else partial)(request)
    source = opened(server, client, tmp_path / "spool")
    assert read(source) == FILES
    assert server.log[-1].headers["range"] == "bytes=30000-"
    assert source.bytes_fetched == len(SMALL)


def test_a_download_whose_file_changes_starts_again_or_says_so(
    server: Loopback, client: HttpClient, tmp_path: Path
) -> None:
    other = release(FILES | {"more.csv": b"x"})
    whole = file_route(SMALL, ranges=False, fault=cutting(30_000, times=1))
    partial = file_route(other, etag='"two"')
    # With If-Range the new file comes whole, and is taken whole.
    server.routes[PATH] = lambda request: (whole if request.number < 2 else partial)(request)
    assert len(read(opened(server, client, tmp_path / "spool"))) == 9
    # A server that ignores If-Range would make a mix of two files.
    server.forget()
    server.routes[PATH] = lambda request: (whole if request.number < 2 else partial)(
        replace(request, headers={name: value for name, value in request.headers.items() if name != "if-range"})
    )
    with pytest.raises(SourceChanged, match="replaced"):
        opened(server, client, tmp_path / "spool")


def test_downloads_are_bounded(
    server: Loopback, client: HttpClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_zip, "MAX_DOWNLOAD", 10_000)
    for stated in (True, False):
        server.routes[PATH] = file_route(
            SMALL,
            ranges=False,
            fault=lambda request, reply, stated=stated: replace(reply, length=stated),  # type: ignore[misc]
        )
        with pytest.raises(SourceRefused, match="larger than"):
            opened(server, client, tmp_path / "spool")
    assert (tmp_path / "spool").stat().st_size < len(SMALL)


def test_a_spool_that_cannot_be_written(server: Loopback, client: HttpClient, tmp_path: Path) -> None:
    server.routes[PATH] = file_route(SMALL, ranges=False)
    with pytest.raises(DiskFull, match="cannot be written"):
        opened(server, client, tmp_path / "no such folder" / "spool")


def test_private_addresses_need_a_client_that_admits_them(server: Loopback) -> None:
    server.routes[PATH] = file_route(SMALL)
    with pytest.raises(SourceRefused, match="not a public one"):
        open_source(server.url + PATH)
    assert server.log == []
