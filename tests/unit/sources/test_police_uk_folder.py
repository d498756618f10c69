"""Unpacked releases: folders and single files."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

from bluelamp.errors import NotFound
from bluelamp.sources.police_uk.archive import BrokenMember, inflate, open_source

CSV = b"Crime ID,Month\n1,2024-03\n"
NAME = "2024-03-kent-street.csv"


def written(path: Path, data: bytes = CSV) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("below", ["2024-03", "", "some/where/2024-03"])
def test_finds_force_month_files_anywhere_below(below: str, tmp_path: Path) -> None:
    written(tmp_path / below / NAME)
    written(tmp_path / "notes.csv", b"not a force-month file")
    with open_source(str(tmp_path)) as source:
        (member,) = source.members()
        assert source.kind == "folder"
        assert member.name == f"{below}/{NAME}".lstrip("/")
        assert (member.size, member.crc32, member.method, member.header_offset) == (len(CSV), zlib.crc32(CSV), 0, -1)
        seen: list[int] = []
        ((same, raw),) = source.read_raw([member], on_bytes=seen.append)
        assert (same, raw, seen) == (member, CSV, [len(CSV)])
        assert inflate(member, raw) == CSV


def test_the_version_of_a_folder_is_its_content(tmp_path: Path) -> None:
    path = written(tmp_path / NAME)
    versions = []
    for data in (CSV, CSV + b"2,2024-03\n", CSV):
        path.write_bytes(data)
        versions.append(open_source(str(tmp_path)).version)
    assert versions[0] == versions[2] != versions[1]


def test_a_folder_named_like_a_zip_and_one_without_files(tmp_path: Path) -> None:
    folder = tmp_path / "2024-03.zip"
    folder.mkdir()
    with pytest.raises(NotFound, match="no force-month files") as caught:
        open_source(str(folder))
    assert "2024-03-kent-street.csv" in caught.value.hint
    written(folder / NAME)
    assert open_source(str(folder)).kind == "folder"


def test_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret.txt", b"secret")
    release = tmp_path / "release"
    written(release / "2024-03-gwent-street.csv")
    (release / NAME).symlink_to(secret)
    os.mkfifo(release / "2024-03-essex-street.csv")
    (release / "loop").symlink_to(release)
    with open_source(str(release)) as source:
        problems = {member.name: member.problem for member in source.members()}
        assert problems == {
            "2024-03-essex-street.csv": "it is not a plain file",
            "2024-03-gwent-street.csv": "",
            NAME: "it is a symbolic link",
        }
        assert [len(raw) for _, raw in source.read_raw(source.members())] == [0, len(CSV), 0]


def test_a_file_swapped_after_listing_is_not_followed(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret.txt", CSV)
    release = tmp_path / "release"
    path = written(release / NAME)
    with open_source(str(release)) as source:
        (member,) = source.members()
        path.unlink()
        path.symlink_to(secret)
        ((told, raw),) = source.read_raw([member])
        assert raw == b""
        assert told.problem.startswith("the system refuses it")


def test_a_file_edited_after_listing_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path / NAME)
    with open_source(str(tmp_path)) as source:
        (member,) = source.members()
        path.write_bytes(CSV[:-2] + b"9\n")
        ((_, raw),) = source.read_raw([member])
        with pytest.raises(BrokenMember, match="checksum"):
            inflate(member, raw)
        path.write_bytes(CSV * 2)
        ((told, raw),) = source.read_raw([member])
        assert "changed while" in told.problem
        path.unlink()
        ((told, raw),) = source.read_raw([member])
        assert "no such file" in told.problem


def test_members_that_the_folder_did_not_list_are_not_opened(tmp_path: Path) -> None:
    from dataclasses import replace

    written(tmp_path / "release" / NAME)
    written(tmp_path / "outside.csv")
    with open_source(str(tmp_path / "release")) as source:
        (member,) = source.members()
        ((told, raw),) = source.read_raw([replace(member, name="../outside.csv")])
    assert (raw, told.problem) == (b"", "it was not in the folder when it was listed")


def test_the_same_force_month_in_two_folders(tmp_path: Path) -> None:
    written(tmp_path / "a" / NAME)
    written(tmp_path / "b" / NAME)
    assert [member.problem for member in open_source(str(tmp_path)).members()] == [""]
    written(tmp_path / "b" / NAME, CSV + b"more\n")
    assert ["twice" in member.problem for member in open_source(str(tmp_path)).members()] == [True, True]


def test_a_single_file(tmp_path: Path) -> None:
    path = written(tmp_path / NAME)
    with open_source(str(path)) as source:
        assert source.kind == "file"
        ((member, raw),) = source.read_raw(source.members())
        assert (member.name, inflate(member, raw)) == (NAME, CSV)
    link = tmp_path / "2024-04-kent-street.csv"
    link.symlink_to(path)  # the person named the link, so it is followed
    ((member, raw),) = open_source(str(link)).read_raw(open_source(str(link)).members())
    assert (member.name, raw) == ("2024-04-kent-street.csv", CSV)


@pytest.mark.parametrize(("data", "words"), [(b"PK\x03\x04zip", "a zip"), (b"\xff\xd8\xff\xe0", "JPEG"), (b"", "")])
def test_files_that_are_no_csv(data: bytes, words: str, tmp_path: Path) -> None:
    (member,) = open_source(str(written(tmp_path / NAME, data))).members()
    assert words in member.problem
    assert bool(member.problem) == bool(words)
