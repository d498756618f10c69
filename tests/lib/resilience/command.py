"""Runs the real command in a process of its own, again and again, without paying for its imports each time.

A small server imports everything once and forks for each call; what is measured and killed is that fork. Started by
the fixture `bluelamp`; this module is both the server (run as a program) and its client.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn


@dataclass(frozen=True)
class Ended:
    """How a call ended. `code` is negative for a signal, `peak_mb` the most memory that it held at once."""

    code: int
    out: str
    err: str
    seconds: float
    peak_mb: float

    def lines(self) -> list[dict[str, Any]]:
        """What was printed with --json, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def sentence(self) -> str:
        """The error as a person reads it; fails where there is more or less than one."""
        errors = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1, self.err
        return errors[0].removeprefix("error: ")

    def assert_civil(self) -> Ended:
        """No traceback, nothing “inside Bluelamp”, no statement of SQL: whatever happened was foreseen."""
        for word in ("Traceback", "went wrong inside", "SELECT ", "INSERT ", "sqlalche.me"):
            assert word not in self.err, self.err
        return self


class Running:
    def __init__(self, server: Commands, pid: int, folder: Path) -> None:
        self.server, self.pid, self.folder = server, pid, folder

    def wait(self, timeout: float = 60.0) -> Ended:
        told = self.server.ask({"wait": self.pid, "timeout": timeout})
        if "code" not in told:
            os.killpg(self.pid, signal.SIGKILL)
            raise AssertionError(f"still running after {timeout} s; said: {self.err()}")
        ended = Ended(told["code"], self.out(), self.err(), told["seconds"], told["peak_mb"])
        shutil.rmtree(self.folder)
        return ended

    def out(self) -> str:
        return (self.folder / "out").read_text("utf-8", "replace")

    def err(self) -> str:
        path = self.folder / "err"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kin(self) -> list[int]:
        """Processes of this call that stay alive: its workers are in its session. They learn of its end in their own
        time, which on a busy machine is a moment later."""
        until = time.monotonic() + 20
        while (found := self._alive()) and time.monotonic() < until:
            time.sleep(0.02)
        return found

    def _alive(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.pid and fields[0] not in "ZX":
                found.append(int(entry.name))
        return found


class Commands:
    """The client's side. `close` ends the server."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bluelamp-command-"))
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("BLUELAMP_", "AWS_"))}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**clean, "PYTHONUTF8": "1", **(environment or {})},
        )
        self._number = 0

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout
        self._process.stdout.close()
        shutil.rmtree(self._folder)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def start(
        self,
        home: Path,
        *arguments: str | Path,
        environment: Mapping[str, str] | None = None,
        limits: Mapping[str, int] | None = None,
        fault: str = "",
    ) -> Running:
        """Begin a call. `limits` are resource limits by name (RLIMIT_…); `fault` is Python run before the command."""
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        told = self.ask(
            {
                "start": ["--home", str(home), *(str(argument) for argument in arguments)],
                "folder": str(folder),
                "environment": dict(environment or {}),
                "limits": dict(limits or {}),
                "fault": fault,
            }
        )
        return Running(self, told["pid"], folder)

    def __call__(self, home: Path, *arguments: str | Path, timeout: float = 60.0, **how: Any) -> Ended:
        return self.start(home, *arguments, **how).wait(timeout)


def _serve() -> int:
    # Everything that a call may want, once.
    import duckdb  # noqa: F401
    import numpy  # noqa: F401
    import psycopg  # noqa: F401
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401
    import shapely  # noqa: F401

    import bluelamp.archive.diff
    import bluelamp.archive.doctor
    import bluelamp.archive.from_api
    import bluelamp.archive.quality
    import bluelamp.archive.status
    import bluelamp.bootstrap
    import bluelamp.questions.answer
    import bluelamp.sources.http  # noqa: F401
    from bluelamp.cli import main

    with suppress(ImportError):  # not ours, but Arrow looks for it, and that would be paid for by each call
        import pandas  # noqa: F401

    _warm_up(main)
    gc.freeze()  # else each fork copies what its first collection touches
    began: dict[int, float] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            told = _wait(request["wait"], request["timeout"], began)
        else:
            pid = os.fork()
            if pid == 0:
                _become(request, main)
            began[pid] = time.monotonic()
            told = {"pid": pid}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    return 0


def _warm_up(main: Callable[[list[str]], int]) -> None:
    """Call the commonest commands once, so that no fork pays for what is built on first use."""
    from tests.lib.cli.command_line import files_of, write_release

    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123
        release = write_release(Path(folder) / "2023-12.zip", files_of(["2023-12"]))
        for words in (f"archive load {release}", "archive status", "archive quality", "ask crimes --json", "doctor"):
            with redirect_stderr(nowhere):
                main(["--home", str(Path(folder) / "home"), *words.split()])


def _wait(pid: int, timeout: float, began: dict[int, float]) -> dict[str, Any]:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            code = os.waitstatus_to_exitcode(status)
            return {"code": code, "seconds": time.monotonic() - began[pid], "peak_mb": usage.ru_maxrss / 1024}
        time.sleep(0.003)
    return {}


def _become(request: dict[str, Any], main: Any) -> NoReturn:
    os.setsid()
    folder = Path(request["folder"])
    for number, path, flags in (
        (0, "/dev/null", os.O_RDONLY),
        (1, folder / "out", os.O_WRONLY | os.O_CREAT),
        (2, folder / "err", os.O_WRONLY | os.O_CREAT),
    ):
        handle = os.open(path, flags, 0o644)
        os.dup2(handle, number)
        os.close(handle)
    os.environ.update(request["environment"])
    for name, value in request["limits"].items():
        if name == "RLIMIT_FSIZE":
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(getattr(resource, name), (value, value))
    if request["fault"]:
        exec(request["fault"], {})
    code: int = main(request["start"])
    # As an interpreter ends, but for its last act: libraries do not expect to be taken down in a fork.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(_serve())
