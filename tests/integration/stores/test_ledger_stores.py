"""The ledger on SQLite and on a real PostgreSQL: the same loads, the same answers."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.lib.postgres import Postgres
from tests.lib.resilience.command import Commands
from tests.lib.resilience.homes import facts
from tests.lib.resilience.releases import Releases

_PASSWORD = "p%40ss-w@rd/secret"


@dataclass(frozen=True)
class Store:
    """An environment that says where the ledger lies, one for each test."""

    environment: dict[str, str]


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "sqlite":
        return Store({})
    server: Postgres = request.getfixturevalue("postgres")
    return Store({"BLUELAMP_DATABASE": server.new_database()})


def test_the_same_on_both(store: Store, bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """Load, again, the next release, coverage, files, diff, as-of, rebuild, doctor."""
    home = tmp_path / "home"
    there: dict[str, Any] = {"environment": store.environment}
    assert bluelamp(home, "archive", "load", releases.old, **there).assert_civil().code in (0, 3)
    assert facts(home) == facts(releases.home_old)
    again = bluelamp(home, "archive", "load", releases.old, "--json", **there)
    assert (again.code, again.lines()[0]["changed"]) == (0, False)
    assert bluelamp(home, "archive", "load", releases.new, **there).code in (0, 3)
    assert facts(home) == facts(releases.home_new)
    for ask in (
        ("coverage", "--json"),
        ("coverage", "--as-of", "2023-05", "--json"),
        ("diff", "2023-05", "2023-06", "--json"),
        ("quality", "--json"),
    ):
        assert bluelamp(home, "archive", *ask, **there).lines() == bluelamp(releases.home_new, "archive", *ask).lines()
    varying = {"received_at", "origin"}
    here, reference = (
        [{name: value for name, value in line.items() if name not in varying} for line in one.lines()]
        for one in (
            bluelamp(home, "archive", "files", "--json", **there),
            bluelamp(releases.home_new, "archive", "files", "--json"),
        )
    )
    assert here == reference != []
    as_of = bluelamp(home, "ask", "crimes", "--as-of", "2023-05", "--json", **there).lines()
    assert as_of[0]["rows"] == bluelamp(releases.home_old, "ask", "crimes", "--json").lines()[0]["rows"]
    assert bluelamp(home, "archive", "rebuild", "--yes", **there).code == 0
    assert facts(home) == facts(releases.home_new)
    assert bluelamp(home, "doctor", **there).code == 0
    assert (home / "ledger.sqlite").exists() == (store.environment == {})


def test_postgresql_killed_during_a_load(
    postgres: Postgres, bluelamp: Commands, releases: Releases, tmp_path: Path
) -> None:
    """Every connection is cut again and again: one sentence, then the same command finishes."""
    import psycopg

    url = postgres.new_database()
    database = urlsplit(url).path.removeprefix("/")
    home = tmp_path / "home"
    there: dict[str, Any] = {"environment": {"BLUELAMP_DATABASE": url}}
    failed = 0
    for _ in range(4):
        running = bluelamp.start(home, "archive", "load", releases.old, **there)
        with psycopg.connect(postgres.address, autocommit=True) as connection:
            for _ in range(2_000):
                found = connection.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s", [database]
                ).fetchone()
                if found and found[0] and failed % 2 == 0:
                    break
        ended = running.wait().assert_civil()
        failed += ended.code == 1
        assert ended.code in (0, 1, 3), ended.err
        if ended.code == 1:
            assert "PostgreSQL" in ended.sentence
    assert failed
    assert bluelamp(home, "archive", "load", releases.old, **there).code in (0, 3)
    assert facts(home) == facts(releases.home_old)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://bluelamp:{quote(_PASSWORD, safe='')}@127.0.0.1:9/bluelamp",
        f"postgres://bluelamp:{quote(_PASSWORD, safe='')}@127.0.0.1:9/bluelamp",
        f"postgresql://bluelamp:{quote(_PASSWORD, safe='')}@127.0.0.1:notaport/bluelamp",
    ],
    ids=["down", "wrong scheme", "wrong port"],
)
@pytest.mark.parametrize("command", [("archive", "load"), ("archive", "status"), ("doctor",), ("config", "show")])
def test_no_password_in_any_word(url: str, command: tuple[str, ...], bluelamp: Commands, tmp_path: Path) -> None:
    """A server that is down, or an address that is wrong: one sentence without the password in any spelling."""
    ended = bluelamp(tmp_path / "home", *command, environment={"BLUELAMP_DATABASE": url}, timeout=30).assert_civil()
    if command != ("config", "show") and command != ("doctor",):
        assert ended.code in (1, 2)
        assert ended.sentence
    for spelling in (_PASSWORD, quote(_PASSWORD, safe=""), "secret"):
        assert spelling not in ended.err + ended.out


def test_answers_while_postgresql_is_down(
    postgres: Postgres, bluelamp: Commands, releases: Releases, tmp_path: Path
) -> None:
    """Questions go to the warehouse alone."""
    home = tmp_path / "home"
    url = postgres.new_database()
    assert bluelamp(home, "archive", "load", releases.old, environment={"BLUELAMP_DATABASE": url}).code in (0, 3)
    down = {"BLUELAMP_DATABASE": "postgresql://nobody@127.0.0.1:9/none"}
    asked = bluelamp(home, "ask", "crimes", "--json", environment=down)
    assert asked.lines()[0]["rows"] == bluelamp(releases.home_old, "ask", "crimes", "--json").lines()[0]["rows"]
    assert bluelamp(home, "archive", "quality", environment=down).code == 0


def test_nothing_of_the_server_stays(postgres: Postgres) -> None:
    """The server listens on a socket in the test's own folder, on no port."""
    listening = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=False).stdout
    assert "postgres" not in listening
    assert "host=" in postgres.address or "@" in postgres.address
