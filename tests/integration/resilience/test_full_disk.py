"""No room, no permission, a write that fails: one sentence, nothing half published, and the next run goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lib.resilience.command import Commands
from tests.lib.resilience.homes import facts, litter
from tests.lib.resilience.releases import Releases

_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


class SmallDisk:
    """A file system of its own, in memory, as small as wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def mount(self, options: str) -> None:
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder], capture_output=True)
        if made.returncode:
            pytest.skip("file systems cannot be mounted here")

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", self.folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if not _ROOT:
        pytest.skip("only the administrator may mount a small disk")
    small = SmallDisk(tmp_path / "disk")
    yield small
    subprocess.run(["umount", small.folder], capture_output=True)


def size_of(home: Path) -> int:
    """What its files take on a file system that gives whole pages."""
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize("spare_kb", [8, 120, 400, 900, 1_500, 4_000])
def test_disk_full(spare_kb: int, disk: SmallDisk, bluelamp: Commands, releases: Releases) -> None:
    """A disk that fills up at each stage in turn, and is then enlarged."""
    disk.mount(f"size={size_of(releases.home_old) // 1024 + spare_kb}k")
    home = disk.folder / "home"
    shutil.copytree(releases.home_old, home)
    ended = bluelamp(home, "archive", "load", releases.new).assert_civil()
    assert ended.code == 1, ended.err
    assert "disk is full" in ended.sentence
    assert facts(home) == facts(releases.home_old)
    assert bluelamp(home, "ask", "crimes", "--by", "force").code == 0
    disk.remount("size=200m")
    assert bluelamp(home, "archive", "load", releases.new).assert_civil().code in (0, 3)
    assert facts(home) == facts(releases.home_new)
    assert litter(home) == []


@pytest.mark.parametrize("inodes", [3, 9, 14])
def test_no_inodes(inodes: int, disk: SmallDisk, bluelamp: Commands, releases: Releases) -> None:
    """Room enough, but no more files."""
    disk.mount(f"size=100m,nr_inodes={inodes}")
    home = disk.folder / "home"
    ended = bluelamp(home, "archive", "load", releases.old).assert_civil()
    assert ended.code == 1
    assert "full" in ended.sentence or "free space" in ended.err
    disk.remount("nr_inodes=10000")
    assert bluelamp(home, "archive", "load", releases.old).code in (0, 3)
    assert facts(home) == facts(releases.home_old)
    assert litter(home) == []


def test_read_only_disk(disk: SmallDisk, bluelamp: Commands, releases: Releases) -> None:
    """Questions are answered; a load says that it may not write; afterwards it may."""
    disk.mount("size=100m")
    home = disk.folder / "home"
    shutil.copytree(releases.home_old, home)
    disk.remount("ro")
    for command in (("ask", "crimes"), ("archive", "quality")):
        assert bluelamp(home, *command).assert_civil().code == 0
    ended = bluelamp(home, "archive", "load", releases.new).assert_civil()
    assert ended.code == 1
    assert ended.sentence
    disk.remount("rw")
    assert bluelamp(home, "archive", "load", releases.new).code in (0, 3)
    assert facts(home) == facts(releases.home_new)


@pytest.mark.parametrize("kilobytes", [50, 200, 600, 3_000])
def test_file_size_limit(kilobytes: int, bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """`ulimit -f`: a single file may not grow; no matter which one meets it first."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_old, home)
    limits = {"RLIMIT_FSIZE": kilobytes * 1024}
    ended = bluelamp(home, "archive", "load", releases.new, limits=limits).assert_civil()
    assert ended.code == 1
    assert ended.sentence
    assert facts(home) == facts(releases.home_old)
    assert bluelamp(home, "archive", "load", releases.new).code in (0, 3)
    assert facts(home) == facts(releases.home_new)
    assert litter(home) == []


@pytest.mark.parametrize("shut", [True, False], ids=["shut to others", "opened to readers"])
def test_no_permission(bluelamp: Commands, releases: Releases, tmp_path: Path, shut: bool) -> None:
    """A home that belongs to somebody else, as an ordinary user meets it: it is its owner's alone (0700), and where the
    owner has opened it to readers it is not written to."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_old, home)
    if not shut:
        for path in [home, *home.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    for path in [tmp_path, *tmp_path.parents]:
        if path.owner() != "root" or path == Path(tempfile.gettempdir()):
            break
        path.chmod(0o755)
    fault = "import os; os.setgid(65534); os.setuid(65534)" if _ROOT else ""
    if not _ROOT:
        home.chmod(0o000 if shut else 0o500)
    ended = bluelamp(home, "archive", "load", releases.new, fault=fault).assert_civil()
    home.chmod(0o700)
    assert ended.code == (2 if shut else 1)
    assert ended.sentence
    assert facts(home) == facts(releases.home_old)


def test_home_is_a_file(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("I am a file")
    for command in (("archive", "load", releases.old), ("archive", "status"), ("ask", "crimes"), ("doctor",)):
        ended = bluelamp(home, *command).assert_civil()
        assert ended.code in (1, 2)
        assert "home" in ended.err + ended.out
    assert home.read_text() == "I am a file"


# Every way by which the program itself writes: the n-th call fails as a full disk does.
_FAULT = """
import errno, itertools, os, pathlib, shutil, sqlite3
import pyarrow.parquet
from sqlalchemy.engine.default import DefaultDialect

calls = itertools.count(1)

def fails(owner, name, error, only=None):
    original = getattr(owner, name)
    def call(*arguments, **options):
        if (only is None or only(*arguments, **options)) and next(calls) == {n}:
            raise error
        return original(*arguments, **options)
    setattr(owner, name, call)

full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
for owner, name in ((os, "fsync"), (pathlib.Path, "replace"), (pathlib.Path, "mkdir"), (pathlib.Path, "write_text"),
                    (shutil, "copyfile"), (pyarrow.parquet, "write_table")):
    fails(owner, name, full)
fails(pathlib.Path, "open", full, lambda path, mode="r", *rest, **options: "w" in mode)
fails(DefaultDialect, "do_commit", sqlite3.OperationalError("database or disk is full"))
"""


def test_the_nth_write_fails(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """Fail the 1st, 12th, 23rd … write of a load until one passes: old or new, and the next run ends it."""
    old, new = facts(releases.home_old), facts(releases.home_new)
    failures = 0
    for number in range(1, 1_000, 11):
        home = tmp_path / str(number)
        shutil.copytree(releases.home_old, home)
        fault = _FAULT.replace("{n}", str(number))
        ended = bluelamp(home, "archive", "load", releases.new, fault=fault).assert_civil()
        assert facts(home) in (old, new)
        if ended.code in (0, 3):
            assert facts(home) == new
            break
        failures += 1
        assert ended.code == 1
        assert "full" in ended.sentence
        assert bluelamp(home, "archive", "load", releases.new).assert_civil().code in (0, 3)
        assert facts(home) == new
        assert litter(home) == []
        shutil.rmtree(home)
    assert failures > 3
