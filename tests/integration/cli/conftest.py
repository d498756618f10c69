"""A home with two small releases in it, loaded once and only read afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bluelamp.cli import main
from tests.lib.cli.command_line import files_of, write_release
from tests.lib.loopback import Loopback, Reply, file_route

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two releases of two forces; the later one restates a crime of each month and adds January 2024."""
    folder = tmp_path_factory.mktemp("releases")
    return [
        write_release(folder / "2023-12.zip", files_of(["2023-11", "2023-12"])),
        write_release(folder / "2024-01.zip", files_of(["2023-11", "2023-12", "2024-01"], decided=True)),
    ]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, releases: list[Path]) -> Path:
    folder = tmp_path_factory.mktemp("home")
    # Said to be whole, although two forces would be taken for a part: what they lack shall be missing.
    assert main(["--home", str(folder), "--quiet", "archive", "load", "--whole", *map(str, releases)]) == 0
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in this process: (exit code, standard output, standard error)."""
    monkeypatch.delenv("BLUELAMP_HOME", raising=False)
    monkeypatch.delenv("BLUELAMP_DEBUG", raising=False)
    # What takes long is told in a line of its own: a slow machine shall not say more than a quick one.
    monkeypatch.setattr("bluelamp.cli.console._WORTH_A_LINE_SECONDS", 3600.0)

    def run_it(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_it


@pytest.fixture
def lines(run: Run, home: Path) -> Callable[..., list[dict[str, Any]]]:
    """The objects that a command prints with --json."""

    def lines_of(*arguments: str) -> list[dict[str, Any]]:
        code, out, err = run("--home", home, *arguments, "--json")
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()]

    return lines_of


@pytest.fixture
def publisher(releases: list[Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """data.police.uk on the loopback address, with both releases; the newest is January 2024."""
    server = Loopback()
    for path in releases:
        server.routes[f"/data/archive/{path.name}"] = file_route(path.read_bytes(), etag=f'"{path.stem}"')
    server.reply("/data/archive/latest.zip", Reply(302, headers={"Location": "/data/archive/2024-01.zip"}))
    server.reply("/api/crime-last-updated", Reply(200, b'{"date": "2024-01-01"}', {"Content-Type": "application/json"}))
    monkeypatch.setenv("BLUELAMP_POLICE_UK_URL", server.url)
    monkeypatch.setenv("BLUELAMP_ALLOW_PRIVATE_ADDRESSES", "true")
    yield server
    server.close()
