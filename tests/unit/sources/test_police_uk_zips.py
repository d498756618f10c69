"""Sound, damaged and hostile zips: each yields its members or one sentence, and never anything else."""

from __future__ import annotations

import io
import os
import re
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.errors import BluelampError, BrokenArchive, NotFound, SourceChanged, SourceError
from bluelamp.sources.police_uk import local_zip, zip_directory
from bluelamp.sources.police_uk.archive import BrokenMember, inflate, open_source
from tests.lib.archive.zip_forge import Entry, deflate, forge, zip64_extra

KENT = "2024-03/2024-03-kent-street.csv"
CSV = b"Crime ID,Month\n" + b"".join(b"%064x,2024-03\n" % n for n in range(500))
# Beside the repository, as for every test on real files; BLUELAMP_SHARED_DATA says otherwise.
REAL = Path(os.environ.get("BLUELAMP_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data")) / "police-uk"


def saved(folder: Path, data: bytes, name: str = "2024-03.zip") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def listed(folder: Path, data: bytes) -> list[zip_directory.Member]:  # type: ignore[name-defined]
    with open_source(saved(folder, data)) as source:
        return source.members()


def read(location: str) -> dict[str, bytes]:
    with open_source(location) as source:
        return {member.name: inflate(member, raw) for member, raw in source.read_raw(source.members())}


def one_sentence(error: BluelampError) -> bool:
    text = str(error)
    return "\n" not in text and text.rstrip().endswith(".") and "Traceback" not in text and "zipfile" not in text


def test_reads_a_sound_zip_without_httpx(tmp_path: Path) -> None:
    other = "2024-03/2024-03-gwent-outcomes.csv"
    location = saved(tmp_path, forge(Entry("2024-03/"), Entry(KENT, CSV), Entry(other, CSV * 2, method=0)))
    with open_source(location) as source:
        assert (source.kind, source.origin) == ("zip", location)
        assert source.version
        members = source.members()
        assert [(member.name, member.size, member.problem) for member in members] == [
            (KENT, len(CSV), ""),
            (other, 2 * len(CSV), ""),
        ]
        assert members[0].crc32 == zlib.crc32(CSV)
        assert members[0].modified == "2022-01-05T12:00:00"
        seen: list[int] = []
        found = {member.name: raw for member, raw in source.read_raw(members[::-1], on_bytes=seen.append)}
    assert list(found) == [KENT, other]  # ascending offset, whatever order was asked for
    assert found[KENT] == deflate(CSV)
    assert sum(seen) == sum(map(len, found.values()))
    assert read(location) == {KENT: CSV, other: 2 * CSV}


def test_importing_the_archive_does_not_import_httpx() -> None:
    code = (
        "import sys, bluelamp.sources.police_uk.archive as a; a.open_source(sys.argv[1]); print('httpx' in sys.modules)"
    )
    import subprocess

    real = REAL / "2020-11.zip"
    if not real.exists():
        pytest.skip("the real archives are not on this machine")
    done = subprocess.run([sys.executable, "-W", "error", "-c", code, str(real)], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


NOT_ZIPS = {
    "empty": (b"", "empty"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(4000), "JPEG"),
    "web page": (b"<!DOCTYPE html><html>not found</html>", "web page"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(100), "gzip"),
    "text": (b"hello\n" * 100, "no zip directory"),
    "zeros": (bytes(100_000), "no zip directory"),
    "one byte": (b"P", "no zip directory"),
    "cut zip": (forge(Entry(KENT, CSV))[:-60], "no zip directory"),
    "head cut off": (forge(Entry(KENT, CSV))[100:], "shorter than"),
    "count lies high": (forge(Entry(KENT, CSV), count=2), "too small"),
    "count lies low": (forge(Entry(KENT, CSV), Entry(KENT + "x", CSV), count=1), "lists 2 members"),
    "count absurd": (forge(Entry(KENT, CSV), zip64=True, count=10**15), "too small"),
    "directory absurd": (forge(Entry(KENT, CSV), zip64=True, directory_size=1 << 62), "shorter than"),
    "split": (forge(Entry(KENT, CSV), disk=3), "split"),
    "directory damaged": (forge(Entry(KENT, CSV)).replace(b"PK\x01\x02", b"PK\x01\x00"), "damaged directory"),
    "name runs out": (
        forge(Entry(KENT, CSV), Entry("b.csv", extra=b"EXTRA")).replace(struct.pack("<2H", 5, 5), b"\xff\xff\xff\xff"),
        "damaged directory",
    ),
    "zip64 record lost": (
        forge(Entry(KENT, CSV), zip64=True).replace(b"PK\x06\x06", b"PK\x06\x00"),
        "damaged directory",
    ),
    "zip64 locator wild": (
        re.sub(
            rb"PK\x06\x07.{12}", b"PK\x06\x07" + bytes(4) + b"\xff" * 8, forge(Entry(KENT, CSV), zip64=True), flags=re.S
        ),
        "zip64 end record",
    ),
    "zip64 field lacking": (forge(Entry(KENT, CSV, size=0xFFFFFFFF)), "zip64 fields"),
    "two ends": (forge(Entry(KENT, CSV), comment=forge()), "two different archives"),
    "too much in all": (
        forge(*[Entry(f"{n}.csv", b"x", size=1 << 30, packed_size=6 << 20) for n in range(65)]),
        "in all",
    ),
}


@pytest.mark.parametrize("name", NOT_ZIPS)
def test_what_is_no_archive_is_told_in_one_sentence(name: str, tmp_path: Path) -> None:
    data, words = NOT_ZIPS[name]
    with pytest.raises(BrokenArchive, match=words) as caught:
        open_source(saved(tmp_path, data))
    assert one_sentence(caught.value)
    assert "2024-03.zip" in caught.value.message
    assert caught.value.hint


BAD_MEMBERS = {
    "encrypted": (Entry(KENT, CSV, flags=0x801), "encrypted"),
    "encrypted in its own header only": (Entry(KENT, CSV, local_flags=0x801), "encrypted"),
    "strong encryption": (Entry(KENT, CSV, flags=0x840), "encrypted"),
    "bzip2": (Entry(KENT, CSV, method=12), "method 12"),
    "method 99": (Entry(KENT, CSV, method=99), "method 99"),
    "patch": (Entry(KENT, CSV, flags=0x820), "patch"),
    "climbs out": (Entry("../../2024-03-kent-street.csv", CSV), "climbs out"),
    "climbs out with backslashes": (Entry("..\\..\\x.csv", CSV), "climbs out"),
    "absolute": (Entry("/etc/2024-03-kent-street.csv", CSV), "absolute"),
    "network path": (Entry("\\\\server\\x.csv", CSV), "absolute"),
    "drive": (Entry("C:\\2024-03-kent-street.csv", CSV), "drive letter"),
    "NUL": (Entry("2024-03-kent-street.csv\x00.exe", CSV), "control characters"),
    "escape sequence": (Entry("\x1b[2J2024-03-kent-street.csv", CSV), "control characters"),
    "right to left": (Entry("2024-03-\u202ekent-street.csv", CSV), "control characters"),
    "no name": (Entry("", CSV), "no name"),
    "folder with bytes": (Entry("2024-03/", CSV), "folder"),
    "symbolic link": (Entry(KENT, b"/etc/passwd", attributes=0o120777 << 16), "symbolic link"),
    "bomb": (Entry(KENT, b"\0" * 11_000_000), "zip bomb"),
    "large": (Entry(KENT, b"x", size=(1 << 30) + 1, packed_size=1 << 23), "more than the"),
    "stored, sizes differ": (Entry(KENT, CSV, method=0, size=5), "two sizes differ"),
    "beyond the file": (Entry(KENT, CSV, offset=1 << 30), "directory of the archive"),
    "reaches into the directory": (Entry(KENT, CSV, packed_size=1 << 20), "directory of the archive"),
    "header damaged": (Entry(KENT, CSV, local_signature=b"PK\x03\x05"), "header is damaged"),
    "another name in its header": (Entry(KENT, CSV, local_name=KENT.replace("kent", "gent").encode()), "another name"),
    "another method in its header": (Entry(KENT, CSV, local_method=0), "another packing"),
    "another size in its header": (Entry(KENT, CSV, local_size=9), "other sizes"),
    "another checksum in its header": (Entry(KENT, CSV, local_crc=9), "other sizes"),
    "header's extra field covers its data": (
        Entry(KENT, CSV, local_extra=bytes(400), packed_size=None, packed=deflate(CSV)[:10], size=len(CSV)),
        "",
    ),
}


@pytest.mark.parametrize("name", BAD_MEMBERS)
def test_a_bad_member_has_a_problem_and_spoils_nothing_else(name: str, tmp_path: Path) -> None:
    entry, words = BAD_MEMBERS[name]
    good = "2024-03/2024-03-gwent-street.csv"
    location = saved(tmp_path, forge(Entry(good, CSV), entry))
    with open_source(location) as source:
        first, bad = source.members()
        assert first.problem == ""
        found = dict(source.read_raw([first, bad]))
        assert inflate(first, found[first]) == CSV
        if words:
            assert re.search(words, bad.problem), bad.problem
            assert found[bad] == b""
        with pytest.raises(BrokenMember) as caught:
            inflate(bad, found[bad])
    assert one_sentence(caught.value)
    assert all(character.isprintable() for character in str(caught.value))


DATA_DAMAGE = {
    "wrong checksum": (Entry(KENT, CSV, crc=1, local_crc=1), "checksum"),
    "damaged data": (Entry(KENT, CSV, packed=b"\xff" * 50), "damaged"),
    "data cut": (Entry(KENT, CSV, packed=deflate(CSV)[:-20]), "too early"),
    "data followed by more": (Entry(KENT, CSV, packed=deflate(CSV) + b"more"), "foreign bytes"),
    "less than stated": (Entry(KENT, CSV, size=len(CSV) + 5), "not the"),
    "more than stated": (Entry(KENT, CSV, size=len(CSV) - 5), "more than"),
    "small bomb that lies about its size": (Entry(KENT, b"\0" * 50_000_000, size=1000), "more than"),
    "empty deflate": (Entry(KENT, CSV, packed=b""), "too early"),
}


@pytest.mark.parametrize("name", DATA_DAMAGE)
def test_damaged_data_is_told_by_its_kind(name: str, tmp_path: Path) -> None:
    entry, words = DATA_DAMAGE[name]
    with open_source(saved(tmp_path, forge(entry))) as source:
        (member,) = source.members()
        ((_, raw),) = source.read_raw([member])
    with pytest.raises(BrokenMember, match=words) as caught:
        inflate(member, raw)
    assert one_sentence(caught.value)


def test_inflate_never_produces_more_than_one_byte_too_many(tmp_path: Path) -> None:
    import tracemalloc

    entry = Entry(KENT, b"\0" * 200_000_000, size=1000)
    with open_source(saved(tmp_path, forge(entry))) as source:
        ((member, raw),) = source.read_raw(source.members())
    tracemalloc.start()
    with pytest.raises(BrokenMember):
        inflate(member, raw)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    # The trick of better zip bombs: many directory entries that all point at the same data.
    kernel = Entry("a.csv", CSV)
    others = [Entry(f"b{n}.csv", CSV, offset=0, packed=b"", packed_size=len(deflate(CSV))) for n in range(3)]
    members = listed(tmp_path, forge(kernel, *others))
    assert [bool(member.problem) for member in members] == [True] * 4
    assert {"overlap" in member.problem or "directory of" in member.problem for member in members} == {True}


def test_a_damaged_entry_does_not_spoil_its_neighbours(tmp_path: Path) -> None:
    wild = Entry("a.csv", CSV, packed_size=1 << 30)
    members = listed(tmp_path, forge(wild, Entry("b.csv", CSV), Entry("c.csv", CSV)))
    assert [bool(member.problem) for member in members] == [True, False, False]


def test_a_file_stated_twice(tmp_path: Path) -> None:
    same = listed(tmp_path, forge(Entry(KENT, CSV), Entry(KENT, CSV)))
    assert [member.problem for member in same] == [""]
    differing = listed(
        tmp_path, forge(Entry(KENT, CSV), Entry("x.csv", CSV), Entry(f"other/{Path(KENT).name}", CSV + b"x"))
    )
    assert ["twice" in member.problem for member in differing] == [True, False, True]
    cased = listed(tmp_path, forge(Entry("Read me.txt", b"a"), Entry("read ME.txt", b"b")))
    assert ["twice" in member.problem for member in cased] == [True, True]


def test_a_quine_is_only_a_member(tmp_path: Path) -> None:
    # An archive that holds itself: nothing here ever opens an archive inside an archive.
    inner = forge(Entry(KENT, CSV))
    assert read(saved(tmp_path, forge(Entry("r.zip", inner, method=0), Entry(KENT, CSV)))) == {
        "r.zip": inner,
        KENT: CSV,
    }


def test_a_signature_inside_the_comment_deceives_nobody(tmp_path: Path) -> None:
    assert read(saved(tmp_path, forge(Entry(KENT, CSV), comment=b"PK\x05\x06 is a comment" + bytes(30)))) == {KENT: CSV}


def test_bytes_before_the_archive_are_passed_over(tmp_path: Path) -> None:
    assert read(saved(tmp_path, forge(Entry(KENT, CSV), before=b"#!/bin/sh\n" * 50))) == {KENT: CSV}


def test_zip64_and_data_descriptors(tmp_path: Path) -> None:
    wide = Entry(KENT, CSV)
    packed = len(deflate(CSV))
    wide.extra = zip64_extra(len(CSV), packed)
    wide.local_extra = zip64_extra(len(CSV), packed)
    raw = bytearray(forge(wide, zip64=True))
    local, central = raw.index(b"PK\x03\x04"), raw.index(b"PK\x01\x02")
    raw[local + 18 : local + 26] = b"\xff" * 8
    raw[central + 20 : central + 28] = b"\xff" * 8
    assert read(saved(tmp_path, bytes(raw))) == {KENT: CSV}
    streamed = Entry(KENT, CSV, flags=0x808, local_size=0, local_crc=0, descriptor=bytes(16))
    raw = bytearray(forge(streamed, Entry("b.csv", CSV)))
    raw[18:22] = bytes(4)
    assert read(saved(tmp_path, bytes(raw))) == {KENT: CSV, "b.csv": CSV}


def test_65535_members_without_zip64(tmp_path: Path) -> None:
    members = listed(tmp_path, forge(*[Entry(f"{n}.csv", method=0) for n in range(65_535)]))
    assert len(members) == 65_535
    assert not any(member.problem for member in members)


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_directory, "MAX_MEMBERS", 10)
    with pytest.raises(BrokenArchive, match="at most 10"):
        listed(tmp_path, forge(*[Entry(f"{n}.csv") for n in range(11)]))


def test_a_zip_replaced_while_it_is_read(tmp_path: Path) -> None:
    location = saved(tmp_path, forge(Entry("a.csv", CSV), Entry("b.csv", CSV)))
    with open_source(location) as source:
        reading = source.read_raw(source.members())
        next(reading)
        Path(location).write_bytes(b"short")
        with pytest.raises(SourceChanged, match="changed while"):
            next(reading)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_flipped_bits_end_in_words(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(forge(Entry(KENT, CSV), Entry("b.csv", CSV, method=0), Entry("c.csv", b"")))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    told: list[SourceError] = []
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(raw))))
    try:
        with open_source(saved(tmp_path, bytes(raw[:cut]))) as source:
            for member, packed in source.read_raw(source.members()):
                try:
                    inflate(member, packed)
                except BrokenMember as broken:
                    told.append(broken)
    except SourceError as error:
        told.append(error)
    assert all(one_sentence(error) for error in told)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.text(st.characters(categories=("L", "Nd", "P"), exclude_characters="/\\:"), min_size=1, max_size=20).filter(
            lambda name: name.strip(".") != ""
        ),
        st.binary(max_size=3000),
        max_size=12,
    ),
    st.booleans(),
    st.binary(max_size=60),
)
def test_agrees_with_zipfile_on_sound_archives(
    tmp_path: Path, files: dict[str, bytes], stored: bool, comment: bytes
) -> None:
    folded = {name.casefold() for name in files}
    if len(folded) != len(files) or b"PK" in comment:
        return
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in files.items():
            archive.writestr(name, content)
    assert read(saved(tmp_path, buffer.getvalue())) == files


@pytest.mark.skipif(not REAL.exists(), reason="the real archives are not on this machine")
@pytest.mark.parametrize("name", ["2017-12", "2020-11", "2021-11", "metropolitan-burglary-only-2022-2023"])
def test_real_archives_agree_with_zipfile(name: str) -> None:
    location = str(REAL / f"{name}.zip")
    with zipfile.ZipFile(location) as archive, open_source(location) as source:
        members = source.members()
        assert [(member.name, member.size, member.crc32, member.header_offset) for member in members] == [
            (info.filename, info.file_size, info.CRC, info.header_offset) for info in archive.infolist()
        ]
        assert not [member for member in members if member.problem]
        for member, raw in source.read_raw(members[:40]):
            assert inflate(member, raw) == archive.read(member.name)


def test_nothing_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    for entry, _ in BAD_MEMBERS.values():
        location = saved(tmp_path, forge(entry))
        with open_source(location) as source:
            for member, raw in source.read_raw(source.members()):
                with pytest.raises(BrokenMember):
                    inflate(member, raw)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["2024-03.zip", "inside"]


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file or folder"):
        open_source(str(tmp_path / "missing.zip"))
    with pytest.raises(SourceError, match="cannot be opened"):
        open_source("a\0b.zip")
    loop = tmp_path / "loop.zip"
    loop.symlink_to(loop)
    with pytest.raises(SourceError, match="cannot be opened"):
        open_source(str(loop))
    pipe = tmp_path / "pipe.zip"
    os.mkfifo(pipe)
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        open_source(str(pipe))
    with pytest.raises(NotFound, match="no file or folder"):
        open_source(saved(tmp_path, b"x", "plain.csv") + "/inside.zip")
    with pytest.raises(SourceError, match="“file” addresses"):
        open_source("file:///etc/passwd")


def test_a_link_to_a_zip_is_followed_because_the_person_named_it(tmp_path: Path) -> None:
    saved(tmp_path, forge(Entry(KENT, CSV)), "real.zip")
    (tmp_path / "2024-03.zip").symlink_to(tmp_path / "real.zip")
    assert read(str(tmp_path / "2024-03.zip")) == {KENT: CSV}


def test_short_reads_of_the_system_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    location = saved(tmp_path, forge(Entry(KENT, CSV)))
    whole = os.pread
    monkeypatch.setattr(local_zip.os, "pread", lambda file, length, offset: whole(file, min(length, 700), offset))  # type: ignore[attr-defined]
    assert read(location) == {KENT: CSV}
