"""Homes and servers for the tests of the web: `bluelamp serve` as a process of its own, on a port of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

import httpx

from bluelamp.archive.progress import Silent
from bluelamp.archive.reference import take_in
from bluelamp.bootstrap import open_archive
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.settings import read_settings
from bluelamp.sources.police_uk.archive import open_source
from bluelamp.synthetic.archive import TwinPlan, write_reference, write_release
from tests.lib.made_once import MadeOnce

OWN_DASHBOARD = Path(__file__).with_name("own-dashboard.yaml")
CRIMES = 9_000
RELEASES = ("2023-05", "2023-06")


def write_twin(folder: Path, release: str, crimes: int = CRIMES, months: int = 14) -> Path:
    """A release of the twin; the same seed for every release, so that a later one restates an earlier one."""
    path = folder / f"{release}.zip"
    plan = TwinPlan(release=Month.parse(release), months=months, crimes=crimes, seed=7)
    write_release(plan, path, truth=folder / f"{release}.json")
    if not (folder / "reference").exists():
        (folder / "reference").mkdir()
        write_reference(plan, folder / "reference")
    return path


def load(home: Path, path: Path) -> None:
    """Load one release and publish it."""
    archive = open_archive(read_settings({"home": home, "processes": 1}, {})[0])
    with open_source(str(path)) as source:
        archive.receive(source, release=None, selection=Selection(), progress=Silent())
    archive.finish(Silent())


class WebHomes:
    """Homes with releases of the twin and its reference data, each made once for a run and copied for who asks."""

    def __init__(self, made_once: MadeOnce) -> None:
        self._made_once = made_once

    def older(self, folder: Path) -> Path:
        """A home that holds the first release. In the folder are the zips of both, the second to be loaded."""
        shutil.copytree(self._older(), folder, dirs_exist_ok=True)
        return folder / "home"

    def both(self, folder: Path) -> Path:
        """A home that holds both releases."""
        shutil.copytree(self._made_once("web-both", self._make_both), folder, dirs_exist_ok=True)
        return folder / "home"

    def _older(self) -> Path:
        return self._made_once("web-older", self._make_older)

    def _make_older(self, folder: Path) -> None:
        for release in RELEASES:
            write_twin(folder, release)
        archive = open_archive(read_settings({"home": folder / "home", "processes": 1}, {})[0])
        take_in(archive, [folder / "reference"], [], _no_network, Silent())
        load(folder / "home", folder / f"{RELEASES[0]}.zip")

    def _make_both(self, folder: Path) -> None:
        load(self.older(folder), folder / f"{RELEASES[1]}.zip")


def _no_network() -> NoReturn:
    raise AssertionError("nothing is downloaded")


class Server:
    """`bluelamp serve` on a free port. `url` is its address, `log` what it wrote on standard error."""

    def __init__(self, home: Path, *options: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bluelamp", "--home", str(home), "serve", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        self.log: list[str] = []
        threading.Thread(target=self._read_log, daemon=True).start()
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip().rstrip("/")
        assert self.url.startswith("http://"), "".join(self.log)
        self._wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self, number: int = signal.SIGINT, seconds: float = 20) -> int:
        """Ends it; its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            return self._process.wait(seconds)
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                httpx.get(f"{self.url}/healthz", timeout=5)
            except httpx.TransportError:
                assert self._process.poll() is None, "".join(self.log)
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"the server does not answer: {''.join(self.log)}")

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            self.log.extend(stream)
