"""Several processes at once, little memory, odd terminals: one writer, any number of readers, one version an answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.lib.resilience.command import Commands, Running
from tests.lib.resilience.homes import facts, litter
from tests.lib.resilience.releases import Releases

_COMMAND = Path(sys.executable).with_name("bluelamp")


def test_a_second_load_is_told_at_once(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """And reading goes on; both end well when run again."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_old, home)
    first = bluelamp.start(home, "archive", "load", releases.new, fault=_SLOW)
    _wait_until_received(first)
    second = bluelamp(home, "archive", "load", releases.new).assert_civil()
    assert second.code == 1
    assert "Another process" in second.sentence
    assert "is published" not in first.out() + first.err(), "the first was still at work: nobody waited for it"
    for command in (("ask", "crimes", "--json"), ("archive", "coverage", "--json"), ("archive", "status", "--json")):
        assert bluelamp(home, *command).assert_civil().code == 0
    assert first.wait().code in (0, 3)
    assert bluelamp(home, "archive", "load", releases.new).code == 0
    assert facts(home) == facts(releases.home_new)
    assert litter(home) == []


# Each step of the load waits a little, so that there is something to read beside it.
_SLOW = """
import time
import bluelamp.archive.workflow as workflow
def slowly(function):
    def call(*arguments, **options):
        time.sleep(0.4)
        return function(*arguments, **options)
    return call
workflow.fetching.fetch = slowly(workflow.fetching.fetch)
workflow.loading.load = slowly(workflow.loading.load)
workflow.build = slowly(workflow.build)
"""


def _wait_until_received(running: Running) -> None:
    end = time.monotonic() + 10
    while "release 2023-06" not in running.err():
        assert time.monotonic() < end, running.err()
        time.sleep(0.01)


def test_published_while_it_is_asked(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """Versions are published again and again under three readers: no error, and each answer of one version."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_old, home)
    ask = ("ask", "crimes", "--by", "force", "--json")
    known = {}
    for held in (releases.home_old, releases.home_new):
        one = bluelamp(held, *ask).lines()[0]
        known[one["data_version"]] = one["rows"]
    answers, problems = [], []
    over = threading.Event()

    def read() -> None:
        readers = Commands()
        try:
            while not over.is_set():
                asked = readers(home, *ask)
                if asked.code or asked.err:
                    problems.append(asked)
                else:
                    answers.append(asked.lines()[0])
        finally:
            readers.close()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 60
    while not answers and not problems and time.monotonic() < until:  # so that one is of the old version
        time.sleep(0.02)
    assert bluelamp(home, "archive", "load", releases.new).code in (0, 3)
    for _ in range(3):
        assert bluelamp(home, "archive", "rebuild", "--yes").code == 0
    over.set()
    for thread in threads:
        thread.join()
    assert not problems, problems[0]
    assert len(answers) > 10
    for one in answers:
        assert one["rows"] == known[one["data_version"]]
    assert {one["data_version"] for one in answers} == set(known)


def test_the_reader_follows_when_its_version_goes(releases: Releases, tmp_path: Path) -> None:
    """The gap between reading the pointer and opening the file, made as wide as can be."""
    from bluelamp.storage.warehouse.database import Version, WarehouseFolder

    home = tmp_path / "home"
    shutil.copytree(releases.home_new, home)
    gone = tmp_path / "old.json"
    shutil.copy(releases.home_old / "warehouse" / "current.json", gone)
    # One version before the current one is kept: this one shall be older still.
    (home / "warehouse" / json.loads(gone.read_text())["file"]).unlink()

    class Late(WarehouseFolder):
        asked = 0

        def current(self) -> Version | None:
            self.asked += 1
            return self._read_pointer(gone) if self.asked == 1 else super().current()

    folder = Late(home / "warehouse")
    with folder.reading() as connection:
        assert connection.execute("SELECT count(*) FROM data_version").fetchall() == [(1,)]
    assert folder.asked == 2


@pytest.mark.parametrize("megabytes", [1_500, 900, 700])
def test_little_memory(megabytes: int, bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """A load under a limit of address space finishes, or refuses in words."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_old, home)
    ended = bluelamp(home, "archive", "load", releases.new, limits={"RLIMIT_AS": megabytes << 20}).assert_civil()
    assert ended.code in (0, 1, 3)
    assert facts(home) == facts(releases.home_old if ended.code == 1 else releases.home_new)
    assert bluelamp(home, "archive", "load", releases.new).code in (0, 3)
    assert facts(home) == facts(releases.home_new)


def _real(home: Path, *arguments: str, **how: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload]
        [_COMMAND, "--home", home, *arguments], capture_output=True, text=True, timeout=60, errors="replace", **how
    )


def test_odd_terminals(releases: Releases) -> None:
    """The C locale, 80 columns, no colour, no standard input: the answer is whole and civil."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PYTHONUTF8": "0", "COLUMNS": "80", "NO_COLOR": "1"}
    for arguments in (("ask", "crimes", "--by", "town"), ("archive", "status"), ("archive", "coverage")):
        told = _real(releases.home_new, *arguments, env=environment, stdin=subprocess.DEVNULL)
        assert told.returncode == 0, told.stderr
        assert told.stdout
        assert "Traceback" not in told.stderr
        assert "\x1b[" not in told.stdout + told.stderr


def test_closed_streams(releases: Releases, tmp_path: Path) -> None:
    """No standard input at all; a reader that has enough after one line; an output that is full."""
    shell = f"{_COMMAND} --home {releases.home_new} "
    closed = subprocess.run(["sh", "-c", shell + "ask crimes --json <&-"], capture_output=True, text=True)
    assert closed.returncode == 0
    assert json.loads(closed.stdout)["rows"]
    head = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {shell} archive coverage --json | head -1"], capture_output=True, text=True
    )
    assert len(head.stdout.splitlines()) == 1
    assert (head.returncode, head.stderr) == (0, "")
    if Path("/dev/full").exists():
        full = subprocess.run(["sh", "-c", shell + "ask crimes --json >/dev/full"], capture_output=True, text=True)
        assert full.returncode == 1
        assert "Traceback" not in full.stderr
        assert full.stderr.startswith("error: ")


def test_a_rebuild_asks_first(releases: Releases, tmp_path: Path) -> None:
    """Without somebody to answer, nothing is thrown away."""
    told = _real(releases.home_new, "archive", "rebuild", stdin=subprocess.DEVNULL)
    assert told.returncode == 2
    assert "--yes" in told.stderr
